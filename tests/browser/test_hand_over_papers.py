"""The papers that go with a report are ticked one by one, in a real browser (GPM.9)."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from baohou.core.period import Quarter
from baohou.guarantee.services import hand_overs
from baohou.kernel.people.models import Department
from tests.browser.conftest import PHONE, Sit
from tests.browser.steps import tick_received, unsound
from tests.cast import Portfolio
from tests.desk.reading import department_id
from tests.guarantee.papers import report_with_papers

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.clause("PGM.11", "GPM.9")]


def show(page: Page, name: str) -> None:
    """Leave a picture of the page where BAOHOU_PICTURES says."""
    if folder := os.environ.get("BAOHOU_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_report_goes_with_all_its_papers(evening: Portfolio, sit: Sit) -> None:
    """钱丙 forgets the tax certificate, is told, ticks it; 孙戊 ticks all at once and finds them in the volume."""
    report_with_papers(evening, on=date(2026, 9, 15))
    department = Department.objects.get(name="业务一部")
    hand_overs.begin(department=department, quarter=Quarter(2026, 3), on=date(2026, 10, 8), actor="M01", door="page")
    giver, at = sit(evening.cast.manager), f"/handover/2026Q3/{department_id('业务一部')}/"
    giver.goto(at)
    giver.locator("[data-tick]").check()
    giver.get_by_label("客户资料：报表.pdf").check()
    giver.get_by_label("现场照片 2 张").check()
    show(giver, "papers-1-desk")
    giver.get_by_role("button", name="移交所选").click()
    expect(giver.get_by_text("件随附资料没有勾选：HF20260915-")).to_contain_text("客户资料：完税证明.pdf")
    expect(giver.get_by_label("客户资料：报表.pdf")).to_be_checked()
    giver.set_viewport_size(PHONE)
    show(giver, "papers-2-phone")
    wrong = unsound(giver)
    giver.get_by_label("客户资料：完税证明.pdf").check()
    giver.get_by_role("button", name="移交所选").click()
    giver.get_by_role("link", name="签字移交").click()
    giver.get_by_role("button", name="签字移交").click()
    receiver = sit(evening.cast.supervisor)
    receiver.goto(at)
    tick_received(receiver, 1)
    receiver.get_by_role("button", name="签收归档").click()
    receiver.get_by_role("link", name="BHHF-2026Q3-业务一部-01").first.click()
    expect(receiver.get_by_role("cell", name="客户资料：完税证明.pdf")).to_be_visible()
    show(receiver, "papers-3-volume")
    assert wrong + unsound(receiver) == []
