"""The kinds of paper that rooms seal: their title, and how a room tells a paper's content anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Content = dict[str, Any]
"""What a paper says, as JSON would: text, numbers, lists, mappings; dates in ISO."""


@dataclass(frozen=True)
class PaperKind:
    """``tell`` reads a paper's content from the room's tables; None when the paper is no longer there."""

    code: str
    title: str
    tell: Callable[[int], Content | None]


_KINDS: dict[str, PaperKind] = {}


def register(kind: PaperKind) -> None:
    """Make a kind of paper known; called by a room's AppConfig.ready()."""
    _KINDS[kind.code] = kind


def get(code: str) -> PaperKind:
    """The kind of a code; KeyError when no room has registered it."""
    return _KINDS[code]


def list_kinds() -> list[PaperKind]:
    """Every kind that a room has registered."""
    return list(_KINDS.values())
