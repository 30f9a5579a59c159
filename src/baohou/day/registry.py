"""The steps of a business day, as the rooms have registered them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

Progress = Callable[[str, float], None]
"""Told what is being done and how much of the step is behind it (0 to 1)."""


@dataclass(frozen=True)
class Task:
    """What a step has to do: bring its work from the day it last worked up to ``on``.

    ``after`` is None when it never ran, or has to derive everything anew. ``retry`` asks for what was set aside.
    """

    on: date
    after: date | None
    retry: bool
    progress: Progress


@dataclass
class Counts:
    """What a step did, in rows."""

    read: int = 0
    new: int = 0
    changed: int = 0
    removed: int = 0
    done: int = 0
    overdue: int = 0
    penalties: int = 0
    set_aside: int = 0


@dataclass(frozen=True)
class Step:
    """A step: its name, what it is called on screen, and its work.

    ``work`` runs in one transaction with the step's watermark; it must not read the clock. ``basis`` digests what all
    of the step's work up to a day rests on beside facts (the rule book); when it changes, everything is derived anew.
    A step that derives nothing which a page shows does not decide which business day it is.
    """

    name: str
    title: str
    work: Callable[[Task], Counts]
    basis: Callable[[date], str] = field(default=lambda on: "")
    decides_the_day: bool = True


_STEPS: list[Step] = []
_FIRST_FACTS: list[Callable[[], date | None]] = []
_ENDINGS: list[Callable[[date], None]] = []


def register(step: Step) -> None:
    """Add a step after those registered before; registering it again changes nothing."""
    if all(known.name != step.name for known in _STEPS):
        _STEPS.append(step)


def register_first_fact(find: Callable[[], date | None]) -> None:
    """Add a way to find the day of the first fact, from which the days begin."""
    if find not in _FIRST_FACTS:
        _FIRST_FACTS.append(find)


def register_ending(work: Callable[[date], None]) -> None:
    """Add what is derived when a day has been run, for pages to come; each decides on its own transactions."""
    if work not in _ENDINGS:
        _ENDINGS.append(work)


def steps() -> list[Step]:
    """The steps in the order in which they run."""
    return list(_STEPS)


def endings() -> list[Callable[[date], None]]:
    """What is derived when a day has been run, in the order of registering."""
    return list(_ENDINGS)


def first_fact() -> date | None:
    """The day of the first fact of any room; None when there is none."""
    return min((day for find in _FIRST_FACTS if (day := find()) is not None), default=None)
