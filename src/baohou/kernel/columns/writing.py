"""Writing whole columns: binary COPY built by numpy (PostgreSQL), executemany (SQLite); in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from django.db import connection

from baohou.core.columns import EPOCH
from baohou.kernel.columns.table import Column, Kind, Table

_SIGNATURE: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER: Final = b"\xff\xff"
_TO_2000: Final = (EPOCH - date(2000, 1, 1)).days
_TO_1970: Final = (EPOCH - date(1970, 1, 1)).days
_ROWS_AT_ONCE: Final = 100_000
_FEW: Final = 1000
"""So many rows at most go to PostgreSQL in the statement itself."""
_NUMPY: Final = {"int8": ">i8", "date": ">i4", "int2": ">i2"}


Constants = Mapping[str, str | datetime]
"""Columns that have one value in all rows of an insert."""


def insert(table: Table, frame: pl.DataFrame, *, constants: Constants | None = None) -> None:
    """Add the rows of a frame that has the table's columns; ``constants`` are columns of the table besides."""
    if not len(frame):
        return
    same = constants or {}
    names = ", ".join([*(column.source for column in table.columns.values()), *same])
    if connection.vendor == "postgresql":
        _copy(f"COPY {table.name} ({names}) FROM STDIN (FORMAT binary)", table, frame, same)
    else:
        marks = ", ".join("?" * (len(table.columns) + len(same)))
        tail = tuple(
            connection.ops.adapt_datetimefield_value(v) if isinstance(v, datetime) else v for v in same.values()
        )
        rows = _rows(table, frame)
        _many(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", ((*row, *tail) for row in rows) if tail else rows)


def update(table: Table, frame: pl.DataFrame) -> None:
    """Give the rows with the frame's keys the values of the frame."""
    if not len(frame):
        return
    key = table.columns[table.key].source
    others = [column.source for name, column in table.columns.items() if name != table.key]
    if connection.vendor == "postgresql":
        values = ", ".join(f"{name} = written.{name}" for name in others)
        change = f"UPDATE {table.name} SET {values} FROM %s WHERE {table.name}.{key} = written.{key}"
        if len(frame) <= _FEW:
            _update_few(change, table, frame)
        else:
            _update_many(change, table, frame)
    else:
        ordered = Table(table.name, {n: c for n, c in table.columns.items() if n != table.key}, table.key)
        rows = zip(_rows(ordered, frame), frame[table.key].to_list(), strict=True)
        values = ", ".join(f"{name} = ?" for name in others)
        _many(f"UPDATE {table.name} SET {values} WHERE {key} = ?", ((*row, number) for row, number in rows))


def _update_few(change: str, table: Table, frame: pl.DataFrame) -> None:
    """With the rows in the statement itself: one question where a table of them takes five."""
    columns = list(table.columns.values())
    rows = "unnest(" + ", ".join(f"%s::{column.kind.sql_type}[]" for column in columns) + ")"
    rows += f" AS written({', '.join(column.source for column in columns)})"
    with connection.cursor() as cursor:
        cursor.execute(change % rows, [_values(frame[name], column) for name, column in table.columns.items()])


def _update_many(change: str, table: Table, frame: pl.DataFrame) -> None:
    names = ", ".join(column.source for column in table.columns.values())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE written ON COMMIT DROP AS SELECT {names} FROM {table.name} LIMIT 0")
        _copy(f"COPY written ({names}) FROM STDIN (FORMAT binary)", table, frame, {})
        cursor.execute("ANALYZE written")
        cursor.execute(change % "written")
        cursor.execute("DROP TABLE written")


def delete(table: Table, keys: pl.Series) -> None:
    """Remove the rows with these keys."""
    if not len(keys):
        return
    key = table.columns[table.key].source
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table.name} WHERE {key} = ANY(%s)", [keys.to_list()])
    else:
        _many(f"DELETE FROM {table.name} WHERE {key} = ?", ((number,) for number in keys.to_list()))


def _many(statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    connection.ensure_connection()
    raw: Any = connection.connection
    raw.cursor().executemany(statement, rows)


def _rows(table: Table, frame: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Rows as SQLite takes them: dates as ISO text, None for what is missing."""
    for start in range(0, len(frame), _ROWS_AT_ONCE):
        piece = frame[start : start + _ROWS_AT_ONCE]
        yield from zip(*(_values(piece[name], column) for name, column in table.columns.items()), strict=True)


def _values(series: pl.Series, column: Column) -> list[Any]:
    if column.kind.missing is not None and column.kind is not Kind.CODE:
        series = series.replace(column.kind.missing, None)
    if column.kind is Kind.DAY:
        series = (series + _TO_1970).cast(pl.Int32).cast(pl.Date).dt.strftime("%Y-%m-%d")
    return series.to_list()


def _copy(statement: str, table: Table, frame: pl.DataFrame, same: Constants) -> None:
    """Send a frame as binary COPY. Rows with the same columns missing have one shape, and go as one block."""
    connection.ensure_connection()
    raw: Any = connection.connection
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_SIGNATURE)
        for start in range(0, len(frame), _ROWS_AT_ONCE):
            for block in _blocks(table, frame[start : start + _ROWS_AT_ONCE], same):
                copy.write(block)
        copy.write(_TRAILER)


def _binary(value: str | datetime) -> bytes:
    """A constant as PostgreSQL's binary format has it; a moment counts microseconds since 2000."""
    if isinstance(value, str):
        return value.encode()
    return ((value - datetime(2000, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)).to_bytes(8, "big", signed=True)


def _blocks(table: Table, frame: pl.DataFrame, same: Constants) -> Iterator[bytes]:
    values = {name: frame[name].to_numpy() for name in table.columns}
    gaps = {
        name: values[name] == column.kind.missing
        for name, column in table.columns.items()
        if column.kind.missing is not None and column.kind is not Kind.CODE
    }
    shape = np.zeros(len(frame), dtype=np.int64)
    for place, gap in enumerate(gaps.values()):
        shape |= gap.astype(np.int64) << place
    for pattern in np.unique(shape):
        missing = {name for place, name in enumerate(gaps) if pattern >> place & 1}
        yield _block(table, values, np.flatnonzero(shape == pattern), missing, same)


def _block(
    table: Table, values: dict[str, Any], rows: npt.NDArray[np.int64], missing: set[str], same: Constants
) -> bytes:
    """Rows in which exactly ``missing`` is missing, as PostgreSQL's binary format has them."""
    fields: list[tuple[str, str]] = [("count", ">i2")]
    for name, column in table.columns.items():
        fields.append((f"{name} length", ">i4"))
        if name not in missing:
            fields.append((name, _NUMPY[column.kind.sql_type]))
    texts = {name: _binary(value) for name, value in same.items()}
    for name, text in texts.items():
        fields += [(f"{name} length", ">i4"), (name, f"V{len(text)}")]
    block = np.empty(len(rows), dtype=np.dtype(fields))
    block["count"] = len(table.columns) + len(texts)
    for name, text in texts.items():
        block[f"{name} length"], block[name] = len(text), np.void(text)
    for name, column in table.columns.items():
        if name in missing:
            block[f"{name} length"] = -1
        else:
            block[f"{name} length"] = block.dtype[name].itemsize
            block[name] = values[name][rows] + (_TO_2000 if column.kind is Kind.DAY else 0)
    return block.tobytes()
