"""Planning a quarter's visits: a day for each, by hand or spread; handing the plan in; accepting it (PGM.8, PGM.9)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from baohou.core.errors import Refused
from baohou.core.period import Quarter
from baohou.core.sayings import say
from baohou.core.spreading import Item
from baohou.core.spreading import spread as spread_over
from baohou.guarantee.models import Filing, FilingStep, PlannedDate
from baohou.guarantee.queries.plans import Plan, PlanRow, get_plan, get_review, list_clients_of
from baohou.guarantee.rules.planning import filed_for
from baohou.guarantee.rules.words import DutyKind, FilingKind, FilingVerb
from baohou.guarantee.services import reports
from baohou.guarantee.services.day_faults import fault_of, named, require_written, said_day
from baohou.kernel.audit.capture import add_rows, set_rows
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.services import record_act, record_changes
from baohou.kernel.calendar import get_work_calendar
from baohou.kernel.people.models import Department, Post, Staff
from baohou.kernel.people.queries import list_holders


@dataclass(frozen=True)
class Planner:
    """Who plans which department's quarter, and how: ``on`` is the business day, ``door`` where the act came in."""

    department: Department
    quarter: Quarter
    on: date
    by: Staff
    actor: str
    door: str

    def plan(self, keys: Sequence[int] | None = None) -> Plan:
        """The plan as it stands, read after every other planner of the department has finished.

        With ``keys`` only of the clients whom those visits are about.
        """
        Department.objects.select_for_update().get(pk=self.department.pk)
        clients = None if keys is None else list_clients_of(keys)
        return get_plan(department=self.department, quarter=self.quarter, today=self.on, clients=clients)

    def is_head(self) -> bool:
        """Whether the planner manages the department."""
        heads = list_holders(post=Post.DEPARTMENT_MANAGER, on=self.on, department=self.department)
        return self.by in heads


@dataclass(frozen=True)
class Changed:
    """What became of several visits: how many were written, and those whose day someone else had changed meanwhile.

    ``left`` are those for which no working day was left.
    """

    written: int
    overtaken: list[PlanRow]
    left: list[PlanRow]


@transaction.atomic
def set_date(
    *,
    planner: Planner,
    key: int,
    planned_on: date | None,
    seen: date | None,
    confirmed: bool = False,
    note: str | None = None,
) -> None:
    """Plan one visit for a day, or for none. ``seen`` is the day that stood there when the planner looked.

    Without a ``note`` the visit keeps what it has.

    Refused: another day stands there by now, a day outside the visit's window, a day off unless ``confirmed``.
    """
    [row] = rows_to_plan(planner, planner.plan([key]), [key])
    if row.planned_on == planned_on and (planned_on is None or note in (None, row.note)):
        return
    if row.planned_on != seen:
        stands = say("排在 %(day)s", day=said_day(row.planned_on)) if row.planned_on else say("取消了日期")
        who = row.by if row.planned_on else say("刚才有人")
        message = say(
            "%(who)s已把%(client)s的这次回访%(stands)s，你填的还没有保存。",
            who=who,
            client=row.visit.client,
            stands=stands,
        )
        raise Refused("guarantee.plan.changed", message, where="计划日期")
    require_written(_write_days(planner, "plans.set_date", [(row, planned_on)], confirmed=confirmed, note=note))


@transaction.atomic
def set_dates(
    *, planner: Planner, seen: Mapping[int, date | None], planned_on: date, confirmed: bool = False, note: str = ""
) -> Changed:
    """Plan several visits, each with the day that stood there when it was ticked, for the same day.

    All of them or, refused, none; but a visit whose day someone else has changed since stays as it is and is told.
    Without a ``note`` each keeps what it has.
    """
    rows, overtaken = _ticked(planner, seen)
    wanted = [(row, planned_on) for row in rows]
    written = _write_days(planner, "plans.set_dates", wanted, confirmed=confirmed, note=note or None)
    return Changed(require_written(written), overtaken, [])


