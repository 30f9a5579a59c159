"""The grid of a quarter's grading: what happened to each client in the quarter, beside what is proposed for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from baohou.core.money import sum_by_currency
from baohou.core.period import Quarter
from baohou.guarantee.models import FilingStep, GradeChange, Guarantee, Measure, Proposal, Visit
from baohou.guarantee.queries.access import managed_guarantees, visible_clients
from baohou.guarantee.queries.grading import GradingTable, State, find_tables
from baohou.guarantee.queries.grading_lines import NOW_WATCHED, Line, Lines
from baohou.guarantee.queries.pages.clients import in_force, managers_on
from baohou.guarantee.queries.pages.duties import VISITS
from baohou.guarantee.queries.pending import pending_grades
from baohou.guarantee.queries.report_duties import report_duties
from baohou.guarantee.rules.words import DutyKind, Grade
from baohou.kernel.approvals.queries import Pending
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.access import Person, Reach
from baohou.kernel.people.models import Department, Staff
from baohou.kernel.prepared import prepared

PAGE = 200
SHOWS = ("", "open", "changed", "watched", "mine")
"""The filters of the grid: everyone, not graded yet, changed, watch and risk, one's own clients."""


@dataclass(frozen=True)
class Row:
    """A client on the grid: the quarter's visits and visits not made in time, and the last visit's summary."""

    line: Line
    manager: str
    amounts: dict[str, int]
    since: date | None
    visits: int
    last_visit: date | None
    note: str
    late: int
    proposal: Proposal | None
    measure: Measure | None
    later: GradeChange | None
    pending: tuple[Pending, ...]

    @property
    def said(self) -> tuple[object, ...]:
        """All that a line of the grid says of it."""
        made = (self.proposal.by.name, self.proposal.act.at) if self.proposal else None
        filed = self.actions if self.measure else None
        later = (self.later.effective_on, self.later.grade, self.later.because) if self.later else None
        held = (self.manager, tuple(self.amounts.items()), self.since)
        return self.line, *held, self.visits, self.last_visit, self.note, self.late, made, filed, later, self.pending

    @property
    def actions(self) -> int:
        """How many actions the measure has."""
        return self.measure.count if self.measure else 0  # type: ignore[attr-defined]

    @property
    def later_grade(self) -> Grade | None:
        """The grade given by hand after the table was accepted."""
        return Grade(self.later.grade) if self.later else None


@dataclass(frozen=True)
class GradingPage:
    """One page of the grid; ``after`` is the client behind whom the next begins, or empty."""

    rows: list[Row]
    count: int
    after: str


@dataclass(frozen=True)
class DepartmentTable:
    """How far a department's table has come."""

    department: Department
    state: State
    step: FilingStep | None
    proposed: int
    due_on: date | None


def reachable(person: Person, *, on: date) -> list[int] | None:
    """The clients whose grades a person may propose: one's own; None for all of a department that one sees whole."""
    if person.reach is not Reach.OWN:
        return None
    return list(visible_clients(person, on=on).values_list("pk", flat=True))


def get_page(table: GradingTable, person: Person, *, show: str, after: str, on: date, most: int = PAGE) -> GradingPage:
    """The first rows of the table by name, behind the client ``after``. Eleven queries, however many rows."""
    lines = _shown(table, person, show, on)
    first = lines.behind(after)
    page = lines[first : first + most]
    more = str(page[-1].client_id) if first + most < len(lines) else ""
    return GradingPage(get_rows(table, page, on=on), len(lines), more)


def get_rows(table: GradingTable, lines: Sequence[Line], *, on: date) -> list[Row]:
    """Lines of the table with what happened to their clients in the quarter, up to ``on``."""
    clients, quarter = [line.client_id for line in lines], table.quarter
    held = _held(clients, quarter.last)
    managers = managers_on([guarantee for those in held.values() for guarantee in those], on=quarter.last)
    since, visits = _since(clients, quarter.last), _visits(clients, quarter)
    late = dict(_late(clients, quarter.first, quarter.last, on))
    made = {one.client_id: one for one in _proposed(clients, quarter.last)}
    measures = {one.client_id: one for one in _filed(clients, quarter.last)}
    later, pending = _later(table, clients), pending_grades(clients)
    rows = []
    for line in lines:
        mine, seen = held[line.client_id], visits[line.client_id]
        rows.append(
            Row(
                line=line,
                manager=_manager(mine, managers),
                amounts=sum_by_currency((guarantee.currency, guarantee.amount_fen) for guarantee in mine),
                since=since.get(line.client_id),
                visits=len(seen),
                last_visit=seen[-1][0] if seen else None,
                note=next((summary for _, summary in reversed(seen) if summary), ""),
                late=late.get(line.client_id, 0),
                proposal=made.get(line.client_id),
                measure=measures.get(line.client_id),
                later=later.get(line.client_id),
                pending=pending.get(line.client_id, ()),
            )
        )
    return rows


def with_measures(rows: Sequence[Row], quarter: Quarter) -> list[Row]:
    """The rows with those who conferred about each measure, and who does what by when. Two queries more."""
    clients = [row.line.client_id for row in rows if row.measure]
    people = _measures(clients, quarter.last).select_related("department_manager", "manager_a", "manager_b")
    whole = {one.client_id: one for one in people.prefetch_related("actions__responsible")}
    return [replace(row, measure=whole.get(row.line.client_id)) for row in rows]


