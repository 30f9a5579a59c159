"""My work: duties, and what disposal measures have people do, in four parts, a page at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final, NamedTuple

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from baohou.core.places import read_place
from baohou.guarantee.queries.access import Sight, sight_of, visible_duties, ways_to_duties
from baohou.guarantee.queries.actions import ActionRow, Place, count_actions, list_actions, wanted_of
from baohou.guarantee.queries.handed import handed_keys
from baohou.guarantee.queries.pages.duties import MANY, PAGE, DutyRow, behind, describe, first_of_each, with_names
from baohou.guarantee.queries.pages.filters import EVERYTHING, Days, WorkFilters, narrowed
from baohou.guarantee.queries.pages.many import at_least, believed
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.access import Person, Reach, Right
from baohou.kernel.people.models import Staff
from baohou.kernel.prepared import Prepared, PreparedCount, prepared, prepared_count

PARTS: Final = ("overdue", "today", "week", "later")


_BY_OWNER: Final = ("mine", "deputy", "carried")
"""What goes by who owes it: the person, those the person stands in for, or all of these."""
Row = DutyRow | ActionRow
_FIRST_KEY: Final = -(2**63)
_LAST_KEY: Final = 2**63 - 1


@dataclass(frozen=True)
class Group:
    """One part of the worklist: how many (at most MANY), the first rows, and where the next page begins."""

    code: str
    count: int
    rows: list[Row]
    after: str

    @property
    def is_many(self) -> bool:
        return self.count >= MANY


@dataclass(frozen=True)
class Worklist:
    groups: list[Group]

    def group(self, code: str) -> Group:
        return next(group for group in self.groups if group.code == code)

    @property
    def owed_now(self) -> int:
        """Overdue and due today."""
        return sum(group.count for group in self.groups if group.code in ("overdue", "today"))

    @property
    def count(self) -> int:
        return sum(group.count for group in self.groups)

    @property
    def most_pressing(self) -> Row | None:
        return next((row for group in self.groups for row in group.rows), None)


class _Asked(NamedTuple):
    """What decides on the text of a query: who asks for whose duties, and of which kind."""

    reach: Reach
    stands: bool
    whose: str
    filters: WorkFilters
    many: int
    page: int = PAGE


class _Values(NamedTuple):
    """What does not: the people and departments within reach, whose duties, what was handed to and by them."""

    staff: list[int]
    departments: list[int]
    owners: list[int]
    received: list[int]
    given: list[int]
    on: date


def views_of(person: Person) -> list[str]:
    """Whose duties the person can look at, the usual one first."""
    views = {Reach.OWN: ["mine"], Reach.DEPARTMENT: ["department", "mine"], Reach.ALL: ["all"]}[person.reach]
    deputy = ["deputy"] if person.stands_for else []
    return [*views, *deputy, *(["unowned"] if person.may(Right.SEE_UNOWNED) else [])]


def list_worklist(
    person: Person, *, on: date, whose: str, filters: WorkFilters = EVERYTHING, part: str = "", after: str = ""
) -> Worklist:
    """What is owed, the most pressing first. ``whose`` is mine, deputy, department, all or unowned.

    With ``part`` (overdue, today, week, later) only that group, beginning behind the row ``after``.
    """
    parts = {code: days_of(code, on) for code in ([part] if part in PARTS else PARTS)}
    return Worklist(_groups(person, on, whose, filters, parts, after))


def list_work(
    person: Person, *, on: date, whose: str, filters: WorkFilters, days: Days, after: str, most: int
) -> tuple[list[Row], str]:
    """A page of what is owed and due within some days, behind a place, uncounted; and the next place, or ""."""
    [group] = _groups(person, on, whose, filters, {"": days}, after, page=most, counted=False)
    return group.rows, group.after


def _groups(
    person: Person,
    on: date,
    whose: str,
    filters: WorkFilters,
    parts: dict[str, Days],
    after: str,
    *,
    page: int = PAGE,
    counted: bool = True,
) -> list[Group]:
    """The list in parts, each with the days in which it is due."""
    asked, values = _asked(person, whose, filters)._replace(page=page), _values(person, whose, on)
    behind_duty, behind_action = _places(after)
    if person.reach is Reach.DEPARTMENT and whose not in ("mine", "deputy"):
        found = _by_ways(asked, values, parts, behind_duty, counted=counted)
    else:
        count = _count if counted else None
        found = [_found(asked, values, code, days, behind_duty, _page, count) for code, days in parts.items()]
    rows = iter(describe((duty for _, _, duties in found for duty in duties[: page + 1]), today=on))
    duties = {code: (n, list(islice(rows, len(those)))) for code, n, those in found}
    actions = _actions(person, on, asked, parts, behind_action, counted=counted)
    return [_group(code, page, *duties[code], *actions.get(code, (0, []))) for code in parts]


def _actions(
    person: Person, on: date, asked: _Asked, parts: dict[str, Days], place: Place, *, counted: bool
) -> dict[str, tuple[int, list[ActionRow]]]:
    """What measures have people do, by part: how many, one row more than a page. Three queries where they are few."""
    wanted = wanted_of(person, on=on, whose=asked.whose, filters=asked.filters, many=MANY)
    if wanted is None:
        return {}
    rows = list_actions(wanted, parts=list(parts.values()), most=asked.page + 1, place=place)
    found = {}
    for code, (first, last) in parts.items():
        those = [row for row in rows if (first is None or row.due_on >= first) and (last is None or row.due_on <= last)]
        few = not counted or (place == (None, None) and len(those) <= asked.page)
        found[code] = (len(those) if few else count_actions(wanted, (first, last)), those)
    return found


def _group(
    code: str, page: int, n_duties: int, duties: list[DutyRow], n_actions: int, actions: list[ActionRow]
) -> Group:
    """A part by due day; on one day what a measure says goes first."""
    both: list[Row] = [*actions, *duties]
    rows = sorted(both, key=_in_order)
    shown = rows[:page]
    return Group(code, min(n_duties + n_actions, MANY), shown, _place_of(shown[-1]) if len(rows) > page else "")


def _in_order(row: Row) -> tuple[date, bool, int]:
    return (row.due_on, True, row.key) if isinstance(row, DutyRow) else (row.due_on, False, row.pk)


def _place_of(row: Row) -> str:
    """How an address names the row behind which the next page begins."""
    return f"{row.due_on}.{row.key}" if isinstance(row, DutyRow) else f"m{row.due_on}.{row.pk}"


def _places(after: str) -> tuple[Place, Place]:
    """Where duties and where actions begin behind a row: on its day the actions go first."""
    place = read_place(after.removeprefix("m"))
    if place is None:
        return (None, None), (None, None)
    if after.startswith("m"):
        return (place[0], _FIRST_KEY), place
    return place, (place[0], _LAST_KEY)


def owed_duties(person: Person, *, on: date, whose: str, filters: WorkFilters = EVERYTHING) -> QuerySet[Duty]:
    """Duties owed, within the person's reach, of whom one asks and as the filters say; carried: mine and deputy's."""
    return _owed(_asked(person, whose, filters), _values(person, whose, on))


def first_of_days(
    person: Person, *, on: date, whose: str, filters: WorkFilters, days: Iterable[date], most: int
) -> list[Duty]:
    """The first few duties owed of each due day, as ``describe`` takes them. One query, that reads no more of a day."""
    asked = _asked(person, whose, filters)._replace(page=most)
    return _first_of_days(*_values(person, whose, on), *sorted(days), asked=asked)


@prepared
def _first_of_days(*given: Any, asked: _Asked) -> QuerySet[Duty]:
    values, days = _Values(*given[: len(_Values._fields)]), given[len(_Values._fields) :]
    owed = _owed(asked, values)
    return with_names(first_of_each((owed.filter(due_on=day) for day in days), asked.page)).order_by("due_on", "key")


def count_unowned(person: Person, *, on: date) -> int:
    """Duties owed that nobody owns, up to MANY."""
    return _count(*_values(person, "unowned", on), None, None, asked=_asked(person, "unowned", EVERYTHING))


def _asked(person: Person, whose: str, filters: WorkFilters) -> _Asked:
    return _Asked(person.reach, bool(person.stands_for), whose, filters, MANY)


def _values(person: Person, whose: str, on: date) -> _Values:
    sight = sight_of(person)
    staff, departments = sight.staff_ids, sight.department_ids
    if whose not in _BY_OWNER:
        return _Values(staff, departments, [], [], [], on)
    owners = {"mine": [person.staff_id], "deputy": sorted(person.absent_ids), "carried": person.staff_ids}[whose]
    return _Values(staff, departments, owners, *handed_keys(owners, on=on), on)


def _sight(asked: _Asked, values: _Values) -> Sight:
    return Sight(asked.reach, values.staff, values.departments, asked.stands)


def _owed(asked: _Asked, values: _Values) -> QuerySet[Duty]:
    return _kept(visible_duties(_sight(asked, values), on=values.on), asked, values)


def _kept(duties: QuerySet[Duty], asked: _Asked, values: _Values) -> QuerySet[Duty]:
    """Of duties those owed, of whom one asks, as the filters say."""
    duties = duties.filter(done_on__isnull=True, lapsed_on__isnull=True)
    if asked.whose == "unowned":
        duties = duties.filter(owner__isnull=True)
    elif asked.whose in _BY_OWNER:
        theirs = Q(owner_id__in=values.owners)
        theirs = theirs & ~Q(key__in=values.given) if values.given else theirs
        duties = duties.filter(theirs | Q(key__in=values.received) if values.received else theirs)
    return narrowed(duties, asked.filters, on=values.on)


def _ways(asked: _Asked, values: _Values) -> list[QuerySet[Duty]]:
    """A department's duties way by way, each with an index of its own."""
    return [
        _kept(Duty.objects.filter(way, opens_on__lte=values.on), asked, values)
        for way in ways_to_duties(_sight(asked, values), on=values.on)
    ]


