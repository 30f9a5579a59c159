"""The grid of a quarter's grading in a real browser: by keys alone, two people at one row, and for everyone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from baohou.guarantee.models import Proposal
from baohou.kernel.people.models import Department
from tests.browser.conftest import DESK, PHONE, Sit
from tests.browser.steps import excess, serious
from tests.cast import Portfolio

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.clause("PGM.8")]


def _table() -> str:
    return f"/grading/2026Q3/{Department.objects.get(name='业务一部').pk}/"


@pytest.mark.clause("PGM.7")
def test_a_client_is_graded_by_keys_alone(evening: Portfolio, sit: Sit) -> None:
    """李乙: down, 3 for watch, the reason is asked for, typed, Enter; then back to 2 and it is kept as well."""
    page = sit(evening.cast.b)
    page.goto(_table())
    page.keyboard.press("ArrowDown")
    page.keyboard.press("3")
    expect(page.locator("[data-because]")).to_be_focused()
    expect(page.locator("[data-state]")).to_contain_text("调整分类要写理由")
    assert not Proposal.objects.exists()
    page.keyboard.type("存货积压，回款变慢")
    page.keyboard.press("Enter")
    expect(page.locator("[data-state]")).to_contain_text("李乙")
    expect(page.get_by_role("heading", level=1)).to_contain_text("已分 1/1 户")
    expect(page.get_by_role("link", name="去填报措施")).to_be_visible()
    assert Proposal.objects.get().because == "存货积压，回款变慢"
    page.keyboard.press("2")
    expect(page.locator("[data-measure]")).to_have_text("")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("措施")
    page.keyboard.press("x")
    expect(page.locator("[data-ticked]")).to_have_text("1")
    page.keyboard.press("r")
    expect(page.locator("[data-because]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-grade-row]")).to_be_focused()
    page.reload()
    expect(page.get_by_role("radio", name="正常")).to_be_checked()


def test_the_second_of_two_decides_with_both_in_view(evening: Portfolio, sit: Sit) -> None:
    """钱丙 and 李乙 have the grid open; 钱丙 says good first: 李乙's words stay until 李乙 has chosen."""
    first, second = sit(evening.cast.manager), sit(evening.cast.a)
    first.goto(_table())
    second.goto(_table())
    first.keyboard.press("j")
    first.keyboard.press("1")
    first.keyboard.type("现金流充足")
    first.keyboard.press("Enter")
    expect(first.locator("[data-state]")).to_contain_text("钱丙")
    second.keyboard.press("j")
    second.keyboard.press("2")
    expect(second.locator("[data-state]")).to_contain_text("钱丙刚把东方钢铁有限公司定为良好，理由：现金流充足")
    expect(second.get_by_role("radio", name="正常")).to_be_checked()
    second.get_by_role("button", name="用对方的").click()
    expect(second.get_by_role("radio", name="良好")).to_be_checked()
    expect(second.locator("[data-because]")).to_have_value("现金流充足")


def test_why_a_grade_was_not_saved_is_said(evening: Portfolio, sit: Sit, wrong: list[str]) -> None:
    """A session that ended, a refusal, a house that is closed and a lost network each say what they are."""
    page = sit(evening.cast.manager)
    page.goto(_table())
    state = page.locator("[data-state]")
    page.route("**/grading/**", lambda route: route.fulfill(status=503, body=""))
    page.keyboard.press("j")
    page.keyboard.press("2")
    expect(state).to_contain_text("系统暂停写入或正忙")
    page.route("**/grading/**", lambda route: route.fulfill(status=403, body=""))
    page.keyboard.press("2")
    expect(state).to_contain_text("您现在不能改这一户")
    page.route("**/grading/**", lambda route: route.abort())
    page.keyboard.press("2")
    expect(state).to_contain_text("网络不通")
    page.context.clear_cookies(name="sessionid")
    page.unroute("**/grading/**")
    page.keyboard.press("2")
    expect(state).to_contain_text("登录已过期")
    other = page.context.new_page()
    other.goto("/login/")
    other.get_by_label("工号").fill("M01")
    other.get_by_label("密码").fill("bao-hou-demo")
    other.get_by_role("button", name="登录").click()
    other.wait_for_url("**/")
    page.keyboard.press("2")
    expect(state).to_contain_text("钱丙")
    assert Proposal.objects.get().grade == 2
    wrong[:] = [said for said in wrong if not said.startswith("Failed to load resource")]


@pytest.mark.parametrize("screen", [DESK, PHONE])
def test_the_pages_of_grading_are_for_everyone(evening: Portfolio, sit: Sit, screen: dict[str, int]) -> None:
    """No serious finding of axe, and nothing wider than the screen."""
    page, measure = sit(evening.cast.manager, screen), f"/clients/{evening.steel.pk}/measure/2026Q3/"
    for address in (_table(), f"{_table()}sign/", measure, "/grading/"):
        page.goto(address)
        assert serious(page) == [], address
        assert excess(page) == 0, address
    risk = sit(evening.cast.supervisor, screen)
    for address in ("/grading/2026Q3/", f"{_table()}review/"):
        risk.goto(address)
        assert serious(risk) == [], address
