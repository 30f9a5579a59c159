"""Versions laid end to end: where one begins, the one before it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, zip_longest


@dataclass(frozen=True)
class Span:
    """The days of a version: from ``effective_on`` up to the day before ``until``; None means until replaced."""

    effective_on: date
    until: date | None


@dataclass(frozen=True)
class Misfit:
    """Two neighbours in time that leave a gap (the later begins after the end) or overlap (before the end)."""

    earlier: Span
    later: Span

    @property
    def is_gap(self) -> bool:
        assert self.earlier.until is not None
        return self.later.effective_on > self.earlier.until


def find_misfits(spans: Sequence[Span]) -> list[Misfit]:
    """Neighbours that do not meet; the spans are in the order of their effective days, no two on one day."""
    return [
        Misfit(earlier, later)
        for earlier, later in pairwise(spans)
        if earlier.until is not None and earlier.until != later.effective_on
    ]


def ends_of(spans: Sequence[Span]) -> list[date | None]:
    """The day each span ends: the day it says, or the day on which the next one replaces it."""
    begins = [span.effective_on for span in spans[1:]]
    return [span.until or begin for span, begin in zip_longest(spans, begins)]
