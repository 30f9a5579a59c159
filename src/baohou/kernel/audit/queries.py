"""What became of rows that are there no more; finding acts, and their places in the chain."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final

from django.db import connection
from django.db.models import Min, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from baohou.kernel.audit import chain
from baohou.kernel.audit.chunks import Told, spread
from baohou.kernel.audit.models import Act, Change, Concern, Link

_AT_ONCE: Final = 500


def get_names_of_removed(*, table: str, ids: Collection[int]) -> dict[int, str]:
    """The business keys of removed rows by the number they had; ``table`` is a label (guarantee.Guarantee)."""
    names: dict[int, str] = {}
    numbers = sorted(ids)
    for start in range(0, len(numbers), _AT_ONCE):
        piece = numbers[start : start + _AT_ONCE]
        removed = Change.objects.filter(table=table, after__isnull=True, before__id__in=piece)
        names.update(removed.values_list("before__id", "key"))
    return names


@dataclass(frozen=True)
class Filters:
    """What acts are narrowed to; days are the calendar's, both included. ``about`` are (noun, number)."""

    by: str = ""
    verb: str = ""
    door: str = ""
    since: date | None = None
    until: date | None = None
    words: str = ""
    about: tuple[str, int] | None = None
    clients: tuple[int, ...] = ()

    @property
    def any(self) -> bool:
        return self != Filters()


@dataclass(frozen=True)
class Page:
    """Acts, the latest first, and the number of the last one when there are more behind it."""

    acts: list[Act]
    more: int | None


WORDS_BACK: Final = timedelta(days=90)
"""So far back words are looked for when no first day is given: they have to be read, not looked up."""


def list_acts(filters: Filters, *, before: int | None = None, limit: int = 50) -> Page:
    """A page of acts behind one. One query; an index leads to persons, acts, doors, days and objects."""
    acts = list(_found(filters, before)[: limit + 1])
    return Page(acts[:limit], acts[limit - 1].pk if len(acts) > limit else None)


def iterate_acts(filters: Filters, *, limit: int) -> Iterator[Act]:
    """Acts for a file, the latest first."""
    return _found(filters, None)[:limit].iterator(chunk_size=_AT_ONCE)


def _found(filters: Filters, before: int | None) -> QuerySet[Act]:
    acts = Act.objects.order_by("-pk")
    for name in ("by", "verb", "door"):
        if value := getattr(filters, name):
            acts = acts.filter(**{name: value})
    since = filters.since
    if filters.words and since is None and filters.about is None:
        since = (timezone.now() - WORDS_BACK).date()
    if since is not None:
        acts = acts.filter(at__gte=_begin(since))
    if filters.until is not None and filters.until < date.max:
        acts = acts.filter(at__lt=_begin(filters.until + timedelta(days=1)))
    if filters.about is not None:
        noun, number = filters.about
        acts = acts.filter(pk__in=Concern.objects.filter(noun=noun, number=number).values("act"))
    if filters.words:
        said = filters.words if connection.vendor == "postgresql" else json.dumps(filters.words)[1:-1]
        hit = Q(because__icontains=filters.words) | Q(told__icontains=said)
        if filters.clients:
            hit |= Q(pk__in=Concern.objects.filter(noun="client", number__in=filters.clients).values("act"))
        acts = acts.annotate(told=Cast("facts", TextField())).filter(hit)
    return acts.filter(pk__lt=before) if before is not None else acts


def list_verbs() -> list[str]:
    """The verbs there are, each looked up behind the one before it: as many short queries as verbs."""
    verbs: list[str] = []
    while found := Act.objects.filter(verb__gt=verbs[-1] if verbs else "").aggregate(next=Min("verb"))["next"]:
        verbs.append(found)
    return verbs


@dataclass(frozen=True)
class Place:
    """An act's place in the chain; ``whole`` is whether its hash is what the act and the link before say."""

    link: Link
    previous: str
    whole: bool


def get_place(act: Act) -> Place | None:
    """Where an act is in the chain; None while it waits to be linked. At most five queries."""
    link = Link.objects.filter(act=act).first()
    if link is None:
        return None
    before = Link.objects.filter(position=link.position - 1).first()
    previous = before.sha256 if before else chain.GENESIS
    return Place(link, previous, chain.hash_of(act, link, previous) == link.sha256)


def list_rows(act: Act, *, after: str = "", limit: int) -> tuple[list[Told], str]:
    """Rows of an act, each told, behind a place; and the place of the last one when there are more behind it."""
    change, _, at = after.partition(".")
    first = int(change or 0) if at else int(change or 0) + 1
    some = act.changes.filter(pk__gte=first).order_by("pk").iterator(chunk_size=_AT_ONCE)
    found = list(islice(spread(some, after=int(at or -1)), limit + 1))
    return found[:limit], found[limit - 1].place if len(found) > limit else ""


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))
