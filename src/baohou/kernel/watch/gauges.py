"""Numbers that /metrics tells about the state of the installation, as every app registers its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Gauge:
    """A number as of now, in base units (seconds, bytes); ``name`` begins with ``baohou_``."""

    name: str
    help: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


Tell = Callable[[], Iterable[Gauge]]
_TELLERS: list[Tell] = []


def register(tell: Tell) -> None:
    """Make numbers known; called by AppConfig.ready(). ``tell`` asks the database a few short queries at most."""
    if tell not in _TELLERS:
        _TELLERS.append(tell)


def read() -> list[Gauge]:
    """Every number of every app."""
    return [gauge for tell in _TELLERS for gauge in tell()]
