"""Who wants to hear of proposals: apps above register, and are told in the verb's own transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from baohou.kernel.approvals.models import Proposal
from baohou.kernel.people.models import Staff

Listener = Callable[[Proposal, Sequence[Staff]], None]
"""Told of a proposal that was made (with who may check it) or answered (with nobody)."""

_LISTENERS: list[Listener] = []


def register(listener: Listener) -> None:
    """Have a listener told of every proposal made or answered from now on."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def tell_all(proposal: Proposal, checkers: Sequence[Staff] = ()) -> None:
    """Tell everyone who listens; call it inside the transaction of the verb."""
    for listener in _LISTENERS:
        listener(proposal, checkers)
