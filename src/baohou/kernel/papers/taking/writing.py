"""Many rows into one table at once, and many rows of it changed at once, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from django.db import connection, models

from baohou.kernel.audit.capture import hears, note_inserted

CHUNK = 5000
"""So many keys are asked for in one query: below the number of variables that SQLite allows."""
MANY = 10_000
"""So many new rows change how the database had best read a table."""

T = TypeVar("T")


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in pieces of CHUNK."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def insert_rows(*, model: type[models.Model], fields: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows, given as values of the fields (by attribute name), in the running transaction, told by its act.

    PostgreSQL is told of many new rows at once: a session that checked foreign keys while the table was small goes on
    reading all of it for each key, which makes the end of a file of 100,000 rows last minutes.
    """
    if not rows:
        return
    told = hears(model)
    if told:
        fields = ("id", *fields)
        rows = [(number, *row) for number, row in zip(_reserve(model, len(rows)), rows, strict=True)]
    table, columns = _names(model, fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            if len(rows) >= MANY:
                cursor.execute(f"ANALYZE {table}")
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
    if told:
        note_inserted(model, fields, rows)


def _reserve(model: type[models.Model], count: int) -> list[int]:
    """Numbers for new rows, which nobody else gets."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return sorted(number for (number,) in cursor.fetchall())
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
        first = (last[0] if last else 0) + 1
    return list(range(first, first + count))


def update_rows(*, model: type[models.Model], fields: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Give the fields new values, in the running transaction; the last value of each row is its primary key."""
    if not rows:
        return
    table, columns = _names(model, fields)
    settings = ", ".join(f"{column} = %s" for column in columns)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {settings} WHERE id = %s", rows)


def _names(model: type[models.Model], fields: Sequence[str]) -> tuple[str, list[str]]:
    quote = connection.ops.quote_name
    by_attribute = {field.attname: field.column or field.attname for field in model._meta.concrete_fields}
    return quote(model._meta.db_table), [quote(by_attribute[name]) for name in fields]
