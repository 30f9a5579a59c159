"""Finding a page of clients among a million: each way to name one goes where its index leads, and counting ends early.

The conditions of the list are asked of one client after another, in the list's order, until a page is full. Written as
scalar subqueries (and `IN` within CASE) they stay that: as EXISTS the database would gladly join a million rows first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import BooleanField, Case, OuterRef, Q, QuerySet, Subquery, Value, When

from baohou.guarantee.models import Guarantee
from baohou.guarantee.queries.pages.duties import MANY, PAGE
from baohou.kernel.parties import search
from baohou.kernel.parties.models import Party

FEW: Final = 1000
"""So many clients that one way of naming found are looked at one by one; more are met often enough in passing."""
LOOKED: Final = 2000
"""So many clients are looked at to say how many there are at least, when there are more than ALL_LOOKED."""
ALL_LOOKED: Final = 10_000

Place = tuple[str, int]
"""Where a client stands in the list: its initials and its number."""


@dataclass(frozen=True)
class Found:
    """A page of clients; ``count`` is how many there are, ``at_least`` when there may be more."""

    clients: list[Party]
    count: int
    at_least: bool
    more: bool


def holding(clients: QuerySet[Party], condition: Q) -> QuerySet[Party]:
    """The clients with a guarantee for which the condition holds, asked of each client in turn."""
    held = Guarantee.objects.filter(condition, client=OuterRef("pk")).order_by().values("pk")[:1]
    name = f"held_{len(clients.query.annotations)}"
    return clients.alias(**{name: Subquery(held)}).filter(**{f"{name}__isnull": False})


def among(numbers: QuerySet[Any]) -> Case:
    """Clients whose numbers a query gives: it is run once, and each client looked up in what it gave."""
    return Case(When(pk__in=numbers, then=Value(True)), default=Value(False), output_field=BooleanField())


def find(matching: QuerySet[Party], *, words: str, after: str, few: bool = False) -> Found:
    """The first PAGE of the matching clients in order of initials, behind the client ``after`` (its number).

    ``few`` says that a condition names the matching clients one by one, so that all can be counted.
    """
    ordered = search.by_initials(matching)
    place = Party.objects.filter(pk=int(after)).first() if after.isdecimal() else None
    if words:
        page, count, at_least = _named(ordered, place, words)
    else:
        page = list((search.behind(ordered, place) if place else ordered)[: PAGE + 1])
        count, at_least = _count(matching, few)
    if place is None:
        count = max(count, len(page))
        at_least = at_least and len(page) > PAGE
    return Found(page[:PAGE], count, at_least, len(page) > PAGE)


def _count(matching: QuerySet[Party], few: bool) -> tuple[int, bool]:
    """How many clients match, up to MANY; of very many clients only the first are looked at."""
    if few or Party.objects.order_by().values("pk")[: ALL_LOOKED + 1].count() <= ALL_LOOKED:
        count = matching.order_by().values("pk")[:MANY].count()
        return count, count >= MANY
    first = list(search.by_initials(Party.objects.all()).values_list("pk", flat=True)[:LOOKED])
    return min(matching.filter(pk__in=first).count(), MANY), True


def _named(ordered: QuerySet[Party], place: Party | None, words: str) -> tuple[list[Party], int, bool]:
    """The page, how many there are, and whether there may be more."""
    behind = (place.initials, place.pk) if place else None
    few: set[int] = set()
    known: set[Place] = set()
    often = False
    for numbers, narrowed in _ways(ordered, words):
        met = list(numbers[: FEW + 1])
        if len(met) <= FEW:
            few.update(met)
        else:
            often = True
            rest = search.behind(narrowed, place) if place else narrowed
            known.update(rest.values_list("initials", "pk")[: PAGE + 1])
    known.update(ordered.filter(pk__in=few).order_by().values_list("initials", "pk"))
    page = sorted(one for one in known if behind is None or one > behind)[: PAGE + 1]
    clients = Party.objects.in_bulk([number for _, number in page])
    return [clients[number] for _, number in page], min(len(known), MANY), often or len(known) >= MANY


def _ways(ordered: QuerySet[Party], words: str) -> Iterator[tuple[QuerySet[Any, int], QuerySet[Party]]]:
    """The ways to name a client: the numbers of those so named, and the list narrowed to them.

    By part of the name, by pinyin initials, by the beginning of an identity number or of a project number.
    """
    yield search.named(Party.objects.all(), words).values_list("pk", flat=True), ordered.filter(name__icontains=words)
    if words.isascii():
        begun = search.with_initials(words)
        every = search.by_initials(Party.objects.all()).filter(begun)
        yield every.values_list("pk", flat=True), ordered.filter(begun)
    identity = Q(id_no__startswith=words.upper())
    yield Party.objects.filter(identity).values_list("pk", flat=True), ordered.filter(identity)
    project = Q(project_no__istartswith=words)
    yield Guarantee.objects.filter(project).values_list("client_id", flat=True), holding(ordered, project)
