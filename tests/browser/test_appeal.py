"""From a penalty to its appeal, the decision and what is left, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from baohou.kernel.accountability.models import Entry
from tests.browser.conftest import PHONE, Sit
from tests.browser.steps import unsound
from tests.cast import Portfolio

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _check(page: Page) -> None:
    """Nothing serious stands in the way of anyone, and nothing is pushed aside."""
    assert unsound(page) == []


@pytest.mark.clause("PGM.12")
def test_an_appeal_is_filed_decided_and_taken_off_the_net(evening: Portfolio, sit: Sit) -> None:
    """张甲 appeals on a phone; 赵己 forgets the reason, gives it, waives 20 of 50 yuan; the month's statement agrees."""
    penalty = Entry.objects.filter(staff=evening.cast.a, clause="PGM.12").order_by("pk")[0]
    story = f"/penalties/{penalty.duty_key}/{penalty.staff_id}/"
    phone = sit(evening.cast.a, PHONE)
    phone.goto("/penalties/")
    _check(phone)
    phone.goto(story)
    phone.get_by_role("link", name="申诉").click()
    phone.get_by_label("申诉理由").fill("当日客户停电，次日补访")
    pdf = {"name": "停电通知.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 x %%EOF"}
    phone.get_by_label("附件").set_input_files([pdf])  # type: ignore[list-item]
    _check(phone)
    phone.get_by_role("button", name="提出申诉").click()
    expect(phone.get_by_role("link", name="停电通知.pdf")).to_be_visible()
    expect(phone.get_by_role("button", name="撤回申诉")).to_be_visible()
    _check(phone)

    desk = sit(evening.cast.risk_manager)
    desk.goto("/appeals/")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("1 件申诉等您裁定")
    _check(desk)
    desk.get_by_role("row").get_by_role("link", name="裁定").click()
    expect(desk.get_by_label("减免金额")).to_be_hidden()
    desk.get_by_label("裁定").select_option("部分减免")
    desk.get_by_label("减免金额").fill("20")
    desk.get_by_role("button", name="作出裁定").click()
    expect(desk.get_by_text("请写明理由。")).to_be_visible()
    expect(desk.get_by_label("减免金额")).to_have_value("20")
    _check(desk)
    desk.get_by_role("textbox", name="理由").fill("停电属实，但应提前改期")
    desk.get_by_role("button", name="作出裁定").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("净额 30.00 元")
    desk.get_by_role("button", name="这件事为什么该办").click()
    expect(desk.get_by_role("region", name="为什么")).to_be_visible()
    _check(desk)

    phone.reload()
    expect(phone.locator(".line")).to_contain_text("裁定：部分减免")
    desk.goto("/penalties/?kind=waiver&month=2026-10")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("-20.00 元")
    desk.get_by_role("link", name="月度对账单").click()
    expect(desk.get_by_role("row", name="张甲")).to_contain_text("-20.00 元")
    _check(desk)
    with desk.expect_download() as taken:
        desk.get_by_role("link", name="下载 PDF").click()
    assert taken.value.suggested_filename == "献爱心对账单-2026-10.pdf"
