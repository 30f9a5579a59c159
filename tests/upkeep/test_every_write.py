"""Whatever write fails, the database's or the disk's, nothing of the verb stands, and doing it again goes through.

Some of each verb's writes here; all of them with BAOHOU_FAULTS=whole, as `script/bench faults --writes` asks.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from bench import answers
from bench.faults.failing import Failing
from django.db import OperationalError, connection, transaction
from django.test import Client

from baohou.day import engine
from baohou.guarantee.rules.words import Grade, VisitKind
from baohou.guarantee.services import plans
from baohou.kernel.accountability.models import Entry, Verdict
from baohou.kernel.api.models import Call
from baohou.kernel.outbox import worker
from baohou.kernel.outbox.models import Message, State
from tests.cast import HEADINGS, PORTFOLIO, Portfolio, taker
from tests.desk.conftest import TODAY
from tests.guarantee import handing, test_moves, test_plans
from tests.guarantee.conftest import hand_over, quarter_visits, visited
from tests.guarantee.grading.conftest import Room, room
from tests.kernel.accountability import acts
from tests.kernel.outbox.test_worker import Wire, come_due, wire, write
from tests.oracle.database import thrown_away
from tests.upkeep.standing import all_files, all_rows, picture
from tests.upkeep.test_trouble import calling, enter

__all__ = ["enter", "hand_over", "quarter_visits", "room", "visited", "wire"]
pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.8", "PGM.11", "PGM.12")]
WHOLE = os.environ.get("BAOHOU_FAULTS") == "whole"
SOME = 5
Get = Callable[[str], Any]


@dataclass(frozen=True)
class Verb:
    """``prepare`` does what comes before and gives what is to be done."""

    prepare: Callable[[Get], Callable[[], object]]


def visit(get: Get) -> Callable[[], object]:
    """A visit with two photos and a signature by the API: files are there, the report is sent."""
    portfolio = get("portfolio")
    engine.run(on=TODAY)
    client, key, digests = calling(portfolio, get("enter")), str(uuid4()), []
    for shade in (10, 20, 30):
        file = picture(shade)
        digests.append(hashlib.sha256(file.read()).hexdigest())
        file.seek(0)
        told = {"key": key, "is_signature": str(shade == 30).lower(), "file": file}
        address = f"/api/v1/clients/{portfolio.steel.pk}/visit-files"
        assert client.post(address, told, headers={"Idempotency-Key": str(shade)}).status_code == 201
    body = {**answers.body(VisitKind.SPECIAL), "key": key, "visited_on": "2026-10-19"}
    body |= {"signer": "王总", "signature": digests[2], "files": [{"sha256": d, "name": "p.png"} for d in digests[:2]]}
    return lambda: sent(client, f"/api/v1/clients/{portfolio.steel.pk}/visits", body)


def sent(client: Client, address: str, body: dict[str, Any]) -> None:
    """Ask the API; what it answers about a lost database is raised as what it was."""
    Call.objects.filter(ended_at__isnull=True).delete()  # as when the lease of a claim is over
    answer = client.post(
        address, json.dumps(body), content_type="application/json", headers={"Idempotency-Key": "the one"}
    )
    if answer.status_code == 503:
        raise OperationalError(answer.content.decode())
    assert answer.status_code == 201, answer.content.decode()


def grade(get: Get) -> Callable[[], object]:
    portfolio = get("portfolio")
    engine.run(on=TODAY)
    who = portfolio.cast.manager
    from baohou.guarantee.services import grades

    told = {"grade": Grade.RISK, "effective_on": date(2026, 10, 19), "because": "欠息", "by": who}
    return lambda: grades.change(client=portfolio.steel, **told, actor=who.staff_no, door="page")


def accept_plan(get: Get) -> Callable[[], object]:
    """The plan is dated and handed in; the risk department accepts it: lines kept, sealed, told."""
    portfolio = get("portfolio")
    head = test_plans.planner(portfolio, portfolio.cast.manager)
    test_plans.put(head, test_plans.only(test_plans.plan(portfolio)), date(2026, 10, 12))
    plans.hand_in(planner=head)
    return lambda: plans.accept(
        planner=test_plans.planner(portfolio, portfolio.cast.supervisor), seen=test_plans.plan(portfolio).fingerprint
    )


def accept_table(get: Get) -> Callable[[], object]:
    """东方钢铁 goes to risk: grade, seal, duties of the next quarter, the measure's actions, notices."""
    found: Room = get("room")
    found.propose(Grade.RISK, "欠息")
    found.measure()
    filing = found.hand_in()
    return lambda: found.accept(filing)


def receipt(get: Get) -> Callable[[], object]:
    """All is given and received; the receiver signs: receipt, volume with its papers, filing."""
    portfolio, listed = get("portfolio"), get("hand_over")
    handing.give_all(listed, portfolio.cast)
    handing.sign_over(listed, portfolio.cast)
    handing.receive_all(listed, portfolio.cast)
    return lambda: handing.sign_for(listed, portfolio.cast)


def decision(get: Get) -> Callable[[], object]:
    portfolio = get("portfolio")
    engine.run(on=TODAY)
    penalty = Entry.objects.filter(staff=portfolio.cast.a).earliest("pk")
    filed = acts.appeal(penalty, portfolio.cast.a)
    return lambda: acts.decide(filed, Verdict.REDUCED, portfolio.cast.risk_manager, fen=1000)


