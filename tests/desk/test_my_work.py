"""My work as a home: what waits besides duties, filters in the address, the calendar of the same."""

from __future__ import annotations

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from baohou.day import engine
from baohou.guarantee.rules.words import FilingKind
from baohou.guarantee.services import reports
from baohou.kernel.duties.models import Duty
from tests.cast import Portfolio, TakeIn, issue_more
from tests.desk.conftest import TODAY, Enter
from tests.desk.reading import said

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.2")]


def test_reports_wait_for_the_risk_department_and_come_back_with_the_reason(evening: Portfolio, enter: Enter) -> None:
    """业务一部 hands in its plan: 孙戊 finds it; returned, 钱丙 reads why, and 孙戊 what was sent back."""
    cast = evening.cast
    filing = reports.file(
        department=evening.first.department,
        quarter=date(2026, 9, 30),
        kind=FilingKind.VISIT_PLAN,
        filed_on=TODAY,
        by=cast.manager,
        actor="M01",
        door="page",
    )
    assert "钱丙上报，待接收" in said(enter(cast.supervisor), "/")
    assert "待接收" not in said(enter(cast.a), "/")
    reports.return_(filing=filing, because="缺两户", on=TODAY, by=cast.supervisor, actor="S01", door="page")
    page = said(enter(cast.manager), "/")
    assert "退回给我的" in page and "缺两户" in page and "孙戊退回" in page
    page = said(enter(cast.supervisor), "/")
    assert "我退回的" in page and "待接收" not in page
    assert "退回" not in said(enter(cast.other_manager), "/")


def test_filters_live_in_the_address(evening: Portfolio, enter: Enter) -> None:
    """赵己 narrows to a kind, a grade, an owner, a client by initials, a day; nonsense is left out."""
    browser = enter(evening.cast.risk_manager)

    def owners(query: str) -> set[str]:
        worklist = browser.get(f"/?{query}").context["worklist"]
        return {row.client_name or row.department for group in worklist.groups for row in group.rows}

    assert owners("q=hbsp") == {"湖滨食品有限公司"} == owners("q=湖滨")
    assert "湖滨食品有限公司" not in owners(f"owner={evening.cast.a.pk}")
    assert owners("grade=risk") == set()
    assert owners("grade=normal") >= {"东方钢铁有限公司", "湖滨食品有限公司"}
    assert not any("业务" in name for name in owners("grade=normal"))
    due = Duty.objects.filter(party=evening.food, done_on__isnull=True, lapsed_on__isnull=True)[0].due_on
    assert "湖滨食品有限公司" in owners(f"due={due}")
    assert owners("grade=what&owner=x&due=never&kind=none") == owners("")


def test_the_calendar_counts_what_the_list_holds(evening: Portfolio, enter: Enter) -> None:
    """December's last day holds the quarter's visits; a day leads to its list; a week decides its month."""
    browser = enter(evening.cast.risk_manager)
    month = browser.get("/calendar/?month=2026-12").context["month"]
    days = {day.on: day.count for week in month.weeks for day in week}
    assert [week[0].on.weekday() for week in month.weeks] == [0] * len(month.weeks)
    owed = Duty.objects.filter(due_on=date(2026, 12, 31), done_on__isnull=True, lapsed_on__isnull=True).count()
    assert days[date(2026, 12, 31)] == owed > 0
    page = said(browser, "/calendar/?month=2026-12&q=湖滨")
    assert "湖滨食品有限公司" in page and "东方钢铁" not in page and "due=2026-12-31" in page
    shown = browser.get("/calendar/?week=2026-12-30").context["month"]
    assert (shown.first, shown.week[0].on) == (date(2026, 12, 1), date(2026, 12, 28))
    assert browser.get("/calendar/?month=what&week=9").context["month"].first == date(2026, 10, 1)
    for edge in ("?month=9999-12", "?week=9999-12-31", "?month=0001-01", "?week=0001-01-01"):
        assert browser.get(f"/calendar/{edge}").status_code == 200


def test_the_calendar_stays_within_reach(evening: Portfolio, enter: Enter) -> None:
    """张甲's calendar shows nothing of 吴外's client, whatever the address asks."""
    assert "湖滨食品" not in said(enter(evening.cast.a), "/calendar/?month=2026-12&of=all")


def test_the_calendar_knows_holidays_and_the_weekends_worked_for_them(evening: Portfolio, enter: Enter) -> None:
    """2026: 国庆节 from 1 October, the Saturday 10 October is worked for it."""
    month = enter(evening.cast.a).get("/calendar/?month=2026-10").context["month"]
    days = {day.on: day.kind for week in month.weeks for day in week}
    assert (days[date(2026, 10, 1)].holiday, days[date(2026, 10, 1)].is_off) == ("国庆节", True)
    assert (days[date(2026, 10, 10)].code, days[date(2026, 10, 17)].code) == ("made_up", "weekend")
    assert "国庆节放假" in said(enter(evening.cast.a), "/calendar/?month=2026-10")


@pytest.mark.parametrize(("page", "most"), [("/", 32), ("/calendar/?month=2026-12", 18)])
def test_my_work_takes_few_queries_however_much_there_is(
    evening: Portfolio,
    enter: Enter,
    take_in: TakeIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    page: str,
    most: int,
) -> None:
    """Forty more clients: not one query more, for the department manager and the risk manager."""
    issue_more(take_in)
    engine.run(on=TODAY)
    for staff in (evening.cast.manager, evening.cast.risk_manager):
        browser = enter(staff)
        with django_assert_max_num_queries(most):
            browser.get(page)
