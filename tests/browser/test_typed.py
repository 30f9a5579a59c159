"""What was typed is there again after the session had ended, for its person only, until the server has taken it."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from baohou.guarantee.models import Measure, PlannedDate, Proposal
from baohou.kernel.people.models import Department, Staff
from tests.browser.conftest import PASSWORD, Sit
from tests.browser.steps import unsound
from tests.cast import Portfolio

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BACK = "已恢复刚才没提交的内容"


def _log_in(page: Page, staff: Staff) -> None:
    page.get_by_label("工号").fill(staff.staff_no)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def _end_sessions() -> None:
    Session.objects.all().delete()


def _stored(page: Page) -> str:
    return str(page.evaluate("JSON.stringify(sessionStorage)"))


def test_a_measure_typed_for_long_outlives_its_session(evening: Portfolio, sit: Sit) -> None:
    """钱丙 writes a measure; the session ends meanwhile: after the log-in all is there, is taken, and is not offered again."""
    page, address = sit(evening.cast.manager), f"/clients/{evening.steel.pk}/measure/2026Q3/"
    page.goto(address)
    page.get_by_label("处置措施").fill("与股东谈追加抵押\n压降敞口")
    page.get_by_label("要办的事").first.fill("办理追加抵押")
    page.get_by_label("负责人").first.select_option(label="张甲")
    page.get_by_label("完成期限").first.fill("2026-11-30")
    _end_sessions()
    page.get_by_role("button", name="填报").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("保后")
    assert not Measure.objects.exists()
    _log_in(page, evening.cast.manager)
    page.wait_for_url(f"**{address}")
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(page.get_by_label("处置措施")).to_have_value("与股东谈追加抵押\n压降敞口")
    expect(page.get_by_label("负责人").first).to_have_value(str(evening.cast.a.pk))
    assert unsound(page) == []
    page.get_by_role("button", name="填报").click()
    expect(page.locator(".note.ok")).to_be_visible()
    measure = Measure.objects.get()
    assert measure.text.splitlines() == ["与股东谈追加抵押", "压降敞口"]
    assert measure.actions.get().due_on == date(2026, 11, 30)
    page.goto(address)
    expect(page.get_by_text(BACK)).to_be_hidden()
    assert "baohou-typed" not in _stored(page)


def test_what_was_typed_is_discarded_refused_or_left(evening: Portfolio, sit: Sit) -> None:
    """A reload gives it back; a refusal keeps it; 放弃 and 不办了 end it."""
    page, address = sit(evening.cast.manager), f"/clients/{evening.steel.pk}/measure/2026Q3/"
    text = page.get_by_label("处置措施")
    page.goto(address)
    text.fill("一个字都不想再打一遍")
    page.reload()
    expect(page.get_by_text(BACK)).to_be_visible()
    page.get_by_role("button", name="填报").click()
    expect(text).to_have_value("一个字都不想再打一遍")
    expect(page.get_by_text(BACK)).to_be_hidden()
    page.goto(address)
    expect(text).to_have_value("一个字都不想再打一遍")
    page.get_by_role("button", name="放弃").click()
    expect(text).to_have_value("")
    expect(page.get_by_text(BACK)).to_be_hidden()
    page.reload()
    expect(text).to_have_value("")
    text.fill("不要了")
    page.get_by_role("link", name="不办了，返回").click()
    page.wait_for_url("**/grading/**")
    page.goto(address)
    expect(text).to_have_value("")


def test_nobody_finds_what_another_typed(evening: Portfolio, sit: Sit) -> None:
    """It goes when its person logs out, and when somebody else logs in where a session ended."""
    page, address = sit(evening.cast.manager), f"/clients/{evening.steel.pk}/measure/2026Q3/"
    page.goto(address)
    page.get_by_label("处置措施").fill("只给钱丙看")
    assert "只给钱丙看" in _stored(page)
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/login/**")
    assert "只给钱丙看" not in _stored(page)
    _log_in(page, evening.cast.manager)
    page.wait_for_url("**/")
    page.goto(address)
    page.get_by_label("处置措施").fill("只给钱丙看")
    _end_sessions()
    page.reload()
    _log_in(page, evening.cast.a)
    page.wait_for_load_state()
    assert "只给钱丙看" not in _stored(page)


def test_numbers_are_not_kept(evening: Portfolio, sit: Sit) -> None:
    """Of a client's contacts the names are kept, telephones and accounts are not."""
    page = sit(evening.cast.a)
    page.goto(f"/clients/{evening.steel.pk}/contacts/")
    page.locator("[name^=name-]").first.fill("陈小明")
    page.locator("[name^=phone-]").first.fill("13812345678")
    page.locator("[name=account_no-0]").fill("6222020200012345678")
    kept = _stored(page)
    assert "陈小明" in kept
    assert "13812345678" not in kept
    assert "6222020200012345678" not in kept


