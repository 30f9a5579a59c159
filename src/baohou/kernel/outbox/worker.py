"""Sending what waits: each message leased by one worker, tried with growing pauses, and shown when it is given up.

A message is taken in a transaction of its own, sent outside of any, and marked in another. A worker that vanishes in
between leaves a lease that runs out; what happens then is the channel's to say (Channel.repeatable).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from baohou.core.sayings import say
from baohou.kernel.outbox import channels
from baohou.kernel.outbox.channels import NotSent, Outgoing
from baohou.kernel.outbox.models import PENDING, Message, State

LEASE: Final = timedelta(minutes=10)
LOST: Final = say("发送途中程序停了，不知道是否已经发出，没有自动重发。请问一下收件人再决定是否重发。")
FATAL: Final = say("发送途中程序每次都停，不再重试。请把这条消息告诉维护人员。")
TOO_LATE: Final = say("过了有效期，没有发送。")
_SPREAD: Final = 0.2


@dataclass
class Passed:
    """What one pass did."""

    sent: int = 0
    failed: int = 0
    given_up: int = 0


def send_waiting(*, stop: Callable[[], bool] = lambda: False) -> Passed:
    """Send everything that is due now; other workers may do the same beside it."""
    passed = Passed(given_up=_clear_away())
    while not stop() and (message := lease()) is not None:
        _send(message, passed)
    return passed


def lease() -> Message | None:
    """Take the message that is due first for this worker alone; one that another worker is taking is passed over.

    One and not several: of those that a worker has taken nobody knows, when it is killed, whether they went out.
    SQLite has one writer at a time, and its transactions here begin as writers, so that none takes the same row.
    """
    now = timezone.now()
    with transaction.atomic():
        message = _due(now, slow=False) or _due(now, slow=True)
        if message is None:
            return None
        message.state, message.lease, message.leased_until = State.SENDING, uuid4().hex, now + LEASE
        message.tried_at, message.attempts = now, message.attempts + 1
        message.save(update_fields=("state", "lease", "leased_until", "tried_at", "attempts"))
    return message


def _due(now: datetime, *, slow: bool) -> Message | None:
    """The first message of quick or of slow channels whose time has come, held for this transaction."""
    due = Message.objects.filter(state__in=PENDING, slow=slow, due_at__lte=now).order_by("due_at", "pk")
    return due.select_for_update(skip_locked=True).first()


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: four times as long each time up to the longest, a fifth more or less."""
    seconds = min(settings.OUTBOX_FIRST_PAUSE * 4 ** (attempts - 1), settings.OUTBOX_LONGEST_PAUSE)
    return timedelta(seconds=seconds * random.uniform(1 - _SPREAD, 1 + _SPREAD))  # noqa: S311


def _send(message: Message, passed: Passed) -> None:
    channel = channels.find(message.channel)
    try:
        if channel is None:
            raise NotSent(say("没有“%(channel)s”这种渠道。", channel=message.channel), hopeless=True)
        channel.send(Outgoing(message.key, message.title, message.payload))
    except NotSent as fault:
        hopeless = fault.hopeless or message.attempts >= settings.OUTBOX_TRIES
        wait = max(pause(message.attempts), timedelta(seconds=fault.after_seconds))
        state = State.GIVEN_UP if hopeless else State.FAILED
        _mark(message, state=state, error=fault.why, due_at=timezone.now() + wait)
        passed.given_up += hopeless
        passed.failed += not hopeless
    else:
        _mark(message, state=State.SENT, error="", sent_at=timezone.now())
        passed.sent += 1


def _mark(message: Message, **facts: object) -> None:
    """Write down what became of a message, while the lease is still this worker's."""
    mine = Message.objects.filter(pk=message.pk, lease=message.lease, state=State.SENDING)
    mine.update(lease="", leased_until=None, **facts)


def _clear_away() -> int:
    """Free messages whose worker vanished, and give up those whose time is over; how many were given up."""
    now = timezone.now()
    # A lease that ends much later than any given now is from before the clock was set back.
    over = Q(leased_until__lt=now) | Q(leased_until__gt=now + 2 * LEASE)
    vanished = Message.objects.filter(over, state=State.SENDING)
    once_only = [channel.code for channel in channels.every() if not channel.repeatable]
    freed = {"lease": "", "leased_until": None}
    lost = vanished.filter(channel__in=once_only).update(state=State.GIVEN_UP, error=LOST, **freed)
    again = vanished.exclude(channel__in=once_only)
    lost += again.filter(attempts__gte=settings.OUTBOX_TRIES).update(state=State.GIVEN_UP, error=FATAL, **freed)
    again.update(state=State.FAILED, error=say("发送途中程序停了，重新发送。"), **freed)
    stale = Message.objects.filter(state__in=PENDING, expires_at__lt=now)
    return lost + stale.update(state=State.GIVEN_UP, error=TOO_LATE)
