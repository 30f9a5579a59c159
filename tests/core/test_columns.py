"""Day numbers, packed keys and the operations over columns."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from baohou.core.columns import (
    NEVER,
    NOBODY,
    day_number,
    day_of,
    first_day_of,
    first_from,
    key_column,
    latest,
    month_of,
    pack_key,
    spread,
    unpack_key,
)


@pytest.mark.parametrize(
    ("day", "number"),
    [(date(1900, 1, 1), 0), (date(1900, 3, 1), 59), (date(2016, 4, 1), 42459), (date(2258, 11, 10), NEVER - 1)],
)
def test_a_day_has_a_number(day: date, number: int) -> None:
    """Days since 1 January 1900, which was no leap year."""
    assert day_number(day) == number
    assert day_of(number) == day


def test_what_never_happens_has_no_day() -> None:
    assert day_number(None) == NEVER == 131071
    assert day_of(NEVER) is None
    assert NOBODY == 0


@pytest.mark.parametrize("kind", [1, 6])
@pytest.mark.parametrize("subject", [1, 2, 7_654_321, (1 << 40) - 1])
@pytest.mark.parametrize("first", [date(1900, 1, 1), date(2024, 2, 29), date(2258, 11, 9)])
def test_a_key_can_be_unpacked(kind: int, subject: int, first: date) -> None:
    key = pack_key(kind, subject, first)
    assert 0 < key < 1 << 63
    assert unpack_key(key) == (kind, subject, first)


def test_keys_are_ordered_by_kind_then_day_then_subject() -> None:
    keys = [pack_key(k, s, f) for k in (1, 2) for f in (date(2026, 1, 1), date(2026, 1, 2)) for s in (1, 9)]
    assert keys == sorted(keys)
    assert len(set(keys)) == 8


def test_a_column_of_keys_is_as_the_keys_one_by_one() -> None:
    days = [date(2026, 1, 1), date(2026, 4, 1)]
    frame = pl.DataFrame({"who": [3, 1 << 39], "opens": [day_number(d) for d in days]})
    keys = frame.select(key=key_column(4, "who", "opens"))["key"].to_list()
    assert keys == [pack_key(4, 3, days[0]), pack_key(4, 1 << 39, days[1])]


def test_months_of_every_day_and_first_days_of_every_month() -> None:
    """Every day from 1900 to 2258, leap years, centuries and all."""
    days = [date(1900, 1, 1) + timedelta(days=n) for n in range(NEVER)]
    frame = pl.DataFrame({"day": list(range(NEVER))})
    frame = frame.with_columns(month=month_of(pl.col("day")))
    frame = frame.with_columns(first=first_day_of(pl.col("month")))
    assert frame["month"].to_list() == [d.year * 12 + d.month - 1 for d in days]
    assert frame["first"].to_list() == [n - d.day + 1 for n, d in enumerate(days)]


def test_rows_are_spread_over_a_range() -> None:
    """0 to 6 by 3, both ends in; 5 to 5; nothing from 6 to 5."""
    frame = pl.DataFrame({"name": [1, 2, 3], "low": [0, 5, 6], "high": [6, 5, 5], "by": [3, 1, 1]})
    rows = spread(frame, first="low", last="high", step="by", into="at")
    assert list(zip(rows["name"].to_list(), rows["at"].to_list(), strict=True)) == [(1, 0), (1, 3), (1, 6), (2, 5)]


LINE = {"who": [1, 1, 1, 2, 1], "on": [10, 20, 20, 15, 5], "what": [100, 200, 201, 300, 50]}


@pytest.mark.parametrize(
    ("who", "at", "before", "first"),
    [
        (1, 4, -1, 5),
        (1, 5, 50, 5),
        (1, 9, 50, 10),
        (1, 10, 100, 10),
        (1, 11, 100, 20),
        (1, 20, 201, 20),
        (1, 21, 201, NEVER),
        (2, 14, -1, 15),
        (2, 15, 300, 15),
        (2, 16, 300, NEVER),
        (3, 15, -1, NEVER),
        (0, 15, -1, NEVER),
    ],
)
def test_what_held_on_a_day_and_the_first_day_from_it_on(who: int, at: int, before: int, first: int) -> None:
    """On a line that is not sorted by day; of two rows of day 20 the last one counts; -1 or NEVER where there is none."""
    frame, line = pl.DataFrame({"who": [who], "at": [at]}), pl.DataFrame(LINE)
    held = latest(frame, line, by="who", at="at", on="on", take={"what": -1})
    assert (held["what"].to_list(), held["at"].to_list()) == ([before], [at])
    coming = first_from(frame, line, by="who", at="at", on="on")
    assert (coming["on"].to_list(), coming["at"].to_list()) == ([first], [at])


def test_an_empty_line_and_no_rows() -> None:
    frame, line = pl.DataFrame({"who": [1, 2], "at": [1, 2]}), pl.DataFrame(LINE)
    none = latest(frame, line.head(0), by="who", at="at", on="on", take={"what": 7})
    assert none["what"].to_list() == [7, 7]
    assert first_from(frame, line.head(0), by="who", at="at", on="on")["on"].to_list() == [NEVER, NEVER]
    assert len(latest(frame.head(0), line, by="who", at="at", on="on", take={"what": 7})) == 0
    assert len(first_from(frame.head(0), line, by="who", at="at", on="on")) == 0
