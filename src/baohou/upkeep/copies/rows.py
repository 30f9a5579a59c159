"""Rows of a table as lines of JSON, the same from SQLite and from PostgreSQL; and back into either."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

from django.db import connection, connections, models
from django.db.models import AutoField, BigAutoField, Field, JSONField, Model, SmallAutoField

_AT_ONCE: Final = 5000
_DECODE: Final[dict[str, Callable[[Any], Any]]] = {
    "DateField": date.fromisoformat,
    "DateTimeField": datetime.fromisoformat,
    "TimeField": time.fromisoformat,
    "DecimalField": Decimal,
    "UUIDField": UUID,
    "BinaryField": b64decode,
    "DurationField": lambda microseconds: timedelta(microseconds=microseconds),
}


@dataclass(frozen=True)
class Sum:
    """What a table held: how many rows, and the SHA-256 of them all in the order of their keys."""

    rows: int
    digest: str


class Adding:
    """Sums up rows one after the other."""

    def __init__(self) -> None:
        self.rows, self._digest = 0, hashlib.sha256()

    def add(self, row: list[Any], line: str, *, has_json: bool) -> None:
        """``line`` is the row as it is written; JSON within it is summed up whatever the order of its keys."""
        said = json.dumps(_settled(row), sort_keys=True, ensure_ascii=False, default=_plain) if has_json else line
        self._digest.update(said.encode("utf-8", "surrogatepass") + b"\n")
        self.rows += 1

    def result(self) -> Sum:
        return Sum(self.rows, self._digest.hexdigest())


def fields_of(model: type[Model]) -> list[Field[Any, Any]]:
    """The columns of a model's table, in their order."""
    return list(model._meta.concrete_fields)


def has_json(model: type[Model]) -> bool:
    return any(isinstance(field, JSONField) for field in fields_of(model))


def read_rows(model: type[Model], *, using: str) -> Iterator[list[Any]]:
    """Every row of a table in the order of its key."""
    names = [field.attname for field in fields_of(model)]
    rows = model._base_manager.using(using).order_by("pk").values_list(*names)
    return (list(row) for row in rows.iterator(chunk_size=_AT_ONCE))


def line_of(row: list[Any]) -> str:
    """A row as one line of JSON."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=_plain)


def sum_up(model: type[Model], *, using: str) -> Sum:
    """Read a table through and sum it up."""
    adding, of_json = Adding(), has_json(model)
    for row in read_rows(model, using=using):
        adding.add(row, "" if of_json else line_of(row), has_json=of_json)
    return adding.result()


def insert_lines(model: type[Model], lines: Iterable[bytes]) -> None:
    """Add rows that line_of wrote, every column as it was; in the caller's transaction."""
    fields = fields_of(model)
    names = ", ".join(connection.ops.quote_name(field.column or "") for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    prepare = [_preparing(field) for field in fields]
    rows = ([do(value) for do, value in zip(prepare, json.loads(line), strict=True)] for line in lines)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", cast(Any, rows))


def get_next_key(model: type[Model], *, using: str) -> int | None:
    """The key that the next new row gets; None for a table whose keys are not given by the database.

    Keys of rows that are no more are not given again: the history of acts names rows by them.
    """
    if not isinstance(model._meta.pk, AutoField | BigAutoField | SmallAutoField):
        return None
    with connections[using].cursor() as cursor:
        if connections[using].vendor == "postgresql":
            cursor.execute(f"SELECT last_value, is_called FROM {_sequence(model, using)}")
            last, called = cursor.fetchone()
            return int(last) + bool(called)
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        found = cursor.fetchone()
        return int(found[0]) + 1 if found else 1


def set_next_key(model: type[Model], key: int) -> None:
    """Let the next new row get this key."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(%s, %s, false)", [_sequence(model, connection.alias), key])
            return
        table = model._meta.db_table
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
        cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, key - 1])


def _sequence(model: type[Model], using: str) -> str:
    column = model._meta.pk.column
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{model._meta.db_table}"', column])
        return str(cursor.fetchone()[0])


def _preparing(field: Field[Any, Any]) -> Callable[[Any], Any]:
    """How a value from a line becomes what the database takes for a column."""
    decode = _DECODE.get(_type_of(field))
    if isinstance(field, JSONField):
        return lambda value: None if value is None else json.dumps(value, ensure_ascii=False)
    if decode is None:
        return lambda value: value
    return lambda value: None if value is None else field.get_db_prep_save(decode(value), connection)


def _type_of(field: Field[Any, Any]) -> str:
    """A column's kind; of a reference, the kind of what it points to."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return str(field.get_internal_type())


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return value // timedelta(microseconds=1)
        case Decimal() | UUID():
            return str(value)
        case bytes() | memoryview():
            return b64encode(bytes(value)).decode()
    raise TypeError(type(value))


def _settled(value: Any) -> Any:
    """JSON as both databases give it back: PostgreSQL does not tell 100.0 from 100."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: _settled(one) for key, one in value.items()}
        case list():
            return [_settled(one) for one in value]
    return value
