"""The visit plan of a department for a quarter (PGM.8, PGM.9): the visits owed in it by rule, done or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db.models import Q, QuerySet

from baohou.core.columns import NEVER, NOBODY, day_number, day_of
from baohou.core.period import Quarter
from baohou.guarantee.models import Guarantee, PlannedDate, Visit
from baohou.guarantee.queries.duties import derive_duties
from baohou.guarantee.queries.forms.portfolio import Graded, Managers, Portfolio
from baohou.guarantee.rules.matters import METHODS, methods_used
from baohou.guarantee.rules.words import DutyKind, VisitKind
from baohou.kernel.people.models import Department
from baohou.kernel.prepared import prepared

KIND_OF = {
    DutyKind.ROUTINE_VISIT: VisitKind.ROUTINE,
    DutyKind.REGULAR_VISIT: VisitKind.REGULAR,
    DutyKind.SPECIAL_VISIT: VisitKind.SPECIAL,
}


@dataclass(frozen=True)
class PlannedVisit:
    """One visit of the plan. The project is the visit's own, or else the one that speaks for the client.

    ``graded`` holds on the day before the quarter, or on the day the duty opens if that is later. ``methods`` are
    those of the visit made, empty while there is none. ``carried``: owed since before the quarter. ``guarantee_id`` is
    the project of a routine visit.
    """

    key: int
    client_id: int
    id_no: str
    client: str
    guarantee_id: int | None
    project_no: str
    graded: Graded
    kind: VisitKind
    opens_on: date
    due_on: date
    done_on: date | None
    planned_on: date | None
    managers: Managers
    methods: tuple[str, ...]
    carried: bool

    @property
    def late(self) -> bool:
        return self.done_on is not None and self.done_on > self.due_on


@dataclass(frozen=True)
class VisitPlan:
    """``by_kind`` counts the visits of each kind; ``overdue`` counts visits due before the quarter and still owed."""

    department: str
    quarter: Quarter
    rows: list[PlannedVisit]
    by_kind: list[tuple[VisitKind, int]]
    clients: int
    overdue: int


@dataclass(frozen=True)
class _Duty:
    key: int
    kind: DutyKind
    client: int
    guarantee: int | None
    department: int | None
    opens_on: date
    due_on: date
    done_on: date | None


def get_visit_plan(*, department: Department, quarter: Quarter, clients: Sequence[int] | None = None) -> VisitPlan:
    """The plan as the facts known now say it: before the quarter what its grades ask for, afterwards what was done.

    In the plan: regular visits whose period touches the quarter, routine and special visits due in it; not those done
    before the quarter, nor those that lapsed. With ``clients`` only their lines. A bounded number of queries, whatever
    the number of clients.
    """
    first, last = quarter.first, quarter.last
    held = held_in(department=department.pk, quarter=quarter)
    if clients is not None:
        held = held.filter(client__in=clients)
    whose = held.values_list("client_id", flat=True)
    portfolio = Portfolio(clients=whose)
    visits = Visit.objects.filter(client__in=whose, visited_on__range=(first, last))
    dates = PlannedDate.objects.filter(client__in=whose).values_list("duty_key", "planned_on")
    frame = derive_duties(on=last, clients=portfolio.clients())
    owed = [_read(row) for row in _owed(frame, quarter).iter_rows(named=True)]
    planner = _Planner(portfolio, visits, dict(dates), quarter)
    ours = [duty for duty in owed if planner.department(duty) == department.pk]
    planned = [duty for duty in ours if _belongs(duty, first, last)]
    rows = [planner.plan(duty) for duty in planned]
    rows.sort(key=lambda row: (row.due_on, row.opens_on, row.client, row.project_no, row.kind))
    return VisitPlan(
        department=department.name,
        quarter=quarter,
        rows=rows,
        by_kind=[(kind, sum(row.kind == kind for row in rows)) for kind in VisitKind],
        clients=len({duty.client for duty in planned}),
        overdue=sum(duty.due_on < first for duty in ours),
    )


def held_in(*, department: int, quarter: Quarter) -> QuerySet[Guarantee]:
    """Guarantees of a department that may ask for a visit in a quarter: issued by its end, in force after its start."""
    in_force = Q(released_on__isnull=True) | Q(released_on__gt=quarter.first)
    return Guarantee.objects.filter(in_force, department=department, issued_on__lte=quarter.last)


def tell_visits(duties: pl.DataFrame, *, quarter: Quarter, dates: dict[int, date]) -> list[PlannedVisit]:
    """The visits of some lines of a plan (queries.planned.LINES), in their order, with their planned days by key.

    A bounded number of queries.
    """
    theirs = duties["client_id"].unique().to_list()
    visits = _visits(theirs, quarter.first, quarter.last)
    planner = _Planner(Portfolio(clients=theirs), visits, dates, quarter)
    return [planner.plan(_read(row)) for row in duties.iter_rows(named=True)]


@prepared
def _visits(clients: list[int], first: date, last: date) -> QuerySet[Visit]:
    return Visit.objects.filter(client__in=clients, visited_on__range=(first, last))


def _owed(frame: pl.DataFrame, quarter: Quarter) -> pl.DataFrame:
    """Of all duties derived those neither lapsed nor done before the quarter: one in seven, after some years."""
    return frame.filter(pl.col("lapsed_on") == NEVER, pl.col("done_on") >= day_number(quarter.first))


def _read(row: dict[str, Any]) -> _Duty:
    opens_on, due_on = day_of(row["opens_on"]), day_of(row["due_on"])
    assert opens_on is not None and due_on is not None, "a duty always opens and falls due"
    return _Duty(
        key=row["key"],
        kind=DutyKind(row["kind"]),
        client=row["client_id"],
        guarantee=None if row["subject_id"] == NOBODY else row["subject_id"],
        department=None if row["department_id"] == NOBODY else row["department_id"],
        opens_on=opens_on,
        due_on=due_on,
        done_on=day_of(row["done_on"]),
    )


def _belongs(duty: _Duty, first: date, last: date) -> bool:
    if duty.kind == DutyKind.REGULAR_VISIT:
        return duty.opens_on <= last and duty.due_on >= first
    return first <= duty.due_on <= last


class _Planner:
    """Turns duties into lines of the plan, from facts at hand."""

    def __init__(self, portfolio: Portfolio, visits: Iterable[Visit], dates: dict[int, date], quarter: Quarter) -> None:
        self._portfolio, self._dates = portfolio, dates
        self._first, self._last = quarter.first, quarter.last  # worked out once, not for each of ten thousand visits
        self._eve = self._first - timedelta(days=1)
        self._visits: defaultdict[tuple[int, date], list[Visit]] = defaultdict(list)
        for visit in visits:
            self._visits[visit.client_id, visit.visited_on].append(visit)

    def department(self, duty: _Duty) -> int | None:
        """The duty's own department, or, when nothing is in force any more on its owner's day, its first day's."""
        if duty.department is not None:
            return duty.department
        project = self._project(duty)
        return project.department_id if project else None

    def plan(self, duty: _Duty) -> PlannedVisit:
        """The line of a duty."""
        project = self._project(duty)
        assert project is not None, "a duty in the plan belongs to a department, so a guarantee stands behind it"
        return PlannedVisit(
            key=duty.key,
            client_id=duty.client,
            id_no=project.client.id_no,
            client=project.client.name,
            guarantee_id=duty.guarantee,
            project_no=project.project_no,
            graded=self._portfolio.graded(client=duty.client, on=max(duty.opens_on, self._eve)),
            kind=KIND_OF[duty.kind],
            opens_on=duty.opens_on,
            due_on=duty.due_on,
            done_on=duty.done_on,
            planned_on=self._dates.get(duty.key),
            managers=self._portfolio.managers(guarantee=project, on=self._owned_on(duty)),
            methods=self._methods(duty),
            carried=duty.opens_on < self._first,
        )

    def _owned_on(self, duty: _Duty) -> date:
        return min(duty.due_on, self._last)

    def _project(self, duty: _Duty) -> Guarantee | None:
        if duty.guarantee is not None:
            return self._portfolio.guarantee(client=duty.client, number=duty.guarantee)
        speaking = self._portfolio.speaking(client=duty.client, on=self._owned_on(duty))
        return speaking or self._portfolio.speaking(client=duty.client, on=duty.opens_on)

    def _methods(self, duty: _Duty) -> tuple[str, ...]:
        """Short names of the methods used by the visits that did the duty."""
        if duty.done_on is None:
            return ()
        made = self._visits[duty.client, duty.done_on]
        of_kind = [visit for visit in made if visit.kind == KIND_OF[duty.kind]] or made
        used = {code for visit in of_kind for code in methods_used(visit.methods, visit.findings)}
        return tuple(method.short for method in METHODS if method.code in used)
