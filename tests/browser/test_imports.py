"""Importing in a real browser: columns matched by hand, faults by their kind, long work followed to its end."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from baohou.day.jobs import beats, launching
from baohou.day.models import Job, JobState
from baohou.guarantee.models import GradeChange
from baohou.kernel.approvals.models import Proposal
from baohou.kernel.approvals.services import approve
from baohou.kernel.people.access import find_person
from baohou.kernel.people.models import Staff
from tests.browser.conftest import PHONE, TODAY, Sit
from tests.browser.steps import excess
from tests.cast import FOOD, Portfolio

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_table_with_other_headers_is_matched_and_taken(evening: Portfolio, sit: Sit, tmp_path: Path) -> None:
    """郑辛 matches a bank's headers, sees what stands under them, fixes who graded, checks and takes the file."""
    file = tmp_path / "bank.csv"
    file.write_text(f"客户证号,等级,自何日起,原因说明\n{FOOD},关注,2026-09-30,季末\n")
    page = sit(evening.cast.admin)
    page.goto("/imports/")
    page.get_by_label("内容").select_option("风险分类")
    page.get_by_label("文件", exact=False).first.set_input_files(file)
    page.get_by_role("button", name="上传并检查").click()
    page.wait_for_url("**/columns/")
    day = page.get_by_role("row", name="生效日")
    day.get_by_role("combobox", name="生效日").select_option("自何日起")
    expect(day.locator("[data-sample]")).to_have_text("2026-09-30")
    page.get_by_role("combobox", name="风险分类").select_option("等级")
    page.get_by_role("combobox", name="理由").select_option("原因说明")
    by = page.get_by_role("row", name="评定人")
    expect(by.get_by_placeholder("固定值")).to_be_hidden()
    by.get_by_role("combobox", name="评定人").select_option("固定值")
    by.get_by_placeholder("固定值").fill("周丁")
    page.get_by_role("button", name="按这样读并检查").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("没有差错，可以导入")
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.get_by_text("待复核").first).to_be_visible()
    assert not GradeChange.objects.exists()
    sit(evening.cast.risk_manager)
    checker = find_person(Staff.objects.get(pk=evening.cast.risk_manager.pk).user, on=TODAY)
    assert checker is not None
    approve(proposal=Proposal.objects.get(), by=checker, on=TODAY, door="page")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已导入")
    assert GradeChange.objects.get().client == evening.food


def test_long_work_is_followed_to_its_end(evening: Portfolio, sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The day goes on: the page tells what is being done and how far; at the end it leads to the runs by itself."""
    monkeypatch.setattr(launching, "launch", lambda pk: None)
    page = sit(evening.cast.admin, PHONE)
    page.goto("/runs/")
    page.get_by_role("button", name="运行到今天").click()
    page.wait_for_url("**/jobs/**")
    job = Job.objects.get()
    expect(page.locator("#job-said")).to_have_text("等待开始")
    beats.give(job.pk, beats.Beat("推算有变动的客户", 40, 100))
    expect(page.locator("#job-said")).to_have_text("推算有变动的客户")
    expect(page.get_by_role("progressbar", name="进度")).to_have_js_property("value", 40)
    assert excess(page) == 0
    Job.objects.update(state=JobState.DONE, active=False)
    page.wait_for_url("**/runs/")


def test_the_columns_fit_a_phone(evening: Portfolio, sit: Sit, tmp_path: Path) -> None:
    """390 pixels: nothing is pushed aside."""
    file = tmp_path / "bank.csv"
    file.write_text(f"客户证号,等级,自何日起,原因说明\n{FOOD},关注,2026-09-30,季末\n")
    page = sit(evening.cast.admin, PHONE)
    page.goto("/imports/")
    page.get_by_label("内容").select_option("风险分类")
    page.get_by_label("文件", exact=False).first.set_input_files(file)
    page.get_by_role("button", name="上传并检查").click()
    page.wait_for_url("**/columns/")
    assert excess(page) == 0
    for address in ("/imports/mappings/", "/jobs/"):
        page.goto(address)
        assert excess(page) == 0
