"""Who is told at once: of a visit ordered, a grade to watch or risk, a measure's action, a report sent back, a loan."""

from __future__ import annotations

from datetime import date

import pytest

from baohou.day import engine
from baohou.guarantee.models import Measure
from baohou.guarantee.rules.words import FilingKind, Grade, Urgency
from baohou.guarantee.services import grades, measures, orders, reports, telling
from baohou.guarantee.services.measures import Action
from baohou.kernel.audit.services import record_act
from baohou.kernel.notices import kinds
from baohou.kernel.notices.models import Notice
from baohou.kernel.papers.models import Loan, Volume
from baohou.kernel.people.models import Staff
from tests.cast import Portfolio
from tests.desk.conftest import TODAY, Enter

pytestmark = pytest.mark.django_db
THIRD = date(2026, 9, 30)


def told(staff: Staff, kind: str) -> list[str]:
    return list(Notice.objects.filter(staff=staff, kind=kind).order_by("pk").values_list("title", flat=True))


@pytest.mark.clause("PGM.5")
def test_who_has_to_go_is_told_of_an_ordered_visit(evening: Portfolio) -> None:
    """孙戊 orders an urgent visit to 东方钢铁, due on the next day: 李乙 and 张甲 hear of it, whatever the hour."""
    cast = evening.cast
    who = {"by": cast.supervisor, "because": "停产", "actor": "S01", "door": "page"}
    orders.order_special(client=evening.steel, ordered_on=TODAY, urgency=Urgency.URGENT, **who)  # type: ignore[arg-type]
    for staff in (cast.a, cast.b):
        (title,) = told(staff, "special.urgent")
        assert "东方钢铁有限公司" in title and "2026-10-2" in title and "紧急" in title
    assert kinds.get("special.urgent").urgent
    orders.order_special(client=evening.food, ordered_on=TODAY, urgency=Urgency.NORMAL, **who)  # type: ignore[arg-type]
    assert len(told(cast.outsider, "special.ordered")) == 1
    assert not kinds.get("special.ordered").urgent
    assert not Notice.objects.filter(staff=cast.supervisor, kind__startswith="special").exists()


@pytest.mark.clause("PGM.8")
def test_a_grade_to_watch_or_risk_is_told_to_those_concerned(evening: Portfolio) -> None:
    """钱丙 grades 东方钢铁 risk: 李乙, 张甲 and 孙戊 read it, 钱丙 need not; back to normal nobody is told."""
    cast = evening.cast
    what = {"client": evening.steel, "because": "欠息", "by": cast.manager, "actor": "M01", "door": "page"}
    grades.change(grade=Grade.RISK, effective_on=date(2026, 10, 19), **what)  # type: ignore[arg-type]
    for staff in (cast.a, cast.b, cast.supervisor):
        (title,) = told(staff, "grade.watched")
        assert "东方钢铁有限公司" in title and "风险" in title
    assert told(cast.manager, "grade.watched") == []
    grades.change(grade=Grade.NORMAL, effective_on=TODAY, **what)  # type: ignore[arg-type]
    assert len(told(cast.a, "grade.watched")) == 1


def file(evening: Portfolio, *actions: Action) -> None:
    cast, there = evening.cast, Measure.objects.first()
    measures.file(
        seen=there.act_id or 0 if there else 0,
        client=evening.steel,
        quarter=THIRD,
        text="压降敞口",
        department_manager=cast.manager,
        manager_a=cast.a,
        manager_b=cast.b,
        filed_on=date(2026, 10, 8),
        actions=actions,
        actor="A01",
        door="page",
    )


