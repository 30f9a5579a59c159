"""Which waivers and reversals wait for a second pair of eyes: what every list of penalties says of it (PGM.12)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from baohou.kernel.approvals.queries import Pending, pending_on

WAIVE: Final = "penalty.waive"
REVERSE: Final = "penalty.reverse"
"""The kinds of acts by which somebody changes what a penalty costs."""


def pending_penalties(of: Collection[tuple[int, int]]) -> dict[tuple[int, int], tuple[Pending, ...]]:
    """What waits on each of some penalties, named by duty and person. One query."""
    named = {subject_of(duty_key, staff_id): (duty_key, staff_id) for duty_key, staff_id in of}
    return {named[subject]: those for subject, those in pending_on((WAIVE, REVERSE), named).items()}


def subject_of(duty_key: int, staff_id: int) -> str:
    """How proposals name a penalty."""
    return f"{duty_key}:{staff_id}"
