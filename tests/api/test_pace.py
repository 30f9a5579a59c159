"""How fast one may write: by pages and API together, over all processes, at little cost; what sends by itself goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import caches
from pytest_django import DjangoAssertNumQueries

from baohou.guarantee.models import GradeChange
from baohou.kernel.people import pace
from tests.api.conftest import CallAs
from tests.api.test_pages import enter
from tests.cast import Portfolio

pytestmark = pytest.mark.django_db
NOON = 1_792_000_000 // 60 * 60


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the clock to so many seconds after a full minute."""

    def at(seconds: int) -> None:
        monkeypatch.setattr(pace, "time", lambda: NOON + seconds)

    at(0)
    return at


def another_process() -> None:
    """What one process has counted, the next one does not know."""
    caches["process"].clear()


def written(who: str, many: int) -> int:
    """How many of so many writing requests are let through."""
    through = 0
    for _ in range(many):
        try:
            pace.keep_pace(who)
        except pace.TooFast:
            continue
        through += 1
    return through


def test_who_sends_too_much_is_asked_to_wait(evening: Portfolio, settings: Any, at: Callable[[int], None]) -> None:
    """钱丙's fourth grade within a minute is not taken; she may read, others may write, she too in the next minute."""
    settings.WRITES_PER_MINUTE, page = 3, f"/clients/{evening.steel.pk}/grade/"
    browser, wish = enter(evening.cast.manager), {"grade": "3", "effective_on": "2026-10-19", "because": ""}
    at(18)
    assert [browser.post(page, wish).status_code for _ in range(3)] == [200] * 3
    answer = browser.post(page, wish | {"because": "回款慢"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "42")
    assert "请等 42 秒再提交" in answer.content.decode()
    assert answer["X-Refused"]
    assert not GradeChange.objects.exists()
    assert browser.get(page).status_code == 200
    assert enter(evening.cast.other_manager).post("/notices/read/", {}).status_code != 429
    at(61)
    assert browser.post(page, wish | {"because": "回款慢"}).status_code == 302


def test_pages_and_calls_are_counted_together(
    evening: Portfolio, call_as: CallAs, settings: Any, at: Callable[[int], None]
) -> None:
    """Two requests by page and one by API: the next call answers in the API's words, and used no key up."""
    settings.WRITES_PER_MINUTE = 3
    browser, caller = enter(evening.cast.manager), call_as(evening.cast.manager)
    another_process()
    for _ in range(2):
        browser.post(f"/clients/{evening.steel.pk}/grade/", {})
    path, wish = (
        f"/clients/{evening.steel.pk}/grades",
        {"grade": "watch", "effective_on": "2026-10-19", "because": "慢"},
    )
    assert caller.send(path, {}, key="a").status_code == 422
    refused = caller.send(path, wish, key="b")
    assert (refused.status_code, refused.json()["code"], refused.headers["Retry-After"]) == (
        429,
        "people.too_fast",
        "60",
    )
    assert caller.get("/clients").status_code == 200
    at(60)
    assert caller.send(path, wish, key="b").status_code in (200, 201)


def test_processes_count_together(settings: Any, at: Callable[[int], None]) -> None:
    """Of four processes that are each sent what one person may write, no more than a step each too much gets through."""
    settings.WRITES_PER_MINUTE, through = 40, 0
    for _ in range(4):
        another_process()
        through += written("A01", 40)
    assert 40 <= through < 40 + 4 * 2
    assert written("B01", 40) == 40


def test_counting_asks_the_database_once_in_a_step(
    settings: Any, at: Callable[[int], None], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Of 300 a minute fourteen requests cost nothing, and the fifteenth a few queries."""
    settings.WRITES_PER_MINUTE = 300
    with django_assert_num_queries(0):
        written("A01", 14)
    before = caches["default"].get(f"pace.A01.{NOON // 60}")
    written("A01", 1)
    assert (before, caches["default"].get(f"pace.A01.{NOON // 60}")) == (None, 15)


def test_a_step_costs_few_queries(
    settings: Any, at: Callable[[int], None], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    settings.WRITES_PER_MINUTE = 20
    written("A01", 1)
    with django_assert_max_num_queries(8):
        written("A01", 1)


def test_a_database_that_takes_nothing_refuses_nobody(
    settings: Any, at: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be counted together is counted alone."""
    settings.WRITES_PER_MINUTE = 20
    monkeypatch.setattr(caches["default"], "set", lambda *_: None)
    assert written("A01", 30) == 20


def test_a_phone_that_was_offline_all_day_sends_at_once(settings: Any, at: Callable[[int], None]) -> None:
    """Thirty visits with eight photos and a signature each are 300 requests: what is usual is not hindered."""
    assert written("A01", 30 * (8 + 1 + 1)) == 300 == settings.WRITES_PER_MINUTE


def test_logging_out_is_always_open(evening: Portfolio, settings: Any, at: Callable[[int], None]) -> None:
    settings.WRITES_PER_MINUTE = 0
    browser = enter(evening.cast.a)
    assert browser.post("/language/", {"language": "en"}).status_code in (302, 204, 404)
    assert browser.post("/logout/").status_code == 302
