"""Rules over columns: day numbers, packed keys, and the few operations on them that Polars does not bring.

A rule is written once as expressions over whole columns. Days are integers (days since 1900-01-01), so that
differences, sums and comparisons are those of numbers; beside them stand two functions of month arithmetic, and three
operations of our own (one row per step of a range; what held on a day; the first day from a day on).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

_Longs = npt.NDArray[np.int64]

EPOCH: Final = date(1900, 1, 1)
DAY_BITS: Final = 17
NEVER: Final = (1 << DAY_BITS) - 1
"""The day number of what has not happened and has no end (2258-11-11)."""
NOBODY: Final = 0
"""The number that stands where nobody, or nothing, is referred to; tables number from 1."""
SUBJECT_BITS: Final = 40
_TO_1970: Final = (EPOCH - date(1970, 1, 1)).days
_MARCH_OF_YEAR_0: Final = 693901
"""Days from 0000-03-01 to 1900-01-01, proleptic Gregorian."""


def day_number(day: date | None) -> int:
    """Days since 1900-01-01; NEVER for None."""
    return NEVER if day is None else (day - EPOCH).days


def day_of(number: int) -> date | None:
    """The date of a day number; None for NEVER."""
    return None if number == NEVER else EPOCH + timedelta(days=number)


def pack_key(kind: int, subject: int, first: date) -> int:
    """The natural key of a duty in one integer: kind, first day, what it is about.

    The day goes before the subject, so that the duties of a new period stand together at one place of an index.
    """
    return (((kind << DAY_BITS) | day_number(first)) << SUBJECT_BITS) | subject


def unpack_key(key: int) -> tuple[int, int, date]:
    """Kind, subject and first day of a key."""
    first = EPOCH + timedelta(days=(key >> SUBJECT_BITS) & NEVER)
    return key >> (DAY_BITS + SUBJECT_BITS), key & ((1 << SUBJECT_BITS) - 1), first


def key_column(kind: int, subject: str, first: str) -> pl.Expr:
    """pack_key over columns."""
    days = pl.lit(kind << DAY_BITS, pl.Int64) + pl.col(first)
    return days * (1 << SUBJECT_BITS) + pl.col(subject)


def month_of(day: pl.Expr) -> pl.Expr:
    """Month number (year * 12 + month - 1) of a day number."""
    civil = (day + _TO_1970).cast(pl.Int32).cast(pl.Date)
    return civil.dt.year().cast(pl.Int32) * 12 + civil.dt.month().cast(pl.Int32) - 1


def first_day_of(month: pl.Expr) -> pl.Expr:
    """Day number of the first day of a month number.

    March-based: the month lengths then repeat 31, 30, 31, 30, 31 and the leap day comes last.
    """
    since_march = month - 2
    year, place = since_march // 12, since_march % 12
    leap_days = year // 4 - year // 100 + year // 400
    return (year * 365 + leap_days + (place * 153 + 2) // 5 - _MARCH_OF_YEAR_0).cast(pl.Int32)


def spread(frame: pl.DataFrame, *, first: str, last: str, step: str, into: str) -> pl.DataFrame:
    """Repeat each row for first, first + step, … up to last; none where last < first."""
    ranges = pl.int_ranges(pl.col(first), pl.col(last) + 1, pl.col(step), dtype=pl.Int32).alias(into)
    return frame.filter(pl.col(first) <= pl.col(last)).with_columns(ranges).explode(into)


def latest(
    frame: pl.DataFrame, line: pl.DataFrame, *, by: str, at: str, on: str, take: Mapping[str, int]
) -> pl.DataFrame:
    """For each row the last row of ``line`` of the same ``by`` that is not after day ``at``.

    Takes the columns named in ``take`` under their own names; where there is no such row they get the value given
    there. Of several rows of ``line`` on one day the last one counts; ``line`` need not be sorted by day, rows of
    one day keep their order.
    """
    stops = _packed(line, by, on)
    if not (stops[1:] >= stops[:-1]).all():
        order = np.argsort(stops, kind="stable")
        line, stops = line[order], stops[order]
    place = np.searchsorted(stops, _packed(frame, by, at), side="right") - 1
    return _taken(frame, line, place, by, take)


def first_from(frame: pl.DataFrame, line: pl.DataFrame, *, by: str, at: str, on: str) -> pl.DataFrame:
    """For each row, in column ``on``, the first day of ``line`` of the same ``by`` from day ``at`` on, or NEVER."""
    stops, wanted = np.sort(_packed(line, by, on)), _packed(frame, by, at)
    stops = np.append(stops, np.iinfo(np.int64).max)
    found = stops[np.searchsorted(stops, wanted)]
    days = np.where(found >> DAY_BITS == wanted >> DAY_BITS, found & NEVER, NEVER)
    return frame.with_columns(pl.Series(on, days, dtype=pl.Int32))


def _packed(frame: pl.DataFrame, by: str, on: str) -> _Longs:
    packed: _Longs = (frame[by].to_numpy().astype(np.int64) << DAY_BITS) + frame[on].to_numpy()
    return packed


def _taken(frame: pl.DataFrame, line: pl.DataFrame, place: _Longs, by: str, take: Mapping[str, int]) -> pl.DataFrame:
    """The frame with the columns taken from line at the places found, where they are of the same ``by``."""
    if not len(line):
        return frame.with_columns(pl.lit(v).cast(line.schema[c]).alias(c) for c, v in take.items())
    inside = np.clip(place, 0, len(line) - 1)
    found = (place == inside) & (line[by].to_numpy()[inside] == frame[by].to_numpy())
    return frame.with_columns(
        pl.Series(column, np.where(found, line[column].to_numpy()[inside], missing)).cast(line.schema[column])
        for column, missing in take.items()
    )
