"""What of a table is read and written in bulk, and how many bits each column takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from baohou.core.columns import DAY_BITS, NEVER, NOBODY, SUBJECT_BITS

Longs = npt.NDArray[np.int64]


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


@dataclass(frozen=True)
class Packed:
    """Rows of a table in words of at most 63 bits, one array of integers per word; see words."""

    table: Table
    arrays: Sequence[Longs]

    def frame(self, rows: Longs | None = None) -> pl.DataFrame:
        """The rows, or those at some places, as a frame of the table's columns."""
        series: dict[str, pl.Series] = {}
        for array, names in zip(self.arrays, words(self.table.columns), strict=True):
            word, shift = array if rows is None else array[rows], 0
            for name in names:
                kind = self.table.columns[name].kind
                values = (word >> shift) & ((1 << kind.bits) - 1) if len(names) > 1 else word
                series[name] = pl.Series(name, values).cast(kind.dtype)
                shift += kind.bits
        return pl.DataFrame([series[name] for name in self.table.columns])


def pack(table: Table, frame: pl.DataFrame) -> Packed:
    """The table's columns of a frame in words, as the database would pack them."""
    arrays = []
    for names in words(table.columns):
        word, shift = np.zeros(len(frame), dtype=np.int64), 0
        for name in names:
            word |= frame[name].to_numpy().astype(np.int64) << shift
            shift += table.columns[name].kind.bits
        arrays.append(word)
    return Packed(table, arrays)


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
