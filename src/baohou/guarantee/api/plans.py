"""A department's visit plan of a quarter: days for visits, handing in, accepting, returning."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import polars as pl
from django.http import Http404
from ninja import Query
from pydantic import Field

from baohou.core.errors import Refused
from baohou.core.period import Quarter, quarter_of
from baohou.guarantee.api.shapes import (
    AppointmentIn,
    AppointmentOut,
    GradeCode,
    StepOut,
    VisitKindCode,
    appointment,
    code,
    step,
    word,
)
from baohou.guarantee.queries.pages.plan_table import UNDATED, Filters, get_plan_table, plannable
from baohou.guarantee.queries.pages.plans import list_plans, may_plan
from baohou.guarantee.queries.plans import PlanRow
from baohou.guarantee.rules.words import Grade, VisitKind
from baohou.guarantee.services import appointments, plans
from baohou.guarantee.services.plans import Changed, Planner
from baohou.guarantee.views.guards import plan_department_for
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import DOOR, Call, Room, person_of
from baohou.kernel.api.schemas import (
    USUAL,
    Cursor,
    Day,
    In,
    Limit,
    Number,
    Out,
    Page,
    Pk,
    QuarterName,
    Ref,
    Text,
    Word,
    first_of,
    quarter_of_path,
    ref,
)
from baohou.kernel.people.access import Right
from baohou.kernel.people.models import Department
from baohou.kernel.people.policy import Thing

room = Room("回访计划", of={"department": Thing.PLANNED_DEPARTMENT})


class SeenVisit(In):
    """A visit, and the day that stood there when it was looked at."""

    key: Number
    seen: Day | None = None


Ticked = Annotated[list[SeenVisit], Field(max_length=10_000)]


class PlanOut(Out):
    """How far a department's plan has come; ``fingerprint`` stands for it as seen and is sent back to accept it."""

    quarter: str
    department: Ref | None
    state: str
    visits: int
    undated: int
    overdue: int
    fingerprint: str
    steps: list[StepOut]


class PlanStateOut(Out):
    """A department and the state of its plan."""

    department: Ref | None
    state: str


class PlannedOut(Out):
    """A visit of the plan; the day must lie from ``first`` to ``last``.

    ``mark``: since the plan was accepted it is new, moved to another day, or handed to another A manager; ``was_a`` was
    the A manager then.
    """

    key: int
    client: Ref
    project_no: str
    kind: VisitKindCode
    grade: GradeCode | None
    manager_a: Ref
    opens_on: date
    due_on: date
    done_on: date | None
    planned_on: date | None
    first: date
    last: date | None
    note: str
    state: str
    mark: str
    was_a: str
    may_plan: bool
    appointment: AppointmentOut | None


class PlanQuery(In):
    """The same filters as the page's; ``district`` is a code, or none for clients without one.

    With ``lead`` those of ``person`` as A manager; planned on ``day``, or from ``since`` until ``until``.
    """

    person: Number | None = None
    grade: GradeCode | None = None
    kind: VisitKindCode | None = None
    district: Word = ""
    state: Literal["undated", "dated", "done", "marked"] | None = None
    day: Day | None = None
    lead: bool = False
    since: Day | None = None
    until: Day | None = None

    def filters(self) -> Filters:
        """As the table wants them."""
        grade, kind = word(Grade, self.grade), word(VisitKind, self.kind)
        days = {"day": self.day, "since": self.since, "until": self.until}
        return Filters(self.person, grade, kind, self.district, self.state or "", lead=self.lead, **days)


class DayIn(In):
    """A day for one visit; ``seen`` is the day that stood there when it was looked at."""

    planned_on: Day | None
    seen: Day | None = None
    confirmed: bool = Field(False, description="休息日也排")
    note: Word | None = Field(None, description="不填则保留原来的说明")


class ArrangedIn(In):
    """With whom a planned visit was arranged, or null; ``seen`` is the planned day when it was looked at."""

    seen: Day
    appointment: AppointmentIn | None


class DaysIn(In):
    """One day for several visits; without a note each keeps what it has."""

    visits: Ticked
    planned_on: Day
    confirmed: bool = False
    note: Word = ""


class ShiftIn(In):
    """Several visits moved by working days, back when negative."""

    visits: Ticked
    working_days: Annotated[int, Field(ge=-999, le=999)]


class TickedIn(In):
    """Several visits."""

    visits: Ticked


class SpreadIn(In):
    """Visits to be spread over working days; without ``visits`` all that have no day."""

    first: Day
    last: Day
    visits: Ticked | None = None
    by_district: bool = False


