"""The visit plan: days for owed visits, who may set them, handing in, and what is marked after acceptance."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baohou.core.errors import Refused
from baohou.core.period import Quarter
from baohou.day import engine
from baohou.guarantee.models import AcceptedVisit, Filing, Guarantee, PlannedDate
from baohou.guarantee.queries.plans import Plan, PlanRow, get_plan
from baohou.guarantee.rules.words import FilingKind, FilingVerb, Grade, VisitKind
from baohou.guarantee.services import grades, plans, visits
from baohou.guarantee.services.plans import Planner
from baohou.kernel import kept
from baohou.kernel.audit.models import Change
from baohou.kernel.papers.models import Seal
from baohou.kernel.papers.records import check
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department, Staff
from tests.cast import PAPER, STEEL, Portfolio, TakeIn
from tests.guarantee.planned import check_columns, check_own

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.8", "PGM.9")]
Q4 = Quarter(2026, 4)
NINTH = date(2026, 10, 9)


def planner(portfolio: Portfolio, by: Staff, *, department: str = "业务一部", on: date = NINTH) -> Planner:
    """Someone at the plan of 2026Q4 on Friday 9 October 2026."""
    return Planner(Department.objects.get(name=department), Q4, on, by, by.staff_no, "page")


def plan(portfolio: Portfolio, department: str = "业务一部", on: date = NINTH) -> Plan:
    """The plan told visit by visit; in columns, as the pages count, filter and order it, it is the same."""
    found = get_plan(department=Department.objects.get(name=department), quarter=Q4, today=on)
    check_columns(found, on=on)
    check_own(portfolio.cast.a, found.department, on=on)
    return found


def test_what_is_overdue_of_a_client_no_longer_held_is_nobodys_plan(portfolio: Portfolio, take_in: TakeIn) -> None:
    """Paper, 张甲's, owes an urgent visit since 3 August and is released on the 20th: it is not in the plan of October,
    and steel's of the same day, still owed, is counted as overdue."""
    take_in("orders", [(id_no, "2026-08-03", "紧急", "钱丙", "停工传闻") for id_no in (STEEL, PAPER)])
    assert (
        plan(portfolio).overdue
        == get_plan(
            department=portfolio.first.department, quarter=Q4, today=NINTH, clients=[portfolio.steel.pk]
        ).overdue
    )


def only(found: Plan) -> PlanRow:
    [row] = found.rows
    return row


def put(who: Planner, row: PlanRow, day: date, **more: object) -> None:
    """Plan a visit for a day as one does who has the page before him."""
    plans.set_date(planner=who, key=row.key, planned_on=day, seen=row.planned_on, **more)  # type: ignore[arg-type]


def seen(rows: Iterable[PlanRow]) -> dict[int, date | None]:
    """Visits ticked as the page shows them."""
    return {row.key: row.planned_on for row in rows}


def test_a_visit_is_planned_for_a_day(portfolio: Portfolio) -> None:
    """李乙, A manager of steel's latest project, plans the quarter's visit for Monday 12 October."""
    put(planner(portfolio, portfolio.cast.b), only(plan(portfolio)), date(2026, 10, 12), note="与银行同访")
    row = only(plan(portfolio))
    assert (row.planned_on, row.by, row.note, row.state) == (date(2026, 10, 12), "李乙", "与银行同访", "dated")
    kept = PlannedDate.objects.get()
    assert (kept.client, kept.kind, kept.opens_on) == (portfolio.steel, 2, date(2026, 10, 1))
    assert kept.act.verb == "plans.set_date"
    assert kept.act.facts["planned_on"] == "2026-10-12"


def test_the_history_of_a_day_is_kept(portfolio: Portfolio) -> None:
    """Planned for the 12th, moved by the manager to the 13th, then taken away: both changes are written down."""
    put(planner(portfolio, portfolio.cast.b), only(plan(portfolio)), date(2026, 10, 12))
    head = planner(portfolio, portfolio.cast.manager)
    put(head, only(plan(portfolio)), date(2026, 10, 13))
    plans.clear(planner=head, seen=seen([only(plan(portfolio))]))
    changes = Change.objects.filter(before__isnull=False).order_by("pk")
    told = [(one.before["planned_on"], one.after and one.after["planned_on"]) for one in changes]
    assert told == [("2026-10-12", "2026-10-13"), ("2026-10-13", None)]
    assert not PlannedDate.objects.exists()


