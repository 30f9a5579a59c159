"""Duties in bulk: reading them as columns, and bringing the table to what the rules derived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from baohou.core.columns import NEVER
from baohou.kernel import columns
from baohou.kernel.columns import Column, Kind, Table

TABLE: Final = Table(
    "duties_duty",
    {
        "key": Column(Kind.LONG, "key"),
        "kind": Column(Kind.CODE, "kind"),
        "client_id": Column(Kind.ID, "party_id"),
        "subject_id": Column(Kind.ID, "subject_id"),
        "department_id": Column(Kind.REF, "department_id"),
        "owner_id": Column(Kind.REF, "owner_id"),
        "version_id": Column(Kind.REF, "version_id"),
        "opens_on": Column(Kind.DAY, "opens_on"),
        "due_on": Column(Kind.DAY, "due_on"),
        "done_on": Column(Kind.DAY, "done_on"),
        "lapsed_on": Column(Kind.DAY, "lapsed_on"),
    },
)

_IN_THE_KEY: Final = ("kind", "subject_id", "opens_on")
_STATE: Final = Table(TABLE.name, {name: column for name, column in TABLE.columns.items() if name not in _IN_THE_KEY})
"""What of a duty can change under its key."""


@dataclass(frozen=True)
class Difference:
    """What the rules derived against what is stored; ``before`` are the stored rows of ``changed``, key by key."""

    new: pl.DataFrame
    changed: pl.DataFrame
    before: pl.DataFrame
    removed: pl.DataFrame

    @property
    def newly_done(self) -> int:
        """Duties that are done now and were not before."""
        was_open = self.before["done_on"] == NEVER
        return len(self.new.filter(pl.col("done_on") < NEVER)) + len(
            self.changed.filter(was_open & (pl.col("done_on") < NEVER))
        )

    def __bool__(self) -> bool:
        return bool(len(self.new) or len(self.changed) or len(self.removed))


def read_state(*, where: str = "", among: tuple[str, Sequence[int]] | None = None) -> pl.DataFrame:
    """Stored duties (key and what can change under it), sorted by key."""
    return columns.read(_STATE, where=where, among=among).sort("key")


def compare(derived: pl.DataFrame, stored: pl.DataFrame) -> Difference:
    """Compare duties derived (all columns) with duties stored (read_state); both sorted by key."""
    wanted, present = derived["key"].to_numpy(), stored["key"].to_numpy()
    if np.array_equal(wanted, present):
        mine, theirs, kept = derived, stored, None
    else:
        place = np.searchsorted(present, wanted)
        inside = np.minimum(place, max(len(present) - 1, 0))
        kept = present[inside] == wanted if len(present) else np.zeros(len(wanted), dtype=bool)
        mine, theirs = derived.filter(pl.Series(kept)), stored[inside[kept]]
    differs = np.zeros(len(mine), dtype=bool)
    for name in _STATE.columns:
        differs |= mine[name].to_numpy() != theirs[name].to_numpy()
    rows = pl.Series(differs)
    gone = stored.head(0) if kept is None else stored.filter(~pl.Series(np.isin(present, wanted, assume_unique=True)))
    new = derived.head(0) if kept is None else derived.filter(~pl.Series(kept))
    return Difference(new=new, changed=mine.filter(rows), before=theirs.filter(rows), removed=gone)


def apply(difference: Difference) -> None:
    """Write a difference; the primary key keeps a duty from standing twice."""
    columns.delete(TABLE, difference.removed["key"])
    columns.update(TABLE, difference.changed)
    columns.insert(TABLE, difference.new)
