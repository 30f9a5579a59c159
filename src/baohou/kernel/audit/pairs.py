"""A second pair of eyes on what is done: acts recorded meanwhile name who checked them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_BESIDE: ContextVar[dict[str, Any] | None] = ContextVar("beside", default=None)


@contextmanager
def checked(*, by: str, proposal: int) -> Iterator[None]:
    """Let every act recorded within say who checked it (empty: nobody could) and under which proposal."""
    token = _BESIDE.set({"checked_by": by, "proposal": proposal})
    try:
        yield
    finally:
        _BESIDE.reset(token)


def current() -> dict[str, Any]:
    """What the acts of the present flow of control say beside their own facts."""
    return dict(_BESIDE.get() or {})
