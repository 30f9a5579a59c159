"""The lines of the administrator's page, as every app registers its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise

Text = str | Promise


class State(Enum):
    """How a line stands: ``BAD`` is what someone has to see to."""

    PLAIN = ""
    GOOD = "good"
    WARN = "watch"
    BAD = "late"


@dataclass(frozen=True)
class Line:
    """One thing the administrator looks at: what it is, how it stands in words, what to do when it is not well.

    ``code`` is stable (``day.last``): metrics and /readyz name the line by it. ``url`` leads to more.
    """

    code: str
    title: Text
    value: Text
    state: State = State.PLAIN
    advice: Text = ""
    url: str = ""


@dataclass(frozen=True)
class Part:
    """A part of the page: ``tell`` gives its lines in a few short queries, whatever the number of rows."""

    code: str
    title: Text
    tell: Callable[[], Iterable[Line]]
    order: int = 50


_PARTS: dict[str, Part] = {}


def register(part: Part) -> None:
    """Make a part of the page known; called by AppConfig.ready()."""
    _PARTS[part.code] = part


def parts() -> list[Part]:
    """Every part, in the order in which they stand."""
    return sorted(_PARTS.values(), key=lambda part: part.order)
