"""My work: what is owed and what else waits, as the home page and its calendar tell it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from django.urls import resolve
from ninja import Query

from baohou.guarantee.api.measures import ActionToDoOut, to_do
from baohou.guarantee.api.shapes import DutyOut, GradeCode, duty
from baohou.guarantee.api.shapes import word as read
from baohou.guarantee.queries.actions import ActionRow
from baohou.guarantee.queries.pages.calendar import Day as CalendarDay
from baohou.guarantee.queries.pages.calendar import Entry, get_month, list_planned
from baohou.guarantee.queries.pages.filters import Days, WorkFilters, overlap
from baohou.guarantee.queries.pages.waiting import WaitingLine, list_waiting
from baohou.guarantee.queries.pages.worklist import Row, days_of, list_work, list_worklist, views_of
from baohou.guarantee.rules.words import DutyKind, Grade
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import Call, Room, require
from baohou.kernel.api.schemas import USUAL, Cursor, Day, In, Limit, MonthName, Number, Out, Page, Ref, Word

room = Room("我的工作")

WhoseCode = Literal["mine", "deputy", "department", "all", "unowned"]
PartCode = Literal["overdue", "today", "week", "later"]
KindCode = Literal[
    "routine_visit", "regular_visit", "special_visit", "classification_report", "visit_plan", "hand_over"
]


class WorkOut(Out):
    """A duty, or what a disposal measure has somebody do; ``taken_over``: it came by a hand-over to whoever asks."""

    duty: DutyOut | None
    action: ActionToDoOut | None
    taken_over: bool


class WorkPartOut(Out):
    """How many are owed in a part of the list; ``many``: a thousand or more, which are not counted."""

    part: PartCode
    count: int
    many: bool


class WaitingOut(Out):
    """What waits besides duties; ``page`` is where people do it, ``named`` what stands in its address.

    ``part``: waiting for who asks, came_back to them, sent by them (others have to act), sent_back by them.
    """

    part: Literal["waiting", "came_back", "sent", "sent_back"]
    what: str
    who: str
    since: date | None
    because: str
    count: int
    page: str
    named: dict[str, str]


class PlannedVisitOut(Out):
    """A visit still to be made that is planned for a day; ``key`` is its duty's."""

    key: int
    planned_on: date
    client: Ref
    kind: str


class CalendarDayOut(Out):
    """A day: what sort it is, how much is due, how many visits are planned, and the first three of each."""

    on: date
    kind: Literal["work", "weekend", "holiday", "made_up"]
    holiday: str
    due: int
    first_due: list[WorkOut]
    planned: int
    first_planned: list[PlannedVisitOut]


class CalendarOut(Out):
    """Whole weeks, Monday first, that hold a month (or one week); ``due`` are those of the month."""

    month: str
    due: int
    days: list[CalendarDayOut]


class WorkQuery(In):
    """Whose work (without ``whose`` that with which the page opens), and the filters of the page."""

    whose: WhoseCode | None = None
    q: Word = ""
    kind: KindCode | None = None
    grade: GradeCode | None = None
    owner: Number | None = None

    def filters(self) -> WorkFilters:
        """As the lists want them."""
        return WorkFilters(
            kind=read(DutyKind, self.kind), grade=read(Grade, self.grade), owner_id=self.owner, words=self.q.strip()
        )


class WorkListQuery(WorkQuery):
    """Which part, and between which days it is due."""

    part: PartCode | None = None
    since: Day | None = None
    until: Day | None = None


class CalendarQuery(WorkQuery):
    """A month, or the week of a day; without either the month of the business day."""

    month: MonthName | None = None
    week: Day | None = None


class PlannedQuery(WorkQuery):
    """Between which days the visits are planned; from the business day on unless said."""

    since: Day | None = None
    until: Day | None = None


@room.reads("/worklist", Page[WorkOut])
def list_all(
    request: Call, asked: Annotated[WorkListQuery, Query()], limit: Limit = USUAL, cursor: Cursor = ""
) -> Page[WorkOut]:
    """我的工作：未办事项和处置措施里的事，按期限排列；mine 含移交来的，deputy 是代办的，unowned 没有责任人。"""
    days = _within(asked, request.today)
    told: dict[str, Any] = {"on": request.today, "whose": _whose(request, asked), "filters": asked.filters()}
    rows, more = list_work(request.person, **told, days=days, after=opened(request, cursor), most=limit)
    return Page[WorkOut](items=_rows(request, told["whose"], rows), next=sealed(request, more))


