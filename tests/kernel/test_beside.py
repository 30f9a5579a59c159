"""Work beside a page: once at a time, and a failure is nobody's but the log's."""

from __future__ import annotations

import logging
from threading import Event

import pytest

from baohou.kernel import beside
from tests.waiting import until


def _await_end(name: str) -> None:
    until(lambda: name not in beside._at_work, f"{name} is still at work")


def test_the_same_work_is_begun_once_at_a_time() -> None:
    goes_on, times = Event(), []

    def work() -> None:
        times.append(1)
        goes_on.wait(900)

    assert beside.start("one", work)
    assert not beside.start("one", work)
    assert beside.start("another", work)
    goes_on.set()
    _await_end("one")
    _await_end("another")
    assert beside.start("one", work)
    _await_end("one")
    assert len(times) == 3


def test_a_failure_is_logged_and_the_work_can_begin_again(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError("坏了")

    with caplog.at_level(logging.ERROR, logger="baohou"):
        beside.start("failing", fail)
        _await_end("failing")
    assert "failing failed" in caplog.text
    assert beside.start("failing", lambda: None)
    _await_end("failing")
