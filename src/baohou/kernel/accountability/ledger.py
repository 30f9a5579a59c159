"""The ledger as a page shows it: the story of each duty's entries, and what is left of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from baohou.core.period import period_of
from baohou.core.places import read_place, turn_through
from baohou.kernel.accountability.models import Appeal, Entry, EntryKind
from baohou.kernel.accountability.pending import pending_penalties
from baohou.kernel.approvals.queries import Pending
from baohou.kernel.duties import kinds
from baohou.kernel.people.access import Person, Reach
from baohou.kernel.prepared import prepared

PAGE = 50
MOST_APPEALS = 1000
"""So many open appeals, the oldest first, are looked at when the ledger shows those appealed against."""


@dataclass(frozen=True)
class Story:
    """All entries about one duty and one person, the first first, and their net in fen.

    Whether an appeal is open, and what waits for a second pair of eyes, is known of the stories of a list.
    """

    entries: list[Entry]
    appealed: bool = False
    pending: tuple[Pending, ...] = ()

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
    def penalty_fen(self) -> int:
        """What was booked, before reversals and waivers."""
        return sum(entry.amount_fen for entry in self.entries if entry.kind == EntryKind.PENALTY)

    @property
    def was_waived(self) -> bool:
        return any(entry.kind == EntryKind.WAIVER for entry in self.entries)

    @property
    def said(self) -> tuple[object, ...]:
        """All that a line of the list says of it, so that the same line need not be written twice."""
        first = self.first
        whose = (first.staff.name, first.staff.staff_no, self.duty_word, first.due_on, first.clause)
        about = first.party.name if first.party else first.department.name if first.department else ""
        sums = (self.penalty_fen, self.net_fen, self.was_waived, self.appealed, self.pending)
        return (first.duty_key, first.staff_id, about, *whose, *sums)


@dataclass(frozen=True)
class Totals:
    """Sums of entries in fen by kind, reversals and waivers negative, and how many penalties there are."""

    penalties: int = 0
    penalties_fen: int = 0
    reversals_fen: int = 0
    waivers_fen: int = 0

    @property
    def net_fen(self) -> int:
        return self.penalties_fen + self.reversals_fen + self.waivers_fen

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.penalties + other.penalties,
            self.penalties_fen + other.penalties_fen,
            self.reversals_fen + other.reversals_fen,
            self.waivers_fen + other.waivers_fen,
        )

    @classmethod
    def of(cls, sums: Mapping[int, tuple[int, int]]) -> Totals:
        """From (how many, fen) by kind of entry."""
        penalties, penalties_fen = sums.get(EntryKind.PENALTY, (0, 0))
        return cls(
            penalties, penalties_fen, sums.get(EntryKind.REVERSAL, (0, 0))[1], sums.get(EntryKind.WAIVER, (0, 0))[1]
        )


@dataclass(frozen=True)
class Filters:
    """What the ledger is narrowed to: entries of a person, a department, a kind, a month; those appealed against."""

    mine: bool = False
    department_id: int | None = None
    kind: EntryKind | None = None
    month: date | None = None
    staff_no: str = ""
    appealed: bool = False

    @property
    def any(self) -> bool:
        return self != Filters()

    def is_narrow(self, person: Person) -> bool:
        """Whether an index leads to the entries meant, so that adding them up costs little."""
        return bool(self.mine or self.month or self.staff_no or self.appealed or person.reach is Reach.OWN)


@dataclass(frozen=True)
class Ledger:
    """A page of stories, and the totals of everything under the filter; None where a page had better not wait.

    ``complete`` says that no other page has stories, so that the page's columns can be added up.
    """

    stories: list[Story]
    totals: Totals | None
    after: str
    complete: bool = False

    @property
    def penalty_fen(self) -> int:
        """What was booked in the stories of the page."""
        return sum(story.penalty_fen for story in self.stories)

    @property
    def net_fen(self) -> int:
        """What is left of the stories of the page."""
        return sum(story.net_fen for story in self.stories)


def visible_entries(person: Person | _Seen, *, on: date) -> QuerySet[Entry]:
    """Entries dated up to ``on`` that are the person's own, the department's, or everyone's, by reach."""
    entries = Entry.objects.filter(dated__lte=on)
    if person.reach is Reach.ALL:
        return entries
    within = Q(staff_id=person.staff_id)
    if person.reach is Reach.DEPARTMENT:
        within |= Q(department_id=person.department_id)
    return entries.filter(within)


