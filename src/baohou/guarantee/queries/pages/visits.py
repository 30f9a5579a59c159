"""One visit as its page shows it, and the visits that someone could take along to the clients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from baohou.core.places import read_place
from baohou.guarantee.models import Guarantee, Visit, VisitSubmission
from baohou.guarantee.queries.access import managed_guarantees, visible_clients
from baohou.guarantee.queries.late_records import find_late, recorded_on
from baohou.guarantee.queries.pages.duties import VISITS, DutyRow, behind, describe, with_names
from baohou.guarantee.queries.pages.finding import among
from baohou.guarantee.queries.pages.worklist import owed_duties
from baohou.guarantee.queries.sealed_visits import Record, check_url, get_records
from baohou.guarantee.rules.appointments import Appointment, appointment_of
from baohou.guarantee.rules.matters import (
    CLIENT_OPINION,
    METHODS,
    NOT_SIGNED,
    Matter,
    Method,
    finding,
    matters_told,
    method_finding,
    methods_used,
    other_methods,
)
from baohou.guarantee.rules.words import DutyKind, VisitKind
from baohou.kernel.duties.models import Duty
from baohou.kernel.papers import records
from baohou.kernel.papers.records import Checked
from baohou.kernel.people.access import Person, Reach

MOST_TO_TAKE = 50
"""So many visits stand on a page, the most pressing first."""


FEW_CLIENTS = 2000
"""Of so many clients the visits are read and put in order; those of more are met often enough in the order of days."""


@dataclass(frozen=True)
class Sheet:
    """A visit with all that was told of it. ``checked`` compares it with its seal; None when it has none.

    ``passed`` is the due day of its duty when that had passed before the visit was recorded, on ``recorded_on``.
    """

    visit: Visit
    kind: VisitKind
    sent: VisitSubmission | None
    matters: list[tuple[Matter, str]]
    methods: list[tuple[Method, str]]
    other_methods: str
    opinion: str
    not_signed: str
    appointment: Appointment | None
    record: Record
    checked: Checked | None
    check_url: str
    recorded_on: date | None
    passed: date | None


def latest_visits(person: Person, *, on: date, dense: bool) -> QuerySet[Visit]:
    """The visits to clients within the person's reach, the latest first.

    ``dense``: nothing but days narrows them, so that of a large department's the next is never far in the order.
    """
    latest = Visit.objects.order_by("-visited_on", "-pk")
    if person.reach is Reach.ALL:
        return latest
    clients = visible_clients(person, on=on).order_by().values("pk")
    if person.reach is Reach.OWN or not dense:
        return latest.filter(client__in=clients)
    ours = Guarantee.objects.filter(department_id__in=person.department_ids).order_by().values("client_id")
    if ours[: FEW_CLIENTS + 1].count() <= FEW_CLIENTS:
        return latest.filter(client__in=clients)
    if person.stands_for:
        ours = ours.union(managed_guarantees(*person.staff_ids, on=on).order_by().values("client_id"))
    return latest.filter(among(ours, column="client_id"))


def get_sheet(visit: Visit) -> Sheet:
    """Everything of a visit (fetched with its client, guarantee and visitor), in a fixed number of queries."""
    record = get_records(visits=[visit.pk]).get(visit.pk, Record())
    kind, findings = VisitKind(visit.kind), visit.findings
    used = methods_used(visit.methods, findings)
    return Sheet(
        visit=visit,
        kind=kind,
        sent=VisitSubmission.objects.select_related("by").filter(visit=visit).first(),
        matters=matters_told(kind, findings),
        methods=[(method, method_finding(findings, method)) for method in METHODS if method.code in used],
        other_methods=other_methods(visit.methods),
        opinion=finding(findings, CLIENT_OPINION),
        not_signed=finding(findings, NOT_SIGNED),
        appointment=appointment_of(findings),
        record=record,
        checked=records.check(record.seal) if record.seal else None,
        check_url=check_url(record.seal.code) if record.seal else "",
        recorded_on=recorded_on(visit),
        passed=find_late([visit]).get(visit.pk),
    )


@dataclass(frozen=True)
class ToVisit:
    """A client whom someone owes visits, the most pressing first."""

    client_id: int
    client_name: str
    rows: list[DutyRow]


@dataclass(frozen=True)
class ToTake:
    """A page of those to visit, how many visits are late on it, and where the next page begins; "" behind the last."""

    clients: list[ToVisit]
    late: int
    after: str


def list_to_visit(person: Person, *, on: date, as_b: bool = False, after: str = "") -> ToTake:
    """Clients to whom the person goes, the most pressing first, MOST_TO_TAKE visits a page. Four queries.

    As My work has it: what the person owes, with what was handed over to and by the person, and what those owe whose
    deputy the person is. ``as_b``: what others owe to clients of whom the person is B manager.
    """
    visits = _as_b(person, on) if as_b else owed_duties(person, on=on, whose="carried")
    visits = with_names(visits.filter(kind__in=VISITS, party__isnull=False)).order_by("due_on", "key")
    place = read_place(after)
    page = list((behind(visits, *place) if place else visits)[: MOST_TO_TAKE + 1])
    clients: dict[int, ToVisit] = {}
    rows = describe(page[:MOST_TO_TAKE], today=on)
    for row in rows:
        assert row.client_id is not None
        clients.setdefault(row.client_id, ToVisit(row.client_id, row.client_name, [])).rows.append(row)
    more = f"{rows[-1].due_on}.{rows[-1].key}" if len(page) > MOST_TO_TAKE else ""
    return ToTake(list(clients.values()), sum(row.state == "overdue" for row in rows), more)


def _as_b(person: Person, on: date) -> QuerySet[Duty]:
    """What others owe about guarantees, or to clients of guarantees, of which the person is B manager on a day."""
    with_b = managed_guarantees(*person.staff_ids, on=on, as_b_only=True)
    routine = Q(kind=DutyKind.ROUTINE_VISIT)
    theirs = routine & Q(subject_id__in=with_b.values("pk")) | ~routine & Q(party_id__in=with_b.values("client_id"))
    owed = Duty.objects.filter(theirs, opens_on__lte=on, done_on__isnull=True, lapsed_on__isnull=True)
    return owed.exclude(owner__in=person.staff_ids)
