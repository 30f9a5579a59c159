"""Civil periods: months, half-years, quarters."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baohou.core.period import NotAQuarter, Period, Quarter, ended_quarter, month_first, period_of, quarter_of

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
RHYTHMS = st.sampled_from([1, 2, 3, 4, 6, 12])


@pytest.mark.clause("PGM.9")
def test_a_quarter_knows_its_days() -> None:
    """The third quarter of 2026 runs from 1 July to 30 September and is written 2026Q3."""
    quarter = quarter_of(date(2026, 8, 15))
    assert quarter == Quarter(2026, 3)
    assert (quarter.first, quarter.last, str(quarter)) == (date(2026, 7, 1), date(2026, 9, 30), "2026Q3")


@pytest.mark.parametrize(
    ("on", "text"),
    [
        (date(2026, 1, 1), "2026Q1"),
        (date(2026, 3, 31), "2026Q1"),
        (date(2026, 4, 1), "2026Q2"),
        (date(2026, 12, 31), "2026Q4"),
        (date(2027, 1, 1), "2027Q1"),
    ],
)
def test_the_days_at_the_edges_lie_in_their_quarter(on: date, text: str) -> None:
    assert str(quarter_of(on)) == text


def test_a_year_ends_between_quarters() -> None:
    """After the fourth quarter of 2026 comes the first of 2027, and back."""
    assert Quarter(2026, 4).next() == Quarter(2027, 1)
    assert Quarter(2027, 1).previous() == Quarter(2026, 4)
    assert Quarter(2026, 4).last == date(2026, 12, 31)
    assert Quarter(2026, 4) < Quarter(2027, 1)


@pytest.mark.parametrize("text", ["2026Q3", " 2026q3 "])
def test_a_quarter_is_read_from_its_text(text: str) -> None:
    assert Quarter.parse(text) == Quarter(2026, 3)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026Q0", "2026Q5", "2026-Q3", "Q3", "0000Q1", "２０２６Q3", "2026Q3x", "2026Q33"]
)
def test_it_rejects_a_text_that_is_no_quarter(text: str) -> None:
    with pytest.raises(NotAQuarter) as refusal:
        Quarter.parse(text)
    assert "2026Q3" in refusal.value.message
    assert refusal.value.code == "core.period.not_a_quarter"


@given(DAYS)
def test_quarters_tile_the_calendar(on: date) -> None:
    """Every day lies in one quarter; the next one begins the day after its last; the text reads back."""
    quarter = quarter_of(on)
    assert quarter.first <= on <= quarter.last
    assert quarter.next().first == quarter.last + timedelta(days=1)
    assert quarter.next().previous() == quarter
    assert Quarter.parse(str(quarter)) == quarter


@pytest.mark.clause("PGM.4")
@pytest.mark.parametrize(
    ("months", "on", "first", "last"),
    [
        (1, date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29)),
        (1, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (3, date(2026, 5, 31), date(2026, 4, 1), date(2026, 6, 30)),
        (6, date(2026, 6, 30), date(2026, 1, 1), date(2026, 6, 30)),
        (6, date(2026, 7, 1), date(2026, 7, 1), date(2026, 12, 31)),
        (4, date(2026, 5, 1), date(2026, 5, 1), date(2026, 8, 31)),
        (12, date(2026, 7, 1), date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_is_a_calendar_period(months: int, on: date, first: date, last: date) -> None:
    """A half-year begins in January or July, a quarter in January, April, July or October, whatever the day asked."""
    assert period_of(months, on) == Period(first, last)


@given(DAYS, RHYTHMS)
@pytest.mark.clause("PGM.4")
def test_periods_tile_the_calendar(on: date, months: int) -> None:
    """Each day lies in one period of the rhythm, and the day after its last begins the next."""
    period = period_of(months, on)
    assert period.first <= on <= period.last
    assert period == period_of(months, period.first) == period_of(months, period.last)
    assert period_of(months, period.last + timedelta(days=1)).first == period.last + timedelta(days=1)
    assert (period.last.year - period.first.year) * 12 + period.last.month - period.first.month == months - 1


@pytest.mark.parametrize("months", [0, -1, 5, 7, 24])
def test_it_rejects_a_rhythm_that_does_not_divide_the_year(months: int) -> None:
    with pytest.raises(AssertionError):
        period_of(months, date(2026, 1, 1))


def test_a_month_begins_on_its_first() -> None:
    assert month_first(date(2024, 2, 29)) == date(2024, 2, 1)
    assert month_first(date(2024, 2, 1)) == date(2024, 2, 1)


@pytest.mark.parametrize(
    ("on", "text"), [(date(2026, 9, 30), "2026Q3"), (date(2026, 9, 29), "2026Q2"), (date(2027, 1, 1), "2026Q4")]
)
def test_the_quarter_that_ended_last_is_the_days_own_on_its_last_day(on: date, text: str) -> None:
    assert str(ended_quarter(on)) == text
