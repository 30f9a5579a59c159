"""What disposal measures have people do until when (PGM.10): whose it is, what is still to do, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from baohou.core.period import Quarter, quarter_of
from baohou.core.places import read_place
from baohou.guarantee.models import Guarantee, Measure, MeasureAction, MovedAction
from baohou.guarantee.queries.access import sight_of
from baohou.guarantee.queries.handed import received_and_given
from baohou.guarantee.queries.pages.clients import of_grade
from baohou.guarantee.queries.pages.filters import EVERYTHING, Days, WorkFilters, of_client
from baohou.guarantee.queries.pages.many import at_least
from baohou.guarantee.queries.standing import default_grade
from baohou.kernel.people.access import Person, Reach
from baohou.kernel.people.models import Staff
from baohou.kernel.prepared import prepared, prepared_count

Place = tuple[date | None, int | None]
"""Behind the row of a day and a number; None for the beginning."""
_BEGINNING: Final[Place] = (None, None)


@dataclass(frozen=True)
class ActionRow:
    """An action of a measure on a page, as seen on ``today``; ``doer`` is the successor once it was handed over."""

    pk: int
    client_id: int
    client_name: str
    quarter: Quarter
    text: str
    owner_id: int
    owner: str
    named_id: int
    named: str
    due_on: date
    done_on: date | None
    today: date

    @property
    def is_action(self) -> bool:
        """As told apart from a duty."""
        return True


class _Asked(NamedTuple):
    """What decides on the text of a query."""

    reach: Reach
    whose: str
    filters: WorkFilters
    on: date | None
    many: int


class _Values(NamedTuple):
    """Whose reach, whose actions, what was handed to and by them."""

    staff: list[int]
    departments: list[int]
    owners: list[int]
    received: list[int]
    given: list[int]


class Wanted(NamedTuple):
    """Whose actions are asked for, as ``wanted_of`` found it."""

    asked: _Asked
    values: _Values
    on: date


def handed_actions(staff_ids: Iterable[int], *, on: date) -> tuple[list[int], list[int]]:
    """Actions still to do that others handed over to these people, and such of theirs as they handed over. One query.

    Of several hand-overs of an action the last counts.
    """
    wanted = set(staff_ids)
    return received_and_given(_handed(sorted(wanted), on), wanted)


@prepared
def _handed(staff: list[int], on: date) -> QuerySet[MovedAction, tuple[int, int, int]]:
    still = MeasureAction.objects.filter(pk=OuterRef("action"), responsible=OuterRef("owner"), done_on__isnull=True)
    concerned = MovedAction.objects.filter(Q(to__in=staff) | Q(owner__in=staff) | Q(move__staff__in=staff))
    rows = concerned.filter(Exists(still), move__effective_on__lte=on).order_by("pk")
    return rows.values_list("action", "owner_id", "to_id")


def doers_of(actions: Collection[int], *, on: date) -> dict[int, Staff]:
    """Who took over each of some actions that were handed over by a day; the others are not named. One query."""
    if not actions:
        return {}
    rows = MovedAction.objects.filter(action__in=sorted(actions), move__effective_on__lte=on)
    return {one.action: one.to for one in rows.select_related("to").order_by("pk")}


def list_open_actions(staff: Staff, *, on: date) -> list[MeasureAction]:
    """What a person still has to do for measures on a day, with what others handed over, by due day."""
    received, given = handed_actions([staff.pk], on=on)
    mine = (Q(responsible=staff) & ~Q(pk__in=given)) | Q(pk__in=received)
    found = MeasureAction.objects.filter(mine, done_on__isnull=True)
    return list(found.select_related("measure__client", "responsible").order_by("due_on", "pk"))


def wanted_of(person: Person, *, on: date, whose: str, filters: WorkFilters = EVERYTHING, many: int) -> Wanted | None:
    """Whose actions a person asks for: mine, deputy, department or all; None when there can be none.

    Every action has somebody who does it, and none is of a kind of duty.
    """
    if whose == "unowned" or filters.kind is not None:
        return None
    graded = on if filters.grade is not None else None
    asked = _Asked(person.reach, whose, filters, graded, many)
    if whose in ("mine", "deputy") or person.reach is Reach.OWN:
        owners = {"mine": [person.staff_id], "deputy": sorted(person.absent_ids)}.get(whose, person.staff_ids)
        asked = asked._replace(whose="mine")
        return Wanted(asked, _Values([], [], owners, *handed_actions(owners, on=on)), on)
    sight = sight_of(person)
    return Wanted(asked, _Values(sight.staff_ids, sight.department_ids, [], [], []), on)


def list_actions(wanted: Wanted, *, parts: Sequence[Days], most: int, place: Place = _BEGINNING) -> list[ActionRow]:
    """The first ``most`` of each part, behind a place, by due day; of all parts together. Two queries."""
    days = [day for part in parts for day in part]
    found = _ask(_first, wanted)(*wanted.values, *place, *days, asked=wanted.asked, most=most)
    return describe_actions(found, today=wanted.on)


def list_action_page(person: Person, *, on: date, mine: bool, after: str, most: int) -> tuple[list[ActionRow], str]:
    """A page of what is still to do within reach, or of one's own, behind a place; and the next place, or ""."""
    wanted = wanted_of(person, on=on, whose="mine" if mine else "all", many=most)
    assert wanted is not None, "nothing narrows it"
    rows = list_actions(wanted, parts=[(None, None)], most=most + 1, place=read_place(after) or _BEGINNING)
    return rows[:most], f"{rows[most - 1].due_on}.{rows[most - 1].pk}" if len(rows) > most else ""


