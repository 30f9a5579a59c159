"""Each write operation of the API with one of its writes failing: nothing of it stands, and its key does it after all.

Some writes of each operation here; all of them with BAOHOU_FAULTS=whole, as `script/bench faults --writes` asks.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from bench.faults.failing import Failing
from django.apps import apps
from django.db.models import AutoField

from baohou.kernel.api.models import Call
from baohou.kernel.api.once import LEASE
from baohou.kernel.papers.records import places
from tests.api.called import CALLED, Called
from tests.api.conftest import Caller
from tests.api.test_access_walk import LET_IN, TABLE, WHO, Operation, callers, operations, world
from tests.desk.walking import World
from tests.upkeep.standing import Rows, all_files, all_rows, as_outermost
from tests.walks import undone

__all__ = ["callers", "world"]
pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.8", "PGM.11", "PGM.12")]
WHOLE = os.environ.get("BAOHOU_FAULTS") == "whole"
SHARES = 4
STARTING = ("day_", "imports_", "upkeep_")
BESIDE = ("api.Call", "api.Token", "people.CacheRow")
"""A key whose claim nobody gave back waits for its lease to end; a token says when it was used last; a cache forgets."""


@dataclass(frozen=True)
class Asked:
    """An operation in a world where it can be done: who calls, and what is sent, each time the same."""

    caller: Caller
    operation: Operation
    path: str
    body: Any
    form: bool

    def send(self) -> Any:
        if not self.form:
            return self.caller.send(self.path, self.body, key="the one", method=self.operation.method.lower())
        for file in self.body.values():
            if hasattr(file, "seek"):
                file.seek(0)
        return self.caller.upload(self.path, self.body, key="the one")


@dataclass(frozen=True)
class Undisturbed:
    """What an operation does when nothing fails: how often it writes, and what stands then.

    ``clocks``: columns that differ from one time to the next: moments, numbers, what is drawn by lot.
    """

    writes: dict[str, int]
    status: int
    rows: Rows
    clocks: dict[str, set[int]]


@dataclass(frozen=True)
class Fault:
    """Which write fails: ``kind`` the database's or a kept file's; ``lasting``: and all after it."""

    kind: str
    at: int
    lasting: bool = False

    def on(self) -> tuple[Failing, AbstractContextManager[None]]:
        failing = Failing(self.at, lasting=self.lasting)
        return failing, failing.database() if self.kind == "database" else failing.files()


@dataclass
class Tally:
    """What was tried, for the figures of docs/faults.md."""

    operations: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    beside: int = 0


def ready(world: World, callers: dict[str, Caller], operation: Operation) -> Asked:
    """Do what comes before an operation; the first whom the table of access lets in calls."""
    marks = dict(zip(WHO.split(), TABLE.read()[operation.path, operation.method].split(), strict=True))
    how = CALLED.get(operation.name, Called())
    how.first(world)
    caller = callers[next(who for who, mark in marks.items() if mark == LET_IN)]
    caller.program.raise_request_exception = False
    path = operation.path.format(**how.named(world))
    return Asked(caller, operation, path, how.sent(world) if how.sent else None, how.form)


def rows() -> Rows:
    return all_rows(but=BESIDE)


def undisturbed(world: World, callers: dict[str, Caller], operation: Operation) -> Undisturbed:
    """Do it twice, each time from the same beginning."""
    ends: list[Rows] = []
    for _ in range(2):
        with undone():
            asked = ready(world, callers, operation)
            database, files = Failing(0), Failing(0)
            with database.database(), files.files():
                answer = asked.send()
            assert answer.status_code < 300, (operation, answer.content.decode())
            ends.append(rows())
    first, second = ends
    clocks = {label: _numbers(label) | _differing(first[label], second[label]) for label in first}
    writes = {"database": database.passed, "file": files.passed}
    return Undisturbed(writes, answer.status_code, first, clocks)


def _numbers(label: str) -> set[int]:
    """The column that only numbers the rows: which row came first is not told of some."""
    fields = apps.get_model(label)._meta.concrete_fields
    return {at for at, column in enumerate(fields) if isinstance(column, AutoField)}


def _differing(one: list[tuple[str, ...]], other: list[tuple[str, ...]]) -> set[int]:
    """The columns that do not hold the same in both."""
    pairs = zip(zip(*one, strict=True), zip(*other, strict=True), strict=True)
    return {number for number, (a, b) in enumerate(pairs) if Counter(a) != Counter(b)}


def is_as(wanted: Undisturbed, found: Rows) -> list[str]:
    """The tables that differ from what an undisturbed run leaves, but for clocks."""

    def told(label: str, those: list[tuple[str, ...]]) -> Counter[str]:
        clocks = wanted.clocks[label]
        return Counter(repr([cell for n, cell in enumerate(row) if n not in clocks]) for row in those)

    return [label for label, those in wanted.rows.items() if told(label, those) != told(label, found[label])]


def chosen(operation: Operation, wanted: Undisturbed) -> Iterator[Fault]:
    """Every write, once alone and once with all after it; or one of the database's, and one file's.

    The last write of an operation keeps its answer under its key: what starts other work has to be undone with it.
    """
    if WHOLE:
        for lasting in (False, True):
            yield from (Fault("database", at, lasting) for at in range(1, wanted.writes["database"] + 1))
        yield from (Fault("file", at) for at in range(1, wanted.writes["file"] + 1))
        return
    chance = Random(operation.name)
    yield Fault("database", chance.randint(1, wanted.writes["database"]), chance.random() < 0.5)
    if operation.name.startswith(STARTING):
        yield Fault("database", wanted.writes["database"])
    if wanted.writes["file"]:
        yield Fault("file", chance.randint(1, wanted.writes["file"]))


def tried(asked: Asked, fault: Fault, wanted: Undisturbed, tally: Tally) -> Iterator[str]:
    """Let a write fail, then ask again with the same key; yields what is not as it ought to be."""
    before = rows()
    failing, on = fault.on()
    with as_outermost(), on:
        answer = asked.send()
    assert failing.passed >= fault.at
    tally.failed[fault.kind] += 1
    found = rows()
    if answer.status_code < 300:  # what failed was beside the matter: it was done, and so it is said
        tally.beside += 1
        yield from (f"said to be done, {label} differs" for label in is_as(wanted, found))
        return
    yield from _refused_plainly(answer, fault)
    yield from (f"{label} is not as before" for label in before if before[label] != found[label])
    yield from (f"{name} is half a file" for name, digest in all_files().items() if name != digest)
    again = asked.send()
    if fault.lasting and again.status_code == 409 and again.json()["code"] == "api.idempotency.running":
        for call in Call.objects.filter(ended_at__isnull=True):
            Call.objects.filter(pk=call.pk).update(lease_until=call.lease_until - 2 * LEASE)
        again = asked.send()
    if again.status_code != wanted.status:
        yield f"asked again: {again.status_code} {again.content.decode()}"
    yield from (f"done after all, {label} differs" for label in is_as(wanted, rows()))
    yield from (f"{call} is still claimed" for call in Call.objects.filter(ended_at__isnull=True))


def _refused_plainly(answer: Any, fault: Fault) -> Iterator[str]:
    status, code, words = {
        "database": (503, "api.unavailable", "同一个 Idempotency-Key"),
        "file": (507, "api.disk_full", "磁盘满了"),
    }[fault.kind]
    told = json.loads(answer.content)
    if (answer.status_code, told["code"]) != (status, code) or words not in told["message"]:
        yield f"answers {answer.status_code} {told}"
    if not re.search(r"编号 \w", told["message"]):
        yield "tells no number"


@pytest.mark.parametrize("share", range(SHARES))
def test_a_write_of_an_operation_fails_and_nothing_of_it_stands(
    share: int, world: World, callers: dict[str, Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every table is compared with before; with the same key it is done, as if nothing had failed."""
    monkeypatch.setattr(places.Folder, "exists", lambda *_: False)  # what is kept already is written again
    wrong, tally = [], Tally()
    for operation in [one for one in operations() if not one.reads][share::SHARES]:
        wanted = undisturbed(world, callers, operation)
        tally.operations += 1
        for fault in chosen(operation, wanted):
            with undone():
                asked = ready(world, callers, operation)
                wrong += [f"{operation.name} {fault}: {one}" for one in tried(asked, fault, wanted, tally)]
    print(tally)
    assert wrong == []