def list_ledger(
    person: Person, filters: Filters, *, on: date, after: str = "", most: int = PAGE, counted: bool = True
) -> Ledger:
    """Stories with an entry under the filters, the one with the latest such entry first. At most six queries.

    Not ``counted``, nothing is added up.
    """
    if filters == Filters(kind=filters.kind) and not after:
        entries = None
        page = _newest(on, *_whose(person), reach=person.reach, kind=filters.kind, most=most + 1)
    else:
        entries = _filtered(person, filters, on)
        page = list(_behind(_latest(entries, person, filters, on), after)[: most + 1])
    more = f"{page[most - 1]['dated']}.{page[most - 1]['pk']}" if len(page) > most else ""
    totals = None
    if counted and filters.is_narrow(person):
        totals = get_totals(_filtered(person, filters, on) if entries is None else entries)
    return Ledger(_stories(page[:most], on), totals, more, complete=not (after or more))


def iterate_ledger(person: Person, filters: Filters, *, on: date, most: int) -> Iterator[Story]:
    """The first ``most`` stories under the filters in the order of the list."""

    def turn(after: str, some: int) -> tuple[list[Story], str]:
        page = list_ledger(person, filters, on=on, after=after, most=some, counted=False)
        return page.stories, page.after

    return turn_through(turn, begin="", most=most)


class _Seen(NamedTuple):
    """How far somebody sees: what of a person decides on it."""

    reach: Reach
    staff_id: int
    department_id: int | None


def _whose(person: Person) -> tuple[int | None, int | None]:
    staff = None if person.reach is Reach.ALL else person.staff_id
    return staff, person.department_id if person.reach is Reach.DEPARTMENT else None


@prepared
def _newest(
    on: date, staff: int | None, department: int | None, *, reach: Reach, kind: EntryKind | None, most: int
) -> QuerySet[Entry, Any]:
    seen, filters = _Seen(reach, staff or 0, department), Filters(kind=kind)
    return _latest(_filtered(seen, filters, on), seen, filters, on)[:most]


def _latest(entries: QuerySet[Entry], person: Person | _Seen, filters: Filters, on: date) -> QuerySet[Entry, Any]:
    """Of the entries under the filters the latest of each story, the newest first."""
    later = _matching(person, filters, on).filter(
        Q(dated__gt=OuterRef("dated")) | Q(dated=OuterRef("dated"), pk__gt=OuterRef("pk")),
        duty_key=OuterRef("duty_key"),
        # Between equal bounds, so that the index of the duty and not that of the person is taken.
        staff_id__gte=OuterRef("staff_id"),
        staff_id__lte=OuterRef("staff_id"),
    )
    latest = entries.filter(~Exists(later)).order_by("-dated", "-pk")
    return latest.values("dated", "pk", "duty_key", "staff_id")


def get_ledger_totals(person: Person, filters: Filters, *, on: date) -> Totals:
    """The totals of everything under the filters; reads as many entries as there are."""
    return get_totals(_filtered(person, filters, on))


def get_totals(entries: QuerySet[Entry]) -> Totals:
    """The totals of entries. One query."""
    sums = entries.order_by().values_list("kind").annotate(n=Count("pk"), fen=Sum("amount_fen"))
    return Totals.of({kind: (n, fen) for kind, n, fen in sums})


