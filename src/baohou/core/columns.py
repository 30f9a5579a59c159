"""Rules over columns: day numbers, packed keys, and the few operations that differ from engine to engine.

A rule is written once as Narwhals expressions over whole columns. Days are integers (days since 1900-01-01), so
that differences, sums and comparisons need no engine at all; what an engine has to bring is small: two functions of
month arithmetic, and three that no portable interface offers (one row per step of a range; what held on a day; the
first day from a day on).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final, Protocol

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

Frame = nw.DataFrame[Any]

EPOCH: Final = date(1900, 1, 1)
DAY_BITS: Final = 17
NEVER: Final = (1 << DAY_BITS) - 1
"""The day number of what has not happened and has no end (2258-11-11)."""
NOBODY: Final = 0
"""The number that stands where nobody, or nothing, is referred to; tables number from 1."""
SUBJECT_BITS: Final = 40


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


def key_column(kind: int, subject: str, first: str) -> nw.Expr:
    """pack_key over columns."""
    days = nw.lit(kind << DAY_BITS, nw.Int64) + nw.col(first)
    return days * (1 << SUBJECT_BITS) + nw.col(subject)


class Engine(Protocol):
    """What an engine of columns brings beside Narwhals."""

    def frame(self, columns: Mapping[str, Any]) -> Frame:
        """A frame of equally long integer columns."""

    def month_of(self, day: nw.Expr) -> nw.Expr:
        """Month number (year * 12 + month - 1) of a day number."""

    def first_day_of(self, month: nw.Expr) -> nw.Expr:
        """Day number of the first day of a month number."""

    def spread(self, frame: Frame, *, first: str, last: str, step: str, into: str) -> Frame:
        """Repeat each row for first, first + step, … up to last; none where last < first."""

    def latest(self, frame: Frame, line: Frame, *, by: str, at: str, on: str, take: Mapping[str, int]) -> Frame:
        """For each row the last row of ``line`` of the same ``by`` that is not after day ``at``.

        Takes the columns named in ``take`` under their own names; where there is no such row they get the value given
        there. Of several rows of ``line`` on one day the last one counts; ``line`` need not be sorted by day, rows of
        one day keep their order.
        """

    def first_from(self, frame: Frame, line: Frame, *, by: str, at: str, on: str) -> Frame:
        """For each row, in column ``on``, the first day of ``line`` of the same ``by`` from day ``at`` on, or NEVER."""


class Polars:
    """The engine of one machine."""

    def frame(self, columns: Mapping[str, Any]) -> Frame:
        return nw.from_native(pl.DataFrame(dict(columns)), eager_only=True)

    def month_of(self, day: nw.Expr) -> nw.Expr:
        civil = (day + _TO_1970).cast(nw.Int32).cast(nw.Date)
        return civil.dt.year().cast(nw.Int32) * 12 + civil.dt.month().cast(nw.Int32) - 1

    def first_day_of(self, month: nw.Expr) -> nw.Expr:
        """March-based: the month lengths then repeat 31, 30, 31, 30, 31 and the leap day comes last."""
        since_march = month - 2
        year, place = since_march // 12, since_march % 12
        leap_days = year // 4 - year // 100 + year // 400
        return (year * 365 + leap_days + (place * 153 + 2) // 5 - _MARCH_OF_YEAR_0).cast(nw.Int32)

    def spread(self, frame: Frame, *, first: str, last: str, step: str, into: str) -> Frame:
        native = frame.filter(nw.col(first) <= nw.col(last)).to_native()
        ranges = pl.int_ranges(pl.col(first), pl.col(last) + 1, pl.col(step), dtype=pl.Int32).alias(into)
        return nw.from_native(native.with_columns(ranges).explode(into), eager_only=True)

    def latest(self, frame: Frame, line: Frame, *, by: str, at: str, on: str, take: Mapping[str, int]) -> Frame:
        native, marks = frame.to_native(), line.to_native()
        stops = _packed(marks, by, on)
        if not (stops[1:] >= stops[:-1]).all():
            order = np.argsort(stops, kind="stable")
            marks, stops = marks[order], stops[order]
        place = np.searchsorted(stops, _packed(native, by, at), side="right") - 1
        return nw.from_native(_taken(native, marks, place, by, take), eager_only=True)

    def first_from(self, frame: Frame, line: Frame, *, by: str, at: str, on: str) -> Frame:
        native, stops = frame.to_native(), np.sort(_packed(line.to_native(), by, on))
        wanted = _packed(native, by, at)
        stops = np.append(stops, np.iinfo(np.int64).max)
        found = stops[np.searchsorted(stops, wanted)]
        days = np.where(found >> DAY_BITS == wanted >> DAY_BITS, found & NEVER, NEVER)
        return nw.from_native(native.with_columns(pl.Series(on, days, dtype=pl.Int32)), eager_only=True)


_TO_1970: Final = (EPOCH - date(1970, 1, 1)).days
_MARCH_OF_YEAR_0: Final = 693901
"""Days from 0000-03-01 to 1900-01-01, proleptic Gregorian."""


_Longs = npt.NDArray[np.int64]


def _packed(frame: pl.DataFrame, by: str, on: str) -> _Longs:
    packed: _Longs = (frame[by].to_numpy().astype(np.int64) << DAY_BITS) + frame[on].to_numpy()
    return packed


def _taken(native: pl.DataFrame, marks: pl.DataFrame, place: _Longs, by: str, take: Mapping[str, int]) -> pl.DataFrame:
    """The frame with the columns taken from marks at the places found, where they are of the same ``by``."""
    if not len(marks):
        return native.with_columns(pl.lit(v).cast(marks.schema[c]).alias(c) for c, v in take.items())
    inside = np.clip(place, 0, len(marks) - 1)
    found = (place == inside) & (marks[by].to_numpy()[inside] == native[by].to_numpy())
    return native.with_columns(
        pl.Series(column, np.where(found, marks[column].to_numpy()[inside], missing)).cast(marks.schema[column])
        for column, missing in take.items()
    )


POLARS: Final = Polars()
