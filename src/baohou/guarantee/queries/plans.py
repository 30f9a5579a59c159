"""The visit plan of a department as it stands: its visits, their planned days, and what changed since acceptance."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from baohou.core.columns import unpack_key
from baohou.core.period import Quarter, quarter_of
from baohou.guarantee.models import AcceptedVisit, Filing, FilingStep, Guarantee, PlannedDate
from baohou.guarantee.queries.access import managed_guarantees
from baohou.guarantee.queries.forms.visit_plan import KIND_OF, PlannedVisit, get_visit_plan
from baohou.guarantee.rules.appointments import Appointment
from baohou.guarantee.rules.planning import Window, filed_for, window_of
from baohou.guarantee.rules.words import DutyKind, FilingKind, FilingVerb, VisitKind
from baohou.kernel.duties.models import Duty
from baohou.kernel.papers.models import Seal
from baohou.kernel.papers.records import find_seal
from baohou.kernel.parties.districts import District, district_of
from baohou.kernel.people.access import Person
from baohou.kernel.people.models import Department

PAPER = "visit_plan"
"""The kind of paper that an accepted plan is sealed as; its number is the filing's."""


@dataclass(frozen=True)
class Since:
    """How a visit differs from the plan as it was accepted.

    ``mark`` is new when it came later, moved when it got another day, handed when only its A manager is another, or
    empty. ``accepted_on`` is the planned day then, ``was_a`` the A manager then, when it is another now.
    """

    mark: str = ""
    accepted_on: date | None = None
    was_a: str = ""


@dataclass(frozen=True)
class PlanRow:
    """A visit of the plan, and what became of it since the plan was accepted."""

    visit: PlannedVisit
    district: District
    window: Window
    by: str
    note: str
    since: Since
    today: date
    appointment: Appointment | None

    @property
    def key(self) -> int:
        return self.visit.key

    @property
    def mark(self) -> str:
        return self.since.mark

    @property
    def accepted_on(self) -> date | None:
        return self.since.accepted_on

    @property
    def was_a(self) -> str:
        return self.since.was_a

    @property
    def planned_on(self) -> date | None:
        return self.visit.planned_on

    @property
    def is_owed(self) -> bool:
        return self.visit.done_on is None

    @property
    def is_undated(self) -> bool:
        """Still to be given a day before the plan can be handed in."""
        return self.is_owed and self.visit.planned_on is None

    @property
    def state(self) -> str:
        """done, late, undated, past (its planned day went by), beyond (planned after it is due) or dated."""
        if self.visit.done_on is not None:
            return "late" if self.visit.late else "done"
        if self.visit.planned_on is None:
            return "undated"
        if self.visit.planned_on < self.today:
            return "past"
        return "dated" if self.window.holds(self.visit.planned_on) else "beyond"


@dataclass(frozen=True)
class GoneVisit:
    """A visit planned or accepted whose duty is not in the plan any more.

    ``because``: lapsed, done (before the quarter), elsewhere (another department's now) or not_owed.
    ``was_accepted``: it stood in the plan when that was accepted.
    """

    key: int
    client_id: int
    client: str
    project_no: str
    kind: VisitKind
    opens_on: date
    planned_on: date | None
    because: str
    on: date | None
    was_accepted: bool


@dataclass(frozen=True)
class Review:
    """How far the plan's filing has come. ``state``: open, handed_in, returned, accepted, or history (imported)."""

    filing: Filing | None
    steps: list[FilingStep]
    seal: Seal | None

    @property
    def state(self) -> str:
        if self.filing is None:
            return "open"
        return FilingVerb(self.steps[-1].verb).code if self.steps else "history"

    @property
    def is_accepted(self) -> bool:
        return self.state == FilingVerb.ACCEPTED.code

    @property
    def last(self) -> FilingStep | None:
        return self.steps[-1] if self.steps else None


