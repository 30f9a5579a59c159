"""Duties as a page shows them: the worklist, and a duty in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from baohou.core.period import Quarter, quarter_of
from baohou.guarantee.models import Guarantee, PlannedDate
from baohou.guarantee.queries.access import visible_duties, ways_to_duties
from baohou.guarantee.queries.handed import handed_keys
from baohou.guarantee.queries.pages.filters import EVERYTHING, WorkFilters, narrowed
from baohou.guarantee.rules.words import CLAUSE_OF, DutyKind
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.access import Person, Reach
from baohou.kernel.people.models import Staff

PAGE = 50
MANY = 1000
"""Counting stops here: a page says "1000+" rather than count a million rows."""

VISITS = frozenset({DutyKind.ROUTINE_VISIT, DutyKind.REGULAR_VISIT, DutyKind.SPECIAL_VISIT})


@dataclass(frozen=True)
class DutyRow:
    """A duty on a page, as seen on ``today``."""

    key: int
    kind: DutyKind
    client_id: int | None
    client_name: str
    guarantee_id: int | None
    project_no: str
    department_id: int | None
    department: str
    owner_id: int | None
    owner: str
    opens_on: date
    due_on: date
    done_on: date | None
    lapsed_on: date | None
    planned_on: date | None
    arranged_with: str
    today: date

    @property
    def clause(self) -> str:
        return CLAUSE_OF[self.kind]

    @property
    def state(self) -> str:
        """open, overdue, done, late or lapsed."""
        if self.lapsed_on:
            return "lapsed"
        if self.done_on:
            return "done" if self.done_on <= self.due_on else "late"
        return "open" if self.today <= self.due_on else "overdue"

    @property
    def is_owed(self) -> bool:
        return self.done_on is None and self.lapsed_on is None

    @property
    def is_visit(self) -> bool:
        return self.kind in VISITS

    @property
    def visit_kind(self) -> str:
        """The code of the visit that meets this duty; empty for reports."""
        return self.kind.code.removesuffix("_visit") if self.is_visit else ""

    @property
    def quarter(self) -> Quarter:
        """The quarter on whose last day a department's duty opened."""
        return quarter_of(self.opens_on)


@dataclass(frozen=True)
class Group:
    """One part of the worklist: how many (at most MANY), the first rows, and where the next page begins."""

    code: str
    count: int
    rows: list[DutyRow]
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
    def most_pressing(self) -> DutyRow | None:
        return next((row for group in self.groups for row in group.rows), None)


def describe(duties: Iterable[Duty], *, today: date) -> list[DutyRow]:
    """Rows of duties (fetched with their party, owner and department), with one query for the guarantees."""
    duties = list(duties)
    routine = {duty.subject_id for duty in duties if duty.kind == DutyKind.ROUTINE_VISIT and duty.subject_id}
    numbers = dict(Guarantee.objects.filter(pk__in=routine).values_list("pk", "project_no")) if routine else {}
    planned = PlannedDate.objects.filter(duty_key__in=[duty.key for duty in duties if duty.kind in VISITS])
    days: dict[int, tuple[date | None, str]] = {
        key: (day, contact) for key, day, contact in planned.values_list("duty_key", "planned_on", "contact")
    }
    return [_row(duty, numbers, days.get(duty.key, (None, "")), today) for duty in duties]


def with_names(duties: QuerySet[Duty]) -> QuerySet[Duty]:
    """The duties with what ``describe`` reads of them."""
    return duties.select_related("party", "owner", "department")


def list_worklist(
    person: Person, *, on: date, whose: str, filters: WorkFilters = EVERYTHING, part: str = "", after: str = ""
) -> Worklist:
    """What is owed, the most pressing first. ``whose`` is mine, deputy, department, all or unowned.

    With ``part`` (overdue, today, week, later) only that group, beginning behind the row ``after``.
    """
    owed = owed_duties(person, on=on, whose=whose, filters=filters)
    wanted = [part] if part in ("overdue", "today", "week", "later") else ["overdue", "today", "week", "later"]
    if person.reach is not Reach.DEPARTMENT or whose in ("mine", "deputy"):
        return Worklist([_group(owed.filter(_due(code, on)), code, on, after) for code in wanted])
    ways = [
        narrowed(_whose(person, _owed(Duty.objects.filter(way, opens_on__lte=on)), whose, on), filters, on=on)
        for way in ways_to_duties(person, on=on)
    ]
    return Worklist(_by_ways(owed, ways, wanted, on, after))


def owed_duties(person: Person, *, on: date, whose: str, filters: WorkFilters = EVERYTHING) -> QuerySet[Duty]:
    """Duties owed, within the person's reach, of whom one asks and as the filters say."""
    return narrowed(_whose(person, _owed(visible_duties(person, on=on)), whose, on), filters, on=on)