def find_story(person: Person, *, duty_key: int, staff_id: int, on: date) -> Story | None:
    """The entries about one duty and one person within reach; None when there are none."""
    entries = visible_entries(person, on=on).filter(duty_key=duty_key, staff_id=staff_id)
    found = list(_told(entries))
    return Story(found) if found else None


def in_month(entries: QuerySet[Entry], month: date) -> QuerySet[Entry]:
    """Those dated in the month that begins on ``month``."""
    return entries.filter(dated__gte=month, dated__lte=period_of(1, month).last)


def _filtered(person: Person | _Seen, filters: Filters, on: date) -> QuerySet[Entry]:
    entries = _matching(person, filters, on)
    if filters.mine or person.reach is Reach.OWN:
        entries = entries.filter(staff_id=person.staff_id)
    if filters.staff_no:
        entries = entries.filter(staff__staff_no=filters.staff_no)
    if filters.appealed:
        entries = entries.filter(_is_appealed())
    return entries


def _matching(person: Person | _Seen, filters: Filters, on: date) -> QuerySet[Entry]:
    """Entries under the filters but for those that all entries of a duty and person meet or none.

    Beside an entry's own duty and person the latter say nothing, and would lead the database to the person's index.
    """
    entries = Entry.objects.filter(dated__lte=on) if person.reach is Reach.OWN else visible_entries(person, on=on)
    if filters.department_id is not None:
        entries = entries.filter(department_id=filters.department_id)
    if filters.kind is not None:
        entries = entries.filter(kind=filters.kind)
    if filters.month is not None:
        entries = in_month(entries, filters.month)
    return entries


def _is_appealed() -> Q:
    """Entries with an open appeal, asked for by their duties: few among all that there are."""
    appeals = Appeal.objects.filter(closed_on__isnull=True).order_by("filed_on", "pk")
    keys = list(appeals.values_list("duty_key", flat=True)[:MOST_APPEALS])
    of_person = Appeal.objects.filter(
        closed_on__isnull=True, duty_key=OuterRef("duty_key"), staff_id=OuterRef("staff_id")
    )
    return Q(Exists(of_person), duty_key__in=keys)


def _appealed(page: Sequence[Mapping[str, Any]]) -> set[tuple[int, int]]:
    """The stories of a page with an open appeal."""
    return set(_open_appeals([row["duty_key"] for row in page]))


@prepared
def _open_appeals(keys: list[int]) -> QuerySet[Appeal, tuple[int, int]]:
    return Appeal.objects.filter(closed_on__isnull=True, duty_key__in=keys).values_list("duty_key", "staff_id")


@prepared
def _told_of(keys: list[int], on: date) -> QuerySet[Entry]:
    return _told(Entry.objects.filter(duty_key__in=keys, dated__lte=on))


def _behind(entries: QuerySet[Entry, Any], after: str) -> QuerySet[Entry, Any]:
    """The entries behind the place "2026-08-28.123"; all of them for anything that is no such place."""
    place = read_place(after)
    if place is None:
        return entries
    day, number = place
    return entries.filter(Q(dated__lt=day) | Q(pk__lt=number), dated__lte=day)


def _stories(page: Sequence[Mapping[str, Any]], on: date) -> list[Story]:
    """Whole stories of a page, also where a filter matched only one of their entries. Three queries."""
    told: dict[tuple[int, int], list[Entry]] = {(row["duty_key"], row["staff_id"]): [] for row in page}
    for entry in _told_of([row["duty_key"] for row in page], on):
        if (entry.duty_key, entry.staff_id) in told:
            told[entry.duty_key, entry.staff_id].append(entry)
    appealed, pending = _appealed(page), pending_penalties(told)
    return [Story(entries, key in appealed, pending.get(key, ())) for key, entries in told.items() if entries]


def _told(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    return entries.select_related("staff", "party", "department", "version", "act").order_by("duty_key", "seq")
