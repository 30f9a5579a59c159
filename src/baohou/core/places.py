"""Where a page of a list begins: behind the row of a day and a number, written "2026-09-30.123" in an address."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final, TypeVar

Row = TypeVar("Row")
Place = TypeVar("Place")
AT_ONCE: Final = 1_000
"""So many rows are read at once when a whole list is written to a file."""


def read_place(after: str) -> tuple[date, int] | None:
    """The day and the number; None for anything that is no such place."""
    day, _, number = after.partition(".")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None


def turn_through(
    page: Callable[[Place, int], tuple[Sequence[Row], Place]], *, begin: Place, most: int
) -> Iterator[Row]:
    """The first ``most`` rows of a list, read AT_ONCE at a time.

    ``page`` gives at most so many rows behind a place, and the place of the next page: nothing (false) behind the last.
    """
    after, left = begin, most
    while left > 0:
        rows, after = page(after, min(left, AT_ONCE))
        yield from rows
        left -= len(rows)
        if not after:
            return