@dataclass(frozen=True)
class Plan:
    """``overdue``: visits due before the quarter and still owed; they are made at once and not planned."""

    department: Department
    quarter: Quarter
    rows: list[PlanRow]
    gone: list[GoneVisit]
    review: Review
    overdue: int

    @property
    def undated(self) -> list[PlanRow]:
        return [row for row in self.rows if row.is_undated]

    @property
    def filed_for(self) -> Quarter:
        return filed_for(self.quarter)

    @property
    def fingerprint(self) -> str:
        """See fingerprint_of."""
        return fingerprint_of((row.key, row.planned_on, row.is_owed) for row in self.rows)


def fingerprint_of(visits: Iterable[tuple[int, date | None, bool]]) -> str:
    """Stands for the visits (key, planned day, whether owed) as seen, so that nobody accepts what changed meanwhile."""
    seen = sorted((key, str(planned_on), owed) for key, planned_on, owed in visits)
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def get_plan(*, department: Department, quarter: Quarter, today: date, clients: Sequence[int] | None = None) -> Plan:
    """The plan of a department for a quarter, of some clients when given: what is owed first, then what is done.

    A bounded number of queries.
    """
    found = get_visit_plan(department=department, quarter=quarter, clients=clients)
    review = get_review(department=department, quarter=quarter)
    dates = {one.duty_key: one for one in dates_of(department, clients)}
    accepted = {one.duty_key: one for one in accepted_in(review, clients)}
    rows = [
        row_of(visit, dates.get(visit.key), _since(visit, accepted) if review.is_accepted else Since(), today=today)
        for visit in found.rows
    ]
    rows.sort(key=lambda row: not row.is_owed)
    gone = gone_from(department, quarter, {row.key for row in rows}, dates, accepted)
    return Plan(department, quarter, rows, gone, review, found.overdue)


def get_review(*, department: Department, quarter: Quarter) -> Review:
    """What became of the filing of the plan for a quarter."""
    about = {"quarter": filed_for(quarter).last, "kind": FilingKind.VISIT_PLAN}
    filing = Filing.objects.filter(department=department, **about).select_related("by", "department").first()
    if filing is None:
        return Review(None, [], None)
    steps = list(filing.steps.select_related("by").order_by("pk"))
    return Review(filing, steps, find_seal(kind=PAPER, subject_id=filing.pk))


def list_own_clients(person: Person, *, quarter: Quarter, on: date) -> list[int]:
    """Clients whose A or B manager the person is now, or will be by the end of a quarter."""
    ids: set[int] = set()
    for day in {on, quarter.last}:
        ids.update(managed_guarantees(person.staff_id, on=day).values_list("client_id", flat=True))
    return sorted(ids)


def list_clients_of(keys: Iterable[int]) -> list[int]:
    """The clients that visits are about, by the keys of their duties; unknown projects are left out. One query."""
    parts = [unpack_key(key) for key in keys]
    projects = {subject for kind, subject, _ in parts if kind == DutyKind.ROUTINE_VISIT}
    clients = {subject for kind, subject, _ in parts if kind != DutyKind.ROUTINE_VISIT}
    return sorted(clients | set(Guarantee.objects.filter(pk__in=projects).values_list("client_id", flat=True)))


def tell_accepted_plan(filing: int) -> dict[str, Any] | None:
    """What the paper of an accepted plan says, from the lines kept at acceptance."""
    found = Filing.objects.filter(pk=filing, kind=FilingKind.VISIT_PLAN).select_related("department").first()
    if found is None:
        return None
    lines = AcceptedVisit.objects.filter(filing=found).select_related("client", "manager_a")
    return {
        "department": found.department.name,
        "quarter": str(quarter_of(found.quarter).next()),
        "visits": [
            {
                "client": line.client.id_no,
                "project_no": line.project_no,
                "kind": DutyKind(line.kind).code,
                "opens_on": line.opens_on,
                "due_on": line.due_on,
                "planned_on": line.planned_on,
                "done_on": line.done_on,
                "manager_a": line.manager_a.staff_no,
            }
            for line in lines.order_by("due_on", "duty_key")
        ],
    }


