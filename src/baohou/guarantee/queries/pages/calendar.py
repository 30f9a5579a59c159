"""The worklist as a calendar: by day the duties due and the visits planned, counted, with the first few of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from baohou.core.columns import NEVER, SUBJECT_BITS, day_number
from baohou.core.places import read_place
from baohou.guarantee.models import PlannedDate
from baohou.guarantee.queries.access import managed_guarantees, visible_clients
from baohou.guarantee.queries.actions import ActionRow, days_of_actions, get_actions, wanted_of
from baohou.guarantee.queries.pages.duties import DutyRow, describe
from baohou.guarantee.queries.pages.filters import EVERYTHING, WorkFilters, narrowed
from baohou.guarantee.queries.pages.many import believed
from baohou.guarantee.queries.pages.plans import DayKind, kind_of
from baohou.guarantee.queries.pages.worklist import first_of_days, owed_duties
from baohou.guarantee.rules.words import DutyKind
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.access import Person, Reach

VERY_MANY: Final = 10_000
"""What is owed by everyone in a month, if it is more, is believed for some minutes."""
FIRST_FEW: Final = 3
"""So many lines of a day stand in the month; the week of a phone shows as many."""
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True)
class Entry:
    """A visit still to be made that is planned for a day."""

    client_id: int
    client: str
    kind: DutyKind
    key: int
    on: date


@dataclass(frozen=True)
class Day:
    """One day of the calendar: the first few of ``count`` duties and measures' actions due, of ``planned`` visits."""

    on: date
    in_month: bool
    today: date
    count: int
    rows: list[DutyRow | ActionRow]
    kind: DayKind
    planned: int
    entries: list[Entry]

    @property
    def is_today(self) -> bool:
        return self.on == self.today

    @property
    def is_past(self) -> bool:
        return self.on < self.today

    @property
    def more(self) -> int:
        return self.count - len(self.rows)

    @property
    def more_planned(self) -> int:
        return self.planned - len(self.entries)