@pytest.mark.parametrize(
    ("day", "code", "said"),
    [
        (date(2026, 9, 30), "guarantee.plan.too_early", "今天以前不能再排"),
        (date(2026, 10, 8), "guarantee.plan.too_early", "今天以前不能再排"),
        (date(2027, 1, 4), "guarantee.plan.too_late", "晚于最迟回访日 2026-12-31（周四）"),
        (date(2026, 10, 11), "guarantee.plan.day_off", "2026-10-11（周日）是休息日"),
    ],
)
def test_it_rejects_a_day_outside_the_window(portfolio: Portfolio, day: date, code: str, said: str) -> None:
    """The regular visit of the last quarter of 2026, planned on 9 October."""
    with pytest.raises(Refused) as refused:
        put(planner(portfolio, portfolio.cast.b), only(plan(portfolio)), day)
    assert refused.value.code == code
    assert said in refused.value.message
    assert "东方钢铁" in refused.value.message
    assert not PlannedDate.objects.exists()


def test_a_day_off_is_taken_when_confirmed(portfolio: Portfolio) -> None:
    """Sunday 11 October, because the client asked for it; Saturday the 10th is worked and needs no word."""
    who = planner(portfolio, portfolio.cast.b)
    put(who, only(plan(portfolio)), date(2026, 10, 11), confirmed=True)
    put(who, only(plan(portfolio)), date(2026, 10, 10))
    assert only(plan(portfolio)).planned_on == date(2026, 10, 10)


def test_a_holiday_is_called_by_its_name(portfolio: Portfolio) -> None:
    with pytest.raises(Refused, match="2026-10-05（周一）是国庆节放假"):
        put(planner(portfolio, portfolio.cast.b, on=date(2026, 9, 30)), only(plan(portfolio)), date(2026, 10, 5))


def test_an_overdue_visit_may_be_planned_for_any_day_to_come(portfolio: Portfolio, take_in: TakeIn) -> None:
    """The urgent visit of 5 October was due on the 6th; on the 9th it is planned for 20 October."""
    take_in("orders", [(STEEL, "2026-10-05", "紧急", "钱丙", "停工传闻")])
    special = next(row for row in plan(portfolio).rows if row.visit.kind is VisitKind.SPECIAL)
    who = planner(portfolio, portfolio.cast.b)
    with pytest.raises(Refused, match="今天以前不能再排"):
        put(who, special, date(2026, 10, 8))
    put(who, special, date(2026, 10, 20))
    assert {row.state for row in plan(portfolio).rows} == {"undated", "dated"}


@pytest.mark.parametrize(
    "name", ["outsider", "other_manager", "supervisor", "risk_manager", "general_manager", "admin"]
)
def test_it_rejects_a_day_set_by_others(portfolio: Portfolio, name: str) -> None:
    """Only the A manager, the B manager and the department's manager plan steel's visit."""
    row = only(plan(portfolio))
    with pytest.raises(Refused) as refused:
        put(planner(portfolio, getattr(portfolio.cast, name)), row, date(2026, 10, 12))
    assert refused.value.code == "guarantee.plan.not_yours"


@pytest.mark.parametrize("name", ["a", "b", "manager"])
def test_both_managers_and_the_head_may_set_a_day(portfolio: Portfolio, name: str) -> None:
    put(planner(portfolio, getattr(portfolio.cast, name)), only(plan(portfolio)), date(2026, 10, 12))
    assert PlannedDate.objects.get().by == getattr(portfolio.cast, name)


