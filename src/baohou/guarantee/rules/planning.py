"""When a visit may be planned, and when one person has too many on one day (PGM.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from baohou.core.period import Quarter
from baohou.core.rulebook import Version
from baohou.guarantee.rules.parameters import FEWEST_TOO_MANY, TOO_MANY_TIMES, number_in


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


def too_many_from(*, visits: int, working_days: int, version: Version | None) -> int:
    """From how many visits on one day a person has too many: more than so many times what an even share would be.

    The times, and below which number it is never too many, are parameters of PGM.8.
    """
    share = -(-visits // working_days) if working_days else visits
    return max(number_in(version, FEWEST_TOO_MANY), number_in(version, TOO_MANY_TIMES) * share + 1)


def filed_for(plan: Quarter) -> Quarter:
    """The quarter whose filing hands in the plan of ``plan``: the one before, whose last day the duty opens on."""
    return plan.previous()