def count_unowned(person: Person, *, on: date) -> int:
    """Duties owed that nobody owns, up to MANY."""
    return _owed(visible_duties(person, on=on)).filter(owner__isnull=True).order_by()[:MANY].count()


def _owed(duties: QuerySet[Duty]) -> QuerySet[Duty]:
    return duties.filter(done_on__isnull=True, lapsed_on__isnull=True)


def find_duty(person: Person, key: int, *, on: date) -> DutyRow | None:
    """One duty within the person's reach; None when there is none such."""
    rows = describe(with_names(visible_duties(person, on=on).filter(key=key)), today=on)
    return rows[0] if rows else None


def _whose(person: Person, duties: QuerySet[Duty], whose: str, on: date) -> QuerySet[Duty]:
    if whose == "unowned":
        return duties.filter(owner__isnull=True)
    if whose in ("mine", "deputy"):
        owners = [person.staff_id] if whose == "mine" else sorted(person.absent_ids)
        received, given = handed_keys(owners, on=on)
        theirs = Q(owner_id__in=owners) & ~Q(key__in=given) if given else Q(owner_id__in=owners)
        return duties.filter(theirs | Q(key__in=received) if received else theirs)
    return duties


def _due(code: str, on: date) -> Q:
    sunday = on + timedelta(days=6 - on.weekday())
    return {
        "overdue": Q(due_on__lt=on),
        "today": Q(due_on=on),
        "week": Q(due_on__gt=on, due_on__lte=sunday),
        "later": Q(due_on__gt=sunday),
    }[code]


def _by_ways(owed: QuerySet[Duty], ways: list[QuerySet[Duty]], wanted: list[str], on: date, after: str) -> list[Group]:
    """The parts of a department's list, which none of the indexes has in order.

    Where one way alone finds many, a page is soon full when all duties are looked at by day; where few are found by
    each, they are gathered way by way, so that nobody looks at a million duties of others.
    """
    dues = {code: _due(code, on) for code in wanted}
    ends = {code: [way.filter(due).order_by("due_on", "key") for way in ways[:-1]] for code, due in dues.items()}
    lasts = {code: Coalesce(*(Subquery(end.values("key")[MANY - 1 : MANY]) for end in ends[code])) for code in wanted}
    many = Staff.objects.order_by("pk").values_list(*lasts.values())[:1].first() or [None] * len(wanted)
    groups = []
    for (code, due), reached in zip(dues.items(), many, strict=True):
        if reached is not None:
            groups.append(_group(owed.filter(due), code, on, after, count=MANY))
            continue
        first, *others = (way.filter(due).order_by().values("key") for way in ways)
        groups.append(_group(Duty.objects.filter(key__in=first.union(*others)), code, on, after))
    return groups


def _group(duties: QuerySet[Duty], code: str, on: date, after: str, *, count: int | None = None) -> Group:
    """A part of the list; what one page holds, or is known to be ``count``, is not counted once more."""
    behind = _behind(after)
    page = list(with_names(duties.filter(behind) if behind else duties).order_by("due_on", "key")[: PAGE + 1])
    whole = behind is None and len(page) <= PAGE
    if count is None:
        count = len(page) if whole else duties.order_by()[:MANY].count()
    last = page[PAGE - 1] if len(page) > PAGE else None
    return Group(code, count, describe(page[:PAGE], today=on), f"{last.due_on}.{last.key}" if last else "")


def _behind(after: str) -> Q | None:
    """The condition for rows behind "2026-09-30.123"; None for anything that is no such place."""
    due, _, key = after.partition(".")
    try:
        place, number = date.fromisoformat(due), int(key)
    except ValueError:
        return None
    return Q(due_on__gt=place) | Q(due_on=place, key__gt=number)


def _row(duty: Duty, numbers: dict[int, str], planned: tuple[date | None, str], today: date) -> DutyRow:
    kind = DutyKind(duty.kind)
    guarantee_id = duty.subject_id if kind is DutyKind.ROUTINE_VISIT else None
    return DutyRow(
        key=duty.key,
        kind=kind,
        client_id=duty.party_id,
        client_name=duty.party.name if duty.party else "",
        guarantee_id=guarantee_id,
        project_no=numbers.get(guarantee_id, "") if guarantee_id else "",
        department_id=duty.department_id,
        department=duty.department.name if duty.department else "",
        owner_id=duty.owner_id,
        owner=duty.owner.name if duty.owner else "",
        opens_on=duty.opens_on,
        due_on=duty.due_on,
        done_on=duty.done_on,
        lapsed_on=duty.lapsed_on,
        planned_on=planned[0],
        arranged_with=planned[1],
        today=today,
    )