def test_of_two_at_once_the_second_is_told(portfolio: Portfolio) -> None:
    """张甲 and 李乙 look at an empty day; 李乙 plans the 12th, 张甲's 13th is not written over it."""
    row = only(plan(portfolio))
    put(planner(portfolio, portfolio.cast.b), row, date(2026, 10, 12))
    with pytest.raises(Refused, match=r"李乙已把东方钢铁有限公司的这次回访排在 2026-10-12（周一）") as refused:
        put(planner(portfolio, portfolio.cast.a), row, date(2026, 10, 13))
    assert refused.value.code == "guarantee.plan.changed"
    put(planner(portfolio, portfolio.cast.a), row, date(2026, 10, 12))
    assert PlannedDate.objects.get().by == portfolio.cast.b


def test_what_is_done_or_gone_is_not_planned(portfolio: Portfolio) -> None:
    """Steel was visited on 8 October; paper is another's plan no more."""
    row = only(plan(portfolio))
    visit(portfolio, date(2026, 10, 8))
    with pytest.raises(Refused, match="已经回访过，不必再排：东方钢铁有限公司（2026-10-08）"):
        put(planner(portfolio, portfolio.cast.b), row, date(2026, 10, 12))
    with pytest.raises(Refused, match="不在这份计划里"):
        put(planner(portfolio, portfolio.cast.b), only(plan(portfolio, "业务二部")), date(2026, 10, 12))


def test_a_plan_with_a_visit_without_a_day_is_not_handed_in(portfolio: Portfolio) -> None:
    """On 9 October the plan of 2026Q4 is handed in by 钱丙 as the filing of 2026Q3, once every visit has its day."""
    head = planner(portfolio, portfolio.cast.manager)
    with pytest.raises(Refused, match="还有 1 次回访没有计划日期，排好再上报：东方钢铁有限公司"):
        plans.hand_in(planner=head)
    plans.spread(planner=head, first=Q4.first, last=Q4.last)
    with pytest.raises(Refused, match="由业务一部的部门经理上报"):
        plans.hand_in(planner=planner(portfolio, portfolio.cast.b))
    filing = plans.hand_in(planner=head)
    assert (filing.kind, filing.quarter, filing.filed_on) == (FilingKind.VISIT_PLAN, date(2026, 9, 30), NINTH)
    with pytest.raises(Refused, match="已经上报过"):
        plans.hand_in(planner=head)


def test_a_plan_is_not_handed_in_before_its_duty_opens(portfolio: Portfolio) -> None:
    head = planner(portfolio, portfolio.cast.manager, on=date(2026, 9, 29))
    plans.spread(planner=head, first=Q4.first, last=Q4.last)
    with pytest.raises(Refused, match="2026Q3 尚未结束，2026-09-30 起可上报"):
        plans.hand_in(planner=head)


def test_a_returned_plan_is_handed_in_again(portfolio: Portfolio) -> None:
    """孙戊 sends it back with a reason, 钱丙 hands it in again, 孙戊 accepts: it is sealed and stays as it was."""
    filing = _accepted(portfolio, returned="把东方钢铁提前")
    assert [FilingVerb(step.verb).code for step in filing.steps.order_by("pk")] == [
        "handed_in",
        "returned",
        "handed_in",
        "accepted",
    ]
    seal = Seal.objects.get(kind="visit_plan", subject_id=filing.pk)
    assert seal.content["said"]["quarter"] == "2026Q4"
    assert [line["client"] for line in seal.content["said"]["visits"]] == [STEEL]
    head = planner(portfolio, portfolio.cast.manager)
    put(head, only(plan(portfolio)), date(2026, 11, 2))
    assert check(seal).intact
    AcceptedVisit.objects.update(planned_on=date(2026, 11, 2))
    assert not check(seal).intact


