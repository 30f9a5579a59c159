"""What of a table is read and written in bulk, and how many bits each column takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import polars as pl

from baohou.core.columns import DAY_BITS, NEVER, NOBODY, SUBJECT_BITS


class Kind(Enum):
    """A kind of column: bits, the number that stands for NULL, the type of the column in a frame."""

    LONG = 63, None, pl.Int64, "int8"
    ID = SUBJECT_BITS, NOBODY, pl.Int64, "int8"
    REF = 20, NOBODY, pl.Int64, "int8"
    DAY = DAY_BITS, NEVER, pl.Int32, "date"
    CODE = 6, 0, pl.Int16, "int2"

    def __init__(self, bits: int, missing: int | None, dtype: Any, sql_type: str) -> None:
        self.bits = bits
        self.missing = missing
        self.dtype = dtype
        self.sql_type = sql_type


@dataclass(frozen=True)
class Column:
    """A column of a frame: its kind and the column (or integer expression) of the table that it comes from."""

    kind: Kind
    source: str


@dataclass(frozen=True)
class Table:
    """A table and those of its columns that are read or written in bulk, by their names in the frame.

    ``key`` names the frame's column that identifies a row in update and delete.
    """

    name: str
    columns: Mapping[str, Column]
    key: str = "key"

    def empty(self) -> pl.DataFrame:
        """A frame of no rows."""
        return pl.DataFrame(schema={name: column.kind.dtype for name, column in self.columns.items()})


def words(columns: Mapping[str, Column]) -> list[list[str]]:
    """The columns' names packed into words of at most 63 bits, in the order of the columns where it fits."""
    packed: list[tuple[int, list[str]]] = []
    for name, column in columns.items():
        for place, (used, names) in enumerate(packed):
            if used + column.kind.bits <= 63:
                packed[place] = (used + column.kind.bits, [*names, name])
                break
        else:
            packed.append((column.kind.bits, [name]))
    return [names for _, names in packed]