def find_appointment(*, keys: Sequence[int]) -> Appointment | None:
    """The appointment of the first of these visits that has one."""
    arranged = PlannedDate.objects.filter(duty_key__in=keys, arranged_on__isnull=False)
    first = arranged.order_by("planned_on", "duty_key").first()
    return first.appointment if first else None


def dates_of(department: Department, clients: Sequence[int] | None) -> QuerySet[PlannedDate]:
    """All planned days of the clients, or of some, for whom the department has or had a guarantee."""
    ours = Guarantee.objects.filter(department=department)
    if clients is not None:
        ours = ours.filter(client__in=clients)
    return PlannedDate.objects.filter(client__in=ours.values("client_id")).select_related("client", "by")


def accepted_in(review: Review, clients: Sequence[int] | None) -> QuerySet[AcceptedVisit]:
    """The lines of the plan as it was accepted, or those of some clients; none unless it stands accepted."""
    if review.filing is None or not review.is_accepted:
        return AcceptedVisit.objects.none()
    lines = review.filing.accepted_visits.select_related("client", "manager_a")
    return lines if clients is None else lines.filter(client__in=clients)


def _since(visit: PlannedVisit, accepted: dict[int, AcceptedVisit]) -> Since:
    before = accepted.get(visit.key)
    if before is None:
        return Since("new")
    was_a = before.manager_a.name if before.manager_a_id != visit.managers.a_id else ""
    mark = "moved" if before.planned_on != visit.planned_on else "handed" if was_a else ""
    return Since(mark, before.planned_on, was_a)


def row_of(visit: PlannedVisit, date_set: PlannedDate | None, since: Since, *, today: date) -> PlanRow:
    """A visit as it stands in the plan."""
    return PlanRow(
        visit=visit,
        district=district_of(visit.id_no),
        window=window_of(opens_on=visit.opens_on, due_on=visit.due_on, today=today),
        by=date_set.by.name if date_set else "",
        note=date_set.note if date_set else "",
        since=since,
        today=today,
        appointment=date_set.appointment if date_set else None,
    )


def gone_from(
    department: Department,
    quarter: Quarter,
    live: set[int],
    dates: dict[int, PlannedDate],
    accepted: dict[int, AcceptedVisit],
) -> list[GoneVisit]:
    """Visits accepted, or planned for a day of the quarter, that the rules do not put into the plan any more."""
    planned = {key: one for key, one in dates.items() if quarter.first <= one.planned_on <= quarter.last}
    keys = [key for key in {**planned, **accepted} if key not in live]
    duties = {duty.key: duty for duty in Duty.objects.filter(key__in=keys)} if keys else {}
    gone = []
    for key in keys:
        duty, line = duties.get(key), accepted.get(key) or dates[key]
        because, on = _fate(duty, department)
        if because == "elsewhere" and key not in accepted:
            continue
        planned_on = dates[key].planned_on if key in dates else line.planned_on
        kind = KIND_OF[DutyKind(line.kind)]
        told = (line.client_id, line.client.name, line.project_no, kind, line.opens_on)
        gone.append(GoneVisit(key, *told, planned_on, because, on, key in accepted))
    return sorted(gone, key=lambda one: (one.planned_on or one.opens_on, one.client, one.key))


def _fate(duty: Duty | None, department: Department) -> tuple[str, date | None]:
    """Why a duty is not in the plan any more, and since when."""
    if duty is None:
        return "not_owed", None
    if duty.lapsed_on is not None:
        return "lapsed", duty.lapsed_on
    if duty.done_on is not None:
        return "done", duty.done_on
    return ("elsewhere" if duty.department_id not in (None, department.pk) else "not_owed"), None
