"""Everyone at every address: who gets in, who is refused and how, exactly as access.txt says."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from baohou.config.addresses import every_address
from baohou.day.jobs import launching
from baohou.kernel.papers.printing import pdf
from tests.cast import Portfolio
from tests.desk.conftest import Enter
from tests.desk.opened import OPENED, Opened
from tests.desk.walking import World, build

TABLE = Path(__file__).with_name("access.txt")
WHO = "A B O D M E W S R G X U C L ."
LET_IN, NOTHING, REFUSED, NOT_FOUND, NO_SUCH_VERB, LOG_IN = "+~-0x>"
pytestmark = pytest.mark.django_db


def expected() -> dict[tuple[str, str], str]:
    """What the table says of each address and verb, a mark for each of WHO."""
    found = {}
    for line in TABLE.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, verb, *marks = line.split()
            found[name, verb] = " ".join(marks)
    return found


class _Paper:
    """A document laid out in no time: what a PDF looks like is another test's matter."""

    pages: tuple[str, ...] = ()
    fonts = {"1": type("Font", (), {"family": "SimSun"})}

    def __init__(self, **_: Any) -> None:
        pass

    def render(self, **_: Any) -> _Paper:
        return self

    def copy(self, _: Any) -> _Paper:
        return self

    def write_pdf(self, out: Any) -> None:
        out.write(b"%PDF-")


@pytest.fixture
def world(evening: Portfolio, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(pdf, "HTML", _Paper)
    monkeypatch.setattr(launching, "launch", lambda pk: None)
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    return build(evening, enter(evening.cast.a))


@pytest.fixture
def browsers(world: World, enter: Enter) -> dict[str, Client]:
    """The browser of each of WHO."""
    cast, hired = world.cast, world.hired
    who = {
        "A": cast.a,
        "B": cast.b,
        "O": cast.outsider,
        "D": hired["D01"],
        "M": cast.manager,
        "E": hired["E01"],
        "W": cast.other_manager,
        "S": cast.supervisor,
        "R": cast.risk_manager,
        "G": cast.general_manager,
        "X": cast.admin,
        "U": hired["K01"],
        "C": hired["C01"],
        "L": hired["L01"],
    }
    return {mark: enter(staff) for mark, staff in who.items()} | {".": Client()}


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens within has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    cache.clear()


class Writes:
    """Notes what is written to the database, but for sessions."""

    _WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.I)

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found = self._WRITE.match(sql)
        if found and found[1] != "django_session":
            self.tables.add(found[1])
        return execute(sql, params, many, context)


def ask(browser: Client, verb: str, address: str, sent: dict[str, Any]) -> tuple[str, set[str]]:
    """One mark for what came of it, and the tables written."""
    writes = Writes()
    with undone(), connection.execute_wrapper(writes):
        cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
        answer = browser.post(address, sent) if verb == "POST" else browser.get(address)
    for name in [*browser.cookies]:
        if name in cookies:
            browser.cookies[name] = cookies[name]
        else:
            del browser.cookies[name]
    return _mark(verb, answer, writes.tables), writes.tables


def _mark(verb: str, answer: Any, written: set[str]) -> str:
    if answer.status_code in (403, 404, 405):
        return {403: REFUSED, 404: NOT_FOUND, 405: NO_SUCH_VERB}[answer.status_code]
    if answer.status_code == 302 and answer["Location"].startswith("/login/?next="):
        return LOG_IN
    assert answer.status_code < 500, answer.status_code
    return LET_IN if verb == "GET" or written else NOTHING


def walk(world: World, browsers: dict[str, Client], name: str) -> Iterator[tuple[str, str, set[str]]]:
    """Each verb at one address, with the marks of everyone and what a GET wrote."""
    how = OPENED.get(name, Opened())
    with undone():
        how.first(world)
        address = reverse(name, kwargs=how.named(world))
        for verb in ("GET", "POST"):
            marks, written = [], set()
            for who in WHO.split():
                mark, tables = ask(browsers[who], verb, address, how.sent(world) if verb == "POST" else {})
                marks.append(mark)
                written |= tables
            yield verb, " ".join(marks), written


def test_every_address_answers_everyone_as_the_table_says(world: World, browsers: dict[str, Client]) -> None:
    """Nobody gets in whom the table does not let in; a new address is not in the table and fails; a GET writes nothing."""
    names = sorted({address.name for address in every_address()})
    found, wrote = {}, {}
    for name in names:
        for verb, marks, written in walk(world, browsers, name):
            found[name, verb] = marks
            if verb == "GET" and written:
                wrote[name] = written
    wanted = expected()
    different = [
        f"{name} {verb}: is {marks}, should be {wanted.get((name, verb), 'in access.txt')}"
        for (name, verb), marks in found.items()
        if wanted.get((name, verb)) != marks
    ]
    assert not different, f"who: {WHO}\n" + "\n".join(different)
    assert set(wanted) == set(found), "the table has addresses that are no more"
    assert wrote == {}