@pytest.mark.clause("PGM.10")
def test_who_is_given_an_action_is_told_once(evening: Portfolio) -> None:
    """张甲 writes the measure: 李乙 is told of the call, and again only when its day changes; 张甲 is not."""
    cast = evening.cast
    call = Action("核对回款", cast.b, date(2026, 11, 30))
    file(evening, call, Action("走访上游", cast.a, TODAY))
    (notice,) = Notice.objects.filter(staff=cast.b, kind="action.given")
    assert "2026-11-30" in notice.title and notice.text == "核对回款"
    assert notice.url == f"/clients/{evening.steel.pk}/measure/2026Q3/"
    assert told(cast.a, "action.given") == []
    file(evening, call)
    assert len(told(cast.b, "action.given")) == 1
    file(evening, Action("核对回款", cast.b, date(2026, 11, 15)))
    assert len(told(cast.b, "action.given")) == 2


@pytest.mark.clause("PGM.11")
def test_who_borrowed_a_volume_is_told_once_that_it_is_overdue(evening: Portfolio) -> None:
    """张甲 should have brought BHHF-1 back on the 19th: told on the 20th, 孙戊 who lent it as well; not again."""
    cast = evening.cast
    act = record_act(verb="archive.lend", door="page", by="S01")
    volume = Volume.objects.create(
        kind="visit_reports", series="BHHF-2026", sequence=1, number="BHHF-1", title="报告", unit="业务一部", unit_id=1,
        period="2026Q2", opened_on=date(2026, 7, 10), cabinet="3", retention_years=10, act=act,
    )  # fmt: skip
    Loan.objects.create(
        volume=volume, borrower_no="A01", borrower_name="张甲", purpose="查阅", borrowed_on=date(2026, 10, 1),
        due_on=date(2026, 10, 19), act=act,
    )  # fmt: skip
    for _ in range(2):
        assert telling.tell_loans(after=date(2026, 10, 19), on=TODAY) == 1
    for staff in (cast.a, cast.supervisor):
        (title,) = told(staff, "loan.late")
        assert "BHHF-1" in title
    assert telling.tell_loans(after=TODAY, on=date(2026, 10, 21)) == 0


def test_a_notice_is_said_in_the_readers_language(evening: Portfolio, enter: Enter) -> None:
    """孙戊 returns the plan: 钱丙 reads it in Chinese, and in English with names and reason as they are."""
    hand_in_and_return(evening)
    browser = enter(evening.cast.manager)
    assert "业务一部 2026Q3 回访计划表被退回，请改好重报" in browser.get("/notices/").content.decode()
    browser.cookies["django_language"] = "en"
    page = browser.get("/notices/").content.decode()
    assert "业务一部 2026Q3: Visit plan came back; please correct it and hand it in again" in page
    assert "Sent back by 孙戊; reason: 漏了两户" in page


def test_what_became_late_is_said_in_the_readers_language(evening: Portfolio, enter: Enter) -> None:
    """One of 李乙's visits was due on 31 December: told on 1 January, in Chinese and in English."""
    engine.run(on=date(2026, 12, 31))
    engine.run(on=date(2027, 1, 1))
    browser = enter(evening.cast.b)
    assert "1 件事项逾期了" in browser.get("/notices/").content.decode()
    browser.cookies["django_language"] = "en"
    page = browser.get("/notices/").content.decode()
    assert "1 of your matters are overdue" in page
    assert "东方钢铁有限公司: Regular visit (Thu 31/12/2026)" in page


def test_a_notice_written_before_stays_as_it_was(evening: Portfolio, enter: Enter) -> None:
    Notice.objects.create(staff=evening.cast.manager, kind="report.returned", key="old", title="旧的通知", text="旧文")
    page = enter(evening.cast.manager).get("/notices/").content.decode()
    assert "旧的通知" in page and "旧文" in page


def hand_in_and_return(portfolio: Portfolio) -> None:
    plan = reports.file(
        department=portfolio.first.department,
        quarter=THIRD,
        kind=FilingKind.VISIT_PLAN,
        filed_on=TODAY,
        by=portfolio.cast.manager,
        actor="M01",
        door="page",
    )
    reports.return_(filing=plan, because="漏了两户", on=TODAY, by=portfolio.cast.supervisor, actor="S01", door="page")
