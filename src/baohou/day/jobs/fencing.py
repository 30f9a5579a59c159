"""Keeping a job that was taken for dead from going on: its connection is known by name, and ended before it is buried.

Only PostgreSQL needs it, where a machine may have been cut off, or asleep, and come back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from django.db import DatabaseError, InterfaceError, connection

_PATIENCE: Final = 5000
"""Milliseconds in which a connection ends."""


@contextmanager
def named(pk: int) -> Iterator[None]:
    """Let this process's connection be known as that of a job."""
    _call_it(f"baohou job {pk}")
    try:
        yield
    finally:
        with suppress(DatabaseError, InterfaceError):
            _call_it("")


def end_connection(pk: int) -> bool:
    """End the connection of a job, so that what it has not committed is undone; False when it does not end."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %s AND pid <> pg_backend_pid()",
            [_PATIENCE, f"baohou job {pk}"],
        )
        return all(ended for (ended,) in cursor.fetchall())


def _call_it(name: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('application_name', %s, false)", [name])
