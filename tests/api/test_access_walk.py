"""Everyone at every operation of the API: who gets an answer, who is refused and how, exactly as access.txt says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from baohou.config.addresses import every_address
from baohou.config.api import api
from baohou.guarantee.queries.summaries import KEPT, PORTFOLIO, REPORTS
from baohou.guarantee.services.summaries import keep_up
from baohou.kernel.api.tokens import add_system, make_own_token, make_system_token, scopes_of
from baohou.kernel.people.models import Post
from baohou.kernel.people.policy import RIGHTS
from tests.api.called import CALLED, Called
from tests.api.conftest import TODAY, CallAs, Caller
from tests.cast import Portfolio
from tests.desk.walking import World, build
from tests.walks import POSTS, Table, Writes, go_quickly, text_of, undone

TABLE = Table(Path(__file__).with_name("access.txt"), verbs=7)
WHO = "A B O D M E W S R G X U C L F Y N T ."
FAR = frozenset("OWCLT.")
"""Those who reach no client of 业务一部: no answer may name one to them."""
STEEL = "东方钢铁"
LOOKED_AT = frozenset({"visits_keep_file"})
"""Files that whoever sends them gets back: no act tells of them."""
LET_IN, NOTHING, REFUSED, NEEDS_PERSON, NOT_FOUND, NO_TOKEN = "+~-p0>"
pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Operation:
    """A method at a path, and the name of what it does."""

    path: str
    method: str
    name: str

    @property
    def reads(self) -> bool:
        return self.method == "GET"


@dataclass(frozen=True)
class Came:
    """What came of one call: a mark, the tables written, whether it names 东方钢铁, and whether it is a file."""

    mark: str
    written: set[str]
    names_steel: bool
    file: bool


@cache
def operations() -> list[Operation]:
    """Every operation, as the description has it; writing the description takes seconds."""
    return [
        Operation(path.removeprefix("/api/v1"), method.upper(), told["operationId"])
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method, told in methods.items()
    ]


@pytest.fixture
def world(evening: Portfolio, monkeypatch: pytest.MonkeyPatch, settings: Any) -> World:
    go_quickly(monkeypatch)
    settings.API_CALLS_PER_MINUTE = settings.WRITES_PER_MINUTE = 10**9
    browser = Client()
    user = evening.cast.a.user
    if user is None:
        from django.contrib.auth.models import User

        user = evening.cast.a.user = User.objects.create(username="A01")
        evening.cast.a.save(update_fields=["user"])
    browser.force_login(user)
    return build(evening, browser)


@pytest.fixture
def callers(world: World, call_as: CallAs) -> dict[str, Caller]:
    """A token of each of WHO; 韩去's was made when there was a post."""
    cast, hired = world.cast, world.hired
    people = {
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
    }
    found = {mark: call_as(staff) for mark, staff in people.items()}
    scopes = scopes_of(Post.PROJECT_MANAGER)
    left = make_own_token(
        staff=hired["L01"], post=Post.PROJECT_MANAGER, name="旧", scopes=scopes, days=30, actor="L01", door="page"
    )
    found |= {"L": Caller(left.text), "N": call_as(cast.risk_manager, []), "T": Caller("bh_0_x"), ".": Caller("")}
    for mark, post in (("F", Post.AUDITOR), ("Y", Post.RISK_MANAGER)):
        told: dict[str, Any] = {"actor": "X01", "door": "page"}
        system = add_system(code=f"system-{mark.lower()}", name=mark, post=post, department=None, **told)
        made = make_system_token(system=system, name="取数", scopes=scopes_of(post), days=30, **told)
        found[mark] = Caller(made.text)
    keep_up(on=TODAY, parts=(PORTFOLIO, KEPT, REPORTS))
    return found


def ask(caller: Caller, operation: Operation, how: Called, path: str, sent: Any) -> Came:
    """Call an operation, and undo it."""
    writes = Writes("api_call", "api_token")
    with undone(), connection.execute_wrapper(writes):
        if operation.reads:
            answer = caller.get(path)
        elif how.form:
            answer = caller.upload(path, sent)
        else:
            answer = caller.send(path, sent, key=str(uuid4()), method=operation.method.lower())
        said = text_of(answer)
    return Came(_mark(answer, operation), writes.tables, STEEL in said, "Content-Disposition" in answer.headers)


def _mark(answer: Any, operation: Operation) -> str:
    if answer.status_code < 300:
        return LET_IN
    told = json.loads(answer.content)
    assert set(told) == {"code", "message", "where"}, operation
    if told["code"] == "api.needs_person":
        return NEEDS_PERSON
    return {401: NO_TOKEN, 403: REFUSED, 404: NOT_FOUND, 409: NOTHING, 422: NOTHING}[answer.status_code]


