"""On which day it was written down that a duty was done: the rooms know, and the story of a penalty tells it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from baohou.kernel.duties.models import Duty

Finder = Callable[[Duty], date | None]
_FINDERS: list[Finder] = []


def register(find: Finder) -> None:
    """Have a room answer for the duties that it derives; None for those of others, and where it is not known."""
    if find not in _FINDERS:
        _FINDERS.append(find)


def recorded_after_the_due_day(duty: Duty) -> date | None:
    """The day on which what did a duty in time was recorded, when that is after its due day; else None."""
    if duty.done_on is None or duty.done_on > duty.due_on:
        return None
    found = next((on for find in _FINDERS if (on := find(duty)) is not None), None)
    return found if found is not None and found > duty.due_on else None
