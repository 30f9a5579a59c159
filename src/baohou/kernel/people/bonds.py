"""What keeps a person at a post: rooms say it, so that nobody leaves while something has no other owner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from baohou.kernel.people.models import Department, Post, Staff


@dataclass(frozen=True)
class Change:
    """A person's next post and department from a day on."""

    staff: Staff
    post: Post
    department: Department | None
    on: date


Bond = Callable[[Change], list[str]]
"""Sentences that say what would be left without an owner, and what to do first; empty when nothing would."""

_BONDS: list[Bond] = []


def register(bond: Bond) -> None:
    """Have a change of post asked about; called by a room's AppConfig.ready()."""
    if bond not in _BONDS:
        _BONDS.append(bond)


def list_bonds(change: Change) -> list[str]:
    """Everything that keeps a person from a change."""
    return [said for bond in _BONDS for said in bond(change)]
