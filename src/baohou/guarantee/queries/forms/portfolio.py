"""Some clients' guarantees, managers and grades at hand, to be asked about any day."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from baohou.core.money import sum_by_currency
from baohou.guarantee.models import GradeChange, Guarantee, ManagerAppointment
from baohou.guarantee.rules.words import Grade
from baohou.kernel.people.models import Staff
from baohou.kernel.prepared import Prepared, prepared
from baohou.kernel.rulebook.queries import get_rule_book

Row = TypeVar("Row")

Amounts = Mapping[str, int]
"""Sums in fen by currency: amounts in two currencies are never added."""


@dataclass(frozen=True)
class Managers:
    """Names of managers A and B, B may be empty; and their rows, 0 and None where a sealed paper tells only names."""

    a: str
    b: str
    a_id: int = 0
    b_id: int | None = None


@dataclass(frozen=True)
class Graded:
    """A client's grade on a day. ``assumed``: never graded, so the rule book's default stands (PGM.7).

    ``since``: the first day of the unbroken run of this grade. ``because``: the latest reason given for it.
    """

    grade: Grade | None
    since: date | None
    because: str
    assumed: bool


def in_force_on(on: date) -> Q:
    """Guarantees in force on a day: issued, and not released on or before it."""
    return Q(issued_on__lte=on) & (Q(released_on__isnull=True) | Q(released_on__gt=on))


def sum_amounts(guarantees: Iterable[Guarantee]) -> dict[str, int]:
    """The guarantees' amounts in fen, by currency, currencies in order of their code."""
    return dict(sorted(sum_by_currency((one.currency, one.amount_fen) for one in guarantees).items()))


class Portfolio:
    """All guarantees, appointments and grades of some clients. Five queries, whatever the number of clients."""

    def __init__(self, *, clients: QuerySet[Guarantee, int] | list[int]) -> None:
        """``clients``: their numbers, at most some hundred, or a query of numbers, run inside the other queries."""
        self._guarantees: defaultdict[int, list[Guarantee]] = defaultdict(list)
        for guarantee in _asked(_guarantees, clients):
            self._guarantees[guarantee.client_id].append(guarantee)
        self._appointments: defaultdict[int, list[ManagerAppointment]] = defaultdict(list)
        for appointment in _asked(_appointments, clients):
            self._appointments[appointment.guarantee_id].append(appointment)
        self._grades: defaultdict[int, list[GradeChange]] = defaultdict(list)
        for change in _asked(_grades, clients):
            self._grades[change.client_id].append(change)
        self._staff = dict(_staff())
        self._rule_book = get_rule_book()

    def clients(self) -> list[int]:
        """Numbers of the clients."""
        return list(self._guarantees)

    def guarantee(self, *, client: int, number: int) -> Guarantee | None:
        """One of the client's guarantees by its number in the table; None when it is another client's."""
        return next((guarantee for guarantee in self._guarantees[client] if guarantee.pk == number), None)

    def in_force(self, *, client: int, on: date) -> list[Guarantee]:
        """The client's guarantees in force on a day."""
        return [
            guarantee
            for guarantee in self._guarantees[client]
            if guarantee.issued_on <= on and (guarantee.released_on is None or on < guarantee.released_on)
        ]

    def speaking(self, *, client: int, on: date) -> Guarantee | None:
        """The guarantee that speaks for the client on a day: the latest issued, then the greatest project number."""
        held = self.in_force(client=client, on=on)
        return max(held, key=lambda guarantee: (guarantee.issued_on, guarantee.project_no), default=None)

    def managers(self, *, guarantee: Guarantee, on: date) -> Managers:
        """The guarantee's managers on a day: those of the latest appointment, from issue on those of the portfolio."""
        held: Guarantee | ManagerAppointment = guarantee
        for appointment in self._appointments[guarantee.pk]:
            if guarantee.issued_on <= appointment.effective_on <= on:
                held = appointment
        a, b = held.manager_a_id, held.manager_b_id
        return Managers(self._staff[a], self._staff.get(b or 0, ""), a, b)

    def staff(self, number: int) -> str:
        """A person's name."""
        return self._staff[number]

    def graded(self, *, client: int, on: date) -> Graded:
        """The client's grade on a day."""
        changes = self._grades[client]
        until = bisect_right(changes, on, key=lambda change: change.effective_on)
        if not until:
            return Graded(self._default_grade(on), self._first_issue(client), "", assumed=True)
        latest = changes[until - 1]
        since = latest.effective_on
        for change in reversed(changes[:until]):
            if change.grade != latest.grade:
                break
            since = change.effective_on
        return Graded(Grade(latest.grade), since, latest.because, assumed=False)

    def _first_issue(self, client: int) -> date:
        return min(guarantee.issued_on for guarantee in self._guarantees[client])

    def _default_grade(self, on: date) -> Grade | None:
        version = self._rule_book.in_force(on)
        if version is None:
            return None
        return Grade.read(str(version.parameter("PGM.7", "default_grade").value))


def _asked(query: Prepared[Any, Row], clients: QuerySet[Guarantee, int] | list[int]) -> list[Row]:
    return query(clients) if isinstance(clients, list) else query.plain(clients)


@prepared
def _guarantees(clients: list[int]) -> QuerySet[Guarantee]:
    return Guarantee.objects.filter(client__in=clients).select_related("client")


@prepared
def _appointments(clients: list[int]) -> QuerySet[ManagerAppointment]:
    return ManagerAppointment.objects.filter(guarantee__client__in=clients).order_by("effective_on")


@prepared
def _grades(clients: list[int]) -> QuerySet[GradeChange]:
    return GradeChange.objects.filter(client__in=clients).order_by("effective_on")


@prepared
def _staff() -> QuerySet[Staff, tuple[int, str]]:
    return Staff.objects.values_list("pk", "name")