def test_nobody_accepts_what_changed_meanwhile(portfolio: Portfolio) -> None:
    """The plan is changed while 孙戊 reads it."""
    head, risk = planner(portfolio, portfolio.cast.manager), planner(portfolio, portfolio.cast.supervisor)
    with pytest.raises(Refused, match="还没有上报"):
        plans.accept(planner=risk, seen=plan(portfolio).fingerprint)
    with pytest.raises(Refused, match="还没有上报"):
        plans.return_(planner=risk, because="缺", seen=0)
    plans.spread(planner=head, first=Q4.first, last=Q4.last)
    plans.hand_in(planner=head)
    seen = plan(portfolio).fingerprint
    put(head, only(plan(portfolio)), date(2026, 12, 1))
    with pytest.raises(Refused, match="计划刚刚改动过"):
        plans.accept(planner=risk, seen=seen)
    plans.accept(planner=risk, seen=plan(portfolio).fingerprint)


def test_what_changes_after_acceptance_is_marked(portfolio: Portfolio, take_in: TakeIn) -> None:
    """After acceptance on 9 October steel's day is moved, an urgent visit is ordered, and both are marked."""
    _accepted(portfolio)
    assert {row.mark for row in plan(portfolio).rows} == {""}
    before = only(plan(portfolio)).planned_on
    put(planner(portfolio, portfolio.cast.b), only(plan(portfolio)), date(2026, 12, 1))
    take_in("orders", [(STEEL, "2026-10-12", "紧急", "钱丙", "停工传闻")])
    marks = {row.visit.kind: (row.mark, row.accepted_on) for row in plan(portfolio).rows}
    assert marks == {VisitKind.REGULAR: ("moved", before), VisitKind.SPECIAL: ("new", None)}


def test_what_comes_after_an_empty_plan_was_accepted_is_marked(portfolio: Portfolio) -> None:
    """业务一部 had no visit to plan and its empty plan was accepted: a client who came later is new, alone or in the list."""
    Guarantee.objects.filter(department=portfolio.first.department).update(released_on=date(2026, 9, 1))
    kept.forget()
    head, risk = planner(portfolio, portfolio.cast.manager), planner(portfolio, portfolio.cast.supervisor)
    plans.hand_in(planner=head)
    plans.accept(planner=risk, seen=plan(portfolio).fingerprint)
    clients_of(portfolio, 1)
    kept.forget()
    assert [row.mark for row in plan(portfolio).rows] == ["new"]


def test_a_client_who_came_after_acceptance_is_marked_when_looked_at_alone(portfolio: Portfolio) -> None:
    """The row that comes back after its day was set is read without the others."""
    _accepted(portfolio)
    clients_of(portfolio, 1)
    kept.forget()
    [row] = [row for row in plan(portfolio).rows if row.mark]
    of = portfolio.first.department
    [alone] = get_plan(department=of, quarter=Q4, today=NINTH, clients=[row.visit.client_id]).rows
    assert (row.mark, alone.mark) == ("new", "new")


def test_a_visit_handed_to_another_manager_after_acceptance_is_marked(portfolio: Portfolio) -> None:
    """张甲 takes over steel from 李乙: the visit says who it was accepted for; moved as well, it says both."""
    _accepted(portfolio)
    Guarantee.objects.filter(client=portfolio.steel).update(manager_a=portfolio.cast.a, manager_b=portfolio.cast.b)
    kept.forget()
    row = only(plan(portfolio))
    assert (row.mark, row.was_a, row.visit.managers.a) == ("handed", "李乙", "张甲")
    put(planner(portfolio, portfolio.cast.a), row, date(2026, 12, 1))
    row = only(plan(portfolio))
    assert (row.mark, row.was_a) == ("moved", "李乙")


def test_a_visit_that_lapsed_after_acceptance_is_struck_out_not_dropped(portfolio: Portfolio) -> None:
    """Food's only guarantee is released on 15 October: its visit stays on the page, with its day and the reason."""
    head = planner(portfolio, portfolio.cast.other_manager, department="业务二部")
    plans.spread(planner=head, first=Q4.first, last=Q4.last)
    plans.hand_in(planner=head)
    risk = planner(portfolio, portfolio.cast.supervisor, department="业务二部")
    plans.accept(planner=risk, seen=plan(portfolio, "业务二部").fingerprint)
    Guarantee.objects.filter(pk=portfolio.elsewhere.pk).update(released_on=date(2026, 10, 15))
    engine.run(on=date(2026, 10, 16))
    found = plan(portfolio, "业务二部", on=date(2026, 10, 16))
    [gone] = found.gone
    assert found.rows == []
    assert (gone.client, gone.because, gone.on) == ("湖滨食品有限公司", "lapsed", date(2026, 10, 15))
    assert gone.was_accepted
    assert gone.planned_on is not None


