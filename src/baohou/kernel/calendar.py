"""China's working days, for the years whose holidays the State Council has published."""

from __future__ import annotations

from functools import cache

from chinese_calendar import Holiday
from chinese_calendar.constants import holidays, workdays

from baohou.core.calendar import WorkCalendar


@cache
def get_work_calendar() -> WorkCalendar:
    """The calendar as the installed data knows it; a later year is guessed by the weekday (``is_published``)."""
    names = {holiday.value: holiday.chinese for holiday in Holiday}
    return WorkCalendar(
        holidays={day: names[name] for day, name in holidays.items()},
        made_up={day: names[name] for day, name in workdays.items()},
        published=frozenset(day.year for day in holidays),
    )