@room.reads("/worklist/parts", list[WorkPartOut])
def list_parts(request: Call, asked: Annotated[WorkQuery, Query()]) -> list[WorkPartOut]:
    """逾期、今日、本周、以后各有几件，最多数到 1000。"""
    whose, filters = _whose(request, asked), asked.filters()
    found = list_worklist(request.person, on=request.today, whose=whose, filters=filters)
    return [WorkPartOut(part=one.code, count=one.count, many=one.is_many) for one in found.groups]  # type: ignore[arg-type]


@room.reads("/waiting", list[WaitingOut])
def waiting(request: Call) -> list[WaitingOut]:
    """应办事项以外等着的：等我处理、退回给我的、我提请的、我退回的；每一类最多 20 行，更多的并成一行写明还有几件。"""
    return [_waiting(line) for line in list_waiting(request.person, on=request.today)]


@room.reads("/calendar", CalendarOut)
def calendar(request: Call, asked: Annotated[CalendarQuery, Query()]) -> CalendarOut:
    """日历：一个月或一周里每天到期几件、计划回访几次（全公司的不列）；当天全部的用 /worklist 和 /planned-visits。"""
    whose = _whose(request, asked)
    month = get_month(
        request.person,
        on=request.today,
        whose=whose,
        month=date.fromisoformat(f"{asked.month}-01") if asked.month else None,
        week=asked.week,
        filters=asked.filters(),
    )
    days = month.week if asked.week else [day for week in month.weeks for day in week]
    told = [_day(request, whose, day) for day in days]
    return CalendarOut(month=f"{month.first:%Y-%m}", due=month.count, days=told)


@room.reads("/planned-visits", Page[PlannedVisitOut])
def list_planned_visits(
    request: Call, asked: Annotated[PlannedQuery, Query()], limit: Limit = USUAL, cursor: Cursor = ""
) -> Page[PlannedVisitOut]:
    """计划在某几天（不填为今天起）、还没有做的回访，按计划日排列。"""
    told: dict[str, Any] = {"on": request.today, "whose": _whose(request, asked), "filters": asked.filters()}
    days, after = (asked.since or request.today, asked.until or date.max), opened(request, cursor)
    found, more = list_planned(request.person, **told, days=days, after=after, most=limit)
    return Page[PlannedVisitOut](items=[_planned(one) for one in found], next=sealed(request, more))


def _whose(request: Call, asked: WorkQuery) -> str:
    views = views_of(request.person)
    require(asked.whose is None or asked.whose in views)
    return asked.whose or views[0]


def _within(asked: WorkListQuery, today: date) -> Days:
    """The days of the part asked for, and between the days asked for."""
    return overlap(days_of(asked.part, today) if asked.part else (None, None), (asked.since, asked.until))


def _rows(request: Call, whose: str, rows: Iterable[Row]) -> list[WorkOut]:
    me = request.person.staff_id
    return [
        WorkOut(
            duty=None if isinstance(row, ActionRow) else duty(row),
            action=to_do(row) if isinstance(row, ActionRow) else None,
            taken_over=whose == "mine" and (row.named_id if isinstance(row, ActionRow) else row.owner_id) != me,
        )
        for row in rows
    ]


def _waiting(line: WaitingLine) -> WaitingOut:
    named = {name: str(value) for name, value in resolve(line.url).kwargs.items()}
    return WaitingOut(
        part=line.part,  # type: ignore[arg-type]
        what=line.what,
        who=line.who,
        since=line.since,
        because=line.because,
        count=line.count,
        page=line.url,
        named=named,
    )


def _day(request: Call, whose: str, day: CalendarDay) -> CalendarDayOut:
    return CalendarDayOut(
        on=day.on,
        kind=day.kind.code,  # type: ignore[arg-type]
        holiday=day.kind.holiday,
        due=day.count,
        first_due=_rows(request, whose, day.rows),
        planned=day.planned,
        first_planned=[_planned(one) for one in day.entries],
    )


def _planned(one: Entry) -> PlannedVisitOut:
    client = Ref(id=one.client_id, name=one.client)
    return PlannedVisitOut(key=one.key, planned_on=one.on, client=client, kind=one.kind.code)
