"""Many new rows of one table in few rows of the audit: each column named once, and each of its values, in order.

A chunk is hashed into the chain like any other row; spread out it says of each row what a row of its own would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from baohou.kernel.audit.models import Change

LARGEST: Final = 1000
"""So many rows a chunk holds at most."""
_MARK: Final = "×"


@dataclass(frozen=True)
class Told:
    """One row that an act added, changed or removed, wherever it is written down; ``place`` is where."""

    place: str
    table: str
    key: str
    row: int | None
    before: Any
    after: Any


def pack(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, keys: str) -> Iterator[tuple[str, Any]]:
    """(key, after) of the chunks of new rows, given as the audit keeps their values; ``keys`` is the column that
    names a row. A column that says the same of all rows of a chunk is written as one value."""
    for start in range(0, len(rows), LARGEST):
        some = rows[start : start + LARGEST]
        same, each = {}, {}
        for name, values in zip(columns, zip(*some, strict=True), strict=True):
            if all(value == values[0] and type(value) is type(values[0]) for value in values):
                same[name] = values[0]
            else:
                each[name] = list(values)
        yield f"{_MARK}{len(some)}", {"rows": len(some), "keys": keys, "same": same, "each": each}


def is_chunk(change: Change) -> bool:
    """Whether a row of the audit holds many, each told."""
    return change.key.startswith(_MARK) and isinstance(change.after, dict) and "each" in change.after


def spread(changes: Iterable[Change], *, after: int = -1) -> Iterator[Told]:
    """Each row on its own; of the first, if it is a chunk, those behind the ``after``th."""
    for change in changes:
        if not is_chunk(change):
            yield Told(f"{change.pk}", change.table, change.key, change.row, change.before, change.after)
            after = -1
            continue
        held: dict[str, Any] = change.after or {}
        for at in range(after + 1, held["rows"]):
            values = {**held["same"], **{name: values[at] for name, values in held["each"].items()}}
            number = values.get("id")
            key = f"#{number}" if held["keys"] == "id" else str(values[held["keys"]])[:255]
            yield Told(f"{change.pk}.{at}", change.table, key, number, None, values)
        after = -1
