"""The month's statement: what the ledger says of each person, adding up to the ledger to the fen (PGM.12 to PGM.14)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from operator import itemgetter
from typing import Final

from django.db.models import Count, QuerySet, Sum

from baohou.core.errors import Refused
from baohou.core.period import period_of
from baohou.kernel import kept
from baohou.kernel.accountability.ledger import Story, Totals, in_month, visible_entries
from baohou.kernel.accountability.models import Entry
from baohou.kernel.people.access import Person, Reach
from baohou.kernel.people.models import Department, Post, Posting, Staff
from baohou.kernel.people.queries import get_posting

PAGE = 100
_NEWEST: Final = 300
"""So many of the ledger's newest lines are compared, not only the last: one that commits after a later one is seen."""

Booked = dict[int, dict[int, tuple[int, int]]]
"""By person and kind of entry: how many, and their sum in fen."""
_months: Final = kept.Shelf[list[int], Booked](16)


@dataclass(frozen=True)
class Line:
    """One person's month: the totals, and the balance at the month's end, in fen."""

    staff: Staff
    department: str
    totals: Totals
    balance_fen: int

    @property
    def opening_fen(self) -> int:
        """The balance before the month."""
        return self.balance_fen - self.totals.net_fen


@dataclass(frozen=True)
class Statement:
    """A month up to ``last``, its last day or the day it is seen on: the people with entries dated in it.

    ``lines`` are a page of ``people``, all of them unless a page was asked for; ``totals`` are of all people.
    """

    month: date
    last: date
    lines: list[Line]
    totals: Totals
    people: int
    after: str = ""

    @property
    def is_whole(self) -> bool:
        return len(self.lines) == self.people

    @property
    def balance_fen(self) -> int:
        """What is left of all shown people."""
        return sum(line.balance_fen for line in self.lines)

    @property
    def opening_fen(self) -> int:
        return sum(line.opening_fen for line in self.lines)


@dataclass(frozen=True)
class Booking:
    """One entry on a person's statement, and what was left after it in fen."""

    entry: Entry
    balance_fen: int

    @property
    def duty_word(self) -> str:
        return Story([self.entry]).duty_word


@dataclass(frozen=True)
class Personal:
    """One person's statement: the line, and the entries behind it in the order of their dates."""

    line: Line
    bookings: list[Booking]


class NotAMonth(Refused):
    """A text that should name a month does not."""

    def __init__(self, text: str) -> None:
        super().__init__(
            "accountability.statement.month", "“%(text)s”不是月份：应写成 2026-09", where="月份", text=text
        )


def read_month(text: str) -> date:
    """The first day of the month "2026-09"; NotAMonth for anything else."""
    try:
        return date.fromisoformat(f"{text.strip()}-01")
    except ValueError as wrong:
        raise NotAMonth(text) from wrong


def last_of(month: date, on: date) -> date:
    """The last day that a month's statement covers when seen on a day."""
    return min(period_of(1, month).last, on)


def get_statement(person: Person, *, month: date, on: date, after: str = "", most: int | None = None) -> Statement:
    """The statement of a month as far as the person sees, by department and staff number; seven queries, or
    eight where what a department or everyone has booked is kept.

    ``most`` cuts a page of so many people behind the place ``after``.
    """
    last = last_of(month, on)
    entries = visible_entries(person, on=on)
    booked = _kept_booked(person, month, on)
    people = _people(booked, last)
    start = bisect_right(people, after, key=itemgetter(0))
    shown = people[start : start + most] if most else people
    numbers = [number for _, number, _ in shown]
    staff, balances = Staff.objects.in_bulk(numbers), _balances(entries, numbers, last)
    lines = [Line(staff[one], department, Totals.of(booked[one]), balances[one]) for _, one, department in shown]
    more = shown[-1][0] if shown and start + len(shown) < len(people) else ""
    return Statement(month, last, lines, _whole(booked.values()), len(people), more)


def list_personal(person: Person, statement: Statement, *, on: date) -> list[Personal]:
    """The personal statements behind a statement's lines; one query, however many."""
    wanted = {line.staff.pk: line for line in statement.lines}
    entries = in_month(visible_entries(person, on=on), statement.month).filter(staff_id__in=wanted)
    told: dict[int, list[Entry]] = {staff: [] for staff in wanted}
    for entry in entries.select_related("party", "department", "version").order_by("dated", "pk"):
        told[entry.staff_id].append(entry)
    return [Personal(line, _bookings(told[staff], line.opening_fen)) for staff, line in wanted.items()]


