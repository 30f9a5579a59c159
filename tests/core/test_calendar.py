"""Working days: weekends, holidays, make-up days, and years not published yet."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from baohou.core.calendar import WorkCalendar

NATIONAL = WorkCalendar(
    holidays={date(2026, 10, day): "国庆节" for day in range(1, 8)},
    made_up={date(2026, 9, 20): "国庆节", date(2026, 10, 10): "国庆节"},
    published=frozenset({2026}),
)


def test_a_holiday_is_off_and_its_make_up_day_is_worked() -> None:
    """National Day 2026: off from Thursday 1 to Wednesday 7 October, Saturday the 10th is worked."""
    assert [day.day for day in NATIONAL.working_days(date(2026, 10, 1), date(2026, 10, 13))] == [8, 9, 10, 12, 13]


def test_without_data_only_weekends_are_off() -> None:
    """2027-10-01 is a Friday: nobody has published that it is off."""
    assert NATIONAL.is_working(date(2027, 10, 1))
    assert not NATIONAL.is_published(date(2027, 10, 1))
    assert NATIONAL.is_published(date(2026, 1, 4))


def test_shifting_counts_working_days() -> None:
    """One working day after 30 September is the 8th; one before the 8th is 30 September; by none it stays."""
    assert NATIONAL.shift(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert NATIONAL.shift(date(2026, 10, 8), -1) == date(2026, 9, 30)
    assert NATIONAL.shift(date(2026, 10, 3), 0) == date(2026, 10, 3)


@given(day=st.dates(date(2026, 1, 1), date(2027, 12, 31)), by=st.integers(-40, 40).filter(bool))
def test_a_shifted_day_is_worked_and_comes_back(day: date, by: int) -> None:
    there = NATIONAL.shift(day, by)
    assert NATIONAL.is_working(there)
    assert len(NATIONAL.working_days(min(day, there), max(day, there))) == abs(by) + NATIONAL.is_working(day)
