"""What is written by the hundred thousand, told in sum: how many rows of which table, and a digest of their values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import polars as pl

Tally = list[dict[str, Any]]
_TALLY: ContextVar[Tally | None] = ContextVar("tally", default=None)


@contextmanager
def tallying() -> Iterator[Tally]:
    """Gather what is noted meanwhile."""
    tally: Tally = []
    token = _TALLY.set(tally)
    try:
        yield tally
    finally:
        _TALLY.reset(token)


def note(table: str, done: str, rows: pl.DataFrame, **more: Any) -> None:
    """Say what was done to rows (added, changed, removed), if somebody gathers it; nothing for no rows."""
    tally = _TALLY.get()
    if tally is not None and len(rows):
        tally.append({"table": table, "done": done, "rows": len(rows), "sha256": digest(rows), **more})


def digest(rows: pl.DataFrame) -> str:
    """SHA-256 of whole numbers, column by column: its name, then each value in eight bytes, the lowest first."""
    found = hashlib.sha256()
    for column in rows:
        found.update(column.name.encode())
        found.update(column.cast(pl.Int64).to_numpy().astype("<i8").tobytes())
    return found.hexdigest()
