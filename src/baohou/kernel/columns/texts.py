"""Reading columns of text for a whole table: names and codes that few rows differ in, told apart by polars."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import polars as pl
import psycopg
from django.db import connection


def read_texts(table: str, *, key: str, names: Sequence[str]) -> pl.DataFrame:
    """The table's key (as ``key``) and some of its text columns, as categories; NULL is the empty text.

    The names are our own, never a user's.
    """
    connection.ensure_connection()
    raw: Any = connection.connection
    schema: dict[str, Any] = {key: pl.Int64, **dict.fromkeys(names, pl.String)}
    select = f"SELECT {key}, {', '.join(f'{name}' for name in names)} FROM {table}"
    if connection.vendor == "postgresql":
        with psycopg.Cursor(raw) as cursor, cursor.copy(f"COPY ({select}) TO STDOUT (FORMAT csv)") as copy:
            text = b"".join(copy)
        frame = _parsed(text, schema)
    else:
        frame = pl.DataFrame(raw.cursor().execute(select).fetchall(), schema=schema, orient="row")
    return frame.with_columns(pl.col(name).fill_null("").cast(pl.Categorical) for name in names)


def _parsed(text: bytes, schema: dict[str, Any]) -> pl.DataFrame:
    if not text:
        return pl.DataFrame(schema=schema)
    return pl.read_csv(BytesIO(text), has_header=False, schema=schema)
