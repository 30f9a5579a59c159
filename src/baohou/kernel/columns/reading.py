"""Reading whole columns: packed into 63-bit words by the database, unpacked here by numpy.

PostgreSQL answers with one array per word and piece of the table, inside the caller's transaction; that is several
times faster than COPY, whose client pays for each row. SQLite is read through the standard library only: a second
SQLite library in the process would drop Django's locks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import psycopg
from django.db import connection
from psycopg.pq import Format

from baohou.kernel.columns.table import Column, Kind, Table, words

_BLOCKS_AT_ONCE: Final = 32_768
"""PostgreSQL pages (8 KiB) whose rows are packed into one array: about three million rows."""
_ARRAY: Final = np.dtype([("length", ">i4"), ("value", ">i8")])
_ARRAY_HEAD: Final = 20

Longs = npt.NDArray[np.int64]


def read(table: Table, *, where: str = "", among: tuple[str, Sequence[int]] | None = None) -> pl.DataFrame:
    """The rows of a table as a frame; NOBODY and NEVER stand for NULL.

    ``where`` is SQL of our own, never of a user. ``among`` keeps rows whose database column is one of the numbers;
    give at most some ten thousand.
    """
    conditions = [where] if where else []
    if among is not None:
        column, numbers = among
        if not len(numbers):
            return table.empty()
        conditions.append(f"{column} IN ({','.join(str(int(number)) for number in numbers)})")
    packed = words(table.columns)
    sources = [_word(table.columns, names) for names in packed]
    pieces = list(_pieces(table.name, sources, conditions, whole=among is None))
    if not pieces:
        return table.empty()
    return pl.concat([_unpacked(piece, packed, table.columns) for piece in pieces])


def _word(columns: Mapping[str, Column], names: list[str]) -> str:
    """SQL that packs columns into one integer, the first in the lowest bits."""
    parts, shift = [], 0
    for name in names:
        value = _number(columns[name])
        parts.append(
            f"({value})::int8 << {shift}" if shift and _postgres() else f"({value}) << {shift}" if shift else value
        )
        shift += columns[name].kind.bits
    return "(" + ") | (".join(parts) + ")"


def _number(column: Column) -> str:
    if column.kind is Kind.DAY:
        days = (
            f"{column.source} - date '1900-01-01'"
            if _postgres()
            else f"CAST(julianday({column.source}) - 2415020.5 AS INTEGER)"
        )
        return f"coalesce({days}, {column.kind.missing})"
    if column.kind.missing is None:
        return column.source
    return f"coalesce({column.source}, {column.kind.missing})"


def _postgres() -> bool:
    return connection.vendor == "postgresql"


def _pieces(table: str, sources: list[str], conditions: list[str], *, whole: bool) -> Iterator[list[Longs]]:
    """The table's rows in pieces: for each piece one array of integers per word."""
    if not _postgres():
        yield _sqlite_piece(f"SELECT {', '.join(sources)} FROM {table}{_where(conditions)}", len(sources))
        return
    for part in _block_ranges(table) if whole else [[]]:
        columns = ", ".join(f"w{place}" for place in range(len(sources)))
        inner = ", ".join(f"({source})::int8 AS w{place}" for place, source in enumerate(sources))
        arrays = columns.replace("w", "array_agg(w").replace(",", "),") + ")"
        yield from _postgres_piece(
            f"SELECT {arrays} FROM (SELECT {inner} FROM {table}{_where([*conditions, *part])}) AS packed"
        )


def _where(conditions: list[str]) -> str:
    return " WHERE " + " AND ".join(f"({one})" for one in conditions) if conditions else ""


def _block_ranges(table: str) -> list[list[str]]:
    """Conditions that cut a large table into ranges of pages; one empty range for a small one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size(%s::regclass) / 8192", [table])
        blocks = cursor.fetchone()[0]
    if blocks <= _BLOCKS_AT_ONCE:
        return [[]]
    starts = range(0, blocks + 1, _BLOCKS_AT_ONCE)
    ranges = [[f"ctid >= '({start},0)'", f"ctid < '({start + _BLOCKS_AT_ONCE},0)'"] for start in starts]
    return [*ranges[:-1], ranges[-1][:1]]


def _postgres_piece(query: str) -> Iterator[list[Longs]]:
    connection.ensure_connection()
    raw: Any = connection.connection
    with psycopg.Cursor(raw) as cursor:
        cursor.format = Format.BINARY
        cursor.execute(query)
        result = cursor.pgresult
        assert result is not None, "a query has a result"
        values = [result.get_value(0, place) for place in range(result.nfields)]
    if values[0] is not None:
        yield [
            np.frombuffer(value, dtype=_ARRAY, offset=_ARRAY_HEAD)["value"].astype(np.int64)
            for value in values
            if value is not None
        ]


def _sqlite_piece(query: str, width: int) -> list[Longs]:
    connection.ensure_connection()
    raw: Any = connection.connection
    rows = raw.cursor().execute(query)
    flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64)
    return [flat[place::width] for place in range(width)]


def _unpacked(piece: list[Longs], packed: list[list[str]], columns: Mapping[str, Column]) -> pl.DataFrame:
    series: dict[str, pl.Series] = {}
    for word, names in zip(piece, packed, strict=True):
        shift = 0
        for name in names:
            bits = columns[name].kind.bits
            values = (word >> shift) & ((1 << bits) - 1) if len(names) > 1 else word
            series[name] = pl.Series(name, values).cast(columns[name].kind.dtype)
            shift += bits
    return pl.DataFrame([series[name] for name in columns])