class VisitsChangedOut(Out):
    """How many visits were changed, and those whose day somebody else had changed meanwhile, which stay."""

    changed: int
    overtaken: list[int]


class SpreadOut(Out):
    """How many visits got a day, those for which there was none, and those changed by somebody else meanwhile."""

    placed: int
    left: list[int]
    overtaken: list[int]


class PlanVerdictIn(In):
    """Accepting what was seen, or returning it with a reason."""

    verdict: Literal["accept", "return"]
    seen: Word = Field("", description="接收时：看到的 fingerprint")
    step: Number | None = Field(None, description="退回时：看到的那次上报，steps 里最后一步的 id")
    because: Text = Field("", description="退回时：理由")


@room.reads("/plans/{quarter}", list[PlanStateOut])
def list_states(request: Call, quarter: QuarterName) -> list[PlanStateOut]:
    """一个季度各部门的计划到了哪一步。"""
    found = list_plans(request.person, quarter=plannable_quarter(request, quarter), on=request.today)
    return [PlanStateOut(department=ref(one.department), state=one.state) for one in found]


@room.reads("/plans/{quarter}/{department}", PlanOut)
def one(request: Call, quarter: QuarterName, department: Pk) -> PlanOut:
    """一个部门的季度回访计划。"""
    return _plan(request, plannable_quarter(request, quarter), plan_department_for(request, department))


@room.reads("/plans/{quarter}/{department}/visits", Page[PlannedOut])
def list_visits(
    request: Call,
    quarter: QuarterName,
    department: Pk,
    asked: Annotated[PlanQuery, Query()],
    limit: Limit = USUAL,
    cursor: Cursor = "",
) -> Page[PlannedOut]:
    """计划里的回访和计划日期。"""
    chosen, of = plannable_quarter(request, quarter), plan_department_for(request, department)
    plan = get_plan_table(request.person, department=of, quarter=chosen, today=request.today)
    found = asked.filters().take(plan.rows)
    keys, more = first_of(found["key"].to_list(), opened(request, cursor), limit=limit, key=lambda key: key)
    rows = plan.told(found.filter(pl.col("key").is_in(keys)))
    items = [_planned(row, may=may_plan(request.person, of, row)) for row in rows]
    return Page[PlannedOut](items=items, next=sealed(request, more))


@room.writes("/plans/{quarter}/{department}/visits/{key}", PlanOut, right=Right.PLAN_VISIT, method="PUT")
def set_date(request: Call, quarter: QuarterName, department: Pk, key: Pk, body: DayIn) -> PlanOut:
    """给一次回访排日期，或取消日期。"""
    chosen, of = plannable_quarter(request, quarter), plan_department_for(request, department)
    plans.set_date(
        planner=_planner(request, chosen, of),
        key=key,
        planned_on=body.planned_on,
        seen=body.seen,
        confirmed=body.confirmed,
        note=body.note,
    )
    return _plan(request, chosen, of)


@room.writes("/plans/{quarter}/{department}/visits/{key}/appointment", PlanOut, right=Right.PLAN_VISIT, method="PUT")
def arrange(request: Call, quarter: QuarterName, department: Pk, key: Pk, body: ArrangedIn) -> PlanOut:
    """登记与客户的约见，或取消；改了计划日期，约见随之取消。"""
    chosen, of = plannable_quarter(request, quarter), plan_department_for(request, department)
    appointments.arrange(
        planner=_planner(request, chosen, of),
        key=key,
        seen=body.seen,
        appointment=body.appointment.made() if body.appointment else None,
    )
    return _plan(request, chosen, of)


@room.writes("/plans/{quarter}/{department}/set", VisitsChangedOut, right=Right.PLAN_VISIT)
def set_dates(request: Call, quarter: QuarterName, department: Pk, body: DaysIn) -> VisitsChangedOut:
    """把几次回访排在同一天：都排上，或都不动；刚被别人改过的不动，列在 overtaken。"""
    planner, told = _asked(request, quarter, department), body.dict(include={"planned_on", "confirmed", "note"})
    return _changed(plans.set_dates(planner=planner, seen=_seen(body.visits), **told))


@room.writes("/plans/{quarter}/{department}/shift", VisitsChangedOut, right=Right.PLAN_VISIT)
def shift(request: Call, quarter: QuarterName, department: Pk, body: ShiftIn) -> VisitsChangedOut:
    """顺延几个工作日，负数为提前。"""
    planner = _asked(request, quarter, department)
    return _changed(plans.shift(planner=planner, seen=_seen(body.visits), by=body.working_days))


