"""The overview in a real browser: charts are drawn, stand for their tables, and open the lists behind them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Sit
from tests.browser.steps import excess, serious, still
from tests.cast import Portfolio

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.clause("PGM.1")
def test_charts_are_drawn_and_a_click_opens_the_list(evening: Portfolio, sit: Sit) -> None:
    """王庚 sees the clients by department; a click on 业务二部's bar lists 湖滨食品."""
    page = sit(evening.cast.general_manager)
    page.goto("/overview/")
    figure = page.locator("#department")
    expect(figure.locator("[data-chart-place] svg")).to_be_visible()
    expect(page.locator("[data-chart-place] svg")).to_have_count(page.locator("[data-chart]").count())
    figure.scroll_into_view_if_needed()
    still(page, figure)
    boxes = [bar.bounding_box() for bar in figure.locator("svg path[fill='#5686c4']").all()]
    lowest = max((box for box in boxes if box), key=lambda box: box["y"])
    page.mouse.click(lowest["x"] + lowest["width"] / 2, lowest["y"] + lowest["height"] / 2)
    page.wait_for_url("**/clients/?department=**")
    expect(page.locator("tr[data-row]")).to_have_count(1)


def test_the_table_comes_out_by_a_button_and_by_the_keyboard(evening: Portfolio, sit: Sit) -> None:
    """The table behind the chart is shown by 表, goes by 图, and comes out when the focus is in it."""
    page = sit(evening.cast.risk_manager)
    page.goto("/overview/")
    figure = page.locator("#grade")
    table, chart = figure.locator("[data-chart-table]"), figure.locator("[data-chart-place]")
    figure.get_by_role("button", name="表", exact=True).click()
    expect(chart).to_be_hidden()
    assert "put-away" not in (table.get_attribute("class") or "")
    figure.get_by_role("button", name="图", exact=True).click()
    expect(chart).to_be_visible()
    table.locator("a").first.focus()
    expect(chart).to_be_hidden()


@pytest.mark.parametrize("address", ["/overview/", "/risk/", "/duties/?kind=visits"])
def test_axe_finds_nothing_serious(evening: Portfolio, sit: Sit, address: str) -> None:
    """On a desk and on a phone, which never scrolls sideways."""
    for screen in (None, PHONE):
        page = sit(evening.cast.risk_manager, screen) if screen else sit(evening.cast.risk_manager)
        page.goto(address)
        still(page, page.locator("main"))
        assert serious(page) == []
        assert excess(page) == 0
