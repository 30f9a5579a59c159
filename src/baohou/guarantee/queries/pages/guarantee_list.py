"""Guarantees in force as a list, cut as the overview is: by department, product, bank, industry and currency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from baohou.core.places import read_place, turn_through
from baohou.guarantee.models import Guarantee
from baohou.guarantee.queries.pages.clients import MOST_OF_ONE, in_force, managers_on, speaking
from baohou.guarantee.queries.pages.duties import MANY, PAGE
from baohou.guarantee.queries.pages.many import at_least
from baohou.guarantee.queries.standing import spoken_for


@dataclass(frozen=True)
class GuaranteeFilters:
    """What the address of the list says; None means everything, an empty text what nobody has said.

    ``department_id`` asks for all guarantees of the clients for whom the department's speaks, as the overview sums.
    """

    department_id: int | None = None
    product: str | None = None
    bank: str | None = None
    industry: int | None = None
    currency: str = ""


@dataclass(frozen=True)
class GuaranteeRow:
    """A guarantee with its manager as of the day; the amount in fen."""

    id: int
    project_no: str
    client_id: int
    client: str
    department: str
    manager: str
    product: str
    bank: str
    currency: str
    amount_fen: int
    issued_on: date
    ends_on: date | None


@dataclass(frozen=True)
class GuaranteePage:
    """``total``: what all of the list are for, in fen by currency; None when they are too many to add up."""

    rows: list[GuaranteeRow]
    count: int
    after: str
    total: dict[str, int] | None

    @property
    def is_many(self) -> bool:
        return self.count >= MANY


def list_guarantees(
    *, on: date, filters: GuaranteeFilters, after: str = "", most: int = PAGE, counted: bool = True
) -> GuaranteePage:
    """One page of the guarantees in force on a day, those issued last first, behind the place ``after``."""
    matching = _matching(on, filters)
    place = read_place(after)
    page = matching
    if place is not None:
        page = page.filter(Q(issued_on__lt=place[0]) | Q(issued_on=place[0], pk__lt=place[1]))
    found = list(page.select_related("client", "department", "manager_a").order_by("-issued_on", "-pk")[: most + 1])
    rows, count, total = _rows(found[:most], on), len(found), None
    if counted:
        asked = ("guarantees", on, filters)
        count = at_least(asked, MANY, matching.order_by().values("pk")[:MANY].count)
        total = _total(matching) if count < MANY else None
    last = found[most - 1] if len(found) > most else None
    return GuaranteePage(rows, count, f"{last.issued_on}.{last.pk}" if last else "", total)


def iterate_guarantees(*, on: date, filters: GuaranteeFilters, most: int) -> Iterator[GuaranteeRow]:
    """The first ``most`` guarantees of the list, in its order."""

    def turn(after: str, some: int) -> tuple[list[GuaranteeRow], str]:
        page = list_guarantees(on=on, filters=filters, after=after, most=some, counted=False)
        return page.rows, page.after

    return turn_through(turn, begin="", most=most)


def _matching(on: date, filters: GuaranteeFilters) -> QuerySet[Guarantee]:
    found = Guarantee.objects.filter(in_force(on))
    plain = {"product": filters.product, "bank": filters.bank, "client__industry": filters.industry}
    found = found.filter(**{name: said for name, said in plain.items() if said is not None})
    if filters.currency:
        found = found.filter(currency=filters.currency)
    return found if filters.department_id is None else _of_department(found, filters.department_id, on)


def _of_department(found: QuerySet[Guarantee], department: int, on: date) -> QuerySet[Guarantee]:
    """Those of the clients for whom a department speaks, named one by one unless they are very many."""
    clients = spoken_for(department=department, on=on)["client_id"].to_list()
    if len(clients) <= MOST_OF_ONE:
        return found.filter(client_id__in=clients)
    voice: Any = Subquery(speaking(OuterRef("client"), on=on).values("department_id")[:1])
    return found.alias(speaking_department=voice).filter(speaking_department=department)


def _total(matching: QuerySet[Guarantee]) -> dict[str, int]:
    return dict(matching.order_by().values_list("currency").annotate(Sum("amount_fen")))


def _rows(found: list[Guarantee], on: date) -> list[GuaranteeRow]:
    managers = managers_on(found, on=on)
    return [
        GuaranteeRow(
            id=one.pk,
            project_no=one.project_no,
            client_id=one.client_id,
            client=one.client.name,
            department=one.department.name,
            manager=managers[one.pk][0].name,
            product=one.product,
            bank=one.bank,
            currency=one.currency,
            amount_fen=one.amount_fen,
            issued_on=one.issued_on,
            ends_on=one.ends_on,
        )
        for one in found
    ]
