"""Working days: weekends, public holidays, and the weekend days worked in their stead (补班)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

_SATURDAY = 5


@dataclass(frozen=True)
class WorkCalendar:
    """The working days of the years whose holidays are published; of other years all but weekends.

    ``holidays``: days off by the name of their holiday. ``made_up``: weekend days worked, by the holiday's name.
    ``published``: the years for which both are known.
    """

    holidays: Mapping[date, str] = field(default_factory=dict)
    made_up: Mapping[date, str] = field(default_factory=dict)
    published: frozenset[int] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether people work on a day."""
        return day in self.made_up or (day.weekday() < _SATURDAY and day not in self.holidays)

    def is_published(self, day: date) -> bool:
        """Whether the holidays of the day's year are known, or its working days only guessed by the weekday."""
        return day.year in self.published

    def working_days(self, first: date, last: date) -> list[date]:
        """The working days from one day to another, both included."""
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [day for day in days if self.is_working(day)]

    def shift(self, day: date, by: int) -> date:
        """So many working days later, or earlier when negative; by 0 the day itself, working or not."""
        step = timedelta(days=1 if by > 0 else -1)
        left = abs(by)
        while left:
            day += step
            left -= self.is_working(day)
        return day
