"""Everyone at every address: who gets in, who is refused and how, exactly as access.txt says."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection, transaction
from django.template import Template
from django.test import Client
from django.urls import reverse

from baohou.config.addresses import every_page
from baohou.day.jobs import launching
from baohou.kernel.papers.printing import pdf
from baohou.kernel.people.models import Post
from baohou.kernel.people.policy import RIGHTS
from tests.cast import Portfolio
from tests.desk.conftest import Enter
from tests.desk.opened import OPENED, Opened, empty
from tests.desk.walking import World, build

TABLE = Path(__file__).with_name("access.txt")
WHO = "A B O D M E W S R G X U C L ."
FAR = frozenset("OWCL.")
"""Those who reach no client of 业务一部: nothing may name one to them."""
STEEL = "东方钢铁"
NO_EXPORTS = frozenset({"imports.mapping", "appeals.file", "visits.file", "visits.signature"})
"""Files that are looked at where they belong, or hold nobody's data."""
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


def _plainly(template: Template, context: Any) -> Any:
    """Render without keeping the context for the test, which takes longer than rendering."""
    return template.nodelist.render(context)


@pytest.fixture
def world(evening: Portfolio, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(pdf, "HTML", _Paper)
    monkeypatch.setattr(launching, "launch", lambda pk: None)
    monkeypatch.setattr(Template, "_render", _plainly)
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
    caches["process"].clear()


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


@dataclass(frozen=True)
class Came:
    """What came of one request: a mark, the tables written, whether it names 东方钢铁, and whether it is a file."""

    mark: str
    written: set[str]
    names_steel: bool
    file: bool


def ask(browser: Client, verb: str, address: str, sent: dict[str, Any]) -> Came:
    """Open an address, and undo it."""
    writes = Writes()
    with undone(), connection.execute_wrapper(writes):
        cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
        answer = browser.post(address, sent) if verb == "POST" else browser.get(address)
    for name in [*browser.cookies]:
        if name in cookies:
            browser.cookies[name] = cookies[name]
        else:
            del browser.cookies[name]
    names_steel, file = STEEL in _text_of(answer), "Content-Disposition" in answer.headers
    return Came(_mark(verb, answer, writes.tables), writes.tables, names_steel, file)


def _text_of(answer: Any) -> str:
    """What an answer says; of a workbook, what stands in its parts."""
    body = answer.getvalue() if answer.streaming else answer.content
    if not body.startswith(b"PK\x03\x04"):
        return str(body.decode("utf-8", "ignore"))
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return "".join(book.read(name).decode("utf-8", "ignore") for name in book.namelist())


def _mark(verb: str, answer: Any, written: set[str]) -> str:
    if answer.status_code in (403, 404, 405):
        return {403: REFUSED, 404: NOT_FOUND, 405: NO_SUCH_VERB}[answer.status_code]
    if answer.status_code == 302 and answer["Location"].startswith("/login/?next="):
        return LOG_IN
    assert answer.status_code < 500, answer.status_code
    return LET_IN if verb == "GET" or written else NOTHING


def walk(world: World, browsers: dict[str, Client], name: str, verb: str) -> dict[str, Came]:
    """What comes of one verb at one address, for everyone."""
    how = OPENED.get(name, Opened())
    with undone():
        how.first(world)
        address = reverse(name, kwargs=how.named(world))
        sent = how.sent if verb == "POST" else empty
        return {who: ask(browsers[who], verb, address, sent(world)) for who in WHO.split()}


def _owed(name: str, came: Came) -> set[str]:
    """What a GET writes: the act of an export, that a notice was read, and nothing else."""
    if name == "notices.open" and came.mark == LET_IN and came.written:
        return {"notices_notice"}
    return {"audit_act"} if came.file and name not in NO_EXPORTS else set()


@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_every_address_answers_everyone_as_the_table_says(world: World, browsers: dict[str, Client], verb: str) -> None:
    """Nobody gets in whom the table does not let in; a new address is not in the table and fails.

    A GET writes nothing, but each file that leaves the system is written down as an act.
    No answer names 东方钢铁 to those who reach no client of 业务一部.
    """
    found, wrote, leaks = {}, [], []
    for name in sorted({address.name for address in every_page()}):
        came = walk(world, browsers, name, verb)
        found[name] = " ".join(one.mark for one in came.values())
        if verb == "GET":
            wrote += [f"{name} by {who}: {one.written}" for who, one in came.items() if one.written != _owed(name, one)]
        leaks += [f"{name} by {who}" for who, one in came.items() if who in FAR and one.names_steel]
    wanted = {name: marks for (name, of), marks in expected().items() if of == verb}
    different = [
        f"{name} {verb}: is {marks}, should be {wanted.get(name, 'in access.txt')}"
        for name, marks in found.items()
        if wanted.get(name) != marks
    ]
    assert not different, f"who: {WHO}\n" + "\n".join(different)
    assert set(wanted) == set(found), "the table has addresses that are no more"
    assert wrote == []
    assert leaks == []
    assert ask(browsers["A"], "GET", reverse("clients"), {}).names_steel, "a name would be noticed"


POSTS = {
    **dict.fromkeys("ABOD", Post.PROJECT_MANAGER),
    **dict.fromkeys("MEW", Post.DEPARTMENT_MANAGER),
    "S": Post.RISK_SUPERVISOR,
    "R": Post.RISK_MANAGER,
    "G": Post.GENERAL_MANAGER,
    "X": Post.ADMIN,
    "U": Post.AUDITOR,
    "C": Post.CLERK,
}


def test_the_table_lets_nobody_in_whom_the_policy_does_not() -> None:
    """Where an address asks for a right, who has it not is refused; an auditor sends nothing; who left gets nowhere."""
    wrong = []
    doors = {address.name: address.door for address in every_page()}
    for (name, verb), marks in expected().items():
        door = doors[name]
        assert door is not None
        if door.open_because:
            continue
        for who, mark in zip(WHO.split(), marks.split(), strict=True):
            post = POSTS.get(who)
            lacks = post is None or (door.right is not None and door.right not in RIGHTS[post])
            if post is Post.AUDITOR:
                lacks = verb == "POST"
            if lacks and mark in (LET_IN, NOTHING):
                wrong.append(f"{name} {verb} by {who}")
    assert wrong == []


def test_nothing_is_sent_from_a_foreign_page(world: World, enter: Enter) -> None:
    """Without the form's token every POST is refused, also those that only set the reader's own language."""
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = enter(world.cast.admin).cookies
    let_in = []
    for name in sorted({address.name for address in every_page()}):
        how = OPENED.get(name, Opened())
        with undone():
            how.first(world)
            answer = browser.post(reverse(name, kwargs=how.named(world)), how.sent(world))
        if answer.status_code not in (403, 405):
            let_in.append(name)
    assert let_in == []
