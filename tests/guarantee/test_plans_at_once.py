"""Several visits of a plan at once: spread, set, shifted and cleared, and what someone else planned meanwhile."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from baohou.core.errors import Refused
from baohou.guarantee.models import PlannedDate
from baohou.guarantee.queries.plans import PlanRow
from baohou.guarantee.rules.words import VisitKind
from baohou.guarantee.services import plans
from baohou.kernel.audit.models import Act
from baohou.kernel.calendar import get_work_calendar
from tests.cast import FOOD, STEEL, Portfolio, TakeIn
from tests.guarantee.test_plans import NINTH, Q4, clients_of, only, plan, planner, put, seen

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.8", "PGM.9")]


def test_spreading_keeps_windows_working_days_and_evenness(portfolio: Portfolio) -> None:
    """Forty more clients of 张甲: on the working days from 9 October no day has two more than another."""
    clients_of(portfolio, 40)
    head = planner(portfolio, portfolio.cast.manager)
    found = plans.spread(planner=head, first=Q4.first, last=date(2026, 10, 23))
    after = plan(portfolio)
    assert (found.written, found.left, after.undated) == (len(after.rows), [], [])
    calendar = get_work_calendar()
    days = calendar.working_days(NINTH, date(2026, 10, 23))
    loads = Counter((row.visit.managers.a_id, row.planned_on) for row in after.rows if row.planned_on)
    assert all(row.planned_on and row.window.holds(row.planned_on) for row in after.rows)
    assert {row.planned_on for row in after.rows} <= set(days)
    of_a = [loads[portfolio.cast.a.pk, day] for day in days]
    assert max(of_a) - min(of_a) <= 1
    assert Act.objects.filter(verb="plans.spread").count() == 1


def test_a_project_manager_spreads_only_what_is_hers(portfolio: Portfolio) -> None:
    """吴外 has no visit in 业务一部; 张甲 is B manager of steel's project, and places it."""
    clients_of(portfolio, 3, manager=portfolio.cast.b)
    assert plans.spread(planner=planner(portfolio, portfolio.cast.outsider), first=Q4.first, last=Q4.last).written == 0
    assert plans.spread(planner=planner(portfolio, portfolio.cast.a), first=Q4.first, last=Q4.last).written == 1
    assert len(plan(portfolio).undated) == 6 - 3


def test_what_finds_no_working_day_is_told(portfolio: Portfolio, take_in: TakeIn) -> None:
    """An urgent visit ordered on 2 October is due on the 3rd, both holidays; on 30 September it cannot be spread."""
    take_in("orders", [(FOOD, "2026-10-02", "紧急", "周丁", "停工传闻")])
    head = planner(portfolio, portfolio.cast.other_manager, department="业务二部", on=date(2026, 9, 30))
    found = plans.spread(planner=head, first=Q4.first, last=Q4.last)
    assert [row.visit.kind for row in found.left] == [VisitKind.SPECIAL]
    with pytest.raises(Refused, match="早于开始日"):
        plans.spread(planner=head, first=Q4.last, last=Q4.first)


def test_clients_of_one_district_are_visited_one_after_the_other(portfolio: Portfolio) -> None:
    """Clients of Hangzhou and Beijing by turns in the list: in the plan the days of one do not mix with the other's."""
    clients_of(portfolio, 6, prefixes=("91330100", "91110000"))
    head = planner(portfolio, portfolio.cast.manager)
    plans.spread(planner=head, first=Q4.first, last=Q4.last, by_district=True)
    mine = [row for row in plan(portfolio).rows if row.visit.managers.a_id == portfolio.cast.a.pk and row.by]
    turns = [row.district.name for row in sorted(mine, key=lambda row: str(row.planned_on))]
    assert turns == ["北京市"] * 3 + ["杭州市"] * 3