def days_of(code: str, on: date) -> Days:
    """The first and the last due day of a part; None where it has no end."""
    sunday, day = on + timedelta(days=6 - on.weekday()), timedelta(days=1)
    return {"overdue": (None, on - day), "today": (on, on), "week": (on + day, sunday), "later": (sunday + day, None)}[
        code
    ]


def _within(duties: QuerySet[Duty], first: date | None, last: date | None) -> QuerySet[Duty]:
    if first is not None:
        duties = duties.filter(due_on__gte=first)
    return duties if last is None else duties.filter(due_on__lte=last)


def _first(duties: QuerySet[Duty], due: date | None, key: int | None, page: int) -> QuerySet[Duty]:
    """A page and one more, behind a place."""
    return with_names(behind(duties, due, key)).order_by("due_on", "key")[: page + 1]


@prepared
def _page(*given: Any, asked: _Asked) -> QuerySet[Duty]:
    *values, first, last, due, key = given
    return _first(_within(_owed(asked, _Values(*values)), first, last), due, key, asked.page)


@prepared_count
def _count(*given: Any, asked: _Asked) -> QuerySet[Duty]:
    *values, first, last = given
    return _within(_owed(asked, _Values(*values)), first, last).order_by()[: asked.many]


@prepared
def _gathered_page(*given: Any, asked: _Asked) -> QuerySet[Duty]:
    *values, first, last, due, key = given
    return _first(_gathered(asked, _Values(*values), first, last), due, key, asked.page)