def find_due(table: GradingTable) -> date | None:
    """The last day on which the table is handed in in time; None when no duty was derived."""
    duties = report_duties(DutyKind.CLASSIFICATION_REPORT, lasts=[table.quarter.last])
    duty = duties.filter(department=table.department).first()
    return duty.due_on if duty else None


def list_tables(person: Person, quarter: Quarter) -> list[DepartmentTable]:
    """The tables owed or filed for a quarter within the person's reach, those that wait first. Four queries."""
    owed = report_duties(DutyKind.CLASSIFICATION_REPORT, lasts=[quarter.last])
    due = dict(owed.values_list("department_id", "due_on"))
    filed = find_tables(quarter.last)
    proposed = Proposal.objects.filter(quarter=quarter.last).order_by().values("department")
    counts = dict(proposed.annotate(n=Count("pk")).values_list("department", "n"))
    departments = Department.objects.filter(pk__in={*due, *filed, *counts}).order_by("name")
    tables = [
        DepartmentTable(d, *filed.get(d.pk, (State.OPEN, None)), counts.get(d.pk, 0), due.get(d.pk))
        for d in departments
        if person.sees_department(d.pk)
    ]
    return sorted(tables, key=lambda one: one.state is not State.HANDED_IN)


def _shown(table: GradingTable, person: Person, show: str, on: date) -> Lines:
    if show == "open":
        return table.ungraded
    if show == "changed":
        return table.changed
    if show == "watched":
        return table.lines.where(NOW_WATCHED)
    if show == "mine":
        return table.lines.of(list(managed_guarantees(person.staff_id, on=on).values_list("client_id", flat=True)))
    return table.lines


def _held(clients: list[int], on: date) -> dict[int, list[Guarantee]]:
    held: dict[int, list[Guarantee]] = defaultdict(list)
    for guarantee in _guarantees(clients, on):
        held[guarantee.client_id].append(guarantee)
    return held


def _manager(held: list[Guarantee], managers: dict[int, tuple[Staff, Staff | None]]) -> str:
    voice = max(held, key=lambda guarantee: (guarantee.issued_on, guarantee.project_no), default=None)
    return managers[voice.pk][0].name if voice else ""


def _since(clients: list[int], on: date) -> dict[int, date]:
    """The first day of the unbroken run of each client's grade."""
    since: dict[int, date] = {}
    last: dict[int, int] = {}
    for client, grade, day in _given(clients, on):
        if last.get(client) != grade:
            since[client], last[client] = day, grade
    return since


def _visits(clients: list[int], quarter: Quarter) -> dict[int, list[tuple[date, str]]]:
    visits: dict[int, list[tuple[date, str]]] = defaultdict(list)
    for client, day, summary in _made(clients, quarter.first, quarter.last):
        visits[client].append((day, summary))
    return visits


@prepared
def _late(clients: list[int], first: date, last: date, on: date) -> QuerySet[Duty, tuple[int, int]]:
    """Visits that were due in the quarter and made late, or not at all, by client."""
    undone = Q(done_on__isnull=True, lapsed_on__isnull=True, due_on__lt=on)
    due = Duty.objects.filter(party__in=clients, kind__in=list(VISITS), due_on__range=(first, last))
    late = due.filter(undone | Q(done_on__gt=F("due_on"))).order_by().values("party")
    return late.annotate(n=Count("pk")).values_list("party", "n")


@prepared
def _guarantees(clients: list[int], on: date) -> QuerySet[Guarantee]:
    return Guarantee.objects.filter(in_force(on), client__in=clients).select_related("manager_a", "manager_b")


@prepared
def _given(clients: list[int], on: date) -> QuerySet[GradeChange, tuple[int, int, date]]:
    given = GradeChange.objects.filter(client__in=clients, effective_on__lte=on).order_by("effective_on")
    return given.values_list("client_id", "grade", "effective_on")


@prepared
def _made(clients: list[int], first: date, last: date) -> QuerySet[Visit, tuple[int, date, str]]:
    made = Visit.objects.filter(client__in=clients, visited_on__range=(first, last)).order_by("visited_on", "pk")
    return made.values_list("client_id", "visited_on", "summary")


@prepared
def _proposed(clients: list[int], quarter: date) -> QuerySet[Proposal]:
    proposals = Proposal.objects.filter(quarter=quarter, client__in=clients).defer("stated")
    return proposals.select_related("by", "act")


@prepared
def _filed(clients: list[int], quarter: date) -> QuerySet[Measure]:
    return _measures(clients, quarter)


def _measures(clients: list[int], quarter: date) -> QuerySet[Measure]:
    return Measure.objects.filter(quarter=quarter, client__in=clients).annotate(count=Count("actions"))


def _later(table: GradingTable, clients: Sequence[int]) -> dict[int, GradeChange]:
    """Grades given by hand after the table was accepted, for days from its quarter to the next quarter's end."""
    accepted = table.accepted
    if accepted is None:
        return {}
    days = (table.quarter.first, table.quarter.next().last)
    given = GradeChange.objects.filter(client__in=clients, effective_on__range=days, act__gt=accepted.act_id)
    given = given.exclude(act__verb="grades.take_table").select_related("by").order_by("effective_on")
    return {change.client_id: change for change in given}
