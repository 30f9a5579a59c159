"""People choose the columns of a list: kept on their device, by keyboard too; a phone's cards stay whole."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Sit
from tests.cast import Portfolio

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_column_is_hidden_and_stays_so_until_it_is_wanted_again(evening: Portfolio, sit: Sit) -> None:
    """钱丙 hides the identity numbers, of the rows and of the sum below them; the next page has them hidden too."""
    desk = sit(evening.cast.manager)
    desk.goto("/clients/")
    chooser = desk.locator(".columns")
    chooser.locator("summary").focus()
    desk.keyboard.press("Enter")
    expect(chooser.get_by_label("客户", exact=True)).to_have_count(0)
    chooser.get_by_label("证件号码").uncheck()
    number = desk.locator("tbody tr[data-row] td:nth-child(2)").first
    expect(desk.get_by_role("columnheader", name="证件号码")).to_be_hidden()
    expect(number).to_be_hidden()
    expect(desk.locator("tr.total td:nth-child(2)")).to_be_hidden()
    expect(desk.locator("tr.total td:nth-child(6)")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(chooser.get_by_label("部门", exact=True)).to_be_hidden()
    desk.reload()
    expect(number).to_be_hidden()
    desk.locator(".columns summary").click()
    desk.locator(".columns").get_by_label("证件号码").check()
    expect(number).to_be_visible()


def test_a_phone_shows_whole_cards(evening: Portfolio, sit: Sit) -> None:
    phone = sit(evening.cast.manager, PHONE)
    phone.goto("/clients/")
    expect(phone.locator(".columns")).to_be_hidden()
    expect(phone.locator("tbody tr[data-row] td:nth-child(2)").first).to_be_visible()
