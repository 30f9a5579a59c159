"""Telling how far a file has been read, checked and written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

Tell = Callable[[str, int, int], None]
"""Told what is being done, how many rows of it are behind, and how many there are (0: not known)."""

EVERY: Final = 500
T = TypeVar("T")


def tell_nobody(what: str, done: int, total: int) -> None:
    """Tell nobody."""


def telling(items: Iterable[T], tell: Tell, what: str, total: int) -> Iterator[T]:
    """The same items; tells every now and then how many have passed."""
    tell(what, 0, total)
    for count, item in enumerate(items, start=1):
        if count % EVERY == 0:
            tell(what, count, total)
        yield item
