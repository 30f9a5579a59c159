"""Which changes of clients' grades wait for a second pair of eyes (PGM.7): what every list of clients says of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from baohou.kernel.approvals.queries import Pending, pending_on

TO_RISK: Final = "grade.risk"
TO_WATCH: Final = "grade.watch"
"""The kinds of acts by which a client's grade is changed between quarters."""


def pending_grades(clients: Collection[int]) -> dict[int, tuple[Pending, ...]]:
    """What waits on each of some clients. One query."""
    waiting = pending_on((TO_RISK, TO_WATCH), (subject_of(client) for client in clients))
    return {int(subject): those for subject, those in waiting.items()}


def subject_of(client: int) -> str:
    """How proposals name a client."""
    return str(client)
