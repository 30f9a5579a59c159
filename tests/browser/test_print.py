"""What a page is on paper: no menus and buttons, lists that fit the sheet, fields as the text that stands in them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page

from baohou.kernel.people.models import Department
from tests.browser.conftest import Sit
from tests.cast import Portfolio

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
UPRIGHT, ACROSS = (595, 842), (842, 595)
"""A4 in points."""
PRESSED = ".side, .topbar, .thumbs, main .btn, main .filters, main .why, main input.form-control"
WIDTHS = {UPRIGHT: 710, ACROSS: 1039}
"""How many CSS pixels lie between the margins."""
STICKS_OUT = """(width) => [...document.querySelectorAll('main *')].filter((one) =>
  one.getClientRects().length && one.getBoundingClientRect().right > width + 1).map((one) => one.outerHTML.slice(0, 120))"""


def printed(page: Page, folder: Path) -> tuple[tuple[int, int], str]:
    """The size of the first sheet in points, and the text of all."""
    path = folder / "page.pdf"
    page.pdf(path=str(path), prefer_css_page_size=True)
    told = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    size = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", told)
    assert size
    text = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, text=True, check=True).stdout
    return (round(float(size[1])), round(float(size[2]))), text


def as_on_paper(page: Page, size: tuple[int, int]) -> None:
    """Nothing to be pressed is seen, and nothing sticks out of the sheet."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": WIDTHS[size], "height": 1000})
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert [one.evaluate("e => e.outerHTML") for one in page.locator(PRESSED).all() if one.is_visible()] == []
    assert page.evaluate(STICKS_OUT, WIDTHS[size]) == []


def test_pages_are_whole_on_paper(evening: Portfolio, sit: Sit, tmp_path: Path) -> None:
    """钱丙 prints her work, a client, the grading, the plan and the month's penalties."""
    page = sit(evening.cast.manager)
    department = Department.objects.get(name="业务一部").pk
    for address, size, said in (
        ("/", UPRIGHT, "东方钢铁"),
        (f"/clients/{evening.steel.pk}/", UPRIGHT, "BH-2026-002"),
        (f"/grading/2026Q3/{department}/", ACROSS, "东方钢铁有限公司"),
        (f"/plan/2026Q4/{department}/", ACROSS, "东方钢铁有限公司"),
        ("/penalties/statement/2026-10/", UPRIGHT, "合计 450.00 元"),
    ):
        page.goto(address, wait_until="networkidle")
        found, text = printed(page, tmp_path)
        assert found == size, address
        assert said in text
        as_on_paper(page, size)
        page.emulate_media(media="null")
        page.set_viewport_size({"width": 1366, "height": 768})


def test_a_field_is_printed_as_the_text_in_it(evening: Portfolio, sit: Sit, tmp_path: Path) -> None:
    """A reason that is longer than its field, as it was typed last, and of the four grades only the one chosen."""
    page = sit(evening.cast.manager)
    page.goto(f"/grading/2026Q3/{Department.objects.get(name='业务一部').pk}/", wait_until="networkidle")
    reason = page.locator("tr", has_text="东方钢铁").locator("input[data-because]")
    said = "应收账款账期拉长，两家主要客户减少订单，存货比上季多了三成，已要求补充抵押"
    reason.fill(said)
    _, text = printed(page, tmp_path)
    assert said in re.sub(r"\s", "", text)
    as_on_paper(page, ACROSS)
    row = page.locator("tr", has_text="东方钢铁")
    assert [one.inner_text() for one in row.locator(".grade-seg label").all() if one.is_visible()] in ([], ["正常"])
