"""How full the days and weeks of a plan are, and which of its visits need not be made any more."""

from __future__ import annotations

from datetime import date
from typing import Literal

from baohou.guarantee.api.plans import plannable_quarter
from baohou.guarantee.api.shapes import VisitKindCode
from baohou.guarantee.queries.pages.plan_table import PlanTable, get_plan_table
from baohou.guarantee.queries.pages.plan_weeks import PersonWeeks, Week, weeks_of
from baohou.guarantee.queries.pages.plans import MonthLoad, PersonLoad, load_of
from baohou.guarantee.queries.plans import GoneVisit
from baohou.guarantee.views.guards import plan_department_for
from baohou.kernel.api.operations import Call, Room
from baohou.kernel.api.schemas import Out, Pk, QuarterName, Ref
from baohou.kernel.people.policy import Thing

room = Room("回访计划", of={"department": Thing.PLANNED_DEPARTMENT}, personal=False)


class DayLoadOut(Out):
    """How many visits somebody has planned for a day; ``too_many`` from the person's limit on."""

    on: date
    count: int
    too_many: bool


class PersonLoadOut(Out):
    """A person's planned visits of a month: the days that have some, and from which number a day holds too many."""

    person: Ref
    total: int
    limit: int
    days: list[DayLoadOut]


class MonthLoadOut(Out):
    """A month: its days off (weekends and holidays, but for those worked), and everyone who has visits."""

    month: date
    days_off: list[date]
    people: list[PersonLoadOut]


class GoneVisitOut(Out):
    """A visit that was planned or accepted and need not be made any more, and why."""

    key: int
    client: Ref
    project_no: str
    kind: VisitKindCode
    opens_on: date
    planned_on: date | None
    because: Literal["lapsed", "done", "elsewhere", "not_owed"]
    on: date | None
    was_accepted: bool


@room.reads("/plans/{quarter}/{department}/load", list[MonthLoadOut])
def load(request: Call, quarter: QuarterName, department: Pk) -> list[MonthLoadOut]:
    """每个人每天排了几次回访，按月。"""
    return [_month(month) for month in load_of(_plan(request, quarter, department))]


class PersonWeekOut(Out):
    """A person's planned visits of a week."""

    person: Ref
    count: int


class WeekLoadOut(Out):
    """A week, Monday to Sunday within the quarter: its working days, and everyone who has visits in it."""

    first: date
    last: date
    working_days: int
    total: int
    people: list[PersonWeekOut]


@room.reads("/plans/{quarter}/{department}/weeks", list[WeekLoadOut])
def weeks(request: Call, quarter: QuarterName, department: Pk) -> list[WeekLoadOut]:
    """每个人每周排了几次回访，按 A 角计，排得最多的人在前。"""
    load = weeks_of(_plan(request, quarter, department))
    return [_week(week, [(one, one.visits[place]) for one in load.people]) for place, week in enumerate(load.weeks)]


def _week(week: Week, counts: list[tuple[PersonWeeks, int]]) -> WeekLoadOut:
    return WeekLoadOut(
        first=week.first,
        last=week.last,
        working_days=week.working_days,
        total=sum(count for _, count in counts),
        people=[PersonWeekOut(person=Ref(id=one.person, name=one.name), count=count) for one, count in counts if count],
    )


@room.reads("/plans/{quarter}/{department}/gone", list[GoneVisitOut])
def gone(request: Call, quarter: QuarterName, department: Pk) -> list[GoneVisitOut]:
    """排过日期或已接收、现在不必办的回访。"""
    return [_gone(one) for one in _plan(request, quarter, department).gone]


def _plan(request: Call, quarter: str, department: int) -> PlanTable:
    chosen, of = plannable_quarter(request, quarter), plan_department_for(request, department)
    return get_plan_table(request.person, department=of, quarter=chosen, today=request.today)


def _month(load: MonthLoad) -> MonthLoadOut:
    return MonthLoadOut(
        month=load.month,
        days_off=[kind.day for kind in load.days if kind.is_off],
        people=[_person(one) for one in load.people],
    )


def _person(load: PersonLoad) -> PersonLoadOut:
    days = [DayLoadOut(on=cell.day.day, count=cell.count, too_many=cell.too_many) for cell in load.cells if cell.count]
    return PersonLoadOut(person=Ref(id=load.person, name=load.name), total=load.total, limit=load.limit, days=days)


def _gone(one: GoneVisit) -> GoneVisitOut:
    return GoneVisitOut(
        key=one.key,
        client=Ref(id=one.client_id, name=one.client),
        project_no=one.project_no,
        kind=one.kind.code,  # type: ignore[arg-type]
        opens_on=one.opens_on,
        planned_on=one.planned_on,
        because=one.because,  # type: ignore[arg-type]
        on=one.on,
        was_accepted=one.was_accepted,
    )