@room.writes("/plans/{quarter}/{department}/clear", VisitsChangedOut, right=Right.PLAN_VISIT)
def clear(request: Call, quarter: QuarterName, department: Pk, body: TickedIn) -> VisitsChangedOut:
    """取消几次回访的日期。"""
    return _changed(plans.clear(planner=_asked(request, quarter, department), seen=_seen(body.visits)))


@room.writes("/plans/{quarter}/{department}/spread", SpreadOut, right=Right.PLAN_VISIT)
def spread(request: Call, quarter: QuarterName, department: Pk, body: SpreadIn) -> SpreadOut:
    """把回访均匀排到各工作日。"""
    planner = _asked(request, quarter, department)
    seen = _seen(body.visits) if body.visits is not None else dict.fromkeys(_undated(request, planner))
    found = plans.spread(planner=planner, first=body.first, last=body.last, seen=seen, by_district=body.by_district)
    overtaken = [row.key for row in found.overtaken]
    return SpreadOut(placed=found.written, left=[row.key for row in found.left], overtaken=overtaken)


@room.writes("/plans/{quarter}/{department}/hand-in", PlanOut, right=Right.FILE_REPORT)
def hand_in(request: Call, quarter: QuarterName, department: Pk) -> PlanOut:
    """上报计划；退回后改好再报也用它。"""
    planner = _asked(request, quarter, department)
    plans.hand_in(planner=planner)
    return _plan(request, planner.quarter, planner.department)


@room.writes("/plans/{quarter}/{department}/review", PlanOut, right=Right.REVIEW_REPORT)
def review(request: Call, quarter: QuarterName, department: Pk, body: PlanVerdictIn) -> PlanOut:
    """接收或退回。"""
    planner = _asked(request, quarter, department)
    if body.verdict == "return":
        plans.return_(planner=planner, because=body.because, seen=body.step or 0)
    else:
        plans.accept(planner=planner, seen=body.seen)
    return _plan(request, planner.quarter, planner.department)


def plannable_quarter(request: Call, text: str) -> Quarter:
    """A quarter that can be planned: any up to the next."""
    chosen = quarter_of_path(text)
    if chosen > quarter_of(request.today).next():
        raise Http404
    return chosen


def _asked(request: Call, quarter: str, department: int) -> Planner:
    return _planner(request, plannable_quarter(request, quarter), plan_department_for(request, department))


def _planner(request: Call, quarter: Quarter, department: Department) -> Planner:
    return Planner(department, quarter, request.today, person_of(request), request.person.actor, DOOR)


def _seen(visits: list[SeenVisit]) -> dict[int, date | None]:
    return {one.key: one.seen for one in visits}


def _changed(found: Changed) -> VisitsChangedOut:
    return VisitsChangedOut(changed=found.written, overtaken=[row.key for row in found.overtaken])


def _undated(request: Call, planner: Planner) -> list[int]:
    plan = get_plan_table(request.person, department=planner.department, quarter=planner.quarter, today=request.today)
    keys = plannable(request.person, plan, UNDATED.take(plan.rows))["key"].to_list()
    if not keys:
        raise Refused("guarantee.plan.nothing_to_spread", "没有还没排日期的回访；要重排，请写明 visits。")
    return keys


def _plan(request: Call, quarter: Quarter, department: Department) -> PlanOut:
    plan = get_plan_table(request.person, department=department, quarter=quarter, today=request.today)
    return PlanOut(
        quarter=str(quarter),
        department=ref(department),
        state=plan.review.state,
        visits=plan.total,
        undated=plan.undated,
        overdue=plan.overdue,
        fingerprint=plan.fingerprint,
        steps=[step(each) for each in plan.review.steps],
    )


def _planned(row: PlanRow, *, may: bool) -> PlannedOut:
    visit = row.visit
    return PlannedOut(
        key=row.key,
        client=Ref(id=visit.client_id, name=visit.client),
        project_no=visit.project_no,
        kind=visit.kind.code,  # type: ignore[arg-type]
        grade=code(visit.graded.grade),
        manager_a=Ref(id=visit.managers.a_id, name=visit.managers.a),
        opens_on=visit.opens_on,
        due_on=visit.due_on,
        done_on=visit.done_on,
        planned_on=row.planned_on,
        first=row.window.first,
        last=row.window.last,
        note=row.note,
        state=row.state,
        mark=row.mark,
        was_a=row.was_a,
        may_plan=may,
        appointment=appointment(row.appointment),
    )