@pytest.mark.clause("PGM.2", "PGM.8")
def test_a_day_of_the_plan_outlives_its_session(evening: Portfolio, sit: Sit, wrong: list[str]) -> None:
    """The row leads the whole page to the log-in; the day is in its field again, and leaving that saves it."""
    page, table = sit(evening.cast.manager), f"/plan/2026Q4/{Department.objects.get(name='业务一部').pk}/"
    page.goto(table)
    field = page.locator("[data-plan-date]").first
    field.fill("11-30")
    _end_sessions()
    field.press("Enter")
    expect(page.get_by_label("密码")).to_be_visible()
    _log_in(page, evening.cast.manager)
    page.wait_for_url(f"**{table}")
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(field).to_have_value("11-30")
    assert not PlannedDate.objects.exists()
    field.press("Enter")
    expect(field).to_have_value("2026-11-30")
    assert PlannedDate.objects.get().planned_on == date(2026, 11, 30)
    page.reload()
    expect(page.get_by_text(BACK)).to_be_hidden()
    wrong[:] = [said for said in wrong if "401" not in said]


@pytest.mark.clause("PGM.8")
def test_a_grade_that_was_not_saved_outlives_its_session(evening: Portfolio, sit: Sit) -> None:
    """李乙 grades without a session, reloads, logs in: grade and reason stand in the row and are saved with Enter."""
    page, table = sit(evening.cast.b), f"/grading/2026Q3/{Department.objects.get(name='业务一部').pk}/"
    page.on("dialog", lambda asked: asked.accept())
    page.goto(table)
    page.keyboard.press("j")
    page.keyboard.press("3")
    _end_sessions()
    page.keyboard.type("存货积压")
    page.keyboard.press("Enter")
    expect(page.locator("[data-state]")).to_contain_text("登录已过期")
    page.goto(table)
    _log_in(page, evening.cast.b)
    page.wait_for_url(f"**{table}")
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(page.get_by_role("radio", name="关注")).to_be_checked()
    expect(page.locator("[data-because]")).to_have_value("存货积压")
    assert not Proposal.objects.exists()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("[data-state]")).to_contain_text("李乙")
    assert Proposal.objects.get().because == "存货积压"
    page.reload()
    expect(page.get_by_text(BACK)).to_be_hidden()


def test_a_page_that_is_old_leads_back_with_what_was_typed(evening: Portfolio, sit: Sit, wrong: list[str]) -> None:
    """Logged in again in another window, the form's token is old: nothing is done, the page is one click away."""
    page, address = sit(evening.cast.manager), f"/clients/{evening.steel.pk}/measure/2026Q3/"
    page.goto(address)
    page.get_by_label("处置措施").fill("与股东谈追加抵押")
    _end_sessions()
    other = page.context.new_page()
    other.goto("/")
    _log_in(other, evening.cast.manager)
    other.wait_for_url("**/")
    page.get_by_role("button", name="填报").click()
    expect(page.get_by_text("页面过期了")).to_be_visible()
    page.get_by_role("link", name="回到刚才的页面").click()
    expect(page.get_by_label("处置措施")).to_have_value("与股东谈追加抵押")
    wrong[:] = [said for said in wrong if "403" not in said]
