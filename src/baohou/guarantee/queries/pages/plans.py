"""The page of a visit plan: its lines filtered, who may change which, and how full each person's days are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import OuterRef, QuerySet, Subquery

from baohou.core.period import Quarter, quarter_of
from baohou.core.rulebook import Version
from baohou.guarantee.models import Filing, FilingStep, Guarantee
from baohou.guarantee.queries.access import managed_guarantees
from baohou.guarantee.queries.forms.portfolio import in_force_on
from baohou.guarantee.queries.pages.plan_table import Filters, PlanTable, get_plan_table, may_plan_some
from baohou.guarantee.queries.plans import PlanRow
from baohou.guarantee.rules.planning import filed_for, too_many_from
from baohou.guarantee.rules.words import FilingKind, FilingVerb
from baohou.kernel.calendar import get_work_calendar
from baohou.kernel.parties.districts import District, district_of
from baohou.kernel.people.access import Person, Right
from baohou.kernel.people.models import Department, Staff
from baohou.kernel.prepared import prepared
from baohou.kernel.rulebook.queries import get_rule_book

PAGE = 100


@dataclass(frozen=True)
class DayKind:
    """What sort of day it is: work, weekend, holiday (by name) or made_up (worked for a holiday)."""

    day: date
    code: str
    holiday: str

    @property
    def is_off(self) -> bool:
        return self.code in ("weekend", "holiday")


@dataclass(frozen=True)
class Line:
    """A row of the page; ``planned`` is None while no day is set."""

    row: PlanRow
    may_edit: bool
    planned: DayKind | None


@dataclass(frozen=True)
class Cell:
    day: DayKind
    count: int
    too_many: bool


@dataclass(frozen=True)
class PersonLoad:
    """A person's planned visits of a month day by day; ``limit`` is the number from which a day holds too many."""

    person: int
    name: str
    cells: list[Cell]
    total: int
    limit: int


@dataclass(frozen=True)
class MonthLoad:
    month: date
    days: list[DayKind]
    people: list[PersonLoad]


@dataclass(frozen=True)
class Choices:
    """What can be filtered by, as far as it occurs."""

    people: list[tuple[int, str]]
    districts: list[District]


@dataclass(frozen=True)
class PlanPage:
    """``plan`` as far as the person sees it; ``lines`` are one page of what the filters leave (``count`` of them)."""

    plan: PlanTable
    count: int
    lines: list[Line]
    number: int
    pages: int
    choices: Choices
    may_plan: bool
    estimated: bool
    due_on: date | None

    @property
    def undated(self) -> int:
        return self.plan.undated


def get_plan_page(
    person: Person, *, department: Department, quarter: Quarter, today: date, filters: Filters, number: int = 1
) -> PlanPage:
    """The plan as one person sees it: a project manager own visits, others all of the department."""
    plan = get_plan_table(person, department=department, quarter=quarter, today=today)
    found = filters.take(plan.rows)
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(number, 1), pages)
    shown = plan.told(found[(number - 1) * PAGE : number * PAGE])
    return PlanPage(
        plan=plan,
        count=len(found),
        lines=[line_of(person, department, row) for row in shown],
        number=number,
        pages=pages,
        choices=_choices(plan),
        may_plan=may_plan_some(person, plan),
        estimated=not get_work_calendar().is_published(quarter.first),
        due_on=_due_on(quarter),
    )


def may_plan(person: Person, department: Department, row: PlanRow) -> bool:
    """Whether the person may set the day of a visit: its A or B manager, or the department's; never a deputy."""
    if not person.may(Right.PLAN_VISIT) or not row.is_owed:
        return False
    return person.signs_for(department.pk) or person.staff_id in (
        row.visit.managers.a_id,
        row.visit.managers.b_id,
    )


def line_of(person: Person, department: Department, row: PlanRow) -> Line:
    """A row as the page shows it to a person."""
    return Line(row, may_plan(person, department, row), kind_of(row.planned_on) if row.planned_on else None)


def kind_of(day: date) -> DayKind:
    """What sort of day it is."""
    calendar = get_work_calendar()
    if day in calendar.made_up:
        return DayKind(day, "made_up", calendar.made_up[day])
    if day in calendar.holidays:
        return DayKind(day, "holiday", calendar.holidays[day])
    return DayKind(day, "work" if calendar.is_working(day) else "weekend", "")


