"""Two people at one disposal measure in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from baohou.guarantee.models import Measure
from tests.browser.conftest import Sit
from tests.browser.steps import serious
from tests.cast import Portfolio

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.clause("PGM.10")]


def _write(page: Page, text: str, what: str) -> None:
    page.get_by_label("处置措施").fill(text)
    page.get_by_label("要办的事").first.fill(what)
    page.get_by_label("负责人").first.select_option("李乙")
    page.get_by_label("完成期限").first.fill("2026-11-30")
    page.get_by_role("button", name="填报").click()


def test_the_second_of_two_decides_with_both_in_view(evening: Portfolio, sit: Sit) -> None:
    """钱丙 and 李乙 have the page open; 钱丙 files first: 李乙 sees both texts, and files what the two agree on."""
    first, second = sit(evening.cast.manager), sit(evening.cast.b)
    for page in (first, second):
        page.goto(f"/clients/{evening.steel.pk}/measure/2026Q3/")
    _write(first, "压降敞口，到期不再续保", "商定分期还款计划")
    first.wait_for_url("**/grading/**")
    _write(second, "追加土地抵押", "办理抵押登记")
    expect(second.get_by_text("钱丙已为东方钢铁有限公司填报了处置措施")).to_be_visible()
    expect(second.locator(".said-so")).to_have_text("压降敞口，到期不再续保")
    expect(second.get_by_text("商定分期还款计划")).to_be_visible()
    expect(second.get_by_label("处置措施")).to_have_value("追加土地抵押")
    assert serious(second) == []
    assert Measure.objects.get().text == "压降敞口，到期不再续保"
    _write(second, "压降敞口，并追加土地抵押", "办理抵押登记")
    second.wait_for_url("**/grading/**")
    assert Measure.objects.get().text == "压降敞口，并追加土地抵押"
