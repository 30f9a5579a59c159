"""How long what is overdue has been so: bands of days since the due day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final


@dataclass(frozen=True)
class Band:
    """So many calendar days past the due day, from ``first`` to ``last`` (None: and longer)."""

    code: str
    first: int
    last: int | None

    def until(self, on: date) -> date:
        """The last due day that is in the band on a day."""
        return on - timedelta(days=self.first)

    def since(self, on: date) -> date | None:
        """The first due day that is in the band on a day; None where there is no first."""
        return on - timedelta(days=self.last) if self.last is not None else None


BANDS: Final = (
    Band("late-1", 1, 7),
    Band("late-2", 8, 30),
    Band("late-3", 31, 90),
    Band("late-4", 91, None),
)
"""A week, a month, a quarter, and longer; every duty that is overdue is in just one."""


def band_of(due_on: date, *, on: date) -> int:
    """The place in BANDS of what was due on a day before ``on``."""
    days = (on - due_on).days
    assert days > 0, "what is due today is not overdue"
    return next(place for place, band in enumerate(BANDS) if band.last is None or days <= band.last)