def get_personal(person: Person, *, staff: Staff, month: date, on: date) -> Personal:
    """One person's statement as far as ``person`` sees; without entries when nothing was booked in the month."""
    last = last_of(month, on)
    entries = visible_entries(person, on=on).filter(staff=staff)
    listed = list(in_month(entries, month).select_related("party", "department", "version").order_by("dated", "pk"))
    sums: dict[int, tuple[int, int]] = {}
    for entry in listed:
        n, fen = sums.get(entry.kind, (0, 0))
        sums[entry.kind] = (n + 1, fen + entry.amount_fen)
    posting = get_posting(staff=staff, on=last)
    department = posting.department.name if posting and posting.department else ""
    line = Line(staff, department, Totals.of(sums), _balances(entries, [staff.pk], last)[staff.pk])
    return Personal(line, _bookings(listed, line.opening_fen))


def everyone() -> Person:
    """Someone who sees all, for the command line."""
    return Person(None, Post.ADMIN, None, "")


def _people(wanted: Collection[int], on: date) -> list[tuple[str, int, str]]:
    """These people by place: the place, the number, and the name of the department on a day. Three queries."""
    staff = Staff.objects.values_list("pk", "staff_no")
    held = Posting.objects.filter(effective_on__lte=on).order_by("effective_on", "pk")
    if len(wanted) <= PAGE:  # a long list of numbers takes the database longer than all there are
        staff, held = staff.filter(pk__in=wanted), held.filter(staff__in=wanted)
    at = dict(held.values_list("staff_id", "department_id"))  # of several the last
    departments = dict(Department.objects.values_list("pk", "name"))
    people = []
    for number, staff_no in staff:
        if number in wanted:
            department = departments.get(at.get(number) or 0, "")
            people.append((f"{department}.{staff_no}", number, department))
    return sorted(people)


def _kept_booked(person: Person, month: date, on: date) -> Booked:
    """What is booked in a month as far as the person sees, kept by the process until the ledger has another line."""
    derive = partial(_booked, in_month(visible_entries(person, on=on), month))
    if person.reach is Reach.OWN or kept.may_be_undone():
        return derive()
    whose = () if person.reach is Reach.ALL else (person.staff_id or 0, person.department_id or 0)
    name = (month.toordinal(), on.toordinal(), *whose)
    newest = list(Entry.objects.order_by("-pk").values_list("pk", flat=True)[:_NEWEST])  # before the sums
    before = _months.find(name)
    booked = before[1] if before is not None and before[0] == newest else derive()
    if kept.CHECKED and booked != derive():
        raise AssertionError(f"what is kept of {month} is not what stands in the ledger")
    _months.put(name, newest, booked)
    return booked


def _booked(entries: QuerySet[Entry]) -> Booked:
    """How many entries of each kind a person has, and their sum in fen."""
    sums: Booked = {}
    grouped = entries.order_by().values_list("staff_id", "kind")
    for staff, kind, n, fen in grouped.annotate(n=Count("*"), fen=Sum("amount_fen")):
        sums.setdefault(staff, {})[kind] = (n, fen)
    return sums


def _whole(booked: Iterable[dict[int, tuple[int, int]]]) -> Totals:
    sums: dict[int, tuple[int, int]] = {}
    for by_kind in booked:
        for kind, (n, fen) in by_kind.items():
            before, before_fen = sums.get(kind, (0, 0))
            sums[kind] = (before + n, before_fen + fen)
    return Totals.of(sums)


def _balances(entries: QuerySet[Entry], staff_ids: list[int], last: date) -> dict[int, int]:
    """What is left of each person at the end of a day."""
    of_staff = entries.filter(staff_id__in=staff_ids, dated__lte=last).order_by()
    found = dict(of_staff.values_list("staff_id").annotate(fen=Sum("amount_fen")))
    return {staff: found.get(staff, 0) for staff in staff_ids}


def _bookings(entries: list[Entry], opening_fen: int) -> list[Booking]:
    bookings, balance = [], opening_fen
    for entry in entries:
        balance += entry.amount_fen
        bookings.append(Booking(entry, balance))
    return bookings
