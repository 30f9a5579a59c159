"""What many tests begin with is brought in through the real doors once a process, and then copied, row for row."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from baohou.kernel.audit.models import Act

T = TypeVar("T")

_kept: dict[tuple[object, ...], Kept] = {}

Rows = list[Any]
"""Of SQLite tuples of values, of PostgreSQL lines as COPY writes them."""


@dataclass(frozen=True)
class Kept:
    """What a beginning made: its answer, and each table that it changed: (whether rows went, the rows that came)."""

    answer: object
    tables: dict[str, tuple[bool, Rows]]


def begin(name: str, build: Callable[[], T]) -> T:
    """What ``build`` answers, once it, or the rows that it wrote the first time, are in the database.

    Copied only where the database, the day and all that was written before are those of the first time.
    """
    acts = tuple(Act.objects.order_by("pk").values_list("pk", "verb"))
    key = (name, connection.settings_dict["NAME"], connection.in_atomic_block, timezone.localdate(), acts)
    if key not in _kept:
        before = {table: _read(table) for table in _tables()}
        answer = build()
        after = {table: _read(table) for table in _tables()}
        changed = {table: _change(before[table], after[table]) for table in _tables() if before[table] != after[table]}
        _kept[key] = Kept(copy.deepcopy(answer), changed)
        return answer
    with transaction.atomic():
        for table, (emptied, rows) in _kept[key].tables.items():
            _write(table, rows, emptied=emptied)
    return cast("T", copy.deepcopy(_kept[key].answer))


def _change(before: Rows, after: Rows) -> tuple[bool, Rows]:
    stood, stand = set(before), set(after)
    return (False, [row for row in after if row not in stood]) if stood <= stand else (True, after)


@cache
def _tables() -> dict[str, str]:
    """Of each table its columns."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    quoted = connection.ops.quote_name
    return {
        model._meta.db_table: ", ".join(quoted(field.column) for field in model._meta.local_concrete_fields)
        for model in models
    }


def _read(table: str) -> Rows:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({_tables()[table]}) TO STDOUT') as lines:
                return b"".join(bytes(part) for part in lines).splitlines(keepends=True)
        # The sign keeps SQLite's driver from turning what it reads into dates and numbers.
        plain = ", ".join(f"+{column}" for column in _tables()[table].split(", "))
        return list(cursor.connection.execute(f'SELECT {plain} FROM "{table}"'))


def _write(table: str, rows: Rows, *, emptied: bool) -> None:
    with connection.cursor() as cursor:
        if emptied:
            cursor.execute(f'DELETE FROM "{table}"')
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({_tables()[table]}) FROM STDIN') as lines:
                lines.write(b"".join(rows))
        elif rows:
            places = ", ".join("?" * len(rows[0]))
            cursor.connection.executemany(f'INSERT INTO "{table}" ({_tables()[table]}) VALUES ({places})', rows)
