"""While virtual staff work each operation of the API has a write failing: what they were answered stands, once.

A few operations here; all of them, each of their writes, with BAOHOU_FAULTS=whole, as `script/bench faults --writes` asks.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from bench.faults import proof
from bench.faults.book import Book, Fate
from bench.faults.company import engage
from bench.faults.failing import Failing
from bench.faults.staff import Worker
from django.conf import settings
from django.core.cache import caches
from django.db import connection, connections, transaction
from pytest_django.live_server_helper import LiveServer

from baohou.kernel import kept
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.proofs import Asked as Since
from baohou.kernel.audit.proofs import carry_out, list_proofs
from baohou.kernel.people.models import Post
from tests.api.conftest import TODAY, Caller
from tests.api.test_access_walk import Operation, callers, operations, world
from tests.api.test_failing_writes import WHOLE, Asked, ready
from tests.desk.walking import World
from tests.upkeep.installations import SERVER
from tests.waiting import until
from tests.walks import undone

__all__ = ["callers", "world"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time"),
    pytest.mark.clause("PGM.8", "PGM.11", "PGM.12"),
]
FEW = 6
SHUTTING_OUT = ("upkeep_shut", "upkeep_reopen", "people_login", "entrance_demand", "credentials_revoke_mine")
"""The house is closed and opened; a new password ends tokens; a second factor is owed at once; a token is revoked."""
PATIENCE = 60.0


@dataclass
class Tally:
    """What was tried, for the figures of docs/faults.md; ``overtaken``: in the end others had been quicker."""

    operations: int = 0
    failed: int = 0
    beside: int = 0
    overtaken: int = 0


@contextmanager
def copied(folder: Path) -> Iterator[None]:
    """A copy of the database and of what lies beside it, where all that happens within happens."""
    own, place, name = connection.settings_dict["NAME"], settings.VAR, f"{connection.settings_dict['NAME']}_beside"
    heads = settings.AUDIT_HEADS  # of the days that other tests ran, too

    def turn_to(database: str) -> None:
        connections.close_all()
        connection.settings_dict["NAME"] = database
        caches["process"].clear()
        kept.forget()

    shutil.copytree(place, folder, dirs_exist_ok=True)
    connections.close_all()
    with psycopg.connect(SERVER, autocommit=True) as server:
        left = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        server.execute(left, [own])  # a thread of an earlier test's live server may still be ending
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{own}"')
        turn_to(name)
        settings.VAR, settings.AUDIT_HEADS = folder, [str(folder / "heads.jsonl")]
        try:
            yield
        finally:
            settings.VAR, settings.AUDIT_HEADS = place, heads
            turn_to(own)
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            shutil.rmtree(folder)


class Beside:
    """张甲 and 钱丙 at work through a server, as staff of the bench are."""

    def __init__(self, told: list[dict[str, Any]], port: int, seed: str) -> None:
        self.book, self.pause = Book(), threading.Event()
        self.workers = [Worker(one, hash_of(seed), port, self.book, self.pause) for one in told]

    def begin(self) -> None:
        for worker in self.workers:
            worker.start()
        wait(lambda: bool(self.book.ended(Fate.TAKEN)))

    def end(self) -> None:
        """Everybody ends what is begun, and goes."""
        self.pause.set()
        wait(lambda: all(worker.idle.is_set() and not worker.parked for worker in self.workers))
        for worker in self.workers:
            worker.stopped.set()
            worker.join(PATIENCE)
            worker._hang_up()

    def wrong(self) -> list[str]:
        ended = [*self.book.ended(Fate.TAKEN), *self.book.ended(Fate.REFUSED)]
        return [*proof.counted(ended), *proof.planned(self.book), *proof.claimed(), *proof.held(), *self.book.strange]


def hash_of(seed: str) -> int:
    return Random(seed).getrandbits(32)


def wait(so: Callable[[], bool]) -> None:
    until(so, "nobody is answered", seconds=PATIENCE)


def faults() -> list[str]:
    """What `baohou verify` finds."""
    found = [(one.code, carry_out(one, Since()).faults) for one in list_proofs()]
    return [f"{code}: {fault.message}" for code, those in found for fault in those]


def disturbed(asked: Asked, others: Beside, tally: Tally) -> Iterator[str]:
    """Let one write after the other fail while the others work, then ask again with the same key."""
    with undone():
        whole = Failing(0)
        with whole.database():
            undisturbed = asked.send()
        assert undisturbed.status_code < 300
        acts = Act.objects.filter(request=undisturbed["X-Request-ID"]).count()
    every = range(1, whole.passed + 1)
    others.begin()
    taken = False
    for at in every if WHOLE else Random(asked.operation.name).sample(every, min(3, len(every))):
        failing = Failing(at)
        with failing.database():
            answer = asked.send()
        taken = answer.status_code < 300
        if failing.passed < at:
            tally.overtaken += 1
            break
        tally.failed += 1
        if taken:  # what failed was linking the act, once all was committed: the next act's does it
            if Act.objects.filter(request=answer["X-Request-ID"]).count() != acts:
                yield f"write {at}: taken, and its acts do not stand once"
            break
        if answer.status_code != 503 or answer.json()["code"] != "api.unavailable":
            yield f"write {at}: {answer.status_code} {answer.content.decode()}"
        if standing := list(Act.objects.filter(request=answer["X-Request-ID"])):
            yield f"write {at}: there stands {standing}"
    again = asked.send()
    told_once = taken and again.status_code == 409 and again.json()["code"] == "api.idempotency.told_once"
    if again.status_code >= 300 and not told_once:  # a password stands in the first answer only
        tally.overtaken += again.status_code in (409, 422)
        if again.status_code not in (409, 422) or again.json()["code"].startswith("api."):
            yield f"asked again: {again.status_code} {again.content.decode()}"
    others.end()
    tally.beside += len(others.book.ended(Fate.TAKEN))
    yield from others.wrong()


def chosen() -> list[Operation]:
    """All that writes and leaves to those beside, and to who asks again, that they may; or few."""
    every = [one for one in operations() if not one.reads and one.name not in SHUTTING_OUT]
    if WHOLE:
        return every
    return Random("beside").sample(every, FEW)


def test_a_write_fails_while_others_work(
    world: World, callers: dict[str, Caller], live_server: LiveServer, tmp_path: Path
) -> None:
    """All that the others were answered stands once, nothing that failed does, no lock is left, the proofs hold."""
    cast = world.cast
    people = [(cast.a, Post.PROJECT_MANAGER.value), (cast.manager, Post.DEPARTMENT_MANAGER.value)]
    told = [engage(number, one, TODAY) | {"managers": [cast.a.pk]} for number, one in enumerate(people)]
    wrong, tally = [], Tally()
    for operation in chosen():
        with copied(tmp_path / "var"):
            with transaction.atomic():
                asked = ready(world, callers, operation)
            before = faults()
            others = Beside(told, live_server.thread.port, operation.name)
            found = [*disturbed(asked, others, tally), *(fault for fault in faults() if fault not in before)]
            wrong += [f"{operation.name}: {one}" for one in found]
            tally.operations += 1
    print(tally)
    assert wrong == [], "\n".join(wrong)
