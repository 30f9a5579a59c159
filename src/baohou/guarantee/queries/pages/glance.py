"""One client at a glance: who it is, what happened, what is owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from baohou.core.money import sum_by_currency
from baohou.guarantee.models import GradeChange, Guarantee, Measure, SpecialOrder, Visit
from baohou.guarantee.queries.late_records import find_late, recorded_on
from baohou.guarantee.queries.pages.clients import managers_on
from baohou.guarantee.queries.pages.duties import DutyRow, describe, with_names
from baohou.guarantee.queries.standing import default_grade
from baohou.guarantee.rules.words import Grade
from baohou.kernel.duties.models import Duty
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Staff

Row = TypeVar("Row", bound=Model)
LATEST = 200
"""So many rows of each kind reach a page; older ones are in the exports."""


@dataclass(frozen=True)
class Held:
    """A guarantee with its managers as of the page's day."""

    guarantee: Guarantee
    manager_a: Staff
    manager_b: Staff | None
    in_force: bool


@dataclass(frozen=True)
class Event:
    """One entry of the time line: ``kind`` names how it reads, ``of`` is the record behind it.

    Of a visit: the due day that had ``passed`` when it was recorded, on the day ``noted``.
    """

    on: date
    kind: str
    of: Any
    passed: date | None = None
    noted: date | None = None


@dataclass(frozen=True)
class Glance:
    """A client as seen on a day. Its grades, its duties and what happened are read when they are asked for."""

    client: Party
    on: date
    held: list[Held]

    @cached_property
    def grades(self) -> list[GradeChange]:
        """The latest first."""
        return list(_latest(GradeChange.objects.filter(effective_on__lte=self.on), self.client, "-effective_on"))

    @cached_property
    def duties(self) -> list[DutyRow]:
        """The latest first."""
        opened = with_names(Duty.objects.filter(party=self.client, opens_on__lte=self.on))
        return describe(opened.order_by("-due_on", "-key")[:LATEST], today=self.on)

    @property
    def graded(self) -> GradeChange | None:
        """By what the grade was given; None when nobody gave one."""
        return self.grades[0] if self.grades else None

    @cached_property
    def grade(self) -> Grade | None:
        return Grade(self.grades[0].grade) if self.grades else default_grade(self.on)

    @cached_property
    def owed(self) -> list[DutyRow]:
        return sorted((row for row in self.duties if row.is_owed), key=lambda row: (row.due_on, row.key))

    @cached_property
    def events(self) -> list[Event]:
        """What happened, the latest first. Five queries at most."""
        events = [
            *(Event(grade.effective_on, "grade", grade) for grade in self.grades),
            *_guarantee_events(self.held, self.on),
            *_visit_events(self.client, self.on),
            *(Event(order.ordered_on, "order", order) for order in _orders(self.client, self.on)),
            *(Event(measure.filed_on, "measure", measure) for measure in _measures(self.client, self.on)),
            *_duty_events(self.duties),
        ]
        return sorted(events, key=lambda event: event.on, reverse=True)

    @property
    def standing(self) -> list[Held]:
        return [held for held in self.held if held.in_force]

    @property
    def released(self) -> list[Held]:
        return [held for held in self.held if not held.in_force]

    @property
    def speaking(self) -> Held | None:
        """The guarantee that speaks for the client; of one with nothing in force, the last."""
        return max(
            self.standing or self.held, key=lambda h: (h.guarantee.issued_on, h.guarantee.project_no), default=None
        )

    @property
    def overdue(self) -> int:
        return sum(row.state == "overdue" for row in self.owed)

    @property
    def last_visit(self) -> Visit | None:
        return next((event.of for event in self.events if event.kind == "visit"), None)

    @property
    def amounts(self) -> dict[str, int]:
        """What is guaranteed in force, in fen by currency."""
        return sum_by_currency((held.guarantee.currency, held.guarantee.amount_fen) for held in self.standing)


def get_glance(client: Party, *, on: date) -> Glance:
    """Everything of a client up to ``on``, in a fixed number of queries."""
    return Glance(client, on, _held(client, on))


def _latest(rows: Any, client: Party, order: str) -> Any:
    return rows.filter(client=client).select_related("by").order_by(order)[:LATEST]


def _visit_events(client: Party, on: date) -> list[Event]:
    made = Visit.objects.filter(visited_on__lte=on).select_related("guarantee", "act")
    visits = list(_latest(made, client, "-visited_on"))
    late = find_late(visits)
    return [Event(one.visited_on, "visit", one, passed=late.get(one.pk), noted=recorded_on(one)) for one in visits]


def _orders(client: Party, on: date) -> Any:
    return _latest(SpecialOrder.objects.filter(ordered_on__lte=on), client, "-ordered_on")


def _measures(client: Party, on: date) -> Any:
    return _filed(client, on).order_by("-filed_on")[:LATEST]


def _filed(client: Party, on: date) -> QuerySet[Measure]:
    """The measures of a client filed by a day, with their people and actions."""
    measures = Measure.objects.filter(client=client, filed_on__lte=on).prefetch_related("actions__responsible")
    return measures.select_related("department_manager", "manager_a", "manager_b")


def list_orders(client: Party, *, on: date, before: date | None, most: int) -> tuple[list[SpecialOrder], date | None]:
    """A page of the special visits ordered, the latest first, from before a day; and the day of the last of more."""
    orders = SpecialOrder.objects.filter(client=client, ordered_on__lte=on).select_related("by")
    return _page(orders, "ordered_on", before, most)


def list_measures(client: Party, *, on: date, before: date | None, most: int) -> tuple[list[Measure], date | None]:
    """A page of a client's measures, the latest quarter first, from before a quarter; likewise."""
    return _page(_filed(client, on), "quarter", before, most)


def _page(rows: QuerySet[Row], day: str, before: date | None, most: int) -> tuple[list[Row], date | None]:
    """Rows of which each has a day of its own, the latest first; and the day of the last when there are more."""
    rows = rows if before is None else rows.filter(**{f"{day}__lt": before})
    page = list(rows.order_by(f"-{day}")[: most + 1])
    return page[:most], getattr(page[most - 1], day) if len(page) > most else None


def _held(client: Party, on: date) -> list[Held]:
    guarantees = list(
        Guarantee.objects.filter(client=client, issued_on__lte=on)
        .select_related("department", "manager_a", "manager_b")
        .order_by("-issued_on", "-project_no")[:LATEST]
    )
    managers = managers_on(guarantees, on=on)
    return [Held(g, *managers[g.pk], g.released_on is None or g.released_on > on) for g in guarantees]


def _guarantee_events(held: list[Held], on: date) -> list[Event]:
    issued = [Event(h.guarantee.issued_on, "issued", h) for h in held]
    released = [
        Event(h.guarantee.released_on, "released", h) for h in held if h.guarantee.released_on and not h.in_force
    ]
    return issued + released


def _duty_events(duties: list[DutyRow]) -> list[Event]:
    """Deadlines missed, and duties that lapsed; what was done in time shows as the visit itself."""
    missed = [Event(row.due_on, "missed", row) for row in duties if row.state in ("late", "overdue")]
    lapsed = [Event(row.lapsed_on, "lapsed", row) for row in duties if row.lapsed_on]
    return missed + lapsed
