"""The database as of one moment, while people go on writing."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

_COPY: Final = "copy"
_LOCKED: Final = (5, 6)
"""SQLITE_BUSY and SQLITE_LOCKED."""
_PATIENCE_SECONDS: Final = 60
_STALE_SECONDS: Final = 24 * 3600


@contextmanager
def snapshot() -> Iterator[str]:
    """The alias of a database that does not change: SQLite's online copy, PostgreSQL's repeatable read."""
    with _repeatable_read() if connection.vendor == "postgresql" else _online_copy() as alias:
        yield alias


@contextmanager
def _repeatable_read() -> Iterator[str]:
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield DEFAULT_DB_ALIAS


@contextmanager
def _online_copy() -> Iterator[str]:
    """SQLite's own copying: one step under a read lock, which with its journal (WAL) keeps nobody from writing.

    The copy lies beside the database, where nobody else may read, and is gone afterwards.
    """
    _remove_stale()
    with tempfile.TemporaryDirectory(prefix="copy-", dir=settings.VAR) as folder:
        file = Path(folder) / "copy.sqlite3"
        connection.ensure_connection()
        source: Any = connection.connection
        with closing(sqlite3.connect(file)) as target:
            source.backup(target, progress=_impatient())
        connections.databases[_COPY] = {**connections.databases[DEFAULT_DB_ALIAS], "NAME": str(file), "OPTIONS": {}}
        try:
            yield _COPY
        finally:
            connections[_COPY].close()
            del connections[_COPY]
            del connections.databases[_COPY]


def _impatient() -> Callable[[int, int, int], None]:
    """Give up when the database has been locked as a whole for a minute: SQLite itself would try for ever."""
    until = time.monotonic() + _PATIENCE_SECONDS

    def look(status: int, remaining: int, total: int) -> None:
        if status in _LOCKED and time.monotonic() > until:
            raise sqlite3.OperationalError("database is locked")

    return look


def _remove_stale() -> None:
    """Remove copies that killed runs left behind."""
    for folder in Path(settings.VAR).glob("copy-*"):
        if time.time() - folder.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
