"""`baohou serve`: what it refuses, what it loads, and how a day begins while it runs."""

from __future__ import annotations

import socket
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from baohou.config import demo
from baohou.config.commands import serve
from baohou.core.errors import Refused
from baohou.kernel.people.models import Staff


class Server:
    """A server that lives through a number of looks."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def poll(self) -> int | None:
        self.looks -= 1
        return None if self.looks >= 0 else 1


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The baohou commands that were run, in order; none of them really is."""
    ran: list[str] = []
    monkeypatch.setattr(serve, "_baohou", lambda *arguments, **how: ran.append(" ".join(arguments)))
    return ran


def _days(monkeypatch: pytest.MonkeyPatch, *days: date) -> None:
    """What the calendar says at each look; sleeping is what makes a look."""
    calendar = iter(days)
    today: list[date] = []
    monkeypatch.setattr(serve.time, "sleep", lambda seconds: today.append(next(calendar)))
    monkeypatch.setattr(serve.timezone, "localdate", lambda: today[-1])


def test_a_taken_port_is_refused_and_the_next_one_named() -> None:
    with socket.create_server((serve.HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refused, match=f"--port {port + 1}"):
            serve._check_port(port)


def test_a_free_port_is_taken_as_it_is() -> None:
    with socket.create_server((serve.HOST, 0)) as taken:
        port = taken.getsockname()[1]
    assert serve._check_port(port) is None


def test_the_day_is_run_when_midnight_has_passed(monkeypatch: pytest.MonkeyPatch, commands: list[str]) -> None:
    """Started on 30 September 2026; at the second look it is 1 October, at the third still."""
    _days(monkeypatch, date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 1))
    with pytest.raises(Refused, match="服务停了"):
        serve._keep(Server(3), date(2026, 9, 30), still=False)
    assert commands == ["day"]


def test_a_day_that_failed_is_run_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first try meets another run at work; ten minutes of looks later the second one gets through, the last."""
    tries: list[str] = []

    def day(*arguments: str) -> None:
        tries.append(" ".join(arguments))
        if len(tries) == 1:
            raise Refused("day.another_run", "另一次日终正在运行。")

    monkeypatch.setattr(serve, "_baohou", day)
    looks = 4 * serve.LOOKS_BEFORE_ANOTHER_TRY
    _days(monkeypatch, *[date(2026, 10, 1)] * looks)
    with pytest.raises(Refused, match="服务停了"):
        serve._keep(Server(looks), date(2026, 9, 30), still=False)
    assert tries == ["day", "day"]


def test_a_story_of_the_past_stands_still(monkeypatch: pytest.MonkeyPatch, commands: list[str]) -> None:
    _days(monkeypatch, date(2026, 10, 1), date(2026, 10, 2))
    with pytest.raises(Refused):
        serve._keep(Server(2), date(2009, 12, 31), still=True)
    assert commands == []


@pytest.mark.django_db
def test_an_empty_house_gets_the_demo_of_today(monkeypatch: pytest.MonkeyPatch, commands: list[str]) -> None:
    opened: list[date] = []
    monkeypatch.setattr(demo, "open_quarter", lambda on: opened.append(on))
    monkeypatch.setattr(serve.timezone, "localdate", lambda: date(2026, 11, 23))
    serve._load_demo(300)
    assert commands[0].startswith("sample --clients 300 --seed 1 --on 2026-11-23 --open --out ")
    assert commands[1].startswith("import workbook ")
    assert opened == [date(2026, 11, 23)]


@pytest.mark.django_db
def test_a_house_with_staff_keeps_what_it_has(commands: list[str]) -> None:
    Staff.objects.create(staff_no="S001", name="张甲")
    serve._load_demo(300)
    assert commands == []


def test_static_files_are_gathered_once(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """Compressing them takes the longest of a start; a second start finds them as they were."""
    gathered: list[str] = []
    settings.STATIC_ROOT = tmp_path
    monkeypatch.setattr(serve, "call_command", lambda name, **how: gathered.append(name))
    serve.collect_static()
    serve.collect_static()
    assert gathered == ["collectstatic"]
