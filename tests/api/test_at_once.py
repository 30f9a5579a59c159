"""The same write asked for by many at the same moment happens once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from baohou.guarantee.models import GradeChange
from baohou.kernel.api import once
from baohou.kernel.api.models import Call
from baohou.kernel.audit.models import Act
from baohou.kernel.watch.readonly import require_writable
from baohou.upkeep import closing
from tests.api.conftest import CallAs, Caller
from tests.cast import Portfolio

pytestmark = pytest.mark.django_db(transaction=True)
two_writers = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")

MANY = 8
GRADE = {"grade": "watch", "effective_on": "2026-10-19", "because": "欠息"}


def at_once(ask: Any, count: int = MANY) -> list[Any]:
    """What so many threads, starting together, are answered."""
    gate = Barrier(count)

    def one(number: int) -> Any:
        gate.wait()
        try:
            return ask(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_one_key_from_many_threads_is_one_act(evening: Portfolio, call_as: CallAs) -> None:
    """Eight workers send 钱丙's grade with one key: one is at work, others are told so or given its answer."""
    caller, path = call_as(evening.cast.manager), f"/clients/{evening.steel.pk}/grades"
    answers = at_once(lambda _: caller.send(path, GRADE, key="same"))
    told = Counter(answer.status_code for answer in answers)
    assert set(told) <= {201, 409}
    assert told[201] >= 1
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["code"] == "api.idempotency.running"
    assert GradeChange.objects.count() == 1
    assert Act.objects.filter(verb="grades.change").count() == 1
    assert caller.send(path, GRADE, key="same").headers["Idempotent-Replayed"] == "true"


def test_one_key_with_two_contents_is_one_of_them(evening: Portfolio, call_as: CallAs) -> None:
    """Half say watch, half say risk: one content wins, the other is refused and never answered with it."""
    caller, path = call_as(evening.cast.manager), f"/clients/{evening.steel.pk}/grades"
    bodies = [{**GRADE, "grade": "watch" if number % 2 else "risk"} for number in range(MANY)]
    answers = at_once(lambda number: (number, caller.send(path, bodies[number], key="same")))
    [given] = GradeChange.objects.all()
    for number, answer in answers:
        mine = bodies[number]["grade"] == {3: "watch", 4: "risk"}[given.grade]
        assert answer.status_code in ({201, 409} if mine else {422})


@two_writers
def test_a_worker_that_was_only_slow_takes_everything_back(
    evening: Portfolio, call_as: CallAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease ran out, another took over and answered: the slow one finds its claim gone and undoes its act."""
    caller, path = call_as(evening.cast.manager), f"/clients/{evening.steel.pk}/grades"
    keep, second = once._keep, []

    def slow(claim: Any, answer: Any, **more: Any) -> None:
        if not second:
            second.append(None)
            taken_over(caller, path, second)
        keep(claim, answer, **more)

    monkeypatch.setattr(once, "_keep", slow)
    first = caller.send(path, GRADE, key="same")
    assert (first.status_code, first.json()["code"]) == (409, "api.idempotency.running")
    assert Act.objects.filter(verb="grades.change").count() == 0
    assert GradeChange.objects.count() == 0
    assert Call.objects.get().ended_at is None


def taken_over(caller: Caller, path: str, second: list[Any]) -> None:
    """Another worker, on a connection of its own, claims the call whose lease has run out."""

    def other(_: int) -> Any:
        from uuid import uuid4

        Call.objects.update(claim=uuid4(), lease_until=timezone.now() + timedelta(minutes=1))

    second.extend(at_once(other, 1))


@two_writers
def test_closing_waits_for_who_writes_and_says_so(
    evening: Portfolio, call_as: CallAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's transaction does not end within the time that the administrator has: nothing is closed."""
    monkeypatch.setattr(closing, "PATIENCE_SECONDS", 1)
    admin = call_as(evening.cast.admin)
    with transaction.atomic():
        require_writable()
        [answer] = at_once(lambda _: admin.put("/system/read-only", {"because": "升级"}), 1)
    assert (answer.status_code, answer.json()["code"]) == (409, "upkeep.busy")
    assert admin.put("/system/read-only", {"because": "升级"}).status_code == 200
