"""The kinds of long work, as the rooms have registered them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Wish = dict[str, Any]
"""What is asked of a job, as JSON."""
Result = dict[str, Any]
"""What came of it, as JSON."""

Tell = Callable[[str, int, int], None]
"""Told what is being done, how much of it is behind, and how much there is (0: nobody knows)."""


@dataclass(frozen=True)
class JobKind:
    """``work`` does what the wish asks, for a staff number; ``place`` is the address that shows what came of it.

    ``tells``: who asked for it gets a notice of its success, too, not of its failure only.
    """

    code: str
    title: str
    work: Callable[[Wish, str, Tell], Result]
    place: Callable[[Wish], str]
    tells: bool = True


_KINDS: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    """Make a kind of job known; called by AppConfig.ready()."""
    _KINDS[kind.code] = kind


def get(code: str) -> JobKind:
    """The kind of a code; KeyError when nobody has registered it."""
    return _KINDS[code]


def kinds() -> list[JobKind]:
    """All kinds."""
    return list(_KINDS.values())