def walk(world: World, callers: dict[str, Caller], operation: Operation) -> dict[str, Came]:
    """What comes of one operation, for everyone."""
    how = CALLED.get(operation.name, Called())
    with undone():
        how.first(world)
        path = operation.path.format(**how.named(world))
        sent = (lambda: None) if how.sent is None else (lambda: how.sent(world))  # type: ignore[misc]
        return {who: ask(callers[who], operation, how, path, sent()) for who in WHO.split()}


def _written_wrongly(operation: Operation, came: Came) -> bool:
    """A read writes the act of an export, or that a list was read, and nothing else; a write refused writes nothing."""
    if operation.reads:
        if came.mark == LET_IN and not came.file:
            return not came.written <= {"audit_act"}
        owed = {"audit_act"} if came.file and operation.name not in LOOKED_AT else set()
        return came.written != owed
    return came.mark != LET_IN and bool(came.written) and operation.name != "notices_try_address"


@pytest.mark.parametrize("reads", [True, False], ids=["reads", "writes"])
def test_every_operation_answers_everyone_as_the_table_says(
    world: World, callers: dict[str, Caller], reads: bool
) -> None:
    """Nobody gets an answer whom the table does not let in; a new operation is not in the table and fails.

    A read writes nothing, but each file that leaves the system is written down as an act.
    No answer names 东方钢铁 to those who reach no client of 业务一部.
    """
    found, wrote, leaks = {}, [], []
    for operation in operations():
        if operation.reads is reads:
            came = walk(world, callers, operation)
            found[operation.path, operation.method] = " ".join(one.mark for one in came.values())
            said = f"{operation.method} {operation.path} by"
            wrote += [f"{said} {who}: {one}" for who, one in came.items() if _written_wrongly(operation, one)]
            leaks += [f"{said} {who}" for who, one in came.items() if who in FAR and one.names_steel]
    wanted = {key: marks for key, marks in TABLE.read().items() if (key[1] == "GET") is reads}
    different = TABLE.compare(found, wanted)
    assert not different, f"who: {WHO}\n" + "\n".join(different)
    assert wrote == []
    assert leaks == []
    of_clients = Operation("/clients", "GET", "clients_list_all")
    assert ask(callers["A"], of_clients, Called(), "/clients", None).names_steel, "a name would be noticed"


def test_the_table_lets_nobody_in_whom_the_policy_does_not() -> None:
    """Where an operation asks for a right, who has it not is refused; an auditor writes nothing; no token, no answer."""
    wrong = [f"{key} lets nobody in" for key, marks in TABLE.read().items() if LET_IN not in marks]
    doors = {address.name.removeprefix("api:"): address.door for address in every_address()}
    names = {(one.path, one.method): one for one in operations()}
    for key, marks in TABLE.read().items():
        operation = names[key]
        door = doors[operation.name]
        assert door is not None
        if door.open_because:
            wrong += [
                f"{operation} is shut to {who}"
                for who, mark in zip(WHO.split(), marks.split(), strict=True)
                if mark != (NO_TOKEN if who in "LT" else LET_IN)
            ]
            continue
        for who, mark in zip(WHO.split(), marks.split(), strict=True):
            post = {**POSTS, "F": Post.AUDITOR, "Y": Post.RISK_MANAGER, "N": Post.RISK_MANAGER}.get(who)
            lacks = post is None or (door.right is not None and (who == "N" or door.right not in RIGHTS[post]))
            if post is Post.AUDITOR or who == "N":
                lacks = (lacks and post is not Post.AUDITOR) or not operation.reads
            if lacks and mark in (LET_IN, NOTHING):
                wrong.append(f"{operation} by {who}")
            if who in "LT." and mark != NO_TOKEN:
                wrong.append(f"{operation} by {who}")
    assert wrong == []


def test_a_method_that_is_not_described_is_answered_405(world: World, callers: dict[str, Caller]) -> None:
    """At every path, with every other method, also for the administrator; without a token it is 401 all the same."""
    wrong = []
    described: dict[str, tuple[set[str], Called]] = {}
    for operation in operations():
        methods, how = described.get(operation.path, (set(), CALLED.get(operation.name, Called())))
        described[operation.path] = (methods | {operation.method}, how)
    for path, (methods, how) in described.items():
        with undone():
            how.first(world)
            address = path.format(**how.named(world))
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods:
                for who, status in (("X", 405), (".", 401)):
                    caller = callers[who]
                    answer = caller.get(address) if method == "GET" else caller.send(address, {}, method=method.lower())
                    if answer.status_code != status:
                        wrong.append(f"{method} {path} by {who}: {answer.status_code}")
    assert wrong == []
