"""Handing work over and looking at the calendar in a real browser, on a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from baohou.guarantee.models import WorkMove
from tests.browser.conftest import DESK, PHONE, Sit
from tests.browser.steps import serious
from tests.cast import Portfolio

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.clause("PGM.2")]


def sound(page: Page) -> None:
    """Axe finds nothing serious."""
    assert serious(page) == []


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_work_is_handed_over_and_signed(evening: Portfolio, sit: Sit, screen: dict[str, int]) -> None:
    """钱丙 hands 张甲's work to 李乙, looks at it once more, confirms; 李乙 finds the list at home and signs."""
    page = sit(evening.cast.manager, screen)
    page.goto(f"/people/{evening.cast.a.pk}/")
    sound(page)
    page.get_by_role("link", name="移交工作").click()
    expect(page.get_by_label("BH-2026-001 A 角交给")).to_have_value(str(evening.cast.b.pk))
    sound(page)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_text("请填写移交原因")).to_be_visible()
    page.get_by_label("移交原因").fill("调岗")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("请核对")
    sound(page)
    page.get_by_role("button", name="确认移交").click()
    expect(page.get_by_role("status").filter(has_text="已移交张甲")).to_be_visible()
    expect(page.get_by_text("还没签")).to_have_count(2)
    sound(page)
    assert WorkMove.objects.count() == 1
    page = sit(evening.cast.b, screen)
    page.get_by_role("link", name="张甲的移交清单待签字").click()
    page.get_by_role("button", name="核对无误，签字").click()
    expect(page.get_by_role("status").filter(has_text="已签字")).to_be_visible()


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_the_calendar_leads_to_a_day(evening: Portfolio, sit: Sit, screen: dict[str, int]) -> None:
    """李乙 turns to December (or its last week on a phone) and opens the 31st by the keyboard."""
    page = sit(evening.cast.b, screen)
    page.get_by_role("link", name="日历").click()
    sound(page)
    if screen is PHONE:
        page.goto("/calendar/?week=2026-12-31")
        expect(page.locator(".month")).to_be_hidden()
        link = page.locator(".week-list").get_by_role("link", name="2026-12-31")
    else:
        page.get_by_role("link", name="下月").click()
        page.get_by_role("link", name="下月").click()
        link = page.locator(".month").get_by_role("link", name="2026-12-31")
    sound(page)
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("2026-12-31 到期")
