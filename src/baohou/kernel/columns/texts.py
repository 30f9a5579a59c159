"""Reading columns of text: of a whole table those that few rows differ in, told apart by polars; of some rows any."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import polars as pl
import psycopg
from django.db import connection

from baohou.kernel.columns.reading import lookup


def read_texts(table: str, *, key: str, names: Sequence[str]) -> pl.DataFrame:
    """The table's key (as ``key``) and some of its text columns, as categories; NULL is the empty text.

    The names are our own, never a user's.
    """
    select = f"SELECT {key}, {', '.join(names)} FROM {table}"
    frame = _read(select, key, names)
    return frame.with_columns(pl.col(name).cast(pl.Categorical) for name in names)


def read_texts_among(table: str, *, key: str, names: Sequence[str], numbers: Iterable[int]) -> pl.DataFrame:
    """Key and text columns of the rows with some keys, at most some ten thousand; NULL is the empty text."""
    select = f"SELECT {key}, {', '.join(names)} FROM {table}"
    wanted = sorted(set(numbers))
    if connection.vendor != "postgresql":
        return _read(f"{select} WHERE {key} IN ({','.join(map(str, wanted))})", key, names)
    # One value with all columns: COPY and rows cost the client something for each row.
    parts = ", ".join(f"'{name}', json_agg(coalesce(packed.{name}::text, ''))" for name in names)
    with connection.cursor() as cursor:
        found = f"FROM {lookup(select, [], (key, wanted))}"
        cursor.execute(f"SELECT json_build_object('{key}', json_agg(packed.{key}), {parts})::text {found}")
        read = json.loads(cursor.fetchone()[0])
    return pl.DataFrame({name: values or [] for name, values in read.items()}, schema=_schema(key, names))


def _read(select: str, key: str, names: Sequence[str]) -> pl.DataFrame:
    connection.ensure_connection()
    raw: Any = connection.connection
    schema = _schema(key, names)
    if connection.vendor == "postgresql":
        with psycopg.Cursor(raw) as cursor, cursor.copy(f"COPY ({select}) TO STDOUT (FORMAT csv)") as copy:
            text = b"".join(copy)
        frame = _parsed(text, schema)
    else:
        frame = pl.DataFrame(raw.cursor().execute(select).fetchall(), schema=schema, orient="row")
    return frame.with_columns(pl.col(name).fill_null("") for name in names)


def _schema(key: str, names: Sequence[str]) -> dict[str, Any]:
    return {key: pl.Int64, **dict.fromkeys(names, pl.String)}


def _parsed(text: bytes, schema: dict[str, Any]) -> pl.DataFrame:
    if not text:
        return pl.DataFrame(schema=schema)
    return pl.read_csv(BytesIO(text), has_header=False, schema=schema)
