"""The page of a visit plan: its lines filtered, who may change which, and how full each person's days are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import OuterRef, Subquery

from baohou.core.period import Quarter, quarter_of
from baohou.core.rulebook import Version
from baohou.guarantee.models import Filing, FilingStep, Guarantee
from baohou.guarantee.queries.access import managed_guarantees
from baohou.guarantee.queries.forms.portfolio import in_force_on
from baohou.guarantee.queries.plans import Plan, PlanRow, get_plan, list_own_clients
from baohou.guarantee.rules.planning import filed_for, too_many_from
from baohou.guarantee.rules.words import FilingKind, FilingVerb, Grade, VisitKind
from baohou.kernel.calendar import get_work_calendar
from baohou.kernel.parties.districts import District
from baohou.kernel.people.access import Person, Right
from baohou.kernel.people.models import Department
from baohou.kernel.rulebook.queries import get_rule_book

PAGE = 100
NO_DISTRICT = "none"
STATES = ("undated", "dated", "done", "marked")


@dataclass(frozen=True)
class Filters:
    """What the address of the page says; empty means everything."""

    person: int | None = None
    grade: Grade | None = None
    kind: VisitKind | None = None
    district: str = ""
    state: str = ""
    day: date | None = None

    @property
    def any(self) -> bool:
        return bool(self.person or self.grade or self.kind or self.district or self.state or self.day)

    def take(self, rows: Sequence[PlanRow]) -> list[PlanRow]:
        """The rows that these filters leave."""
        return [row for row in rows if self._takes(row)]

    def _takes(self, row: PlanRow) -> bool:
        managers = (row.visit.managers.a_id, row.visit.managers.b_id)
        return (
            (self.person is None or self.person in managers)
            and (self.grade is None or row.visit.graded.grade is self.grade)
            and (self.kind is None or row.visit.kind is self.kind)
            and (not self.district or (row.district.code or NO_DISTRICT) == self.district)
            and (self.day is None or row.planned_on == self.day)
            and self._is_in_state(row)
        )

    def _is_in_state(self, row: PlanRow) -> bool:
        match self.state:
            case "undated":
                return row.is_undated
            case "dated":
                return row.is_owed and row.planned_on is not None
            case "done":
                return not row.is_owed
            case "marked":
                return bool(row.mark)
        return True


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

    plan: Plan
    found: list[PlanRow]
    lines: list[Line]
    number: int
    pages: int
    choices: Choices
    may_plan: bool
    estimated: bool
    due_on: date | None

    @property
    def count(self) -> int:
        return len(self.found)

    @property
    def undated(self) -> int:
        return len(self.plan.undated)


def get_plan_page(
    person: Person, *, department: Department, quarter: Quarter, today: date, filters: Filters, number: int = 1
) -> PlanPage:
    """The plan as one person sees it: a project manager own visits, others all of the department."""
    plan = get_visible_plan(person, department=department, quarter=quarter, today=today)
    found = filters.take(plan.rows)
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(number, 1), pages)
    calendar = get_work_calendar()
    return PlanPage(
        plan=plan,
        found=found,
        lines=[line_of(person, department, row) for row in found[(number - 1) * PAGE : number * PAGE]],
        number=number,
        pages=pages,
        choices=_choices(plan.rows),
        may_plan=any(may_plan(person, department, row) for row in plan.rows),
        estimated=not calendar.is_published(quarter.first),
        due_on=_due_on(quarter),
    )


def get_visible_plan(person: Person, *, department: Department, quarter: Quarter, today: date) -> Plan:
    """The plan of the department, or of it what is the person's own."""
    if person.sees_department(department.pk):
        return get_plan(department=department, quarter=quarter, today=today)
    clients = list_own_clients(person, quarter=quarter, on=today)
    plan = get_plan(department=department, quarter=quarter, today=today, clients=clients)
    mine = [row for row in plan.rows if person.staff_id in (row.visit.managers.a_id, row.visit.managers.b_id)]
    return Plan(plan.department, plan.quarter, mine, plan.gone, plan.review, plan.overdue)


def may_plan(person: Person, department: Department, row: PlanRow) -> bool:
    """Whether the person may set the day of a visit: its A or B manager, or the manager of the department."""
    if not person.may(Right.PLAN_VISIT) or not row.is_owed:
        return False
    return person.sees_department(department.pk) or person.staff_id in (
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


def load_of(plan: Plan) -> list[MonthLoad]:
    """How many visits each A manager has planned for each day of the quarter, month by month."""
    counts: defaultdict[tuple[int, str], Counter[date]] = defaultdict(Counter)
    for row in plan.rows:
        days = counts[row.visit.managers.a_id, row.visit.managers.a]
        if row.planned_on and plan.quarter.first <= row.planned_on <= plan.quarter.last:
            days[row.planned_on] += 1
    working = len(get_work_calendar().working_days(plan.quarter.first, plan.quarter.last))
    version = get_rule_book().in_force(filed_for(plan.quarter).last)
    return [_month(first, counts, working, version) for first in _months(plan.quarter)]


def _months(quarter: Quarter) -> list[date]:
    return [date(quarter.year, quarter.number * 3 - back, 1) for back in (2, 1, 0)]


def _month(
    first: date, counts: dict[tuple[int, str], Counter[date]], working: int, version: Version | None
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


def _choices(rows: Sequence[PlanRow]) -> Choices:
    people = {row.visit.managers.a_id: row.visit.managers.a for row in rows}
    districts = {row.district for row in rows}
    return Choices(sorted(people.items(), key=lambda one: one[1]), sorted(districts))


@dataclass(frozen=True)
class DepartmentPlan:
    """A department and how far its plan's filing has come (see Review.state)."""

    department: Department
    state: str
    step: FilingStep | None


def list_plans(person: Person, *, quarter: Quarter, on: date) -> list[DepartmentPlan]:
    """The departments within the person's reach that have clients in force, with the state of their plans."""
    # By EXISTS the planner reads every guarantee; in this order it looks at the latest few of each department.
    serving = Guarantee.objects.filter(in_force_on(on), department=OuterRef("pk")).order_by("-issued_on")
    known = Department.objects.annotate(serves=Subquery(serving.values("pk")[:1])).filter(serves__isnull=False)
    departments = [d for d in known.order_by("name") if person.sees_department(d.pk)]
    about = {"quarter": filed_for(quarter).last, "kind": FilingKind.VISIT_PLAN}
    filed = {one.department_id: one for one in Filing.objects.filter(department__in=departments, **about)}
    steps: dict[int, FilingStep] = {}
    for step in FilingStep.objects.filter(filing__in=filed.values()).select_related("by").order_by("pk"):
        steps[step.filing_id] = step
    return [_department_plan(department, filed.get(department.pk), steps) for department in departments]


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
