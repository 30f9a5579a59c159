"""Duties as a page shows them: the worklist, and a duty in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from baohou.core.period import Quarter, quarter_of
from baohou.guarantee.models import Guarantee, PlannedDate
from baohou.guarantee.queries.access import visible_duties
from baohou.guarantee.rules.words import CLAUSE_OF, DutyKind
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.access import Person
from baohou.kernel.prepared import prepared

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
    def is_action(self) -> bool:
        """As told apart from what a measure has somebody do."""
        return False

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


def describe(duties: Iterable[Duty], *, today: date) -> list[DutyRow]:
    """Rows of duties (fetched ``with_names``), with a query for the guarantees and one for the planned days."""
    duties = list(duties)
    routine = {duty.subject_id for duty in duties if duty.kind == DutyKind.ROUTINE_VISIT and duty.subject_id}
    numbers = dict(_project_numbers(sorted(routine)))
    days = {
        key: (day, contact) for key, day, contact in _planned_days([duty.key for duty in duties if duty.kind in VISITS])
    }
    return [_row(duty, numbers, days.get(duty.key, (None, "")), today) for duty in duties]


@prepared
def _project_numbers(guarantees: list[int]) -> QuerySet[Guarantee, tuple[int, str]]:
    return Guarantee.objects.filter(pk__in=guarantees).values_list("pk", "project_no")


@prepared
def _planned_days(keys: list[int]) -> QuerySet[PlannedDate, tuple[int, date, str]]:
    return PlannedDate.objects.filter(duty_key__in=keys).values_list("duty_key", "planned_on", "contact")


def with_names(duties: QuerySet[Duty]) -> QuerySet[Duty]:
    """The duties with what ``describe`` reads of them: names alone, a list has no use for whole clients and people."""
    return duties.annotate(
        client_name=F("party__name"), owner_name=F("owner__name"), department_name=F("department__name")
    )


def behind(duties: QuerySet[Duty], due: date | None, key: int | None) -> QuerySet[Duty]:
    """Those behind a place, in order of due day and key; all of them for no place."""
    return duties if due is None else duties.filter(Q(due_on__gt=due) | Q(due_on=due, key__gt=key))


def first_of_each(lists: Iterable[QuerySet[Duty]], most: int) -> QuerySet[Duty]:
    """The duties that are among the first of one of several lists by due day and key: no list is read any further."""
    pages = (one.order_by("due_on", "key").values("key")[:most] for one in lists)
    # Within a query of their own, since SQLite takes no order within a union.
    first, *others = (Duty.objects.filter(key__in=page).order_by().values("key") for page in pages)
    return Duty.objects.filter(key__in=first.union(*others) if others else first)


def find_duty(person: Person, key: int, *, on: date) -> DutyRow | None:
    """One duty within the person's reach; None when there is none such."""
    rows = describe(with_names(visible_duties(person, on=on).filter(key=key)), today=on)
    return rows[0] if rows else None


def _row(duty: Duty, numbers: dict[int, str], planned: tuple[date | None, str], today: date) -> DutyRow:
    kind = DutyKind(duty.kind)
    guarantee_id = duty.subject_id if kind is DutyKind.ROUTINE_VISIT else None
    named: Any = duty
    return DutyRow(
        key=duty.key,
        kind=kind,
        client_id=duty.party_id,
        client_name=named.client_name or "",
        guarantee_id=guarantee_id,
        project_no=numbers.get(guarantee_id, "") if guarantee_id else "",
        department_id=duty.department_id,
        department=named.department_name or "",
        owner_id=duty.owner_id,
        owner=named.owner_name or "",
        opens_on=duty.opens_on,
        due_on=duty.due_on,
        done_on=duty.done_on,
        lapsed_on=duty.lapsed_on,
        planned_on=planned[0],
        arranged_with=planned[1],
        today=today,
    )