def load_of(plan: PlanTable) -> list[MonthLoad]:
    """How many visits each A manager has planned for each day of the quarter, month by month."""
    loads = plan.load()
    names = _names(loads)
    counts = {(person, names[person]): days for person, days in loads.items()}
    working = len(get_work_calendar().working_days(plan.quarter.first, plan.quarter.last))
    version = get_rule_book().in_force(filed_for(plan.quarter).last)
    return [_month(first, counts, working, version) for first in _months(plan.quarter)]


def _names(staff: Iterable[int]) -> dict[int, str]:
    return dict(Staff.objects.filter(pk__in=list(staff)).values_list("pk", "name"))


def _months(quarter: Quarter) -> list[date]:
    return [date(quarter.year, quarter.number * 3 - back, 1) for back in (2, 1, 0)]


def _month(
    first: date, counts: Mapping[tuple[int, str], Counter[date]], working: int, version: Version | None
) -> MonthLoad:
    following = (first + timedelta(days=31)).replace(day=1)
    days = [kind_of(first + timedelta(days=n)) for n in range((following - first).days)]
    people = []
    for (person, name), loads in sorted(counts.items(), key=lambda one: one[0][1]):
        limit = too_many_from(visits=loads.total(), working_days=working, version=version)
        cells = [Cell(day, loads[day.day], loads[day.day] >= limit) for day in days]
        people.append(PersonLoad(person, name, cells, sum(cell.count for cell in cells), limit))
    return MonthLoad(first, days, people)


def _due_on(quarter: Quarter) -> date | None:
    """Until when the plan of a quarter is to be handed in (PGM.9); None without a version in force."""
    opens_on = filed_for(quarter).last
    version = get_rule_book().in_force(opens_on)
    if version is None:
        return None
    return opens_on + timedelta(days=int(version.parameter("PGM.9", "day_of_quarter").value))


def _choices(plan: PlanTable) -> Choices:
    people = _names(plan.rows["manager_a"].unique())
    numbers = plan.rows.unique("district")["id_no"]
    return Choices(sorted(people.items(), key=lambda one: one[1]), sorted({district_of(number) for number in numbers}))


@dataclass(frozen=True)
class DepartmentPlan:
    """A department and how far its plan's filing has come (see Review.state)."""

    department: Department
    state: str
    step: FilingStep | None


def list_plans(person: Person, *, quarter: Quarter, on: date) -> list[DepartmentPlan]:
    """The departments within the person's reach that have clients in force, with the state of their plans."""
    departments = [d for d in _serving(on) if person.sees_department(d.pk)]
    filed = {one.department_id: one for one in _plans_filed(filed_for(quarter).last)}
    steps = {step.filing_id: step for step in _steps_of([one.pk for one in filed.values()])}
    return [_department_plan(department, filed.get(department.pk), steps) for department in departments]


@prepared
def _serving(on: date) -> QuerySet[Department]:
    # By EXISTS the planner reads every guarantee; in this order it looks at the latest few of each department.
    serving = Guarantee.objects.filter(in_force_on(on), department=OuterRef("pk")).order_by("-issued_on")
    known = Department.objects.annotate(serves=Subquery(serving.values("pk")[:1]))
    return known.filter(serves__isnull=False).order_by("name")


@prepared
def _plans_filed(last: date) -> QuerySet[Filing]:
    return Filing.objects.filter(quarter=last, kind=FilingKind.VISIT_PLAN)


@prepared
def _steps_of(filings: list[int]) -> QuerySet[FilingStep]:
    return FilingStep.objects.filter(filing__in=filings).select_related("by").order_by("pk")


def _department_plan(department: Department, filing: Filing | None, steps: dict[int, FilingStep]) -> DepartmentPlan:
    step = steps.get(filing.pk) if filing else None
    state = "open" if filing is None else FilingVerb(step.verb).code if step else "history"
    return DepartmentPlan(department, state, step)


def list_plan_quarters(on: date, *, back: int = 2) -> list[Quarter]:
    """The quarters one looks at: the next, which can be planned already, this one, and those before."""
    quarter = quarter_of(on)
    quarters = [quarter.next(), quarter]
    while len(quarters) < back + 2:
        quarters.append(quarters[-1].previous())
    return quarters


def find_plan_department(person: Person, pk: int, *, on: date) -> Department | None:
    """A department whose plan the person may look at: one seen whole, the own, or one with guarantees in hand."""
    known = person.sees_department(pk) or pk == person.department_id
    if known or managed_guarantees(person.staff_id, on=on).filter(department_id=pk).exists():
        return Department.objects.filter(pk=pk).first()
    return None
