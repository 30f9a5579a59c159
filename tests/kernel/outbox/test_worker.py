"""The outbox: sent once, tried again with growing pauses, given up and shown."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.kernel.audit.models import Act
from baohou.kernel.outbox import channels, services, worker
from baohou.kernel.outbox.channels import Channel, NotSent, Outgoing
from baohou.kernel.outbox.models import Message, State
from baohou.kernel.outbox.services import Draft, put


class Wire:
    """A channel that remembers what it was given, and refuses when told to."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.fault: NotSent | None = None
        self.deadly = ""
        """The key of a message over which whoever sends it dies."""

    def send(self, message: Outgoing) -> None:
        if message.key == self.deadly:
            raise SystemExit
        if self.fault is not None:
            raise self.fault
        self.heard.append(message.key)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """Two channels on one wire: one that may repeat, one that may not."""
    wire = Wire()
    monkeypatch.setattr(channels, "_CHANNELS", {})
    channels.register(Channel("wire", "线", wire.send))
    channels.register(Channel("dear", "贵线", wire.send, repeatable=False))
    return wire


def write(*keys: str, channel: str = "wire") -> None:
    with transaction.atomic():
        put([Draft(channel, key, "张甲（A01）", "一件事") for key in keys])


def only() -> Message:
    return Message.objects.get()


def come_due() -> None:
    Message.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def test_a_message_is_sent_once_and_says_when(db: None, wire: Wire) -> None:
    """Written twice under one key, and passed over twice: it goes out once."""
    write("a")
    write("a")
    assert worker.send_waiting().sent == 1
    assert worker.send_waiting().sent == 0
    assert wire.heard == ["a"]
    assert only().state == State.SENT
    assert only().sent_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_message_goes_with_the_transaction_that_wrote_it(wire: Wire) -> None:
    """What is undone is never sent."""
    with pytest.raises(RuntimeError), transaction.atomic():
        put([Draft("wire", "a", "张甲", "一件事")])
        raise RuntimeError
    worker.send_waiting()
    assert wire.heard == []


def test_pauses_grow_fourfold_up_to_the_longest(settings: object) -> None:
    """30 s, 2 min, 8 min, 32 min, 2 h 8 min, then 4 h; a fifth more or less."""
    for attempts, seconds in enumerate((30, 120, 480, 1920, 7680, 14400, 14400), 1):
        for _ in range(20):
            assert seconds * 0.8 <= worker.pause(attempts).total_seconds() <= seconds * 1.2


def test_a_failure_is_tried_again_later_and_given_up_in_the_end(db: None, wire: Wire, settings: object) -> None:
    wire.fault = NotSent("连不上。")
    write("a")
    for attempt in range(1, 9):
        come_due()
        worker.send_waiting()
        assert only().attempts == attempt
        assert only().error == "连不上。"
        if attempt < 8:
            assert only().state == State.FAILED
            assert only().due_at > timezone.now()
    assert only().state == State.GIVEN_UP


def test_what_is_hopeless_is_given_up_at_once(db: None, wire: Wire) -> None:
    wire.fault = NotSent("地址不存在。", hopeless=True)
    write("a")
    assert worker.send_waiting().given_up == 1
    assert only().state == State.GIVEN_UP


def test_it_waits_as_long_as_the_other_side_asks(db: None, wire: Wire) -> None:
    wire.fault = NotSent("太快。", after_seconds=900)
    write("a")
    worker.send_waiting()
    assert only().due_at > timezone.now() + timedelta(seconds=890)


def test_a_worker_that_vanishes_leaves_its_message_to_the_next(db: None, wire: Wire) -> None:
    """Killed between taking and marking: while the lease lasts nobody touches it, then it is sent."""
    write("a")
    assert worker.lease() == only()
    assert worker.send_waiting().sent == 0
    Message.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert worker.send_waiting().sent == 1
    assert wire.heard == ["a"]


