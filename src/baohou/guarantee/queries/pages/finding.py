"""Finding a page of clients among a million: each way to name one goes where its index leads, and counting ends early.

The conditions of the list are asked of one client after another, in the list's order, until a page is full. Written as
scalar subqueries (and `IN` within CASE) they stay that: as EXISTS the database would gladly join a million rows first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from baohou.guarantee.models import Guarantee
from baohou.guarantee.queries.pages.duties import MANY, PAGE
from baohou.guarantee.queries.pages.many import at_least, believed
from baohou.kernel.parties import search
from baohou.kernel.parties.models import Party
from baohou.kernel.prepared import prepared

FEW: Final = 1000
"""So many clients that one way of naming found are looked at one by one; more are met often enough in passing."""
LOOKED: Final = 2000
"""So many clients are looked at to say how many there are at least, when there are more than ALL_LOOKED."""
ALL_LOOKED: Final = 10_000
NEAR: Final = 10_000
"""So many clients are passed in the list's order in search of those whose name is not rare."""

Place = tuple[str, int]
"""Where a client stands in the list: its initials and its number."""


@dataclass(frozen=True)
class Found:
    """A page of clients; ``count`` is how many there are, ``at_least`` when there may be more; ``all`` where known."""

    clients: list[Party]
    count: int
    at_least: bool
    more: bool
    all: list[int] | None = None


def holding(clients: QuerySet[Party], condition: Q) -> QuerySet[Party]:
    """The clients with a guarantee for which the condition holds, asked of each client in turn."""
    held = Guarantee.objects.filter(condition, client=OuterRef("pk")).order_by().values("pk")[:1]
    name = f"held_{len(clients.query.annotations)}"
    return clients.alias(**{name: Subquery(held)}).filter(**{f"{name}__isnull": False})


def among(numbers: QuerySet[Any], *, column: str = "pk") -> Case:
    """Rows whose client is one that a query gives: it is run once, and each row looked up in what it gave."""
    named = When(**{f"{column}__in": numbers}, then=Value(True))
    return Case(named, default=Value(False), output_field=BooleanField())


def find(
    matching: QuerySet[Party],
    *,
    words: str,
    after: str,
    asked: tuple[object, ...],
    in_part: bool,
    few: bool = False,
    most: int = PAGE,
    counted: bool = True,
) -> Found:
    """The first ``most`` of the matching clients in order of initials, behind the client ``after`` (its number).

    ``in_part`` says whether words may be the beginning of an identity number, as to who sees it whole: a list that
    narrows with every character tells them one by one. Others find the holder of a whole number, and by no part of it.
    ``asked`` says whose clients and which, so that how many there are at least is not asked again for some minutes.
    ``few`` says that a condition names the matching clients one by one, so that all can be counted. Not ``counted``,
    the count says no more than the page.
    """
    ordered = search.by_initials(matching)
    place = _place(after)
    if words and few and (known := _all_of_few(ordered.filter(_in_any_way(words, in_part=in_part)))) is not None:
        return _turned(known, place, most)
    if words:
        page, count, at_least = _named(ordered, place, words, most, in_part=in_part)
    else:
        exactly = few or (counted and not _are_very_many())
        if exactly and (known := _all_of_few(matching)) is not None:
            return _turned(known, place, most)
        page = list((search.behind(ordered, place) if place else ordered)[: most + 1])
        count, at_least = len(page), len(page) > most
        if counted:
            count, at_least = MANY if exactly else _count_first(matching, asked), True
    if place is None:
        count = max(count, len(page))
        at_least = at_least and len(page) > most
    return Found(page[:most], count, at_least, len(page) > most)


def find_known(known: pl.DataFrame, *, after: str, most: int) -> Found:
    """The first ``most`` of clients that are all known (client_id, initials), behind the client ``after``."""
    return _turned(known, _place(after), most)


def _place(after: str) -> Party | None:
    return Party.objects.filter(pk=int(after)).first() if after.isdecimal() else None


def _turned(known: pl.DataFrame, place: Party | None, most: int) -> Found:
    rest = known
    if place is not None:
        behind = (pl.col("initials") == place.initials) & (pl.col("client_id") > place.pk)
        rest = known.filter((pl.col("initials") > place.initials) | behind)
    page = rest.sort("initials", "client_id")["client_id"][: most + 1].to_list()
    clients = {client.pk: client for client in _clients(page)}
    every = known["client_id"].to_list() if len(known) < MANY else None
    found, more = [clients[number] for number in page[:most]], len(page) > most
    return Found(found, min(len(known), MANY), at_least=len(known) > MANY, more=more, all=every)


@prepared
def _clients(numbers: list[int]) -> QuerySet[Party]:
    return Party.objects.filter(pk__in=numbers)


def _all_of_few(matching: QuerySet[Party]) -> pl.DataFrame | None:
    """All the matching clients as find_known wants them; None when they are more than MANY."""
    known = list(matching.order_by().values_list("pk", "initials")[: MANY + 1])
    columns = {"client_id": pl.Int64, "initials": pl.String}
    return pl.DataFrame(known, columns, orient="row") if len(known) <= MANY else None


def _are_very_many() -> bool:
    """Whether there are more than ALL_LOOKED clients."""
    most = ALL_LOOKED + 1
    return at_least(("all clients",), most, Party.objects.order_by().values("pk")[:most].count) == most


