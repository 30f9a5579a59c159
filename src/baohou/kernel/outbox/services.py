"""Writing messages, in the transaction of what they tell of; sending one again, and giving one up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.audit.services import record_act
from baohou.kernel.outbox import channels
from baohou.kernel.outbox.models import PENDING, Message, State


@dataclass(frozen=True)
class Draft:
    """A message to be written; ``due_at`` None is at once."""

    channel: str
    key: str
    to: str
    title: str
    payload: dict[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    expires_at: datetime | None = None


def put(drafts: Sequence[Draft]) -> None:
    """Write messages, in the caller's transaction: they are sent when it is kept and never when it is undone.

    A key that stands already adds nothing, nor does a message whose time is over.
    """
    assert transaction.get_connection().in_atomic_block, "a message is written with what it tells of"
    now, slow = timezone.now(), {channel.code for channel in channels.every() if channel.slow}
    Message.objects.bulk_create(
        [
            Message(
                channel=one.channel,
                key=one.key,
                to=one.to[:128],
                title=one.title,
                payload=one.payload,
                slow=one.channel in slow,
                due_at=one.due_at or now,
                expires_at=one.expires_at,
            )
            for one in drafts
            if one.expires_at is None or one.expires_at > now
        ],
        ignore_conflicts=True,
        batch_size=500,
    )


@transaction.atomic
def send_again(*, message: Message, actor: str, door: str) -> None:
    """Have a message that was given up, or that failed, sent as soon as possible, with all its attempts before it."""
    message = _held(message)
    if message.state not in (State.GIVEN_UP, State.FAILED):
        raise Refused(
            "outbox.not_failed",
            "这条消息%(state)s，不能重新发送。",
            state=say(State(message.state).label),
        )
    record_act(verb="outbox.send_again", door=door, by=actor, facts={"key": message.key, "attempts": message.attempts})
    message.state, message.attempts, message.due_at, message.expires_at = State.WAITING, 0, timezone.now(), None
    message.save(update_fields=["state", "attempts", "due_at", "expires_at"])


@transaction.atomic
def give_up(*, message: Message, actor: str, door: str) -> None:
    """Have a message that waits not sent any more."""
    message = _held(message)
    if message.state not in PENDING:
        raise Refused(
            "outbox.not_waiting",
            "这条消息%(state)s，不能停发。",
            state=say(State(message.state).label),
        )
    record_act(verb="outbox.give_up", door=door, by=actor, facts={"key": message.key, "attempts": message.attempts})
    message.state, message.error = State.GIVEN_UP, message.error or say("管理员停发。")
    message.save(update_fields=["state", "error"])


def _held(message: Message) -> Message:
    return Message.objects.select_for_update().get(pk=message.pk)
