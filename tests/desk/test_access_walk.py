"""Everyone at every address: who gets in, who is refused and how, exactly as access.txt says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from baohou.config.addresses import every_page
from baohou.kernel.people.models import Post
from baohou.kernel.people.policy import RIGHTS
from tests.cast import Portfolio
from tests.desk.conftest import Enter
from tests.desk.opened import OPENED, Opened, empty
from tests.desk.walking import World, build
from tests.walks import POSTS, Table, Writes, go_quickly, text_of, undone

TABLE = Table(Path(__file__).with_name("access.txt"))
WHO = "A B O D M E W S R G X U C L ."
FAR = frozenset("OWCL.")
"""Those who reach no client of 业务一部: nothing may name one to them."""
STEEL = "东方钢铁"
NO_EXPORTS = frozenset({"imports.mapping"})
"""A file that holds nobody's data."""
LET_IN, NOTHING, REFUSED, NOT_FOUND, NO_SUCH_VERB, LOG_IN = "+~-0x>"
pytestmark = pytest.mark.django_db


@pytest.fixture
def world(evening: Portfolio, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> World:
    go_quickly(monkeypatch)
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


@dataclass(frozen=True)
class Came:
    """What came of one request: a mark, the tables written, whether it names 东方钢铁, and whether it is a file."""

    mark: str
    written: set[str]
    names_steel: bool
    file: bool


def ask(browser: Client, verb: str, address: str, sent: dict[str, Any]) -> Came:
    """Open an address, and undo it."""
    writes = Writes("django_session", "usersessions_usersession")
    with undone(), connection.execute_wrapper(writes):
        cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
        answer = browser.post(address, sent) if verb == "POST" else browser.get(address)
    for name in [*browser.cookies]:
        if name in cookies:
            browser.cookies[name] = cookies[name]
        else:
            del browser.cookies[name]
    names_steel, file = STEEL in text_of(answer), "Content-Disposition" in answer.headers
    return Came(_mark(verb, answer, writes.tables), writes.tables, names_steel, file)


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
    wanted = {(name, of): marks for (name, of), marks in TABLE.read().items() if of == verb}
    different = TABLE.compare({(name, verb): marks for name, marks in found.items()}, wanted)
    assert not different, f"who: {WHO}\n" + "\n".join(different)
    assert wrote == []
    assert leaks == []
    assert ask(browsers["A"], "GET", reverse("clients"), {}).names_steel, "a name would be noticed"


def test_the_table_lets_nobody_in_whom_the_policy_does_not() -> None:
    """Where an address asks for a right, who has it not is refused; an auditor sends nothing; who left gets nowhere."""
    wrong = []
    doors = {address.name: address.door for address in every_page()}
    for (name, verb), marks in TABLE.read().items():
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