@transaction.atomic
def shift(*, planner: Planner, seen: Mapping[int, date | None], by: int) -> Changed:
    """Move planned visits by so many working days, as ``set_dates``."""
    rows, overtaken = _ticked(planner, seen)
    if not by:
        raise Refused("guarantee.plan.no_shift", "请填顺延几个工作日；提前填负数。", where="工作日")
    calendar = get_work_calendar()
    wanted = [(row, calendar.shift(row.planned_on, by)) for row in rows if row.planned_on]
    if not wanted and not overtaken:
        raise Refused("guarantee.plan.nothing_to_shift", "勾选的回访都还没有计划日期，请先排日期。")
    return Changed(require_written(_write_days(planner, "plans.shift", wanted)), overtaken, [])


@transaction.atomic
def clear(*, planner: Planner, seen: Mapping[int, date | None]) -> Changed:
    """Take the planned days of several visits away, as ``set_dates``."""
    rows, overtaken = _ticked(planner, seen)
    return Changed(require_written(_write_days(planner, "plans.clear", [(row, None) for row in rows])), overtaken, [])


@transaction.atomic
def spread(
    *,
    planner: Planner,
    first: date,
    last: date,
    seen: Mapping[int, date | None] | None = None,
    by_district: bool = False,
) -> Changed:
    """Give visits days over the working days from ``first`` to ``last``: those ticked, or all that have none.

    Each person's days become as evenly loaded as the windows of the visits allow, the overdue and the earliest due
    first; with ``by_district`` clients of one district come one after the other. Visits with no working day in reach
    stay as they are and are told, and so do those whose day someone else has changed since they were ticked.
    """
    if last < first:
        raise Refused(
            "guarantee.plan.no_range",
            "结束日 %(last)s 早于开始日 %(first)s，请核对。",
            where="区间",
            last=last,
            first=first,
        )
    plan = planner.plan()
    if seen is None:
        may = _may(planner)
        seen = {row.key: None for row in plan.undated if may(row)}
    rows, overtaken = _as_seen(rows_to_plan(planner, plan, list(seen)), seen)
    days = get_work_calendar().working_days(max(first, planner.on), last)
    taken = _taken(plan, {row.key for row in rows})
    of_person: defaultdict[int, list[PlanRow]] = defaultdict(list)
    for row in rows:
        of_person[row.visit.managers.a_id].append(row)
    placed: dict[int, date] = {}
    for person, those in of_person.items():
        found, _ = spread_over(_items(those, days, by_district=by_district), days=days, taken=taken[person])
        placed |= found
    wanted = [(row, placed[row.key]) for row in rows if row.key in placed]
    require_written(_write_days(planner, "plans.spread", wanted))
    return Changed(len(placed), overtaken, [row for row in rows if row.key not in placed])


@transaction.atomic
def hand_in(*, planner: Planner) -> Filing:
    """Hand the plan in, or hand it in again after it was returned; every visit owed must have its day.

    The plan of a quarter is filed for the quarter before, on whose last day the duty opens (PGM.9).
    """
    _require_head(planner)
    plan = planner.plan()
    if plan.undated:
        names = named(row.visit.client for row in plan.undated)
        message = say(
            "还有 %(undated)s 次回访没有计划日期，排好再上报：%(names)s。", undated=len(plan.undated), names=names
        )
        raise Refused("guarantee.plan.undated", message, where="计划日期")
    filing = plan.review.filing
    if filing is not None and plan.review.state == FilingVerb.RETURNED.code:
        reports.hand_in_again(filing=filing, on=planner.on, by=planner.by, actor=planner.actor, door=planner.door)
        return filing
    return reports.file(
        department=planner.department,
        quarter=filed_for(planner.quarter).last,
        kind=FilingKind.VISIT_PLAN,
        filed_on=planner.on,
        by=planner.by,
        actor=planner.actor,
        door=planner.door,
    )


