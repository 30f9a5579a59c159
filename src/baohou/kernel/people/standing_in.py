"""Who wants to hear that a deputy was named: rooms above register, and are told in the verb's own transaction."""

from __future__ import annotations

from collections.abc import Callable

from baohou.kernel.people.models import Deputy

Listener = Callable[[Deputy], None]

_LISTENERS: list[Listener] = []


def register(listener: Listener) -> None:
    """Have a listener told of every deputy named from now on."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def tell_all(deputy: Deputy) -> None:
    """Tell everyone who listens; call it inside the transaction of the verb."""
    for listener in _LISTENERS:
        listener(deputy)
