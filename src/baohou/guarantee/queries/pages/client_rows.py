"""What the list of clients says of each: grade, manager, amounts, the last visit, what is owed, the measure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from django.db.models import Count, Max, Min, Q, QuerySet

from baohou.core.money import sum_by_currency
from baohou.core.period import ended_quarter
from baohou.guarantee.models import GradeChange, Guarantee, ManagerAppointment, Measure, Visit
from baohou.guarantee.queries.pending import pending_grades
from baohou.guarantee.rules.words import Grade
from baohou.kernel.approvals.queries import Pending
from baohou.kernel.duties.models import Duty
from baohou.kernel.parties.models import Party
from baohou.kernel.prepared import prepared

_NOBODY: Final[Mapping[int, str]] = MappingProxyType({})


@dataclass(frozen=True)
class MeasureSaid:
    """A client's measure: how many of its actions are done, still to do, and of these overdue."""

    done: int
    open: int
    overdue: int


@dataclass(frozen=True)
class ClientRow:
    """A client on the list. ``grade_is_default`` says that nobody has graded it yet."""

    id: int
    name: str
    id_no: str
    grade: Grade | None
    grade_is_default: bool
    department: str
    manager: str
    amounts: dict[str, int] = field(hash=False)
    guarantees: int
    last_visit: date | None
    next_due: date | None
    pending: tuple[Pending, ...] = ()
    measure: MeasureSaid | None = None
    moved: str = ""
    """"came" or "went" on a list of what changed since a day, else empty."""


class _Held(NamedTuple):
    """What the list says of a guarantee."""

    pk: int
    client_id: int
    issued_on: date
    project_no: str
    released_on: date | None
    currency: str
    amount_fen: int
    department: str
    manager_a: str


def describe_clients(
    clients: list[Party],
    *,
    on: date,
    unless: Grade | None,
    measured: date | None = None,
    moved: Mapping[int, str] = _NOBODY,
) -> list[ClientRow]:
    """What a row says of each, and no objects of what it is taken from: six queries, with ``measured`` seven.

    ``measured`` is the day as of which the measures of the quarter that ended last and their actions are told.
    """
    ids = [client.pk for client in clients]
    guarantees = defaultdict(list)
    for said in _held_by(ids, on):
        guarantees[said[1]].append(_Held(*said))
    standing = {
        pk: [g for g in those if g.released_on is None or g.released_on > on] for pk, those in guarantees.items()
    }
    voices = {
        pk: max(standing[pk] or those, key=lambda held: (held.issued_on, held.project_no))
        for pk, those in guarantees.items()
    }
    managers = dict(_appointed([voice.pk for voice in voices.values()], on))
    grades = latest_grades(ids, on=on)
    measures = get_measures_said(ids, quarter=ended_quarter(on).last, today=measured) if measured else {}
    visits, dues = dict(_last_visits(ids, on)), dict(_next_dues(ids, on))
    pending, rows = pending_grades(ids), []
    for client in clients:
        voice = voices.get(client.pk)
        held = standing.get(client.pk, [])
        rows.append(
            ClientRow(
                id=client.pk,
                name=client.name,
                id_no=client.id_no,
                grade=grades.get(client.pk, unless),
                grade_is_default=client.pk not in grades,
                department=voice.department if voice else "",
                manager=managers.get(voice.pk, voice.manager_a) if voice else "",
                amounts=sum_by_currency((guarantee.currency, guarantee.amount_fen) for guarantee in held),
                guarantees=len(held),
                last_visit=visits.get(client.pk),
                next_due=dues.get(client.pk),
                pending=pending.get(client.pk, ()),
                measure=measures.get(client.pk),
                moved=moved.get(client.pk, ""),
            )
        )
    return rows


@prepared
def _held_by(clients: list[int], on: date) -> QuerySet[Guarantee, Any]:
    known = Guarantee.objects.filter(client__in=clients, issued_on__lte=on)
    return known.values_list(*_Held._fields[:-2], "department__name", "manager_a__name")


@prepared
def _appointed(guarantees: list[int], on: date) -> QuerySet[ManagerAppointment, tuple[int, str]]:
    appointed = ManagerAppointment.objects.filter(guarantee__in=guarantees, effective_on__lte=on)
    return appointed.order_by("effective_on").values_list("guarantee_id", "manager_a__name")


@prepared
def _grades(clients: list[int], on: date) -> QuerySet[GradeChange, tuple[int, int]]:
    given = GradeChange.objects.filter(client__in=clients, effective_on__lte=on)
    return given.order_by("effective_on").values_list("client_id", "grade")


@prepared
def _last_visits(clients: list[int], on: date) -> QuerySet[Visit, tuple[int, date]]:
    made = Visit.objects.filter(client__in=clients, visited_on__lte=on).order_by()
    return made.values_list("client_id").annotate(Max("visited_on"))


@prepared
def _next_dues(clients: list[int], on: date) -> QuerySet[Duty, tuple[int, date]]:
    owed = Duty.objects.filter(party__in=clients, opens_on__lte=on, done_on__isnull=True, lapsed_on__isnull=True)
    return owed.order_by().values_list("party_id").annotate(Min("due_on"))


def get_measures_said(clients: list[int], *, quarter: date, today: date) -> dict[int, MeasureSaid]:
    """How the actions of some clients' measures of a quarter stand today, by client. One query."""
    still, past = Q(actions__done_on__isnull=True), Q(actions__due_on__lt=today)
    filed = Measure.objects.filter(client__in=clients, quarter=quarter).order_by()
    counts = filed.values_list("client_id").annotate(
        n_done=Count("actions", filter=Q(actions__done_on__isnull=False)),
        n_open=Count("actions", filter=still),
        n_overdue=Count("actions", filter=still & past),
    )
    return {client: MeasureSaid(*numbers) for client, *numbers in counts}


def latest_grades(clients: list[int], *, on: date) -> dict[int, Grade]:
    """The grade given last, on or before ``on``, of each client that has one."""
    return {client: Grade(grade) for client, grade in _grades(clients, on)}
