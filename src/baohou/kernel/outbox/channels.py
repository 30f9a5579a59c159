"""The channels that rooms have registered: who sends what the outbox holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


class NotSent(Exception):
    """A message did not go out; the text says why, in words for an administrator and without any secret.

    It is made by ``say``, so that each administrator reads it in the own language; what the other side said stays.

    ``hopeless``: trying again would be of no use. ``after_seconds``: what the other side asked to wait.
    """

    def __init__(self, why: str, *, hopeless: bool = False, after_seconds: float = 0) -> None:
        super().__init__(why)
        self.why, self.hopeless, self.after_seconds = why, hopeless, after_seconds


@dataclass(frozen=True)
class Outgoing:
    """What a channel gets to send; ``key`` stays the same at every attempt."""

    key: str
    title: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Channel:
    """``send`` raises NotSent when it did not go out; ``is_set_up`` says whether this installation can use it.

    ``repeatable``: a message whose worker vanished while sending is sent again, for a second copy does no harm there.
    Otherwise it is given up, and an administrator decides: nobody knows whether it went out.
    ``slow``: its messages wait until those of other channels have gone.
    """

    code: str
    title: str | Promise
    send: Callable[[Outgoing], None]
    repeatable: bool = True
    is_set_up: Callable[[], bool] = lambda: True
    slow: bool = False


_CHANNELS: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    """Make a channel known; called by AppConfig.ready()."""
    _CHANNELS[channel.code] = channel


def find(code: str) -> Channel | None:
    """The channel of a code."""
    return _CHANNELS.get(code)


def every() -> list[Channel]:
    """All channels, in the order in which they were registered."""
    return list(_CHANNELS.values())
