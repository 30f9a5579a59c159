"""A second factor in a real browser: set up with the code shown, the recovery codes kept, logged in with it."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal import auth
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, PHONE, Sit
from tests.browser.steps import unsound
from tests.cast import Portfolio

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _code(secret: str, later: int = 0) -> str:
    counter = list(auth.yield_hotp_counters_from_time())[1] + later
    return str(auth.format_hotp_value(auth.hotp_value(secret, counter)))


def _log_in(page: Page) -> None:
    page.get_by_label("工号").fill("A01")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def test_a_second_factor_is_set_up_and_asked_for(evening: Portfolio, sit: Sit) -> None:
    """张甲 sets it up on a phone, keeps ten recovery codes, logs out, and gets in by code, then by recovery code."""
    page = sit(evening.cast.a, PHONE)
    page.goto("/security/")
    page.get_by_role("link", name="设置第二因素").click()
    page.get_by_text("不能扫描").click()
    secret = page.locator("code.once").inner_text().replace(" ", "")
    assert page.locator(".qr svg").bounding_box()["width"] > 150  # type: ignore[index]
    assert unsound(page) == []
    page.get_by_label("填应用里显示的六位验证码").fill(_code(secret))
    page.get_by_role("button", name="设置好").click()
    expect(page.locator(".codes code")).to_have_count(10)
    codes = page.locator(".codes code").all_inner_texts()
    assert unsound(page) == []
    for code in (_code(secret, 1), codes[0]):
        page.goto("/security/")
        page.evaluate("document.querySelector('form[action=\"/logout/\"]').submit()")
        page.wait_for_url("**/login/")
        _log_in(page)
        page.wait_for_url("**/login/code/")
        assert unsound(page) == []
        page.get_by_label("手机上的六位验证码").fill(code)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/")
    page.goto("/security/")
    assert page.get_by_text("还有 9 个恢复码没用过").is_visible()
