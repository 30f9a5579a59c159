"""The change over quarters in money: a switch on each cut, the lists behind its sums, Excel and API (GPM.3)."""

from __future__ import annotations

import html
import io
import re

import openpyxl
import pytest

from tests.api.conftest import CallAs, call_as
from tests.cast import Portfolio
from tests.desk.conftest import Enter
from tests.desk.reading import said as read
from tests.desk.test_sums_pages import CUTS

__all__ = ["call_as"]
pytestmark = [pytest.mark.django_db, pytest.mark.clause("GPM.3")]


def test_each_cut_is_switched_to_money_and_back(evening: Portfolio, enter: Enter) -> None:
    """业务一部 guarantees 7,000,000 yuan today: the page shows clients, asked by=CNY it shows amounts; each leads to the other."""
    browser = enter(evening.cast.general_manager)
    clients, money = read(browser, "/overview/"), read(browser, "/overview/?by=CNY")
    for cut in CUTS:
        assert f'id="{cut}-quarters"' in clients and f'id="{cut}-quarters-CNY"' not in clients
        assert f'href="/overview/?by=CNY#{cut}-quarters-CNY"' in clients
        assert f'id="{cut}-quarters-CNY"' in money and f'id="{cut}-quarters"' not in money
        assert f'href="/overview/#{cut}-quarters"' in money
    assert "各部门在保金额的季度变化（CNY）" in money
    table = money.split('id="department-quarters-CNY"')[1].split("</figure>")[0]
    assert 'data-chart="stack"' in table and table.count('data-kind="fen"') > 1
    today = re.findall(r'data-value="([\d.]+)"', table.split("业务一部")[1].split("</tr>")[0])[-1]
    assert today == "700.00"
    assert 'id="department-quarters"' in read(browser, "/overview/?by=什么")
    whole = read(browser, "/overview/department-quarters-CNY/")
    assert 'href="/overview/department-quarters/"' in whole and 'aria-current="true"' in whole


@pytest.mark.parametrize("page", ["/overview/?by=CNY", "/overview/bank-quarters-CNY/"])
def test_every_sum_is_that_of_the_list_it_opens(evening: Portfolio, enter: Enter, page: str) -> None:
    """Each cut of each day: the guarantees behind a sum add up to it."""
    browser = enter(evening.cast.general_manager)
    shown = read(browser, page)
    tables = [one.split("</figure>")[0] for one in shown.split("<figure")[1:] if '-quarters-CNY"' in one[:80]]
    assert len(tables) == (4 if "?" in page else 1)
    for table in tables:
        sums = re.findall(r'<a href="(/guarantees/[^"]+)"><span class="num[^"]*"[^>]*>([\d,]+\.\d\d)', table)
        assert sums
        for href, amount in sums:
            listed = read(browser, html.unescape(href))
            assert amount in listed if float(amount.replace(",", "")) else "没有这样的在保业务" in listed, href


def test_amounts_over_quarters_go_to_excel_and_api(evening: Portfolio, enter: Enter, call_as: CallAs) -> None:
    """The file of one cut, and all in one: yuan as numbers, as the API tells fen."""
    browser = enter(evening.cast.general_manager)
    book = openpyxl.load_workbook(io.BytesIO(browser.get("/overview/department-quarters-CNY.xlsx").content))
    rows = list(book.worksheets[0].iter_rows(min_row=4, values_only=True))
    assert [row[-1] for row in rows if row[0] == "业务一部"] == [7_000_000]
    told = {one["code"]: one for one in call_as(evening.cast.general_manager).get("/overview").json()}
    table = told["department-quarters-CNY"]
    assert {head["kind"] for head in table["heads"][1:]} == {"fen"}
    assert [row[-1] for row in table["rows"] if row[0] == "业务一部"] == [700_000_000]
    assert "department-quarters" in told
