"""Duties in bulk: reading them as columns, and bringing the table to what the rules derived."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from baohou.core.columns import EPOCH, NEVER, pack_key
from baohou.kernel import columns
from baohou.kernel.audit import bulk
from baohou.kernel.columns import Among, Column, Kind, Longs, Packed, Table

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

NOT_DONE_IN_TIME: Final = "lapsed_on IS NULL AND (done_on IS NULL OR done_on > due_on)"

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


def read_state(*, where: str = "", among: Among | None = None) -> Packed:
    """Stored duties: key and what can change under it."""
    return columns.read_packed(_STATE, where=where, among=among)


def reading_state_ahead(*, where: str, among: Among | None = None) -> AbstractContextManager[Callable[[], Packed]]:
    """read_state beside what the caller computes: see columns.reading_ahead."""
    return columns.reading_ahead(_STATE, where=where, among=among)


def of_kinds(first: int, last: int) -> str:
    """The condition that a duty's kind is one of these; the key begins with it, so an index answers."""
    return f"key >= {pack_key(first, 0, EPOCH)} AND key < {pack_key(last + 1, 0, EPOCH)}"


def compare(derived: pl.DataFrame, stored: Callable[[], Packed]) -> Difference:
    """Compare duties derived (all columns) with duties stored (read_state), word by word: what differs, by key.

    ``stored`` is asked for once the derived ones are in order; see reading_state_ahead.
    """
    wanted, *values = columns.pack(_STATE, derived).arrays
    here = np.argsort(wanted)
    wanted, values = wanted[here], [value[here] for value in values]
    state = stored()
    present, *stored_values = state.arrays
    there = np.argsort(present, kind="stable")  # they mostly stand in order: a merge sort
    present = present[there]
    new = gone = np.zeros(0, dtype=np.int64)
    if not np.array_equal(wanted, present):
        kept, still = _within(wanted, present), _within(present, wanted)
        new, gone = here[~kept], there[~still]
        here, there, values = here[kept], there[still], [value[kept] for value in values]
    differs = np.zeros(len(here), dtype=bool)
    for value, other in zip(values, stored_values, strict=True):
        differs |= value != other[there]
    return Difference(
        new=derived[new],
        changed=derived[here[differs]],
        before=state.frame(there[differs]),
        removed=state.frame(gone),
    )


def _within(keys: Longs, among: Longs) -> npt.NDArray[np.bool_]:
    """Which of some keys are among others; both sorted."""
    if not len(among):
        return np.zeros(len(keys), dtype=bool)
    found: npt.NDArray[np.bool_] = among[np.minimum(np.searchsorted(among, keys), len(among) - 1)] == keys
    return found


def apply(difference: Difference) -> None:
    """Write a difference; the primary key keeps a duty from standing twice."""
    for done, rows in (("removed", difference.removed), ("changed", difference.changed), ("added", difference.new)):
        bulk.note(TABLE.name, done, rows)
    columns.delete(TABLE, difference.removed["key"])
    columns.update(TABLE, difference.changed)
    columns.insert(TABLE, difference.new)