def test_a_planned_day_outlives_its_duty(portfolio: Portfolio) -> None:
    """Food is watched from 30 September and its December visit planned; graded good in November, no visit is owed in
    December any more: the planned day is shown as not owed."""
    head = planner(portfolio, portfolio.cast.other_manager, department="业务二部")
    facts = {"because": "季末分类", "by": portfolio.cast.other_manager, "actor": "M02", "door": "page"}
    grades.change(client=portfolio.food, grade=Grade.WATCH, effective_on=date(2026, 9, 30), **facts)  # type: ignore[arg-type]
    plans.spread(planner=head, first=Q4.first, last=Q4.last)
    assert len(plan(portfolio, "业务二部").rows) == 3
    grades.change(client=portfolio.food, grade=Grade.GOOD, effective_on=date(2026, 11, 16), **facts)  # type: ignore[arg-type]
    found = plan(portfolio, "业务二部")
    assert (len(found.rows), [one.because for one in found.gone]) == (2, ["not_owed"])
    assert not found.gone[0].was_accepted


def test_the_number_of_queries_does_not_grow_with_visits(portfolio: Portfolio) -> None:
    """Reading the plan, and spreading it, with one client and with forty more."""
    head = planner(portfolio, portfolio.cast.manager)
    read = {"department": portfolio.first.department, "quarter": Q4, "today": NINTH}
    get_plan(**read)  # type: ignore[arg-type]
    with CaptureQueriesContext(connection) as few:
        get_plan(**read)  # type: ignore[arg-type]
        plans.spread(planner=head, first=Q4.first, last=Q4.last)
    clients_of(portfolio, 40)
    with CaptureQueriesContext(connection) as many:
        get_plan(**read)  # type: ignore[arg-type]
        plans.spread(planner=head, first=Q4.first, last=Q4.last)
    assert len(many) <= len(few)
    assert len(few) <= 70


def visit(portfolio: Portfolio, on: date) -> None:
    """A regular visit to steel by 李乙."""
    visits.record(
        client=portfolio.steel, guarantee=None, on=on, kind=VisitKind.REGULAR, by=portfolio.cast.b,
        methods="", summary="", findings={}, actor="B01", door="page",
    )  # fmt: skip


def clients_of(
    portfolio: Portfolio, count: int, *, manager: Staff | None = None, prefixes: tuple[str, ...] = ("91330100",)
) -> None:
    """So many more clients of 业务一部, each with a guarantee of August 2026 and therefore a visit to come."""
    firms = Party.objects.bulk_create(
        [Party(id_no=f"{prefixes[n % len(prefixes)]}{n:010d}", name=f"客户{n:03d}") for n in range(count)]
    )
    Guarantee.objects.bulk_create(
        Guarantee(
            project_no=f"Z-{firm.id_no}",
            client=firm,
            department=portfolio.first.department,
            manager_a=manager or portfolio.cast.a,
            amount_fen=1,
            issued_on=date(2026, 8, 3),
        )
        for firm in firms
    )


def _accepted(portfolio: Portfolio, *, returned: str = "") -> Filing:
    """The plan of 业务一部 for 2026Q4, spread, handed in, perhaps returned and handed in again, and accepted."""
    head, risk = planner(portfolio, portfolio.cast.manager), planner(portfolio, portfolio.cast.supervisor)
    plans.spread(planner=head, first=Q4.first, last=Q4.last)
    filing = plans.hand_in(planner=head)
    if returned:
        plans.return_(planner=risk, because=returned, seen=filing.steps.get().pk)
        assert plan(portfolio).review.state == "returned"
        plans.hand_in(planner=head)
    plans.accept(planner=risk, seen=plan(portfolio).fingerprint)
    return filing
