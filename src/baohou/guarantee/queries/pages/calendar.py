"""The worklist as a calendar: open duties by the day they are due, counted, with the first few of each day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from baohou.guarantee.queries.pages.duties import DutyRow, describe, owed_duties, with_names
from baohou.guarantee.queries.pages.filters import EVERYTHING, WorkFilters
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.access import Person

FIRST_FEW: Final = 3
"""So many lines of a day stand in the month; the week of a phone shows as many."""
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True)
class Mark:
    """What kind of day it is, in words: 节假日, 调休上班. ``works`` says whether people work."""

    said: str
    works: bool


@dataclass(frozen=True)
class Entry:
    """Something on a day that is no duty: a visit planned."""

    said: str
    url: str


Marks = Callable[[date, date], dict[date, Mark]]
Entries = Callable[[Person, date, date, date], dict[date, list[Entry]]]
"""(person, business day, first day, last day) → entries; a bounded number of queries."""

_MARKS: list[Marks] = []
_ENTRIES: list[Entries] = []


def register_marks(source: Marks) -> None:
    """Have holidays and the like shown."""
    if source not in _MARKS:
        _MARKS.append(source)


def register_entries(source: Entries) -> None:
    """Have more than duties shown, such as planned dates."""
    if source not in _ENTRIES:
        _ENTRIES.append(source)


@dataclass(frozen=True)
class Day:
    """One day of the calendar; ``rows`` are the first few of ``count`` duties."""

    on: date
    in_month: bool
    today: date
    count: int
    rows: list[DutyRow]
    mark: Mark | None
    entries: list[Entry] = field(default_factory=list)

    @property
    def is_today(self) -> bool:
        return self.on == self.today

    @property
    def is_past(self) -> bool:
        return self.on < self.today

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


@dataclass(frozen=True)
class Month:
    """Whole weeks, Monday first, that hold a month; ``week`` is the one that a phone shows."""

    first: date
    weeks: list[list[Day]]
    week: list[Day]

    @property
    def before(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date:
        return (self.first + timedelta(days=32)).replace(day=1)

    @property
    def week_before(self) -> date:
        return self.week[0].on - _WEEK

    @property
    def week_after(self) -> date:
        return self.week[0].on + _WEEK

    @property
    def count(self) -> int:
        """Open duties due in the month."""
        return sum(day.count for week in self.weeks for day in week if day.in_month)


def get_month(
    person: Person,
    *,
    on: date,
    whose: str,
    month: date | None = None,
    week: date | None = None,
    filters: WorkFilters = EVERYTHING,
) -> Month:
    """The month of a day (the business day's unless asked), with the week to show where there is little room.

    A week that is asked for decides the month. A fixed number of queries, whatever the number of duties.
    """
    shown = week or (month if month and (month.year, month.month) != (on.year, on.month) else on)
    monday = shown - timedelta(days=shown.weekday())
    middle = week and monday + timedelta(days=3)
    first = (middle or month or on).replace(day=1)
    begin = first - timedelta(days=first.weekday())
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    end = last + timedelta(days=6 - last.weekday())
    owed = owed_duties(person, on=on, whose=whose, filters=filters)
    owed = owed.filter(due_on__range=(min(begin, monday), max(end, monday + timedelta(days=6))))
    counts = dict(owed.order_by().values("due_on").annotate(n=Count("pk")).values_list("due_on", "n"))
    rows = _first_few(owed, on) if counts else {}
    marks = {day: mark for source in _MARKS for day, mark in source(begin, end).items()}
    entries = _entries(person, on, begin, end)

    def day(at: date) -> Day:
        return Day(
            on=at,
            in_month=(at.year, at.month) == (first.year, first.month),
            today=on,
            count=counts.get(at, 0),
            rows=rows.get(at, []),
            mark=marks.get(at),
            entries=entries.get(at, []),
        )

    mondays = [begin + n * _WEEK for n in range(((end - begin).days + 1) // 7)]
    return Month(first, [_week(at, day) for at in mondays], _week(monday, day))


def _week(monday: date, day: Callable[[date], Day]) -> list[Day]:
    return [day(monday + timedelta(days=n)) for n in range(7)]


def _first_few(owed: Iterable[Duty], on: date) -> dict[date, list[DutyRow]]:
    """The first few duties of each day. Two queries."""
    place = Window(RowNumber(), partition_by=[F("due_on")], order_by=[F("key").asc()])
    few = with_names(owed.annotate(place=place).filter(place__lte=FIRST_FEW).order_by("due_on", "key"))  # type: ignore[attr-defined]
    found: dict[date, list[DutyRow]] = defaultdict(list)
    for row in describe(few, today=on):
        found[row.due_on].append(row)
    return found


def _entries(person: Person, on: date, begin: date, end: date) -> dict[date, list[Entry]]:
    found: dict[date, list[Entry]] = defaultdict(list)
    for source in _ENTRIES:
        for day, entries in source(person, on, begin, end).items():
            found[day] += entries
    return found
