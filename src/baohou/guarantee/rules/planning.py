"""When a visit may be planned, and when one person has too many on one day (PGM.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from baohou.core.period import Quarter

FEWEST_TOO_MANY: Final = 3
"""Two visits on one day are never too many."""


@dataclass(frozen=True)
class Window:
    """The days a visit may be planned on. ``last`` is None when it is overdue: any day from today on will do."""

    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


def window_of(*, opens_on: date, due_on: date, today: date) -> Window:
    """From the day a visit is owed, or today if that is later, to its due day; overdue: from today on."""
    return Window(max(opens_on, today), due_on if today <= due_on else None)


def too_many_from(*, visits: int, working_days: int) -> int:
    """From how many visits on one day a person has too many: more than twice what an even share would be."""
    share = -(-visits // working_days) if working_days else visits
    return max(FEWEST_TOO_MANY, 2 * share + 1)


def filed_for(plan: Quarter) -> Quarter:
    """The quarter whose filing hands in the plan of ``plan``: the one before, whose last day the duty opens on."""
    return plan.previous()
