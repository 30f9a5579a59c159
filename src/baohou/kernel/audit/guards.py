"""Triggers that keep the database itself from editing the audit: rows come, none is changed, none goes.

Who owns the database can take them down; then the chain and its heads outside show what was done.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, transaction

TABLES: Final = ("audit_act", "audit_change", "audit_concern", "audit_link")
_KEYS: Final = {"audit_link": "position"}
_SAID: Final = "the audit is append-only"

_POSTGRES_FUNCTION: Final = f"""
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{_SAID}: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def names() -> list[str]:
    """The triggers that ought to stand."""
    kinds = ("row", "truncate") if connection.vendor == "postgresql" else ("update", "delete", "replace")
    return sorted(f"{table}_no_{kind}" for table in TABLES for kind in kinds)


def list_standing() -> list[str]:
    """Those of them that stand and are at work."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
                "WHERE t.tgenabled IN ('O', 'A') AND p.proname = 'audit_refuse' "
                "AND p.prosrc LIKE '%%RAISE EXCEPTION%%' AND t.tgrelid = ANY(%s::regclass[])",
                [list(TABLES)],
            )
            found = {name for (name,) in cursor.fetchall()}
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = {name for name, sql in cursor.fetchall() if "RAISE(ABORT" in sql}
    return [name for name in names() if name in found]


def put_up() -> None:
    """Put up what is lacking."""
    lacking = set(names()) - set(list_standing())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        for table in TABLES:
            for name, sql in _made(table):
                if name in lacking:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}" + _on(table))
                    cursor.execute(sql)


def take_down() -> None:
    """Take them all down: to take the migration back, or to load a copy."""
    with connection.cursor() as cursor:
        for table in TABLES:
            for name, _ in _made(table):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}" + _on(table))
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION IF EXISTS audit_refuse()")


@contextmanager
def taken_down() -> Iterator[None]:
    """While a copy is loaded, or a test clears its tables; they stand again afterwards, whatever happens."""
    with transaction.atomic():
        take_down()
        yield
        put_up()


def put_up_after_migrating(**_: Any) -> None:
    """SQLite makes a table anew when a column comes, and forgets its triggers."""
    if set(TABLES) <= set(connection.introspection.table_names()):
        put_up()


def _on(table: str) -> str:
    return f" ON {table}" if connection.vendor == "postgresql" else ""


def _made(table: str) -> list[tuple[str, str]]:
    """(name, SQL) of a table's triggers."""
    if connection.vendor == "postgresql":
        call = "EXECUTE FUNCTION audit_refuse()"
        return [
            (
                f"{table}_no_row",
                f"CREATE TRIGGER {table}_no_row BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {call}",
            ),
            (
                f"{table}_no_truncate",
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}",
            ),
        ]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
    key = _KEYS.get(table, "id")
    stands = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
    return [
        (f"{table}_no_update", f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}"),
        (f"{table}_no_delete", f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}"),
        # INSERT OR REPLACE deletes without asking the trigger above.
        (f"{table}_no_replace", f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} {stands} {refuse}"),
    ]
