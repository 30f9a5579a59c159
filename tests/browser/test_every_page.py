"""Every page, on a desk and on a phone: nothing goes wrong, nothing sticks out, nobody is shut out (axe).

With BAOHOU_SHOTS=folder each page's picture is written there, to look through them; script/pictures makes docs/img.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from baohou.day import engine
from baohou.guarantee.imports import take
from baohou.guarantee.imports.sample import write_sample
from baohou.kernel.people.logins import make_logins
from baohou.kernel.people.models import Post, Staff
from baohou.kernel.rulebook.services import load_shipped
from tests.browser.conftest import DESK, PASSWORD, PHONE
from tests.browser.pages import NO_PAGES, PAGES, Company, Opened, every_address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SERIOUS = ("serious", "critical")

WIDEST = """[...document.querySelectorAll('main *')].sort((a, b) =>
  b.getBoundingClientRect().right - a.getBoundingClientRect().right)[0].outerHTML.slice(0, 160)"""
CUT_OFF = """[...document.querySelectorAll('.figures .scroll:not(.put-away)')]
  .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.getAttribute('aria-label'))"""
"""The tables of sums that do not fit their panel."""


@pytest.fixture
def company(live_server: LiveServer, tmp_path: Path) -> Company:
    """A made-up guarantee company of sixty clients, today."""
    today = timezone.localdate()
    book = tmp_path / "portfolio.xlsx"
    write_sample(clients=60, seed=1, on=today, path=book)
    load_shipped(door="command")
    outcome = take(kind="workbook", path=book)
    assert outcome.acceptable, outcome.faults
    engine.run(on=today)
    holders = {one.post: Staff.objects.get(staff_no=one.username) for one in make_logins(PASSWORD)}
    return Company(today, holders)


def test_every_address_is_looked_at() -> None:
    """A new page stands in tests/browser/pages.py, or says there why it does not."""
    assert set(every_address()) == {page.name for page in PAGES} | set(NO_PAGES)


@pytest.mark.parametrize(("screen", "size"), [("desk", DESK), ("phone", PHONE)])
def test_pages_are_whole_and_open_to_all(
    chromium: Browser, live_server: LiveServer, company: Company, screen: str, size: dict[str, int]
) -> None:
    """Each page answers, says nothing in the console, fits the screen, and axe finds nothing serious."""
    wrong = []
    for post in Post:
        pages = [page for page in PAGES if page.by == post]
        if pages:
            context = chromium.new_context(viewport=size, base_url=live_server.url, locale="zh-CN")
            window = context.new_page()
            log_in(window, company.holders[post])
            wrong += _look(window, pages, company, screen)
            context.close()
    assert wrong == []


WIDE = {"width": 2560, "height": 1440}
MAIN = frozenset({"home", "clients", "guarantees", "clients.one", "plan.department", "risk", "overview", "duties"})
"""Pages that people have open all day, looked at on the widest screen, too."""
EMPTY = """(() => { const main = document.querySelector('main'); const box = main.getBoundingClientRect();
  const side = document.querySelector('.side').getBoundingClientRect().right;
  return [box.width, Math.round(box.left - side), Math.round(innerWidth - box.right)]; })()"""
"""How wide a page's own matter is, and the room left and right of it."""
TOO_LONG = """[...document.querySelectorAll('main p, main .said, main .said-so')].filter((one) => {
  const text = document.createRange(); text.selectNodeContents(one);
  return Math.max(0, ...[...text.getClientRects()].map((line) => line.width)) > 1400;
}).map((one) => one.outerHTML.slice(0, 120))"""
"""Running text whose lines are too long to find the next one's beginning: more than a hundred characters."""


def test_main_pages_fill_a_wide_screen(chromium: Browser, live_server: LiveServer, company: Company) -> None:
    """On 27 inches (2560 px) the main pages use most of the width, stand in its middle, and no line is endless."""
    wrong = []
    for post in Post:
        pages = [page for page in PAGES if page.by == post and page.name in MAIN]
        if not pages:
            continue
        context = chromium.new_context(viewport=WIDE, base_url=live_server.url, locale="zh-CN")
        window = context.new_page()
        log_in(window, company.holders[post])
        for page in pages:
            wrong += _look(window, [page], company, "wide")
            wide, left, right = window.evaluate(EMPTY)
            if wide < 1900 or abs(left - right) > 20:
                wrong.append(f"{page.name}: {wide} px wide, {left} px left and {right} px right of it")
            wrong += [f"{page.name}: endless line {text}" for text in window.evaluate(TOO_LONG)]
        context.close()
    assert wrong == []


def _look(window: Page, pages: list[Opened], company: Company, screen: str) -> list[str]:
    wrong: list[str] = []
    window.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    window.on("pageerror", lambda error: wrong.append(str(error)))
    for page in pages:
        answer = window.goto(page.path(company))
        if answer is None or answer.status != 200:
            wrong.append(f"{page.name}: {answer and answer.status}")
            continue
        wrong += faults_of(window, page.name)
        picture(window, screen, page.name)
    return wrong


def log_in(window: Page, staff: Staff) -> None:
    window.goto("/")
    window.get_by_label("工号").fill(staff.staff_no)
    window.get_by_label("密码").fill(PASSWORD)
    window.get_by_role("button", name="登录").click()
    window.wait_for_url("**/")


def faults_of(window: Page, name: str) -> list[str]:
    wide = window.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    faults = [f"{name}: {wide} px wider than the screen: {window.evaluate(WIDEST)}"] if wide > 0 else []
    faults += [f"{name}: {table} does not fit its panel" for table in window.evaluate(CUT_OFF)]
    for found in Axe().run(window).response["violations"]:
        if found["impact"] in SERIOUS:
            where = "; ".join(node["html"][:160] for node in found["nodes"][:3])
            faults.append(f"{name}: {found['id']} ({found['impact']}): {where}")
    return faults


def picture(window: Page, screen: str, name: str) -> None:
    if folder := os.environ.get("BAOHOU_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        window.screenshot(path=Path(folder) / f"{screen}-{name}.png")
