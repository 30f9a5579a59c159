"""The bell, and a person's wishes, in a real browser."""

from __future__ import annotations

import pytest
from django.db import transaction
from pytest_django import Settings

from baohou.kernel.notices.services import Telling, tell_many
from tests.browser.conftest import PHONE, Sit
from tests.cast import Portfolio
from tests.desk.conftest import TODAY

pytestmark = pytest.mark.browser


def test_the_bell_leads_to_what_was_told(sit: Sit, evening: Portfolio) -> None:
    """钱丙 has two notices: the bell says so, opening one leads to its page, and one is left."""
    manager = evening.cast.manager
    with transaction.atomic():
        told = [Telling(manager, "report.returned", f"k{n}", f"第 {n} 份被退回", url="/reports/") for n in (1, 2)]
        tell_many(told, on=TODAY)
    page = sit(manager, PHONE)
    page.get_by_role("link", name="通知，2 条未读").filter(visible=True).click()
    page.get_by_role("link", name="第 2 份被退回").click()
    page.wait_for_url("**/reports/**")
    page.get_by_role("link", name="通知，1 条未读").filter(visible=True).click()
    page.get_by_role("button", name="全部标为已读").click()
    page.get_by_text("没有未读通知").wait_for()


def test_someone_adds_a_mailbox_and_chooses(sit: Sit, evening: Portfolio, settings: Settings) -> None:
    """张甲 adds a mailbox, wants no mail about penalties, and the digest at half past six."""
    settings.EMAIL_HOST = "mail.example.cn"
    page = sit(evening.cast.a)
    page.goto("/me/notices/")
    page.get_by_label("邮件 邮箱").fill("zhang@example.cn")
    page.get_by_role("button", name="登记").first.click()
    page.get_by_text("z…@example.cn").wait_for()
    page.get_by_label("处罚或冲回记到我名下 邮件").uncheck()
    page.get_by_label("晨报时间").fill("06:30")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("已保存，从现在起按此通知。").wait_for()
    assert not page.get_by_label("处罚或冲回记到我名下 邮件").is_checked()
    assert page.get_by_label("晨报时间").input_value() == "06:30"
