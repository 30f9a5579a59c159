"""One visit as its page shows it, and the visits that someone could take along to the clients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from baohou.guarantee.models import Guarantee, Visit, VisitSubmission
from baohou.guarantee.queries.access import managed_guarantees, visible_clients, visible_duties
from baohou.guarantee.queries.late_records import find_late, recorded_on
from baohou.guarantee.queries.pages.duties import VISITS, DutyRow, describe, with_names
from baohou.guarantee.queries.pages.finding import among
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
from baohou.guarantee.rules.words import VisitKind
from baohou.kernel.papers import records
from baohou.kernel.papers.records import Checked
from baohou.kernel.people.access import Person, Reach

MOST_TO_TAKE = 50
"""So many duties the page lists, the most pressing first."""


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


def list_to_visit(person: Person, *, on: date) -> list[ToVisit]:
    """Clients whom the person owes a visit, the most pressing first: the first MOST_TO_TAKE duties. Two queries."""
    owed = visible_duties(person, on=on).filter(owner_id=person.staff_id, done_on__isnull=True, lapsed_on__isnull=True)
    visits = with_names(owed.filter(kind__in=VISITS, party__isnull=False)).order_by("due_on", "key")[:MOST_TO_TAKE]
    clients: dict[int, ToVisit] = {}
    for row in describe(visits, today=on):
        assert row.client_id is not None
        clients.setdefault(row.client_id, ToVisit(row.client_id, row.client_name, [])).rows.append(row)
    return list(clients.values())
