"""While the house takes no changes every write of the API is refused (503), and everything is read, also on a replica."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from baohou.kernel.api.models import Call
from baohou.upkeep.closing import close
from tests.api.called import CALLED, Called
from tests.api.conftest import CallAs, Caller
from tests.api.test_access_walk import LET_IN, LOOKED_AT, TABLE, WHO, callers, operations, world  # noqa: F401
from tests.desk.test_read_only import BECAUSE, no_writes
from tests.desk.walking import World
from tests.walks import Writes, undone

pytestmark = pytest.mark.django_db
OPENING = frozenset({"upkeep_shut", "upkeep_reopen"})


def test_every_write_is_refused_while_the_house_is_closed(evening: Any, call_as: CallAs, settings: Any) -> None:
    """Whatever it names and whatever is sent: 503, the reason, when to come again; no key is used up."""
    settings.API_CALLS_PER_MINUTE = 10**9
    caller, wrong = call_as(evening.cast.admin), []
    caller.get("/me")
    close(because=BECAUSE, actor="X01", door="command")
    for operation in operations():
        if operation.reads or operation.name in OPENING:
            continue
        path = (
            operation.path.replace("{quarter}", "2026Q3")
            .replace("{month}", "2026-10")
            .replace("{", "")
            .replace("}", "")
        )
        path = "/".join(
            part if part in operation.path.split("/") or part[:2] == "20" else "1" for part in path.split("/")
        )
        writes = Writes()
        with connection.execute_wrapper(writes):
            answer = caller.send(path, {}, method=operation.method.lower())
        told = answer.json()
        fine = answer.status_code == 503 and told["code"] == "watch.read_only" and BECAUSE in told["message"]
        if not fine or answer.headers["Retry-After"] != "300" or writes.tables:
            wrong.append(f"{operation}: {answer.status_code} {told} {writes.tables}")
    assert wrong == []
    assert not Call.objects.exists()


def test_everything_is_read_on_a_replica(world: World, callers: dict[str, Caller], settings: Any) -> None:  # noqa: F811
    """The database takes no write at all: what is read is answered, a file whose taking is an act is refused (503)."""
    table, wrong = TABLE.read(), []
    for operation in operations():
        if not operation.reads:
            continue
        marks = dict(zip(WHO.split(), table[operation.path, "GET"].split(), strict=True))
        who = next(who for who, mark in marks.items() if mark == LET_IN)
        how = CALLED.get(operation.name, Called())
        with undone():
            how.first(world)
            path = operation.path.format(**how.named(world))
            settings.READ_ONLY_BECAUSE = "只读副本"
            with connection.execute_wrapper(no_writes):
                answer = callers[who].get(path)
            settings.READ_ONLY_BECAUSE = ""
        is_export = "Content-Disposition" in answer.headers and operation.name not in LOOKED_AT
        if is_export or answer.status_code not in (200, 503):
            wrong.append(f"{operation}: {answer.status_code}")
        if answer.status_code == 503 and "只读副本" not in answer.json()["message"]:
            wrong.append(f"{operation}: refused without the reason")
    assert wrong == []
