"""Where a page of a list begins: behind the row of a day and a number, written "2026-09-30.123" in an address."""

from __future__ import annotations

from datetime import date


def read_place(after: str) -> tuple[date, int] | None:
    """The day and the number; None for anything that is no such place."""
    day, _, number = after.partition(".")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None
