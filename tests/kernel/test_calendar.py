"""China's calendar as its data says."""

from __future__ import annotations

from datetime import date

import pytest

from baohou.kernel.calendar import get_work_calendar
from baohou.kernel.parties.districts import UNKNOWN, District, district_of

pytestmark = pytest.mark.clause("PGM.8")


def test_national_day_2026_is_off_and_two_weekend_days_are_worked_for_it() -> None:
    """1 to 7 October off; Sunday 20 September and Saturday 10 October worked."""
    calendar = get_work_calendar()
    assert {day for day in calendar.holidays if day.year == 2026 and day.month == 10} == {
        date(2026, 10, day) for day in range(1, 8)
    }
    assert calendar.holidays[date(2026, 10, 1)] == "国庆节"
    assert calendar.is_working(date(2026, 9, 20))
    assert calendar.made_up[date(2026, 10, 10)] == "国庆节"
    assert [day.day for day in calendar.working_days(date(2026, 10, 1), date(2026, 10, 11))] == [8, 9, 10]


def test_the_spring_festival_is_worked_for_before_and_after() -> None:
    """2026-02-14 and 2026-02-28, both Saturdays."""
    calendar = get_work_calendar()
    assert calendar.is_working(date(2026, 2, 14))
    assert calendar.is_working(date(2026, 2, 28))
    assert not calendar.is_working(date(2026, 2, 17))


def test_a_year_nobody_has_published_is_a_guess() -> None:
    calendar = get_work_calendar()
    assert calendar.is_published(date(2026, 6, 1))
    assert not calendar.is_published(date(2099, 6, 1))


def test_the_identity_number_names_the_district() -> None:
    """A firm's from its third character on, a person's from its first; a county below its city, a city once."""
    assert district_of("91330100799655058B") == District("330100", "杭州市")
    assert district_of("91110105802100433B") == District("110105", "北京市朝阳区")
    assert district_of("330106199001011234") == District("330106", "杭州市西湖区")
    assert district_of("429004199001011234") == District("429004", "湖北省仙桃市")


def test_a_number_that_names_no_district_is_known_to_be_unknown() -> None:
    """A passport, and a code that was never given out."""
    assert district_of("X:P1234567") == UNKNOWN
    assert district_of("91999900799655058B") == UNKNOWN