def test_what_ends_every_worker_is_given_up_in_the_end(db: None, wire: Wire, settings: Any) -> None:
    """Each worker that takes it dies over it: after as many attempts as any other it is given up and shown."""
    settings.OUTBOX_TRIES = 3
    write("a")
    for _ in range(3):
        worker.lease()
        Message.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        given_up = worker._clear_away()
    assert (given_up, only().state, only().attempts) == (1, State.GIVEN_UP, 3)
    assert "程序每次都停" in only().error
    assert worker.lease() is None


def test_where_a_second_copy_would_cost_it_is_not_sent_again_by_itself(db: None, wire: Wire) -> None:
    """An SMS whose worker was killed: nobody knows whether it went out, so an administrator decides."""
    write("a", channel="dear")
    worker.lease()
    Message.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert worker.send_waiting().given_up == 1
    assert wire.heard == []
    assert "不知道是否已经发出" in only().error


def test_nobody_doubts_what_a_dead_worker_had_not_begun(db: None, wire: Wire) -> None:
    """Killed while it sent the first of three SMS: the others were not on their way, and go out."""
    write("a", "b", "c", channel="dear")
    wire.deadly = "a"
    with pytest.raises(SystemExit):
        worker.send_waiting()
    Message.objects.filter(state=State.SENDING).update(leased_until=timezone.now() - timedelta(seconds=1))
    passed = worker.send_waiting()
    assert (passed.given_up, passed.sent, wire.heard) == (1, 2, ["b", "c"])


def test_what_ends_every_worker_keeps_no_other_message_waiting(db: None, wire: Wire) -> None:
    """The first of two kills whoever sends it: the next worker sends the other, which has used up no attempt."""
    write("a", "b")
    wire.deadly = "a"
    with pytest.raises(SystemExit):
        worker.send_waiting()
    assert worker.send_waiting().sent == 1
    assert Message.objects.get(key="b").attempts == 1


def test_a_worker_whose_lease_ran_out_marks_nothing(db: None, wire: Wire) -> None:
    """It came back after another had taken the message: the other's word counts."""
    write("a")
    stale = worker.lease()
    assert stale is not None
    Message.objects.update(lease="another")
    worker._send(stale, worker.Passed())
    assert only().state == State.SENDING
    assert only().lease == "another"


def test_what_is_over_is_not_sent(db: None, wire: Wire) -> None:
    write("a")
    Message.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    worker.send_waiting()
    assert wire.heard == []
    assert only().error == worker.TOO_LATE


def test_an_administrator_sends_again_what_was_given_up(db: None, wire: Wire) -> None:
    wire.fault = NotSent("地址不存在。", hopeless=True)
    write("a")
    worker.send_waiting()
    wire.fault = None
    services.send_again(message=only(), actor="X01", door="page")
    worker.send_waiting()
    assert wire.heard == ["a"]
    assert Act.objects.filter(verb="outbox.send_again", by="X01").exists()
    with pytest.raises(Refused, match="已发送"):
        services.send_again(message=only(), actor="X01", door="page")
    with pytest.raises(Refused, match="不能停发"):
        services.give_up(message=only(), actor="X01", door="page")


def test_what_one_worker_has_taken_another_does_not_take(db: None, wire: Wire) -> None:
    write("a", "b")
    first, second, third = worker.lease(), worker.lease(), worker.lease()
    assert first is not None and second is not None
    assert (first.key, second.key, third) == ("a", "b", None)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_message_once(wire: Wire) -> None:
    """Sixty messages, two workers: they pass over each other's rows."""
    write(*(f"m{n}" for n in range(60)))
    faults: list[BaseException] = []
    start = threading.Barrier(2)

    def work() -> None:
        try:
            start.wait(900)
            worker.send_waiting()
        except BaseException as fault:  # noqa: BLE001  (told by the test)
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(900)
    assert faults == []
    assert sorted(wire.heard) == sorted(f"m{n}" for n in range(60))
    assert Message.objects.filter(state=State.SENT).count() == 60
