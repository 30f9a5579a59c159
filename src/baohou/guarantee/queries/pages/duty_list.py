"""Duties as a list: by department, owner, kind, client grade, state and quarter due; page by page, or all to a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from baohou.core.period import Quarter
from baohou.guarantee.models import GradeChange
from baohou.guarantee.queries.access import visible_duties
from baohou.guarantee.queries.pages.clients import default_grade
from baohou.guarantee.queries.pages.duties import MANY, PAGE, DutyRow, describe, with_names
from baohou.guarantee.rules.words import CLAUSE_OF, VISITS, DutyKind, DutyState, Grade
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.access import Person

_ROWS_AT_ONCE: Final = 2000


@dataclass(frozen=True)
class DutyFilters:
    """What the address of the list says; None means everything.

    ``kind`` is the code of a kind, a clause ("PGM.9"), or "visits". ``judged`` leaves the duties whose day has come or
    that are done: those of which it is known whether they were done in time. ``owner_id`` and
    ``department_id`` 0 ask for those that have none.
    """

    kind: str = ""
    department_id: int | None = None
    owner_id: int | None = None
    grade: Grade | None = None
    state: DutyState | None = None
    judged: bool = False
    quarter: Quarter | None = None

    @property
    def kinds(self) -> list[DutyKind]:
        """The kinds asked for; all when it names none."""
        if self.kind == "visits":
            return list(VISITS)
        return [kind for kind in DutyKind if self.kind in (kind.code, CLAUSE_OF[kind])] or list(DutyKind)

    @property
    def any(self) -> bool:
        return self != DutyFilters()


@dataclass(frozen=True)
class ListedDuty:
    """A duty, and the grade that its client had on the due day (None for a department's report)."""

    row: DutyRow
    grade: Grade | None


@dataclass(frozen=True)
class DutyPage:
    rows: list[ListedDuty]
    count: int
    after: str

    @property
    def is_many(self) -> bool:
        return self.count >= MANY


def list_duty_page(
    person: Person, *, on: date, filters: DutyFilters, after: str = "", most: int = PAGE, counted: bool = True
) -> DutyPage:
    """One page of duties by due day, behind the place ``after``; those within the person's reach.

    Not ``counted``, the count says no more than the page.
    """
    found = select_duties(person, on=on, filters=filters)
    behind = _behind(after)
    page = list(_ordered(found.filter(behind) if behind else found, on)[: most + 1])
    count = found.order_by()[:MANY].count() if counted else len(page)
    last = page[most - 1] if len(page) > most else None
    return DutyPage(_listed(page[:most], on), count, f"{last.due_on}.{last.key}" if last else "")


def iterate_duties(person: Person, *, on: date, filters: DutyFilters, most: int) -> Iterator[ListedDuty]:
    """The first ``most`` duties by due day, read two thousand at a time."""
    found = iter(_ordered(select_duties(person, on=on, filters=filters), on)[:most].iterator(_ROWS_AT_ONCE))
    while piece := list(islice(found, _ROWS_AT_ONCE)):
        yield from _listed(piece, on)


def select_duties(person: Person, *, on: date, filters: DutyFilters) -> QuerySet[Duty]:
    """The duties that have opened by the day, within the person's reach, that the filters ask for."""
    duties = visible_duties(person, on=on)
    if filters.kind:
        duties = duties.filter(kind__in=filters.kinds)
    if filters.department_id is not None:
        duties = duties.filter(_belongs("department", filters.department_id))
    if filters.owner_id is not None:
        duties = duties.filter(_belongs("owner", filters.owner_id))
    if filters.quarter is not None:
        duties = duties.filter(due_on__range=(filters.quarter.first, filters.quarter.last))
    if filters.state is not None:
        duties = duties.filter(in_state(filters.state, on=on))
    if filters.judged:
        duties = duties.filter(lapsed_on__isnull=True).filter(Q(done_on__isnull=False) | Q(due_on__lt=on))
    if filters.grade is not None:
        wanted = Q(grade_then=filters.grade)
        if default_grade(on) is filters.grade:
            wanted |= Q(grade_then__isnull=True)
        duties = _graded(duties, on).filter(wanted, party__isnull=False)
    return duties


def _belongs(to: str, number: int) -> Q:
    return Q(**{f"{to}_id": number}) if number else Q(**{f"{to}__isnull": True})


def in_state(state: DutyState, *, on: date) -> Q:
    """The condition of a state as seen on a day."""
    done = Q(done_on__isnull=False, lapsed_on__isnull=True)
    owed = Q(done_on__isnull=True, lapsed_on__isnull=True)
    return {
        DutyState.ON_TIME: done & Q(done_on__lte=F("due_on")),
        DutyState.LATE: done & Q(done_on__gt=F("due_on")),
        DutyState.OVERDUE: owed & Q(due_on__lt=on),
        DutyState.OPEN: owed & Q(due_on__gte=on),
        DutyState.LAPSED: Q(lapsed_on__isnull=False),
    }[state]


def _graded(duties: QuerySet[Duty], on: date) -> QuerySet[Duty]:
    """With ``grade_then``: the grade given last by the due day, or by ``on`` while that is to come; None for none."""
    given = GradeChange.objects.filter(client=OuterRef("party_id"), effective_on__lte=OuterRef("due_on")).filter(
        effective_on__lte=on
    )
    return duties.annotate(grade_then=Subquery(given.order_by("-effective_on").values("grade")[:1]))


def _ordered(duties: QuerySet[Duty], on: date) -> QuerySet[Duty]:
    return with_names(_graded(duties, on)).order_by("due_on", "key")


def _listed(duties: list[Duty], on: date) -> list[ListedDuty]:
    unless = default_grade(on)
    grades = [_grade(duty, unless) for duty in duties]
    return [ListedDuty(row, grade) for row, grade in zip(describe(duties, today=on), grades, strict=True)]


def _grade(duty: Duty, unless: Grade | None) -> Grade | None:
    if duty.party_id is None:
        return None
    given: int | None = getattr(duty, "grade_then", None)
    return Grade(given) if given else unless


def _behind(after: str) -> Q | None:
    """The condition for rows behind "2026-09-30.123"; None for anything that is no such place."""
    due, _, key = after.partition(".")
    try:
        place, number = date.fromisoformat(due), int(key)
    except ValueError:
        return None
    return Q(due_on__gt=place) | Q(due_on=place, key__gt=number)
