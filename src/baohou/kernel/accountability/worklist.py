"""Appeals that wait, and what became of the others: the list of those who decide, and one's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db.models import Q, QuerySet

from baohou.core.places import read_place, turn_through
from baohou.kernel.accountability.models import Appeal, Entry, EntryKind
from baohou.kernel.duties import kinds
from baohou.kernel.papers.records.kinds import Content
from baohou.kernel.parties.models import Party
from baohou.kernel.people.access import Person, Reach, Right
from baohou.kernel.prepared import prepared, prepared_count

PAGE = 50
MANY = 1000
"""Up to so many are counted; beyond it "1000+" says enough."""


@dataclass(frozen=True)
class AppealRow:
    """An appeal, the duty it is about, and what is left of the penalty in fen."""

    appeal: Appeal
    duty_word: str
    party: Party | None
    due_on: date
    penalty_fen: int
    left_fen: int

    @property
    def is_void(self) -> bool:
        """Open against nothing: the penalty was taken back meanwhile."""
        return self.appeal.closed_on is None and self.left_fen <= 0


@dataclass(frozen=True)
class Appeals:
    """A page of appeals, how many there are in all (at most MANY), and where the next page begins."""

    rows: list[AppealRow]
    count: int
    after: str
    complete: bool = False
    """No other page has appeals, so that the page's columns can be added up."""

    @property
    def is_many(self) -> bool:
        return self.count >= MANY

    @property
    def penalty_fen(self) -> int:
        """What was booked in what the page's appeals are about."""
        return sum(row.penalty_fen for row in self.rows)

    @property
    def left_fen(self) -> int:
        """What is left of it."""
        return sum(row.left_fen for row in self.rows)


def parts_for(person: Person) -> list[str]:
    """The parts of the list that a person can look at, the usual first."""
    decides = ["waiting", "decided"] if person.may(Right.WAIVE) else []
    whole = {Reach.DEPARTMENT: ["department"], Reach.ALL: ["all"]}.get(person.reach, [])
    return [*decides, *whole, "mine"]


def part_for(person: Person, said: str) -> str:
    """The part that is asked for when the person can look at it, else the usual one."""
    parts = parts_for(person)
    return said if said in parts else parts[0]


def count_open_appeals(person: Person) -> int:
    """Open appeals that wait for this person's decision, up to MANY; 0 for everyone without the right."""
    return _count_waiting(person.staff_id, _department_of(person), most=MANY) if person.may(Right.WAIVE) else 0


def list_waiting_appeals(person: Person, *, limit: int = 5) -> list[AppealRow]:
    """The open appeals that have waited longest for this person's decision. Two queries."""
    if not person.may(Right.WAIVE):
        return []
    return describe(_first_waiting(person.staff_id, _department_of(person), most=limit))


def list_own_open(person: Person, *, limit: int) -> list[AppealRow]:
    """The person's own appeals that are not decided yet, the oldest first. Two queries."""
    return describe(_own_open(person.staff_id, most=limit))


def list_appeals(person: Person, part: str, *, after: str = "", most: int = PAGE) -> Appeals:
    """A part of parts_for: those that wait oldest first, the others newest first. Three queries and a count."""
    count = _of_part(person, part).order_by()[:MANY].count()
    rows, more = _page(person, part, after, most)
    return Appeals(rows, count, more, complete=not (after or more))


def iterate_appeals(person: Person, part: str, *, most: int) -> Iterator[AppealRow]:
    """The first ``most`` appeals of a part in the order of its list."""
    return turn_through(partial(_page, person, part), begin="", most=most)


def _of_part(person: Person, part: str) -> QuerySet[Appeal]:
    return {
        "waiting": _waiting(person.staff_id, _department_of(person)),
        "decided": _with_names().filter(decision__by=person.staff_id).exclude(staff=person.staff_id),
        "department": _with_names().filter(department_id=person.department_id or 0),
        "all": _with_names(),
        "mine": _with_names().filter(staff=person.staff_id),
    }[part]


def _page(person: Person, part: str, after: str, most: int) -> tuple[list[AppealRow], str]:
    """A stretch of a part behind a place, and the place where the next begins; empty behind the last."""
    newest_first = part != "waiting"
    order = ("-filed_on", "-pk") if newest_first else ("filed_on", "pk")
    found = _behind(_of_part(person, part), after, newest_first=newest_first)
    page = list(found.order_by(*order)[: most + 1])
    last = page[most - 1] if len(page) > most else None
    return describe(page[:most]), f"{last.filed_on}.{last.pk}" if last else ""


def describe(appeals: list[Appeal]) -> list[AppealRow]:
    """Rows for a list of appeals. One query, however many; none for none."""
    if not appeals:
        return []
    about = {(appeal.duty_key, appeal.staff_id) for appeal in appeals}
    entries = Entry.objects.filter(duty_key__in={key for key, _ in about})
    told: dict[tuple[int, int], list[Entry]] = {key: [] for key in about}
    for entry in entries.select_related("party").order_by("seq"):
        if (entry.duty_key, entry.staff_id) in told:
            told[entry.duty_key, entry.staff_id].append(entry)
    return [_row(appeal, told[appeal.duty_key, appeal.staff_id]) for appeal in appeals]


def _row(appeal: Appeal, entries: list[Entry]) -> AppealRow:
    first = entries[0]
    return AppealRow(
        appeal,
        kinds.get(first.duty_kind).zh,
        first.party,
        first.due_on,
        penalty_fen=sum(entry.amount_fen for entry in entries if entry.kind == EntryKind.PENALTY),
        left_fen=sum(entry.amount_fen for entry in entries),
    )


def tell_appeal(number: int) -> Content | None:
    """What an appeal says, as a paper; None when there is none of this number."""
    appeal = Appeal.objects.select_related("staff").filter(pk=number).first()
    if appeal is None:
        return None
    return {
        "duty_key": appeal.duty_key,
        "staff_no": appeal.staff.staff_no,
        "text": appeal.text,
        "filed_on": appeal.filed_on.isoformat(),
    }


def _waiting(judge: int, department: int | None) -> QuerySet[Appeal]:
    """Open appeals of others, of a department or of all; nobody decides about oneself."""
    waiting = _open().exclude(staff=judge)
    if department is not None:
        waiting = waiting.filter(department=department)
    return waiting.order_by("filed_on", "pk")


def _department_of(person: Person) -> int | None:
    """The one department whose appeals a person decides; None for those who decide about all."""
    return None if person.reach is Reach.ALL else person.department_id or 0


@prepared_count
def _count_waiting(judge: int, department: int | None, *, most: int) -> QuerySet[Appeal]:
    return _waiting(judge, department).order_by()[:most]


@prepared
def _first_waiting(judge: int, department: int | None, *, most: int) -> QuerySet[Appeal]:
    return _waiting(judge, department)[:most]


@prepared
def _own_open(staff: int, *, most: int) -> QuerySet[Appeal]:
    return _open().filter(staff=staff).order_by("filed_on", "pk")[:most]


def _open() -> QuerySet[Appeal]:
    return _with_names().filter(closed_on__isnull=True)


def _with_names() -> QuerySet[Appeal]:
    return Appeal.objects.select_related("staff", "department", "decision__by")


def _behind(appeals: QuerySet[Appeal], after: str, *, newest_first: bool) -> QuerySet[Appeal]:
    place = read_place(after)
    if place is None:
        return appeals
    day, number = place
    if newest_first:
        return appeals.filter(Q(filed_on__lt=day) | Q(filed_on=day, pk__lt=number))
    return appeals.filter(Q(filed_on__gt=day) | Q(filed_on=day, pk__gt=number))