@transaction.atomic
def accept(*, planner: Planner, seen: str) -> FilingStep:
    """Accept the plan as it was seen (Plan.fingerprint): it is kept and sealed, and later changes are marked.

    Refused when it is not waiting, or changed since it was looked at.
    """
    plan = planner.plan()
    if plan.fingerprint != seen:
        raise Refused("guarantee.plan.changed", "计划刚刚改动过，请看过现在的计划再接收。")
    return reports.accept(filing=_filing(plan), on=planner.on, by=planner.by, actor=planner.actor, door=planner.door)


@transaction.atomic
def return_(*, planner: Planner, because: str, seen: int) -> FilingStep:
    """Send the plan back with the reason; refused unless it is handed in and waits.

    ``seen`` is the step by which it was handed in when it was looked at: refused when it came back otherwise since.
    """
    review = get_review(department=planner.department, quarter=planner.quarter)
    if review.filing is None:
        raise Refused("guarantee.plan.not_handed_in", "这份计划还没有上报，不能退回。")
    return reports.return_(
        filing=review.filing,
        because=because,
        on=planner.on,
        by=planner.by,
        actor=planner.actor,
        door=planner.door,
        seen=seen,
    )


def _items(rows: Sequence[PlanRow], days: Sequence[date], *, by_district: bool) -> list[Item[int]]:
    """One person's visits as they are to be spread; those overdue go on the first of the days, one a day."""
    overdue = sum(row.window.last is None for row in rows)
    soon = days[min(overdue, len(days)) - 1] if days else date.max
    return [
        Item(row.key, row.window.first, row.window.last or soon, row.district.code if by_district else "")
        for row in rows
    ]


def _filing(plan: Plan) -> Filing:
    if plan.review.filing is None:
        raise Refused("guarantee.plan.not_handed_in", "这份计划还没有上报，不能接收。")
    return plan.review.filing


def _may(planner: Planner) -> Callable[[PlanRow], bool]:
    """Who may plan a visit: its A or B manager, and the manager of the department."""
    head, me = planner.is_head(), planner.by.pk
    return lambda row: head or me in (row.visit.managers.a_id, row.visit.managers.b_id)


def _require_head(planner: Planner) -> None:
    if not planner.is_head():
        raise Refused(
            "guarantee.plan.not_head", "回访计划由%(department)s的部门经理上报。", department=planner.department
        )


def _ticked(planner: Planner, seen: Mapping[int, date | None]) -> tuple[list[PlanRow], list[PlanRow]]:
    """The visits ticked that still stand as they were seen, and the others."""
    if not seen:
        raise Refused("guarantee.plan.nothing_ticked", "请先勾选要改的回访。")
    keys = list(seen)
    return _as_seen(rows_to_plan(planner, planner.plan(keys), keys), seen)


def _as_seen(rows: Sequence[PlanRow], seen: Mapping[int, date | None]) -> tuple[list[PlanRow], list[PlanRow]]:
    overtaken = [row for row in rows if row.planned_on != seen[row.key]]
    return [row for row in rows if row.planned_on == seen[row.key]], overtaken


def rows_to_plan(planner: Planner, plan: Plan, keys: Sequence[int]) -> list[PlanRow]:
    """The visits of these keys; refused when one is not in the plan, is done, or is not the planner's to plan."""
    by_key = {row.key: row for row in plan.rows}
    if any(key not in by_key for key in keys):
        raise Refused("guarantee.plan.gone", "有的回访已不在这份计划里（可能已失效或转到别的部门），请刷新后再排。")
    rows = [by_key[key] for key in dict.fromkeys(keys)]
    may = _may(planner)
    foreign = [row.visit.client for row in rows if not may(row)]
    if foreign:
        message = say("只有 A 角、B 角和部门经理可以排回访日期：%(foreign)s不由你排。", foreign=named(foreign))
        raise Refused("guarantee.plan.not_yours", message)
    done = [f"{row.visit.client}（{row.visit.done_on}）" for row in rows if not row.is_owed]
    if done:
        raise Refused("guarantee.plan.done", "已经回访过，不必再排：%(done)s。", done=named(done))
    return rows


