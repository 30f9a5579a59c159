"""What a change of grade asks for: a reason always; to or from watch and risk the department manager's signature."""

from __future__ import annotations

from baohou.guarantee.rules.words import Grade

WATCHED = (Grade.WATCH, Grade.RISK)
"""Grades that want a disposal measure (PGM.10)."""


def must_sign(before: Grade | None, grade: Grade) -> bool:
    """Whether going from one grade to another wants a signature: it enters or leaves watch or risk, or moves there."""
    return before is not grade and (before in WATCHED or grade in WATCHED)
