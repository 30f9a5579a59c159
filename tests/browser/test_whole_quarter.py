"""One quarter from the first file to the next quarter's duties, lived by the cast on the pages of a real browser."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from baohou.guarantee.models import AcceptedVisit, FilingStep, GradeChange, HandOver, PlannedDate, Proposal, Visit
from baohou.guarantee.rules.words import FilingKind, FilingVerb, Grade
from baohou.kernel.accountability.models import Entry
from baohou.kernel.papers.models import Attachment, Seal, Signature, Volume
from baohou.kernel.people.logins import make_logins
from baohou.kernel.rulebook.services import load_shipped
from tests.browser import quarter as steps
from tests.browser.conftest import PASSWORD, Sit
from tests.browser.quarter import Quarter, address
from tests.browser.steps import is_kept_here, photo, ready, tick_received
from tests.cast import FOOD, STEEL, Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def quarter(live_server: LiveServer, cast: Cast, seats: Sit, monkeypatch: pytest.MonkeyPatch) -> Quarter:
    """A company with its people and the rule book, and not a single client, on 2026-07-01."""
    load_shipped(door="command")
    make_logins(PASSWORD)
    quarter = Quarter(cast, seats, monkeypatch)
    quarter.on(7, 1)
    return quarter


@pytest.mark.clause("PGM.1", "PGM.2", "PGM.3a", "PGM.5", "PGM.6", "PGM.7", "PGM.8", "PGM.9", "PGM.10")
@pytest.mark.clause("PGM.11", "PGM.12", "PGM.13", "PGM.14", "PGM.15")
def test_a_quarter_is_lived_from_its_first_day_to_the_next(quarter: Quarter, tmp_path: Path, wrong: list[str]) -> None:
    """业务一部 from 2026-07-01 to the first days of 2026Q4."""
    steps.take_portfolio(quarter, tmp_path)
    steps.run_day(quarter, 7, 1)
    plan_together(quarter)
    accept_plan(quarter)
    visit_offline(quarter)
    visit_the_rest(quarter)
    grade_together(quarter)
    return_and_accept_table(quarter)
    hand_over_reports(quarter)
    forms_are_as_staff_use_them(quarter)
    what_was_left_undone(quarter)
    the_next_quarter_has_begun(quarter)
    assert quarter.faults == []
    wrong[:] = [said for said in wrong if not said.startswith("Failed to load resource")]


def plan_together(quarter: Quarter) -> None:
    """张甲 and 李乙 have the plan open and date the same visit; the second is told; 钱丙 spreads the rest and hands in."""
    cast, at = quarter.cast, address("plan", "2026Q3")
    first, second, head = quarter.sit(cast.a), quarter.sit(cast.b), quarter.sit(cast.manager)
    expect(head.get_by_role("heading", level=1)).to_contain_text("后面还有 6 件")
    for page in (first, second):
        page.goto(at)
    row = first.locator("tr[data-row]", has_text="南山纸业").filter(has_text="例行").locator("[data-plan-date]")
    row.fill("07-09")
    row.press("Enter")
    expect(row).to_have_value("2026-07-09")
    late = second.locator("tr[data-row]", has_text="南山纸业").filter(has_text="例行").locator("[data-plan-date]")
    late.fill("07-10")
    late.press("Enter")
    expect(second.get_by_role("alert")).to_contain_text("张甲已把南山纸业有限公司的这次回访排在 2026-07-09")
    expect(late).to_have_value("07-10")
    assert PlannedDate.objects.get().planned_on.isoformat() == "2026-07-09"
    head.goto(at)
    expect(head.get_by_role("heading", level=1)).to_contain_text("还有 3 次没排日期")
    head.get_by_role("button", name="匀开", exact=True).click()
    expect(head.locator(".note.ok")).to_contain_text("已排好 3 次回访")
    head.get_by_role("button", name="上报计划").click()
    expect(head.get_by_role("heading", level=1)).to_contain_text("等风险管理部接收")


def accept_plan(quarter: Quarter) -> None:
    """孙戊 finds the plan at home and accepts it."""
    risk = quarter.sit(quarter.cast.supervisor)
    risk.goto("/plan/")
    risk.get_by_role("link", name="去接收").click()
    risk.get_by_role("button", name="接收计划").click()
    expect(risk.get_by_role("heading", level=1)).to_contain_text("已接收")
    assert AcceptedVisit.objects.count() == 4


def visit_offline(quarter: Quarter) -> None:
    """李乙 at 东方钢铁 on 2026-07-08 without a network; the draft outlives a reload; sent once; whole on /check/."""
    steps.wake_up(quarter, 7, 8)
    page = quarter.sit(quarter.cast.b, phone=True)
    page.goto("/onsite/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.get_by_role("button", name="带到现场（离线可用）").click()
    expect(page.get_by_text("都带上了")).to_be_visible()
    page.reload()
    page.context.set_offline(True)
    page.locator("li", has_text="东方钢铁").get_by_role("link", name="记回访").first.click()
    ready(page)
    page.get_by_label("回访类别").select_option("routine")
    page.get_by_label("担保项目").select_option("BH-2026-001")
    page.get_by_label("回访日期").fill("2026-07-08")
    page.get_by_label("借款使用情况").fill("购入钢坯，与合同一致")
    steps.fill_visit(page, "生产饱满，资金按约定使用", photo())
    is_kept_here(page)
    page.reload()
    ready(page)
    expect(page.get_by_label("借款使用情况")).to_have_value("购入钢坯，与合同一致")
    expect(page.locator("[data-shots] img")).to_have_count(1)
    page.get_by_role("button", name="记下这次回访").click()
    expect(page.get_by_role("heading", name="已存好，待发送")).to_be_visible()
    assert not Visit.objects.exists()
    page.goto("/onsite/")
    page.context.set_offline(False)
    expect(page.locator("[data-queue]")).to_contain_text("已发送")
    page.locator("[data-queue]").get_by_role("link", name="看报告").click()
    expect(page.get_by_text("已封存，未被改动")).to_be_visible()
    quarter.look(page)
    assert Visit.objects.count() == Attachment.objects.count() == Signature.objects.count() == 1
    page.goto(f"/check/?code={Seal.objects.get(kind='visit_report').code}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("未被改动")


def visit_the_rest(quarter: Quarter) -> None:
    """张甲 and 李乙 both write the visit of 东方钢铁 of 2026-08-12: the second keeps the words. Nobody goes to 南山纸业."""
    cast = quarter.cast
    steps.wake_up(quarter, 8, 12)
    steps.visit(quarter, cast.outsider, FOOD, "regular", "原料价格平稳")
    second = quarter.sit(cast.b)
    steps.open_visit(second, STEEL, "regular")
    steps.fill_visit(second, "库存偏高，回款放慢")
    first = steps.visit(quarter, cast.a, STEEL, "regular", "应收账款增加")
    second.get_by_role("button", name="记下这次回访").click()
    expect(second.get_by_text("定期回访已由张甲记录")).to_be_visible()
    expect(second.get_by_label("回访结论")).to_have_value("库存偏高，回款放慢")
    quarter.look(second)
    second.get_by_role("link", name="打开那份报告").click()
    second.get_by_label("补充或更正的内容").fill("库存偏高，回款放慢")
    second.get_by_role("button", name="加上这条补充").click()
    expect(second.locator("#added")).to_contain_text("库存偏高，回款放慢")
    assert list(Visit.objects.filter(client=first.client, visited_on=quarter.today)) == [first]


def grade_together(quarter: Quarter) -> None:
    """2026-09-30: 李乙 says watch, 张甲 who did not see it says risk and is told; 钱丙 files the measure and signs."""
    steps.run_day(quarter, 9, 30)
    cast, at = quarter.cast, address("grading", "2026Q3")
    first, second = quarter.sit(cast.b), quarter.sit(cast.a)
    for page in (first, second):
        page.goto(at)
    steps.grade(first, "东方钢铁", "3", "存货积压，回款变慢")
    expect(first.locator("tr", has_text="东方钢铁").locator("[data-state]")).to_contain_text("李乙")
    steps.grade(second, "东方钢铁", "4", "听说停产")
    row = second.locator("tr", has_text="东方钢铁")
    expect(row.locator("[data-state]")).to_contain_text("李乙刚把东方钢铁有限公司定为关注，理由：存货积压，回款变慢")
    expect(row.locator("[data-because]")).to_have_value("听说停产")
    quarter.look(second)
    row.get_by_role("button", name="用对方的").click()
    expect(row.locator("[data-because]")).to_have_value("存货积压，回款变慢")
    head = quarter.sit(cast.manager)
    head.goto(at)
    head.get_by_role("button", name="其余 1 户维持原分类").click()
    expect(head.get_by_role("heading", level=1)).to_contain_text("缺 1 份处置措施")
    head.get_by_role("link", name="去填报措施").click()
    steps.file_measure(quarter, head, "压降敞口")
    steps.wake_up(quarter, 10, 8)
    steps.sign_table(head, "2026Q3")
    assert Proposal.objects.get(grade=Grade.WATCH).because == "存货积压，回款变慢"


def return_and_accept_table(quarter: Quarter) -> None:
    """孙戊 returns the table with a reason, 钱丙 mends the measure and hands in again, 孙戊 accepts: watch holds on 09-30."""
    head, risk = quarter.sit(quarter.cast.manager), quarter.sit(quarter.cast.supervisor)
    risk.goto(address("grading", "2026Q3") + "review/")
    risk.get_by_label("退回理由").fill("措施没有写清敞口压到多少")
    risk.get_by_role("button", name="退回", exact=True).click()
    head.goto("/")
    expect(head.locator("main")).to_contain_text("措施没有写清敞口压到多少")
    head.goto(f"/clients/{steps.client(STEEL).pk}/measure/2026Q3/")
    steps.file_measure(quarter, head, "年底前敞口压到 300 万元")
    assert not GradeChange.objects.exists()
    steps.sign_table(head, "2026Q3")
    steps.wake_up(quarter, 10, 9)
    risk.goto(address("grading", "2026Q3") + "review/")
    expect(risk.locator("main")).to_contain_text("钱丙")
    risk.get_by_role("button", name="接收并封存").click()
    expect(risk.locator("main")).to_contain_text("封存编号")
    change = GradeChange.objects.get()
    assert (change.client, change.grade, change.effective_on) == (
        steps.client(STEEL),
        Grade.WATCH,
        date(2026, 9, 30),
    )
    verbs = [
        FilingVerb(step.verb)
        for step in FilingStep.objects.filter(filing__kind=FilingKind.CLASSIFICATION_REPORT).order_by("pk")
    ]
    assert verbs == [FilingVerb.HANDED_IN, FilingVerb.RETURNED, FilingVerb.HANDED_IN, FilingVerb.ACCEPTED]


def hand_over_reports(quarter: Quarter) -> None:
    """钱丙 gives two reports one by one and signs; 孙戊 receives them, signs, and shelves the volume."""
    head, risk = quarter.sit(quarter.cast.manager), quarter.sit(quarter.cast.supervisor)
    at = address("handover", "2026Q3")
    head.goto(at)
    head.get_by_role("button", name="列出清单").click()
    for left in (2, 1):
        expect(head.locator("[data-tick]")).to_have_count(left)
        head.wait_for_load_state()
        head.keyboard.press("j")
        head.keyboard.press("x")
        expect(head.locator("[data-ticked]")).to_have_text("1")
        for paper in head.locator("[data-row]").first.locator("[data-paper]").all():
            paper.check()
        head.get_by_role("button", name="移交所选").click()
    head.get_by_role("link", name="签字移交").click()
    head.get_by_role("button", name="签字移交").click()
    risk.goto(at)
    tick_received(risk, 2)
    risk.get_by_role("button", name="签收归档").click()
    receipt = risk.get_by_role("link", name="打印回执").first.get_attribute("href")
    assert risk.request.get(f"{receipt}").body().startswith(b"%PDF")
    risk.goto("/archive/")
    risk.get_by_role("link", name="BHHF-2026Q3-业务一部-01").first.click()
    expect(risk.get_by_role("heading", level=1)).to_contain_text("在 3号柜")
    bound = list(Volume.objects.get().items.order_by("position").values_list("kind", flat=True))
    assert HandOver.objects.get().items.count() == bound.count("visit_report") == 2
    assert bound.count("visit_paper") == 2  # the photos of each visit


def forms_are_as_staff_use_them(quarter: Quarter) -> None:
    """The three annexed forms of 业务一部 in Excel and on paper."""
    page, at = quarter.sit(quarter.cast.manager), address("reports", "2026Q3")
    for form in ("visit-report", "classification", "visit-plan"):
        for ending, magic in (("xlsx", b"PK"), ("pdf", b"%PDF")):
            answer = page.request.get(f"{at}{form}.{ending}")
            assert answer.ok, form
            assert answer.body().startswith(magic), form


def what_was_left_undone(quarter: Quarter) -> None:
    """张甲 went to 南山纸业 neither after its issue nor in the quarter: 50 yuan each; appeal, decision, statement.

    业务二部 reported and handed over nothing for 2026Q3: 100 yuan each on 周丁.
    """
    steps.run_day(quarter, 10, 12)
    cast = quarter.cast
    of_a = Entry.objects.filter(staff=cast.a).order_by("due_on")
    assert [(one.clause, one.amount_fen, one.due_on) for one in of_a] == [
        ("PGM.12", 5000, date(2026, 7, 15)),
        ("PGM.12", 5000, date(2026, 9, 30)),
    ]
    of_head = Entry.objects.filter(staff=cast.other_manager, due_on=date(2026, 10, 10))
    assert sorted((one.clause, one.amount_fen) for one in of_head) == [
        ("PGM.13", 10000),
        ("PGM.13", 10000),
        ("PGM.14", 10000),
    ]
    phone = quarter.sit(cast.a, phone=True)
    phone.goto("/penalties/")
    phone.locator("tr", has_text="南山纸业").first.get_by_role("link").first.click()
    expect(phone.locator("main")).to_contain_text("2026-09-30")
    phone.get_by_role("link", name="申诉").click()
    phone.get_by_label("申诉理由").fill("9 月 29 日客户停电，次日补访")
    phone.get_by_role("button", name="提出申诉").click()
    expect(phone.get_by_role("button", name="撤回申诉")).to_be_visible()
    judge = quarter.sit(cast.risk_manager)
    judge.goto("/appeals/")
    judge.get_by_role("row").get_by_role("link", name="裁定").click()
    judge.get_by_label("裁定").select_option("部分减免")
    judge.get_by_label("减免金额").fill("20")
    judge.get_by_role("textbox", name="理由").fill("停电属实，但应提前改期")
    judge.get_by_role("button", name="作出裁定").click()
    expect(judge.get_by_role("heading", level=1)).to_contain_text("净额 30.00 元")
    judge.goto("/penalties/statement/2026-10/")
    expect(judge.get_by_role("row", name="张甲")).to_contain_text("-20.00 元")
    expect(judge.get_by_role("row", name="周丁")).to_contain_text("300.00 元")


def the_next_quarter_has_begun(quarter: Quarter) -> None:
    """东方钢铁 is watch: 李乙's list has October's visit, and the special one that 孙戊 orders; no one looked for them."""
    risk, steel = quarter.sit(quarter.cast.supervisor), steps.client(STEEL)
    risk.goto(f"/clients/{steel.pk}/special/")
    risk.get_by_label("紧急").check()
    risk.get_by_label("理由").fill("银行反映付息延迟")
    risk.get_by_role("button", name="下达").click()
    expect(risk.locator(".line")).to_contain_text("银行反映付息延迟")
    for page in (quarter.sit(quarter.cast.b), quarter.sit(quarter.cast.b, phone=True)):
        page.goto("/")
        special = page.locator("tr[data-row]", has_text="东方钢铁").filter(has_text="特别回访")
        expect(special).to_contain_text("2026-10-13")
        monthly = page.locator("tr[data-row]", has_text="东方钢铁").filter(has_text="定期回访")
        expect(monthly).to_contain_text("2026-10-31")
    quarter.look(page)
    special.get_by_role("button", name="为什么").click()
    expect(page.get_by_role("region", name="为什么")).to_contain_text("PGM.5")
    page.goto(f"/clients/{steel.pk}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("关注")
    expect(page.locator(".line")).to_contain_text("年底前敞口压到 300 万元")
