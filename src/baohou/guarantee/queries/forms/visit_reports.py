"""The client visit reports of a department and quarter (PGM.11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from baohou.core.period import Quarter
from baohou.guarantee.models import Guarantee, Visit
from baohou.guarantee.queries.forms.portfolio import Amounts, Graded, Managers, Portfolio, sum_amounts
from baohou.guarantee.queries.sealed_visits import Record, get_records
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
from baohou.kernel.people.models import Department


@dataclass(frozen=True)
class MethodUsed:
    """One of the four methods on the form: used or not, and what it found (PGM.6)."""

    method: Method
    used: bool
    found: str


@dataclass(frozen=True)
class VisitReport:
    """One visit as its report shows it; the project is the visit's own, or else the one that spoke for the client.

    ``in_force`` is what the company guaranteed for the client on that day. ``matters`` are those that the kind of
    visit asks, then any other that was written down. ``methods_text`` lists what was noted beside the four methods.
    """

    number: str
    client: str
    id_no: str
    project: Guarantee
    in_force: Amounts
    guarantees: int
    graded: Graded
    managers: Managers
    visit: Visit
    kind: VisitKind
    by: str
    matters: list[tuple[Matter, str]]
    methods: list[MethodUsed]
    methods_text: str
    opinion: str
    not_signed: str
    appointment: Appointment | None
    department: str
    record: Record


def report_number(visit: Visit) -> str:
    """The number that a visit's report bears."""
    return f"HF{visit.visited_on:%Y%m%d}-{visit.pk:04d}"


def list_visit_reports(*, department: Department, quarter: Quarter) -> list[VisitReport]:
    """Reports of the quarter's visits to clients that were the department's on the day of the visit, by day.

    A visit that names a project of another client has no report until that is mended. Eleven queries at most, and those
    of the rule book.
    """
    made = Visit.objects.filter(visited_on__range=(quarter.first, quarter.last))
    owned = Guarantee.objects.filter(department=department, client__in=made.values("client_id"))
    clients = owned.values_list("client_id", flat=True)
    portfolio = Portfolio(clients=clients)
    visits = list(made.filter(client__in=clients).select_related("client", "guarantee").order_by("visited_on", "pk"))
    kept = get_records(visits=[visit.pk for visit in visits])
    return [
        _report(portfolio, visit, speaking, department.name, kept.get(visit.pk, Record()))
        for visit in visits
        if (speaking := portfolio.speaking(client=visit.client_id, on=visit.visited_on))
        and speaking.department_id == department.pk
        and (visit.guarantee is None or visit.guarantee.client_id == visit.client_id)
    ]


def get_visit_report(*, visit: Visit) -> VisitReport | None:
    """The report of one visit (fetched with its client and guarantee), under the department that spoke for the client.

    None when no guarantee was in force that day, or when the visit names another client's project.
    """
    held = Guarantee.objects.filter(client=visit.client_id)
    portfolio = Portfolio(clients=held.values_list("client_id", flat=True))
    speaking = portfolio.speaking(client=visit.client_id, on=visit.visited_on)
    if speaking is None or (visit.guarantee is not None and visit.guarantee.client_id != visit.client_id):
        return None
    department = Department.objects.get(pk=speaking.department_id)
    kept = get_records(visits=[visit.pk])
    return _report(portfolio, visit, speaking, department.name, kept.get(visit.pk, Record()))


def _report(portfolio: Portfolio, visit: Visit, speaking: Guarantee, department: str, record: Record) -> VisitReport:
    project = visit.guarantee or speaking
    held = portfolio.in_force(client=visit.client_id, on=visit.visited_on)
    findings: Mapping[str, Any] = visit.findings
    used = methods_used(visit.methods, findings)
    return VisitReport(
        number=report_number(visit),
        client=visit.client.name,
        id_no=visit.client.id_no,
        project=project,
        in_force=sum_amounts(held),
        guarantees=len(held),
        graded=portfolio.graded(client=visit.client_id, on=visit.visited_on),
        managers=portfolio.managers(guarantee=project, on=visit.visited_on),
        visit=visit,
        kind=VisitKind(visit.kind),
        by=portfolio.staff(visit.by_id),
        matters=matters_told(VisitKind(visit.kind), findings),
        methods=[MethodUsed(method, method.code in used, method_finding(findings, method)) for method in METHODS],
        methods_text=other_methods(visit.methods),
        opinion=finding(findings, CLIENT_OPINION),
        not_signed=finding(findings, NOT_SIGNED),
        appointment=appointment_of(findings),
        department=department,
        record=record,
    )
