"""The visit plan in a real browser: spread, changed by keyboard, handed in, returned, handed in again, accepted."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from baohou.guarantee.models import AcceptedVisit, Guarantee, PlannedDate
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department
from tests.browser.conftest import PHONE, Sit
from tests.browser.steps import serious
from tests.cast import Portfolio

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.clause("PGM.2", "PGM.8", "PGM.9"),
]


WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > innerWidth)
    .map((one) => one.outerHTML.slice(0, 120))"""
"""What reaches beyond a page that is wider than its window."""


def address() -> str:
    return f"/plan/2026Q4/{Department.objects.get(name='业务一部').pk}/"


def clients(evening: Portfolio, count: int) -> None:
    """So many more clients of 张甲 whose quarterly visit is owed."""
    for n in range(count):
        firm = Party.objects.create(id_no=f"91330100{n:010d}", name=f"客户{n:03d}")
        Guarantee.objects.create(
            project_no=f"Z-{n}", client=firm, department=evening.first.department, manager_a=evening.cast.a,
            amount_fen=1, issued_on=date(2026, 8, 3),
        )  # fmt: skip


def test_a_plan_is_made_handed_in_returned_and_accepted(evening: Portfolio, sit: Sit) -> None:
    """钱丙 spreads four visits and moves one by keyboard; 孙戊 sends the plan back once and then accepts it."""
    clients(evening, 3)
    head, risk = sit(evening.cast.manager), sit(evening.cast.supervisor)
    head.goto("/plan/")
    expect(head.get_by_role("heading", level=1)).to_contain_text("还有 4 次没排日期")
    head.get_by_role("button", name="匀开", exact=True).click()
    expect(head.locator(".note.ok")).to_contain_text("已排好 4 次回访")
    first, second = head.locator("[data-plan-date]").nth(0), head.locator("[data-plan-date]").nth(1)
    first.focus()
    head.keyboard.press("Control+A")
    head.keyboard.type("11-30")
    head.keyboard.press("ArrowDown")
    expect(first).to_have_value("2026-11-30")
    expect(second).to_be_focused()
    head.keyboard.press("ArrowUp")
    expect(first).to_be_focused()
    assert PlannedDate.objects.filter(planned_on=date(2026, 11, 30)).exists()
    head.get_by_role("button", name="上报计划").click()
    expect(head.get_by_role("heading", level=1)).to_contain_text("等风险管理部接收")
    risk.goto("/plan/")
    risk.get_by_role("link", name="去接收").click()
    risk.get_by_label("退回理由").fill("客户000 请提前")
    risk.get_by_role("button", name="退回").click()
    head.reload()
    expect(head.locator(".note.bad").filter(has_text="客户000 请提前")).to_be_visible()
    head.get_by_role("button", name="再次上报").click()
    expect(head.get_by_role("heading", level=1)).to_contain_text("等风险管理部接收")
    risk.reload()
    risk.get_by_role("button", name="接收计划").click()
    expect(risk.get_by_role("heading", level=1)).to_contain_text("已接收")
    assert AcceptedVisit.objects.count() == 4
    head.reload()
    field = head.locator("[data-plan-date]").nth(2)
    field.fill("12-01")
    field.press("Enter")
    expect(head.get_by_text("接收后改期")).to_be_visible()


def test_a_sunday_is_asked_about_in_its_row(evening: Portfolio, sit: Sit) -> None:
    """李乙 writes 10-25, is asked, and insists; what was typed stays while it is asked."""
    page = sit(evening.cast.b)
    page.goto(address())
    field = page.locator("[data-plan-date]").first
    field.fill("10-25")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("休息日")
    expect(field).to_have_value("10-25")
    page.get_by_role("button", name="仍排在这一天").click()
    expect(field).to_have_value("2026-10-25")
    expect(page.get_by_role("heading", level=1)).to_contain_text("都排好了")


def test_rows_are_ticked_from_the_keyboard(evening: Portfolio, sit: Sit) -> None:
    """j goes to the first row, x ticks it, the deeds for ticked ones appear; all are ticked at the head."""
    clients(evening, 2)
    page = sit(evening.cast.manager)
    page.goto(address())
    expect(page.get_by_role("button", name="排在这天")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-ticked]")).to_have_text("1")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="排在这天")).to_be_hidden()
    page.get_by_label("勾选本页全部").check()
    page.get_by_label("改为哪一天").fill("2026-10-26")
    page.get_by_role("button", name="排在这天").click()
    expect(page.locator(".note.ok")).to_contain_text("已改 3 次")
    assert set(PlannedDate.objects.values_list("planned_on", flat=True)) == {date(2026, 10, 26)}


def test_axe_finds_nothing_serious(evening: Portfolio, sit: Sit) -> None:
    """The list, the load, a refused row, and the overview of the risk department."""
    clients(evening, 5)
    head, risk = sit(evening.cast.manager), sit(evening.cast.supervisor)
    head.goto(address())
    found = serious(head)
    head.get_by_label("勾选本页全部").check()
    head.get_by_label("改为哪一天").fill("2026-10-26")
    head.get_by_role("button", name="排在这天").click()
    field = head.locator("[data-plan-date]").first
    field.fill("10-25")
    field.press("Enter")
    expect(head.get_by_role("alert")).to_be_visible()
    found += serious(head)
    head.goto(f"{address()}?view=load")
    found += serious(head)
    risk.goto("/plan/")
    found += serious(risk)
    risk.goto(address())
    assert found + serious(risk) == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_it_fits_a_phone(evening: Portfolio, sit: Sit, language: str) -> None:
    """390 pixels, in both languages: nothing is pushed aside."""
    clients(evening, 2)
    page = sit(evening.cast.manager, PHONE)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url}])
    for where in (address(), f"{address()}?view=load", "/plan/"):
        page.goto(where)
        wide = page.evaluate(WIDER)
        assert wide == [], where