def count_actions(wanted: Wanted, days: Days) -> int:
    """How many there are in a part, counted up to ``many``."""
    named = ("actions", wanted, days)
    ask = _ask(_count, wanted)
    return at_least(named, wanted.asked.many, lambda: ask(*wanted.values, *days, asked=wanted.asked))


def days_of_actions(wanted: Wanted, days: tuple[date, date]) -> list[tuple[date, int]]:
    """The due day and the number of each action due between two days, at most ``many``. One query."""
    found = _within(_owed(wanted.asked, wanted.values), days)
    return list(found.order_by("due_on", "pk").values_list("due_on", "pk")[: wanted.asked.many])


def describe_actions(actions: Iterable[MeasureAction], *, today: date) -> list[ActionRow]:
    """Rows of actions (fetched with client and who is responsible). One query for who took over."""
    actions = list(actions)
    doers = doers_of([one.pk for one in actions], on=today)
    return [_row(one, doers.get(one.pk, one.responsible), today) for one in actions]


def get_actions(keys: Collection[int], *, today: date) -> list[ActionRow]:
    """Actions by their numbers, by due day. Two queries."""
    found = MeasureAction.objects.filter(pk__in=list(keys)).select_related("measure__client", "responsible")
    return describe_actions(found.order_by("due_on", "pk"), today=today)


def _row(action: MeasureAction, doer: Staff, today: date) -> ActionRow:
    measure: Measure = action.measure
    return ActionRow(
        pk=action.pk,
        client_id=measure.client_id,
        client_name=measure.client.name,
        quarter=quarter_of(measure.quarter),
        text=action.text,
        owner_id=doer.pk,
        owner=doer.name,
        named_id=action.responsible_id,
        named=action.responsible.name,
        due_on=action.due_on,
        done_on=action.done_on,
        today=today,
    )


@prepared
def _first(*given: Any, asked: _Asked, most: int) -> QuerySet[MeasureAction]:
    size = len(_Values._fields)
    values, (due, pk), days = _Values(*given[:size]), given[size : size + 2], given[size + 2 :]
    owed = _owed(asked, values)
    if due is not None:
        owed = owed.filter(Q(due_on__gt=due) | Q(due_on=due, pk__gt=pk))
    parts = [
        _within(owed, (first, last)).order_by("due_on", "pk").values("pk")[:most]
        for first, last in zip(days[::2], days[1::2], strict=True)
    ]
    one, *others = (MeasureAction.objects.filter(pk__in=part).order_by().values("pk") for part in parts)
    found = MeasureAction.objects.filter(pk__in=one.union(*others, all=True) if others else one)
    return found.select_related("measure__client", "responsible").order_by("due_on", "pk")


@prepared_count
def _count(*given: Any, asked: _Asked) -> QuerySet[MeasureAction]:
    *values, first, last = given
    return _within(_owed(asked, _Values(*values)), (first, last)).order_by()[: asked.many]


def _ask(query: Any, wanted: Wanted) -> Any:
    """A query by its text where nothing narrows it; each client or name would be a text of its own."""
    return query.plain if wanted.asked.filters.any else query


def _within(actions: QuerySet[MeasureAction], days: Days) -> QuerySet[MeasureAction]:
    first, last = days
    if first is not None:
        actions = actions.filter(due_on__gte=first)
    return actions if last is None else actions.filter(due_on__lte=last)


def _owed(asked: _Asked, values: _Values) -> QuerySet[MeasureAction]:
    """Those still to do, of whom one asks, as the filters say."""
    actions = MeasureAction.objects.filter(done_on__isnull=True)
    if asked.whose == "mine":
        theirs = Q(responsible_id__in=values.owners)
        theirs = theirs & ~Q(pk__in=values.given) if values.given else theirs
        actions = actions.filter(theirs | Q(pk__in=values.received) if values.received else theirs)
    elif asked.reach is Reach.DEPARTMENT:
        ours = Guarantee.objects.filter(client=OuterRef("measure__client"), department_id__in=values.departments)
        actions = actions.filter(Q(responsible_id__in=values.staff) | Exists(ours))
    return _narrowed(actions, asked.filters, asked.on)


def _narrowed(actions: QuerySet[MeasureAction], filters: WorkFilters, on: date | None) -> QuerySet[MeasureAction]:
    if filters.owner_id is not None:
        actions = actions.filter(responsible_id=filters.owner_id)
    if filters.due_on is not None:
        actions = actions.filter(due_on=filters.due_on)
    if filters.words:
        actions = actions.filter(of_client(filters.words, client="measure__client"))
    if filters.grade is not None and on is not None:
        actions = of_grade(actions, filters.grade, on=on, unless=default_grade(on), client="measure__client")
    return actions