@dataclass(frozen=True)
class Month:
    """Whole weeks, Monday first, that hold a month; ``week`` is the one that a phone shows."""

    first: date
    weeks: list[list[Day]]
    week: list[Day]

    @property
    def before(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date:
        return (self.first + timedelta(days=32)).replace(day=1)

    @property
    def week_before(self) -> date:
        return self.week[0].on - _WEEK

    @property
    def week_after(self) -> date:
        return self.week[0].on + _WEEK

    @property
    def count(self) -> int:
        """Open duties due in the month."""
        return sum(day.count for week in self.weeks for day in week if day.in_month)


def get_month(
    person: Person,
    *,
    on: date,
    whose: str,
    month: date | None = None,
    week: date | None = None,
    filters: WorkFilters = EVERYTHING,
) -> Month:
    """The month of a day (the business day's unless asked), with the week to show where there is little room.

    A week that is asked for decides the month. A fixed number of queries, whatever the number of duties.
    """
    shown = week or (month if month and (month.year, month.month) != (on.year, on.month) else on)
    monday = shown - timedelta(days=shown.weekday())
    middle = week and monday + timedelta(days=3)
    first = (middle or month or on).replace(day=1)
    begin = first - timedelta(days=first.weekday())
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    end = last + timedelta(days=6 - last.weekday())
    days = (min(begin, monday), max(end, monday + timedelta(days=6)))
    any_day = replace(filters, due_on=None)
    if whose == "all" and person.reach is Reach.ALL and not filters.any:
        counts = believed(("calendar", on, days), lambda: _counts(_everyones(on, days)), when=_are_very_many)
    else:
        owed = owed_duties(person, on=on, whose=whose, filters=filters)
        counts = _counts(owed.filter(due_on__range=days))
    due: dict[date, list[DutyRow]] = defaultdict(list)
    few = first_of_days(person, on=on, whose=whose, filters=any_day, days=counts, most=FIRST_FEW) if counts else []
    for row in describe(few, today=on):
        due[row.due_on].append(row)
    counts, rows = _with_actions(person, on, whose, filters, days, counts, due)
    planned: dict[date, int] = {}
    entries: dict[date, list[Entry]] = {}
    if whose != "all":
        coming = Q() if filters.any else _coming(person, on, whose)
        whole = owed_duties(person, on=on, whose=whose, filters=any_day)
        planned, entries = _planned(Q(duty_key__in=whole.values("key")) | coming, days)

    def day(at: date) -> Day:
        return Day(
            on=at,
            in_month=(at.year, at.month) == (first.year, first.month),
            today=on,
            count=counts.get(at, 0),
            rows=rows.get(at, []),
            kind=kind_of(at),
            planned=planned.get(at, 0),
            entries=entries.get(at, []),
        )

    mondays = [begin + n * _WEEK for n in range(((end - begin).days + 1) // 7)]
    return Month(first, [_week(at, day) for at in mondays], _week(monday, day))


def _counts(owed: QuerySet[Duty]) -> dict[date, int]:
    """How many are owed on each day."""
    return dict(owed.order_by().values("due_on").annotate(n=Count("pk")).values_list("due_on", "n"))


def _with_actions(
    person: Person,
    on: date,
    whose: str,
    filters: WorkFilters,
    days: tuple[date, date],
    counts: dict[date, int],
    duties: dict[date, list[DutyRow]],
) -> tuple[dict[date, int], dict[date, list[DutyRow | ActionRow]]]:
    """With what measures have people do, which goes first on its day. At most four queries."""
    wanted = wanted_of(person, on=on, whose=whose, filters=filters, many=VERY_MANY)
    if wanted is None:
        return counts, {day: [*those] for day, those in duties.items()}
    due: dict[date, list[int]] = defaultdict(list)
    for day, pk in days_of_actions(wanted, days):
        due[day].append(pk)
    few: dict[date, list[DutyRow | ActionRow]] = defaultdict(list)
    for row in get_actions([pk for keys in due.values() for pk in keys[:FIRST_FEW]], today=on) if due else ():
        few[row.due_on].append(row)
    return (
        {day: counts.get(day, 0) + len(due.get(day, ())) for day in {*counts, *due}},
        {day: [*few.get(day, ()), *duties.get(day, ())][:FIRST_FEW] for day in {*duties, *few}},
    )


def _are_very_many(counts: dict[date, int]) -> bool:
    return sum(counts.values()) > VERY_MANY


def _week(monday: date, day: Callable[[date], Day]) -> list[Day]:
    return [day(monday + timedelta(days=n)) for n in range(7)]


def _everyones(on: date, days: tuple[date, date]) -> QuerySet[Duty]:
    """All that is owed on these days and has opened by a day, which the key says too: the index of what comes due holds
    due day and key, so that a few hundred thousand are counted without looking at one of them."""
    first_day = F("key").bitrightshift(SUBJECT_BITS).bitand(NEVER)
    owed = Duty.objects.filter(done_on__isnull=True, lapsed_on__isnull=True, due_on__range=days)
    return owed.alias(first_day=first_day).filter(first_day__lte=day_number(on))


def _coming(person: Person, on: date, whose: str) -> Q:
    """Planned visits that are owed in a quarter to come."""
    theirs = {"mine": [person.staff_id], "deputy": sorted(person.absent_ids)}.get(whose)
    if theirs is None:
        clients = Q(client__in=visible_clients(person, on=on).values("pk"))
    else:
        clients = Q(client__in=managed_guarantees(*theirs, on=on, as_a_only=True).values("client"))
    return clients & Q(opens_on__gt=on)


def list_planned(
    person: Person, *, on: date, whose: str, filters: WorkFilters, days: tuple[date, date], after: str, most: int
) -> tuple[list[Entry], str]:
    """A page of the visits still to be made, planned for some days, behind a place; and the next place, or ""."""
    if whose == "all":
        owed = Duty.objects.filter(key=OuterRef("duty_key"), done_on__isnull=True, lapsed_on__isnull=True)
        wanted = Q(Exists(narrowed(owed, filters, on=on)))
        wanted = wanted if filters.any else wanted | Q(opens_on__gt=on)
    else:
        whole = owed_duties(person, on=on, whose=whose, filters=replace(filters, due_on=None))
        wanted = Q(duty_key__in=whole.values("key"))
        wanted = wanted if filters.any else wanted | _coming(person, on, whose)
    planned = PlannedDate.objects.filter(wanted, planned_on__range=days)
    place = read_place(after)
    if place is not None:
        planned = planned.filter(Q(planned_on__gt=place[0]) | Q(duty_key__gt=place[1]), planned_on__gte=place[0])
    page = list(planned.select_related("client").order_by("planned_on", "duty_key")[: most + 1])
    more = f"{page[most - 1].planned_on}.{page[most - 1].duty_key}" if len(page) > most else ""
    return [_entry(one) for one in page[:most]], more


def _entry(one: PlannedDate) -> Entry:
    return Entry(one.client_id, one.client.name, DutyKind(one.kind), one.duty_key, one.planned_on)


def _planned(wanted: Q, days: tuple[date, date]) -> tuple[dict[date, int], dict[date, list[Entry]]]:
    """How many of these visits are planned for each day, and the first few of them. Two queries."""
    planned = PlannedDate.objects.filter(wanted, planned_on__range=days)
    counts = dict(planned.order_by().values("planned_on").annotate(n=Count("pk")).values_list("planned_on", "n"))
    found: dict[date, list[Entry]] = defaultdict(list)
    if counts:
        place = Window(RowNumber(), partition_by=[F("planned_on")], order_by=[F("duty_key").asc()])
        few = planned.annotate(place=place).filter(place__lte=FIRST_FEW).select_related("client")
        for one in few.order_by("planned_on", "duty_key"):
            found[one.planned_on].append(_entry(one))
    return counts, found
