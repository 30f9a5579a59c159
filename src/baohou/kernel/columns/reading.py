"""Reading whole columns: packed into 63-bit words by the database, unpacked here by numpy.

PostgreSQL answers with one array per word and piece of the table, inside the caller's transaction; that is several
times faster than COPY, whose client pays for each row. SQLite is read through the standard library only: a second
SQLite library in the process would drop Django's locks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from threading import Event
from typing import Any, Final

import numpy as np
import polars as pl
import psycopg
from django.db import connection
from psycopg.pq import Format

from baohou.kernel.columns.table import Column, Kind, Longs, Packed, Table, words

_BLOCKS_AT_ONCE: Final = 32_768
"""PostgreSQL pages (8 KiB) whose rows are packed into one array: about three million rows."""
_ARRAY: Final = np.dtype([("length", ">i4"), ("value", ">i8")])
_ARRAY_HEAD: Final = 20


Among = tuple[str, Sequence[int]]
"""A column of the database, and the numbers of which it has to be one; at most some ten thousand."""


def read(table: Table, *, where: str = "", among: Among | None = None) -> pl.DataFrame:
    """The rows of a table as a frame; NOBODY and NEVER stand for NULL. ``where`` is SQL of our own, never of a user."""
    return read_packed(table, where=where, among=among).frame()


def read_packed(table: Table, *, where: str = "", among: Among | None = None) -> Packed:
    """What read reads, as the database packed it."""
    connection.ensure_connection()
    return _packed(connection.connection, table, where, among)


@contextmanager
def reading_ahead(table: Table, *, where: str = "", among: Among | None = None) -> Iterator[Callable[[], Packed]]:
    """Let PostgreSQL pack a table while the caller computes; what is yielded waits for the rows and returns them.

    It reads on the caller's connection, in the caller's transaction: a query of the caller's waits meanwhile. SQLite
    works in the caller's process, so there the table is read when it is asked for.
    """
    if not _postgres():
        yield lambda: read_packed(table, where=where, among=among)
        return
    connection.ensure_connection()
    given_up = Event()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="columns") as executor:
        reading = executor.submit(_packed, connection.connection, table, where, among, given_up)
        try:
            yield reading.result
        finally:
            given_up.set()


def _packed(raw: Any, table: Table, where: str, among: Among | None, given_up: Event | None = None) -> Packed:
    """The rows that meet the conditions, over a raw connection; not all of them when they are no longer wanted."""
    conditions = [where] if where else []
    sources = [_word(table.columns, names) for names in words(table.columns)]
    empty = [np.zeros(0, dtype=np.int64) for _ in sources]
    if among is not None and not len(among[1]):
        return Packed(table, empty)
    pieces = []
    for piece in _pieces(raw, table.name, sources, conditions, among):
        pieces.append(piece)
        if given_up is not None and given_up.is_set():
            break
    if len(pieces) <= 1:
        return Packed(table, pieces[0] if pieces else empty)
    return Packed(table, [np.concatenate(arrays) for arrays in zip(*pieces, strict=True)])


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


def _pieces(
    raw: Any, table: str, sources: list[str], conditions: list[str], among: Among | None
) -> Iterator[list[Longs]]:
    """The table's rows in pieces: for each piece one array of integers per word."""
    if not _postgres():
        within = [] if among is None else [f"{among[0]} IN ({','.join(map(str, among[1]))})"]
        query = f"SELECT {', '.join(sources)} FROM {table}{_where([*conditions, *within])}"
        yield _sqlite_piece(raw, query, len(sources))
        return
    names = [f"w{place}" for place in range(len(sources))]
    inner = ", ".join(f"({source})::int8 AS {name}" for name, source in zip(names, sources, strict=True))
    arrays = ", ".join(f"array_agg({name})" for name in names)
    if among is not None:
        found = lookup(f"SELECT {inner} FROM {table}", conditions, among)
        yield from _postgres_piece(raw, f"SELECT {arrays} FROM {found}")
        return
    for part in _block_ranges(raw, table):
        packed = f"(SELECT {inner} FROM {table}{_where([*conditions, *part])}) AS packed"
        yield from _postgres_piece(raw, f"SELECT {arrays} FROM {packed}")


def lookup(select: str, conditions: list[str], among: Among) -> str:
    """For PostgreSQL: the rows of each of some numbers looked up one after another, by an index of their column.

    Asked for all of them at once PostgreSQL reads a table of a million rows from end to end for some thousand. OFFSET
    keeps it from turning one into the other.
    """
    column, numbers = among
    each = f"{select}{_where([*conditions, f'{column} = wanted_number'])} OFFSET 0"
    wanted = ",".join(map(str, sorted(set(numbers))))
    return f"unnest('{{{wanted}}}'::int8[]) AS wanted(wanted_number) CROSS JOIN LATERAL ({each}) AS packed"


def _where(conditions: list[str]) -> str:
    return " WHERE " + " AND ".join(f"({one})" for one in conditions) if conditions else ""


def _block_ranges(raw: Any, table: str) -> list[list[str]]:
    """Conditions that cut a large table into ranges of pages; one empty range for a small one."""
    with psycopg.Cursor(raw) as cursor:
        cursor.execute("SELECT pg_relation_size(%s::regclass) / 8192", [table])
        blocks = cursor.fetchall()[0][0]
    if blocks <= _BLOCKS_AT_ONCE:
        return [[]]
    starts = range(0, blocks + 1, _BLOCKS_AT_ONCE)
    ranges = [[f"ctid >= '({start},0)'", f"ctid < '({start + _BLOCKS_AT_ONCE},0)'"] for start in starts]
    return [*ranges[:-1], ranges[-1][:1]]


def _postgres_piece(raw: Any, query: str) -> Iterator[list[Longs]]:
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


def _sqlite_piece(raw: Any, query: str, width: int) -> list[Longs]:
    rows = raw.cursor().execute(query)
    flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64)
    return [flat[place::width] for place in range(width)]