def test_several_are_set_shifted_and_cleared_at_once(portfolio: Portfolio) -> None:
    """Three visits for the 12th, then five working days later, then none."""
    clients_of(portfolio, 2)
    head = planner(portfolio, portfolio.cast.manager)
    many = len(_regular(portfolio))
    twelfth = {"planned_on": date(2026, 10, 12), "note": "同路"}
    assert plans.set_dates(planner=head, seen=seen(_regular(portfolio)), **twelfth).written == many  # type: ignore[arg-type]
    assert plans.shift(planner=head, seen=seen(_regular(portfolio)), by=5).written == many
    moved = _regular(portfolio)
    assert {(row.planned_on, row.note) for row in moved} == {(date(2026, 10, 19), "同路")}
    assert plans.clear(planner=head, seen=seen(moved)).written == many
    assert not PlannedDate.objects.exists()


def test_several_are_refused_together(portfolio: Portfolio, take_in: TakeIn) -> None:
    """One of them, ordered on 12 October, is due the day after: none is changed, and it is named."""
    clients_of(portfolio, 2)
    take_in("orders", [(STEEL, "2026-10-12", "紧急", "钱丙", "停工传闻")])
    head = planner(portfolio, portfolio.cast.manager)
    rows = plan(portfolio).rows
    with pytest.raises(Refused) as refused:
        plans.set_dates(planner=head, seen=seen(rows), planned_on=date(2026, 12, 28))
    assert refused.value.code == "guarantee.plan.too_late"
    assert refused.value.message.startswith("东方钢铁有限公司：2026-12-28（周一）晚于最迟回访日 2026-10-13（周二）")
    assert not PlannedDate.objects.exists()
    for wrong in ({"seen": {}, "by": 1}, {"seen": seen(rows[:1]), "by": 0}, {"seen": seen(rows[:1]), "by": 1}):
        with pytest.raises(Refused):
            plans.shift(planner=head, **wrong)  # type: ignore[arg-type]


def test_several_at_once_leave_alone_what_someone_else_planned(portfolio: Portfolio) -> None:
    """钱丙 ticks two visits; 李乙 arranges 东方钢铁's meanwhile: whatever 钱丙 does, that one stays, and is named."""
    clients_of(portfolio, 1)
    head = planner(portfolio, portfolio.cast.manager)
    ticked = seen(_regular(portfolio))
    steel = next(row for row in _regular(portfolio) if row.visit.client_id == portfolio.steel.pk)
    put(planner(portfolio, portfolio.cast.b), steel, date(2026, 11, 2), note="已与客户约好")
    third = date(2026, 11, 3)
    done = [
        plans.set_dates(planner=head, seen=ticked, planned_on=third),
        plans.shift(planner=head, seen=dict.fromkeys(ticked, third), by=1),
        plans.clear(planner=head, seen={key: date(2026, 11, 4) for key in ticked}),
        plans.spread(planner=head, seen=ticked, first=Q4.first, last=Q4.last),
    ]
    assert [one.written for one in done] == [1] * 4
    assert [[row.visit.client for row in one.overtaken] for one in done] == [["东方钢铁有限公司"]] * 4
    row = next(row for row in _regular(portfolio) if row.key == steel.key)
    assert (row.planned_on, row.note) == (date(2026, 11, 2), "已与客户约好")


def test_the_note_of_a_day_stays_unless_another_is_typed(portfolio: Portfolio) -> None:
    """李乙 wrote that the client agreed; 钱丙 moves the visit with others and types no note, then one."""
    head = planner(portfolio, portfolio.cast.manager)
    put(planner(portfolio, portfolio.cast.b), only(plan(portfolio)), date(2026, 11, 2), note="已与客户约好")
    plans.set_dates(planner=head, seen=seen([only(plan(portfolio))]), planned_on=date(2026, 11, 3))
    assert (only(plan(portfolio)).planned_on, only(plan(portfolio)).note) == (date(2026, 11, 3), "已与客户约好")
    plans.set_dates(planner=head, seen=seen([only(plan(portfolio))]), planned_on=date(2026, 11, 3), note="改在工地")
    assert only(plan(portfolio)).note == "改在工地"
    put(head, only(plan(portfolio)), date(2026, 11, 3), note="")
    assert only(plan(portfolio)).note == ""


def _regular(portfolio: Portfolio) -> list[PlanRow]:
    return [row for row in plan(portfolio).rows if row.visit.kind is VisitKind.REGULAR]
