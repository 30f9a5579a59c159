"""How full the weeks of a plan are: the visits planned by each A manager, from Monday to Sunday within the quarter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from baohou.core.period import Quarter
from baohou.guarantee.queries.pages.plan_table import PlanTable
from baohou.kernel.calendar import get_work_calendar
from baohou.kernel.people.models import Staff


@dataclass(frozen=True)
class Week:
    """A week as far as it lies in the quarter, and its working days."""

    first: date
    last: date
    working_days: int


@dataclass(frozen=True)
class PersonWeeks:
    """A person's planned visits of each week."""

    person: int
    name: str
    visits: list[int]

    @property
    def total(self) -> int:
        return sum(self.visits)


@dataclass(frozen=True)
class WeeklyLoad:
    """The weeks of a quarter, and everyone who has visits in it, the busiest first."""

    weeks: list[Week]
    people: list[PersonWeeks]


def weeks_of(plan: PlanTable) -> WeeklyLoad:
    """The load of a plan by weeks: added up from its days, with one query for the names."""
    weeks = list(_weeks(plan.quarter))
    loads = plan.load()
    names = dict(Staff.objects.filter(pk__in=list(loads)).values_list("pk", "name"))
    people = [
        PersonWeeks(
            person,
            names[person],
            [sum(many for day, many in days.items() if week.first <= day <= week.last) for week in weeks],
        )
        for person, days in loads.items()
    ]
    return WeeklyLoad(weeks, sorted(people, key=lambda one: (-one.total, one.name, one.person)))


def _weeks(quarter: Quarter) -> Iterator[Week]:
    calendar = get_work_calendar()
    first = quarter.first
    while first <= quarter.last:
        last = min(first + timedelta(days=6 - first.weekday()), quarter.last)
        yield Week(first, last, len(calendar.working_days(first, last)))
        first = last + timedelta(days=1)
