"""Duties as a list: by department, owner, kind, client grade, state and quarter due; page by page, or all to a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any, Final, NamedTuple

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from baohou.core.period import Quarter
from baohou.core.places import read_place
from baohou.guarantee.models import GradeChange
from baohou.guarantee.queries.access import Sight, sight_of, visible_duties, ways_to_duties
from baohou.guarantee.queries.pages.duties import MANY, PAGE, DutyRow, behind, describe, first_of_each, with_names
from baohou.guarantee.queries.pages.filters import Days, overlap
from baohou.guarantee.queries.pages.many import at_least
from baohou.guarantee.queries.standing import default_grade
from baohou.guarantee.rules.words import CLAUSE_OF, VISITS, DutyKind, DutyState, Grade
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.access import Person, Reach
from baohou.kernel.prepared import prepared, prepared_count

_ROWS_AT_ONCE: Final = 2000


@dataclass(frozen=True)
class DutyFilters:
    """What the address of the list says; None means everything.

    ``kind`` is the code of a kind, a clause ("PGM.9"), or "visits". ``judged`` leaves the duties whose day has come or
    that are done: those of which it is known whether they were done in time. ``owner_id`` and
    ``department_id`` 0 ask for those that have none. Those due in ``quarter``, from ``since`` on, until ``until``.
    """

    kind: str = ""
    department_id: int | None = None
    owner_id: int | None = None
    grade: Grade | None = None
    state: DutyState | None = None
    judged: bool = False
    quarter: Quarter | None = None
    since: date | None = None
    until: date | None = None

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
    sight, place = sight_of(person), read_place(after) or (None, None)
    named = (sight.staff_ids, sight.department_ids, on, *_days(filters))
    shape = _Shape(sight.reach, sight.stands_for, replace(filters, quarter=None, since=None, until=None))
    page = _ask(_page, shape)(*named, *place, shape=shape, most=most + 1)
    count = len(page)
    if counted:
        asked = ("duties", named, shape)
        count = at_least(asked, MANY, lambda: _ask(_count, shape)(*named, shape=shape, most=MANY))
    last = page[most - 1] if len(page) > most else None
    return DutyPage(_listed(page[:most], on), count, f"{last.due_on}.{last.key}" if last else "")


def iterate_duties(person: Person, *, on: date, filters: DutyFilters, most: int) -> Iterator[ListedDuty]:
    """The first ``most`` duties by due day, read two thousand at a time."""
    found = iter(_ordered(select_duties(person, on=on, filters=filters), on)[:most].iterator(_ROWS_AT_ONCE))
    while piece := list(islice(found, _ROWS_AT_ONCE)):
        yield from _listed(piece, on)


class _Shape(NamedTuple):
    """What decides on the text of a query: how far somebody sees, and what is asked for besides days."""

    reach: Reach
    stands: bool
    filters: DutyFilters


def _ask(query: Any, shape: _Shape) -> Any:
    """A query by its text unless it names somebody: each department or owner would be a text of its own."""
    filters = shape.filters
    return (
        query if filters == DutyFilters(kind=filters.kind, state=filters.state, judged=filters.judged) else query.plain
    )


def _days(filters: DutyFilters) -> Days:
    """The first and the last due day asked for; None where there is no end."""
    quarter = filters.quarter
    return overlap((quarter.first, quarter.last) if quarter else (None, None), (filters.since, filters.until))


@prepared
def _page(
    staff: list[int],
    departments: list[int],
    on: date,
    first: date | None,
    last: date | None,
    due: date | None,
    key: int | None,
    *,
    shape: _Shape,
    most: int,
) -> QuerySet[Duty]:
    sight = Sight(shape.reach, staff, departments, shape.stands)
    if sight.reach is Reach.OWN:
        found = _nearest(sight, on, shape.filters, (first, last), (due, key), most)
    else:
        found = behind(_selected(sight, on, shape.filters, first, last), due, key)
    return _ordered(found, on)[:most]


def _nearest(
    sight: Sight, on: date, filters: DutyFilters, days: Days, place: tuple[date | None, int | None], most: int
) -> QuerySet[Duty]:
    """The first few of each way to see a duty: one's own are far apart among all by due day."""
    ways = (Duty.objects.filter(way, opens_on__lte=on) for way in ways_to_duties(sight, on=on))
    return first_of_each((behind(_narrowed(seen, on, filters, *days), *place) for seen in ways), most)


@prepared_count
def _count(
    staff: list[int],
    departments: list[int],
    on: date,
    first: date | None,
    last: date | None,
    *,
    shape: _Shape,
    most: int,
) -> QuerySet[Duty]:
    found = _selected(Sight(shape.reach, staff, departments, shape.stands), on, shape.filters, first, last)
    return found.order_by()[:most]


def select_duties(person: Person, *, on: date, filters: DutyFilters) -> QuerySet[Duty]:
    """The duties that have opened by the day, within the person's reach, that the filters ask for."""
    return _selected(sight_of(person), on, filters, *_days(filters))


def _selected(sight: Sight, on: date, filters: DutyFilters, first: date | None, last: date | None) -> QuerySet[Duty]:
    return _narrowed(visible_duties(sight, on=on), on, filters, first, last)


def _narrowed(
    duties: QuerySet[Duty], on: date, filters: DutyFilters, first: date | None, last: date | None
) -> QuerySet[Duty]:
    if filters.kind:
        duties = duties.filter(kind__in=filters.kinds)
    if filters.department_id is not None:
        duties = duties.filter(_belongs("department", filters.department_id))
    if filters.owner_id is not None:
        duties = duties.filter(_belongs("owner", filters.owner_id))
    if first is not None:
        duties = duties.filter(due_on__gte=first)
    if last is not None:
        duties = duties.filter(due_on__lte=last)
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
