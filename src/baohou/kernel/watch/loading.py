"""What keeps tables from being emptied, as every app registers its own; restoring a copy takes it down meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Guard:
    """``take_down`` works also where the tables are lacking; ``put_up`` finds them all, and may be called twice."""

    code: str
    take_down: Callable[[], None]
    put_up: Callable[[], None]


_GUARDS: dict[str, Guard] = {}


def register(guard: Guard) -> None:
    """Make a guard known; called by AppConfig.ready()."""
    _GUARDS[guard.code] = guard


def take_down() -> None:
    """Let tables be emptied; inside the transaction that puts the guards up again."""
    for guard in _GUARDS.values():
        guard.take_down()


def put_up() -> None:
    """Let all guards stand again."""
    for guard in _GUARDS.values():
        guard.put_up()
