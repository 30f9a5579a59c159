"""The ledger as a page shows it: the story of each duty's entries, and what is left of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum

from baohou.kernel.accountability.models import Entry
from baohou.kernel.duties import kinds
from baohou.kernel.people.access import Person, Reach

PAGE = 50


@dataclass(frozen=True)
class Story:
    """All entries about one duty and one person, the first first, and their net in fen."""

    entries: list[Entry]

    @property
    def first(self) -> Entry:
        return self.entries[0]

    @property
    def duty_word(self) -> str:
        """What the duty is called."""
        return kinds.get(self.first.duty_kind).zh

    @property
    def net_fen(self) -> int:
        return sum(entry.amount_fen for entry in self.entries)

    @property
    def last_dated(self) -> date:
        return max(entry.dated for entry in self.entries)


@dataclass(frozen=True)
class Ledger:
    """A page of stories, and the net of everything under the filter."""

    stories: list[Story]
    net_fen: int
    after: str


def visible_entries(person: Person, *, on: date) -> QuerySet[Entry]:
    """Entries dated up to ``on`` that are the person's own, the department's, or everyone's, by reach."""
    entries = Entry.objects.filter(dated__lte=on)
    if person.reach is Reach.ALL:
        return entries
    within = Q(staff_id=person.staff_id)
    if person.reach is Reach.DEPARTMENT:
        within |= Q(department_id=person.department_id)
    return entries.filter(within)


def list_ledger(person: Person, *, on: date, staff_no: str = "", month: date | None = None, after: str = "") -> Ledger:
    """Stories, the one that changed last first; ``month`` keeps those with an entry dated in that month."""
    entries = visible_entries(person, on=on)
    if staff_no:
        entries = entries.filter(staff__staff_no=staff_no)
    if month:
        entries = entries.filter(dated__year=month.year, dated__month=month.month)
    net = entries.aggregate(net=Sum("amount_fen"))["net"] or 0
    grouped = entries.values("duty_key", "staff_id").annotate(latest=Max("dated"), last=Max("pk"))
    grouped = _behind(grouped, after)
    page = list(grouped.order_by("-latest", "-last")[: PAGE + 1])
    more = f"{page[PAGE - 1]['latest']}.{page[PAGE - 1]['last']}" if len(page) > PAGE else ""
    return Ledger(_stories(page[:PAGE], on), net, more)


def find_story(person: Person, *, duty_key: int, staff_id: int, on: date) -> Story | None:
    """The entries about one duty and one person within reach; None when there are none."""
    entries = visible_entries(person, on=on).filter(duty_key=duty_key, staff_id=staff_id)
    found = list(_told(entries))
    return Story(found) if found else None


def _behind(grouped: Any, after: str) -> Any:
    """The stories behind the place "2026-08-28.123"; all of them for anything that is no such place."""
    dated, _, last = after.partition(".")
    try:
        place, number = date.fromisoformat(dated), int(last)
    except ValueError:
        return grouped
    return grouped.filter(Q(latest__lt=place) | Q(latest=place, last__lt=number))


def _stories(page: Sequence[Mapping[str, Any]], on: date) -> list[Story]:
    """Whole stories of a page, also where a filter matched only one of their entries. One query."""
    told: dict[tuple[int, int], list[Entry]] = {(row["duty_key"], row["staff_id"]): [] for row in page}
    entries = Entry.objects.filter(duty_key__in={row["duty_key"] for row in page}, dated__lte=on)
    for entry in _told(entries):
        if (entry.duty_key, entry.staff_id) in told:
            told[entry.duty_key, entry.staff_id].append(entry)
    return [Story(entries) for entries in told.values() if entries]


def _told(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    return entries.select_related("staff", "party", "department", "version", "act").order_by("duty_key", "seq")
