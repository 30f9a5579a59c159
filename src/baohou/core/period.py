"""Civil periods: months, periods of whole months that divide the year, and quarters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from baohou.core.errors import Refused

MONTHS = 12


class NotAQuarter(Refused):
    """A text that should name a quarter does not."""

    def __init__(self, text: str) -> None:
        super().__init__("core.period.not_a_quarter", "“%(text)s”不是季度：应写成 2026Q3", text=text)


@dataclass(frozen=True, order=True)
class Period:
    """The days from ``first`` to ``last``, both included."""

    first: date
    last: date


@dataclass(frozen=True, order=True)
class Quarter:
    """A calendar quarter; its text is "2026Q3"."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """The quarter that "2026Q3" names; NotAQuarter for any other text."""
        found = re.fullmatch(r"([0-9]{4})[Qq]([1-4])", text.strip())
        if found is None or found[1] == "0000":
            raise NotAQuarter(text)
        return cls(int(found[1]), int(found[2]))

    @property
    def first(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def last(self) -> date:
        return _last_day(self.year, self.number)

    def next(self) -> Quarter:
        return quarter_of(self.last + timedelta(days=1))

    def previous(self) -> Quarter:
        return quarter_of(self.first - timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.number}"


@lru_cache(maxsize=1024)
def _last_day(year: int, number: int) -> date:
    """Of a quarter; a page of all departments asks for the same few a thousand times."""
    return period_of(3, Quarter(year, number).first).last


def quarter_of(on: date) -> Quarter:
    """The quarter that a day lies in."""
    return Quarter(on.year, (on.month + 2) // 3)


def ended_quarter(on: date) -> Quarter:
    """The quarter that ends with a day, or that ended last before it."""
    quarter = quarter_of(on)
    return quarter if on == quarter.last else quarter.previous()


def month_first(on: date) -> date:
    """The first day of the month that a day lies in."""
    return on.replace(day=1)


def period_of(months: int, on: date) -> Period:
    """The calendar period of so many months that a day lies in; the months must divide the year (PGM.4)."""
    assert months > 0 and MONTHS % months == 0, f"{months} months do not divide the year"
    start = (on.month - 1) // months * months
    first = date(on.year, start + 1, 1)
    end = start + months
    if end == MONTHS:
        return Period(first, date(on.year, 12, 31))
    return Period(first, date(on.year, end + 1, 1) - timedelta(days=1))
