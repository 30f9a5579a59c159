"""A real browser before the portfolio on the evening of a business day."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

import pytest
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from baohou.day import engine
from baohou.day.jobs import launching
from baohou.day.jobs.services import work
from baohou.kernel.people.logins import make_logins
from baohou.kernel.people.models import Staff
from tests.again import begin
from tests.cast import Portfolio
from tests.desk.conftest import TODAY
from tests.waiting import until

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
PASSWORD = "bao-hou-demo"
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
PATIENCE = 60_000
"""Milliseconds until something on a page is missed: on a busy machine all takes long, and nothing is the worse for it."""
expect.set_options(timeout=PATIENCE)
Sit = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def jobs_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page starts is done at once, in this process: another one would not see the test's database."""
    monkeypatch.setattr(launching, "launch", lambda pk: work(pk=pk))


@pytest.fixture
def evening(live_server: LiveServer, portfolio: Portfolio) -> Portfolio:
    """The portfolio after the day 2026-10-20 has been run, with log-ins."""
    assert Path("src/baohou/static/built/app.js").exists(), "npm run build has not been run"

    def build() -> Portfolio:
        engine.run(on=TODAY)
        make_logins(PASSWORD)
        return portfolio

    return begin("evening in the browser", build)


@pytest.fixture
def wrong() -> list[str]:
    """What went wrong in the consoles."""
    return []


@pytest.fixture
def sit(evening: Portfolio, seats: Sit) -> Sit:
    """Someone sits down on that evening."""
    return seats


@pytest.fixture
def all_answered(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tables are emptied when the server has answered all that it was asked, by pages that are gone too."""
    at_work: list[HttpRequest] = []
    respond = BaseHandler.get_response

    def answer(handler: BaseHandler, request: HttpRequest) -> HttpResponseBase:
        at_work.append(request)
        try:
            return respond(handler, request)
        finally:
            at_work.remove(request)

    monkeypatch.setattr(BaseHandler, "get_response", answer)
    yield
    until(lambda: not at_work, "the server is still at work")


@pytest.fixture
def seats(chromium: Browser, live_server: LiveServer, all_answered: None, wrong: list[str]) -> Iterator[Sit]:
    """Someone sits down, logs in, and from then on nothing may go wrong in the console.

    ``at`` is what the device takes for now; without it the device goes by its own clock. ``offline`` lets the device keep
    what works without a network; elsewhere nothing of ours stands between a page and the answers that a test gives it.
    """
    contexts = []

    def sit(staff: Staff, screen: dict[str, int] = DESK, at: datetime | None = None, offline: bool = False) -> Page:
        workers: Literal["allow", "block"] = "allow" if offline else "block"
        context = chromium.new_context(
            viewport=screen, base_url=live_server.url, locale="zh-CN", service_workers=workers
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        if at is not None:
            page.clock.set_fixed_time(at)
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto("/")
        page.get_by_label("工号").fill(staff.staff_no)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/")
        return page

    yield sit
    for context in contexts:
        context.close()
    assert wrong == []