@prepared_count
def _gathered_count(*given: Any, asked: _Asked) -> QuerySet[Duty]:
    *values, first, last = given
    return _gathered(asked, _Values(*values), first, last).order_by()[: asked.many]


def _gathered(asked: _Asked, values: _Values, first: date | None, last: date | None) -> QuerySet[Duty]:
    one, *others = (_within(way, first, last).order_by().values("key") for way in _ways(asked, values))
    return Duty.objects.filter(key__in=one.union(*others))


@prepared
def _reached(*given: Any, asked: _Asked) -> QuerySet[Staff, Any]:
    """Of each part (by its days) whether one way alone finds MANY: the key of such a duty, or None."""
    values, days = _Values(*given[: len(_Values._fields)]), given[len(_Values._fields) :]
    lasts = []
    for first, last in zip(days[::2], days[1::2], strict=True):
        ends = [_within(way, first, last).order_by("due_on", "key") for way in _ways(asked, values)[:-1]]
        lasts.append(Coalesce(*(Subquery(end.values("key")[asked.many - 1 : asked.many]) for end in ends)))
    return Staff.objects.order_by("pk").values_list(*lasts)[:1]


def _by_ways(
    asked: _Asked, values: _Values, parts: dict[str, Days], place: Place, *, counted: bool
) -> list[tuple[str, int, list[Duty]]]:
    """The parts of a department's list, which none of the indexes has in order.

    Where one way alone finds many, a page is soon full when all duties are looked at by day; where few are found by
    each, they are gathered way by way, so that nobody looks at a million duties of others.
    """
    ends = [day for days in parts.values() for day in days]
    wanted = asked._replace(page=PAGE)
    many = believed(
        ("reached", wanted, values, *ends),
        lambda: _ask(_reached, asked)(*values, *ends, asked=wanted),
        when=lambda found: any(one is not None for row in found for one in row),
    )
    count = _gathered_count if counted else None
    return [
        _found(asked, values, code, days, place, _gathered_page, count)
        if reached is None
        else _found(asked, values, code, days, place, _page, None)
        for (code, days), reached in zip(parts.items(), many[0] if many else [None] * len(parts), strict=True)
    ]


def _found(
    asked: _Asked,
    values: _Values,
    code: str,
    days: Days,
    place: Place,
    page: Prepared[..., Duty],
    count: PreparedCount[...] | None,
) -> tuple[str, int, list[Duty]]:
    """A part of the list: its code, how many (MANY without ``count``), one duty more than a page.

    What one page holds is not counted once more.
    """
    given = (*values, *days)
    duties = _ask(page, asked)(*given, *place, asked=asked)
    if count is None:
        return code, MANY, duties
    if place == (None, None) and len(duties) <= asked.page:
        return code, len(duties), duties
    named = ("worklist", asked, given)
    return code, at_least(named, MANY, lambda: _ask(count, asked)(*given, asked=asked)), duties


def _ask(query: Any, asked: _Asked) -> Any:
    """A query by its text when kinds alone narrow it; each client or name would be a text of its own."""
    return query if asked.filters == WorkFilters(kind=asked.filters.kind) else query.plain
