"""How many there are at least: what a page says of very many is believed for some minutes, of few it is counted."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Final

from django.core.cache import caches

KEPT_SECONDS: Final = 300
"""So long a process believes that there are as many as a page says at most ("1000+")."""


VERY_MANY: Final = 10_000
"""Sums of more than so many are believed as long."""


def at_least(asked: tuple[object, ...], most: int, count: Callable[[], int]) -> int:
    """How many there are, counted up to ``most``; ``asked`` names what is counted, for whom and on which day.

    That there are ``most`` is not counted again for KEPT_SECONDS; fewer are counted each time, so that a list that gets
    shorter says so.
    """
    kept, name = caches["process"], f"at_least.{most}.{sha256(repr(asked).encode()).hexdigest()}"
    if kept.get(name):
        return most
    found = count()
    if found >= most:
        kept.set(name, True, KEPT_SECONDS)
    return found
