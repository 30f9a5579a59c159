"""How many there are at least: what a page says of very many is believed for some minutes, of few it is counted."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final, TypeVar

from django.core.cache import caches

T = TypeVar("T")
KEPT_SECONDS: Final = 300
"""So long a process believes what it found of very many."""


def believed(asked: tuple[object, ...], find: Callable[[], T], *, when: Callable[[T], bool]) -> T:
    """What was found when ``asked`` was asked before, for KEPT_SECONDS, if ``when`` held of it; found anew otherwise.

    ``asked`` names what is asked for, for whom and on which day.
    """
    kept, name = caches["process"], f"believed.{sha256(repr(asked).encode()).hexdigest()}"
    before: Any = kept.get(name)
    if before is not None:
        return before  # type: ignore[no-any-return]
    found = find()
    if when(found):
        kept.set(name, found, KEPT_SECONDS)
    return found


def at_least(asked: tuple[object, ...], most: int, count: Callable[[], int]) -> int:
    """How many there are, counted up to ``most``; ``asked`` as ``believed`` says.

    That there are ``most`` is not counted again for KEPT_SECONDS; fewer are counted each time, so that a list that gets
    shorter says so.
    """
    return believed((*asked, most), count, when=lambda found: found >= most)