def _taken(plan: Plan, but: set[int]) -> defaultdict[int, Counter[date]]:
    """How many visits each person has planned per day, without some."""
    taken: defaultdict[int, Counter[date]] = defaultdict(Counter)
    for row in plan.rows:
        if row.is_owed and row.planned_on and row.key not in but:
            taken[row.visit.managers.a_id][row.planned_on] += 1
    return taken


def _write_days(
    planner: Planner,
    verb: str,
    wanted: Sequence[tuple[PlanRow, date]] | Sequence[tuple[PlanRow, None]] | Sequence[tuple[PlanRow, date | None]],
    *,
    confirmed: bool = False,
    note: str | None = None,
) -> int | list[tuple[str, str]]:
    """Write the days that differ as one act and say how many; or what is wrong with them, and write none."""
    changes = [(row, day) for row, day in wanted if day != row.planned_on or (day and note not in (None, row.note))]
    faults = [fault for row, day in changes if day and (fault := fault_of(row, day, confirmed)) is not None]
    if faults:
        return faults
    if not changes:
        return 0
    facts = {"department": planner.department.name, "quarter": str(planner.quarter), "visits": len(changes)}
    if len(changes) == 1:
        row, day = changes[0]
        facts |= {"client": row.visit.id_no, "due_on": str(row.visit.due_on), "planned_on": str(day) if day else None}
    act = record_act(verb=verb, door=planner.door, by=planner.actor, facts=facts)
    return _store(planner, act, [(row, day, row.note if note is None else note) for row, day in changes])


def _store(planner: Planner, act: Act, changes: list[tuple[PlanRow, date | None, str]]) -> int:
    keys = [row.key for row, _, _ in changes]
    known = {one.duty_key: one for one in _known(keys)}
    history, fresh, changed = [], [], []
    for row, day, note in changes:
        one = known.get(row.key)
        if one is not None:
            before = {"planned_on": str(one.planned_on), "note": one.note, "by": one.by.staff_no}
            after = {"planned_on": str(day), "note": note, "by": planner.by.staff_no} if day else None
            history.append((f"{row.visit.id_no} {row.visit.opens_on} {row.visit.kind.code}", before, after))
            if day:
                if day != one.planned_on:
                    one.appointment = None  # it was made for the other day
                one.planned_on, one.note, one.by, one.act = day, note, planner.by, act
                changed.append(one)
        elif day:
            fresh.append(_new(row, day, note, planner.by, act))
    record_changes(act=act, table="guarantee_planneddate", rows=history)
    gone = [row.key for row, day, _ in changes if day is None]
    for start in range(0, len(gone), 1000):
        PlannedDate.objects.filter(duty_key__in=gone[start : start + 1000]).delete()
    set_rows(PlannedDate, changed, ["planned_on", "note", "arranged_on", "contact", "channel", "by", "act"])
    add_rows(PlannedDate, fresh, batch_size=1000)
    return len(changes)


def _known(keys: Sequence[int]) -> Iterable[PlannedDate]:
    for start in range(0, len(keys), 1000):
        yield from PlannedDate.objects.filter(duty_key__in=keys[start : start + 1000]).select_related("by")


def _new(row: PlanRow, day: date, note: str, by: Staff, act: Act) -> PlannedDate:
    visit = row.visit
    return PlannedDate(
        duty_key=visit.key,
        client_id=visit.client_id,
        project_no=visit.project_no if visit.guarantee_id else "",
        kind=DutyKind[f"{visit.kind.name}_VISIT"],
        opens_on=visit.opens_on,
        planned_on=day,
        note=note,
        by=by,
        act=act,
    )