def move(get: Get) -> Callable[[], object]:
    portfolio = get("portfolio")
    engine.run(on=TODAY)
    return lambda: test_moves.hand_over(portfolio)


def import_(get: Get) -> Callable[[], object]:
    """Guarantees of four more clients' projects, through the importer."""
    get("portfolio")
    folder: Path = get("tmp_path")
    more = [(f"NEW-{row[0]}", *row[1:]) for row in PORTFOLIO]
    assert len(more[0]) == len(HEADINGS["portfolio"])
    return lambda: taker(folder)("portfolio", more)


def day(get: Get) -> Callable[[], object]:
    get("portfolio")
    engine.run(on=date(2026, 9, 1))
    return lambda: engine.run(on=TODAY)


VERBS = {
    one.__name__: Verb(one) for one in (visit, grade, accept_plan, accept_table, receipt, decision, move, import_, day)
}
HELD = ("api.Call", "api.Token", "people.CacheRow")
"""A claim whose worker died waits for its lease to end; a token says when it was used last; a cache forgets."""


def chosen(writes: int, seed: str) -> list[int]:
    """Which writes fail: all, or the first, the last and some between."""
    every = range(1, writes + 1)
    if WHOLE or writes <= SOME:
        return list(every)
    return sorted({1, writes, *Random(seed).sample(every, SOME - 2)})


@pytest.mark.parametrize("name", VERBS)
def test_a_write_fails_and_nothing_of_the_verb_stands(name: str, request: pytest.FixtureRequest) -> None:
    """Each time every table is compared with before; then the verb is done, and makes as many rows as the first time."""
    do = VERBS[name].prepare(request.getfixturevalue)
    before = all_rows(but=HELD)
    with thrown_away():
        whole = Failing(0)
        with whole.database():
            do()
        wanted = sizes()
    assert whole.passed >= 2
    print(f"{name}: {len(chosen(whole.passed, name))} of {whole.passed} writes failed")
    for at in chosen(whole.passed, name):
        with thrown_away():
            failing = Failing(at)
            try:
                with transaction.atomic(), failing.database():
                    do()
            except OperationalError:
                assert differing(before, all_rows(but=HELD)) == [], f"write {at} of {whole.passed}"
            assert failing.passed >= at
            if sizes() == wanted:
                continue  # what failed was beside the matter: the act was done and said so
            do()
            assert sizes() == wanted, f"write {at} of {whole.passed}"
    if connection.vendor == "postgresql":  # in a transaction that broke the day could not give its lock back
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")


def sizes() -> dict[str, int]:
    return {label: len(rows) for label, rows in all_rows(but=HELD).items()}


def differing(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> list[str]:
    return [label for label in one if one[label] != other[label]]


def test_a_kept_file_fails_and_only_whole_files_lie_about(portfolio: Portfolio, enter: Any) -> None:
    """Of three files the n-th finds the disk full: it leaves no piece, the others are whole, all come the second time."""
    engine.run(on=TODAY)
    client = calling(portfolio, enter)

    def send() -> list[int]:
        codes = []
        for shade in (40, 50, 60):
            told = {"key": key, "is_signature": "false", "file": picture(shade)}
            address = f"/api/v1/clients/{portfolio.steel.pk}/visit-files"
            codes.append(client.post(address, told, headers={"Idempotency-Key": f"{key}{shade}"}).status_code)
        return codes

    for at in (1, 2, 3):
        key, failing = str(uuid4()), Failing(at)
        for path in all_files():
            from baohou.kernel.papers.records import path_of

            path_of(path).unlink()
        with thrown_away():
            with failing.files():
                codes = send()
            assert codes == [201] * (at - 1) + [507] + [201] * (3 - at)
            assert len(all_files()) == 2
            assert all(name == digest for name, digest in all_files().items())
            assert send() == [201] * 3
            assert len(all_files()) == 3


@pytest.mark.parametrize("channel", ["wire", "dear"])
def test_a_write_of_the_outbox_worker_fails(channel: str, wire: Wire) -> None:
    """Afterwards and with leases over: everything is sent or given up, nothing unsent is called sent.

    A channel that may repeat loses nothing; one that may not is never used twice for one message.
    """
    write("a", "b", "c", channel=channel)
    with thrown_away():
        whole = Failing(0)
        with whole.database():
            worker.send_waiting()
    print(f"worker, {channel}: {whole.passed} writes failed")
    for at in range(1, whole.passed + 1):
        wire.heard.clear()
        with thrown_away():
            try:
                with Failing(at).database():
                    worker.send_waiting()
            except OperationalError:
                transaction.set_rollback(False)  # the worker has no transaction around it; the test has
            Message.objects.filter(leased_until__isnull=False).update(leased_until="2020-01-01T00:00:00Z")
            worker.send_waiting()
            come_due()
            worker.send_waiting()
            states = dict(Message.objects.values_list("key", "state"))
            assert set(states.values()) <= {State.SENT, State.GIVEN_UP}
            assert all(key in wire.heard for key, state in states.items() if state == State.SENT)
            if channel == "wire":
                assert set(states.values()) == {State.SENT}
            else:
                assert max(map(wire.heard.count, "abc")) <= 1
                assert list(states.values()).count(State.GIVEN_UP) <= 1, "only of the one on its way nobody knows"