def _count_first(matching: QuerySet[Party], asked: tuple[object, ...]) -> int:
    """How many clients match among the first, up to MANY: of very many no others are looked at."""
    first = search.first(search.by_initials(matching), LOOKED).order_by()
    return believed(("clients", *asked), lambda: min(first.count(), MANY), when=lambda _: True)


def _named(
    ordered: QuerySet[Party], place: Party | None, words: str, most: int, *, in_part: bool
) -> tuple[list[Party], int, bool]:
    """The page, how many there are, and whether there may be more."""
    behind = (place.initials, place.pk) if place else None
    few: set[int] = set()
    known: set[Place] = set()
    often = False
    for way in _ways(words, in_part=in_part):
        met = way.numbers_if_few()
        few.update(met or ())
        if met is None:
            often = True
            known.update(way.page(ordered, place, most))
    known.update(ordered.filter(pk__in=few).order_by().values_list("initials", "pk"))
    page = sorted(one for one in known if behind is None or one > behind)[: most + 1]
    clients = Party.objects.in_bulk([number for _, number in page])
    return [clients[number] for _, number in page], min(len(known), MANY), often or len(known) >= MANY


@dataclass(frozen=True)
class _Way:
    """A way to name clients: the numbers of those so named, and how the list is narrowed to them.

    ``scattered``: they may stand anywhere in the list, and not one behind the other. ``sampled``: asking for the
    numbers is slow when very many are so named, so that some clients are looked at before. ``in_order``: all so named
    in the list's order, with ``place``, when they are quickly sorted.
    """

    numbers: QuerySet[Any, int]
    narrow: Callable[[QuerySet[Party]], QuerySet[Party]]
    scattered: bool = True
    sampled: bool = False
    in_order: QuerySet[Any, int] | None = None

    def numbers_if_few(self) -> list[int] | None:
        """The numbers of the clients so named; None when they are more than FEW."""
        if self.sampled and self._is_frequent():
            return None
        met = list(self.numbers[: FEW + 1])
        return met if len(met) <= FEW else None

    def page(self, ordered: QuerySet[Party], place: Party | None, most: int) -> list[Place]:
        """Where the first ``most`` of them and one more stand, behind a client: near by, or else by their numbers."""
        rest = search.behind(ordered, place) if place else ordered
        if not self.scattered:
            return list(self.narrow(rest).values_list("initials", "pk")[: most + 1])
        near = search.first(self.narrow(rest), NEAR, after=place)
        found = list(near.values_list("initials", "pk")[: most + 1])
        if len(found) > most:
            return found
        if self.in_order is not None:
            # The list's conditions hold for most clients: asked of the first who are so named, and not of all.
            named: Any = self.in_order
            first = list((search.behind(named, place) if place else named)[:FEW])
            found = list(rest.filter(pk__in=first).values_list("initials", "pk")[: most + 1])
            if len(found) > most or len(first) < FEW:
                return found
        return list(rest.filter(search.one_of(self.numbers)).values_list("initials", "pk")[: most + 1])

    def _is_frequent(self) -> bool:
        """Whether one in fifty of some clients is so named."""
        end = Party.objects.order_by("pk").values_list("pk", flat=True)[LOOKED : LOOKED + 1].first()
        if end is None:
            return False
        return self.narrow(Party.objects.filter(pk__lt=end)).order_by().count() * 50 > LOOKED


def _in_any_way(words: str, *, in_part: bool) -> Q:
    """The condition of being named in one of ``_ways``, for clients of by_initials that are looked at one by one."""
    held = Guarantee.objects.filter(_project(words), client=OuterRef("pk"))
    named = search.holding(words) | _identity(words, in_part=in_part) | Q(Exists(held))
    return named | search.with_initials(words) if words.isascii() else named


def _identity(words: str, *, in_part: bool) -> Q:
    return Q(id_no__startswith=words.upper()) if in_part else Q(id_no=words.upper())


def _project(words: str) -> Q:
    return Q(project_no__istartswith=words)


def _ways(words: str, *, in_part: bool) -> Iterator[_Way]:
    """By part of the name, by pinyin initials, by an identity number, by the beginning of a project number."""
    everyone = Party.objects.all()
    named, in_order = (
        found.values_list("pk", flat=True) for found in (search.named(words), search.named_in_order(words))
    )
    # Within CASE, since the database takes a part of a name to be rare, and sorts all instead of passing them in order.
    holds = Case(When(search.holding(words), then=Value(True)), default=Value(False), output_field=BooleanField())
    yield _Way(named, lambda clients: clients.filter(holds), sampled=True, in_order=in_order)
    if words.isascii():
        begun = search.with_initials(words)
        numbers = search.by_initials(everyone).filter(begun).values_list("pk", flat=True)
        yield _Way(numbers, lambda clients: clients.filter(begun), scattered=False)
    identity, project = _identity(words, in_part=in_part), _project(words)
    yield _Way(everyone.filter(identity).values_list("pk", flat=True), lambda clients: clients.filter(identity))
    holders = Guarantee.objects.filter(project).values_list("client_id", flat=True)
    yield _Way(holders, lambda clients: holding(clients, project))
