"""The empty tables of a run: made by the migrations once, and then copied for each process, until a migration changes."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sqlite3
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import IO

import psycopg
from django.db import connection

import baohou
from baohou.config import settings
from baohou.kernel.audit import guards
from tests.upkeep.installations import SERVER

PLACE = settings.VAR / "tests"
"""What one run leaves to the next."""


class Tables:
    """The database of this process, named as the tests' own; it stays until the next run takes its place."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is for SQLite's file: in memory, where nobody waits for anybody, nothing is as people have it."""
        told, self._made = connection.settings_dict, _made_by()
        self._turn: IO[str] | None = None
        if connection.vendor == "sqlite":
            told["TEST"]["NAME"] = str(folder / "baohou.sqlite3")
            # What a test wrote need not survive a power cut.
            told["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
        self._own: str = connection.creation._get_test_db_name()

    def take(self) -> None:
        """Copy the tables that a run has made; where none has, others wait until this process has."""
        PLACE.mkdir(parents=True, exist_ok=True)
        turn = (PLACE / "turn").open("w")
        fcntl.flock(turn, fcntl.LOCK_EX)
        if connection.vendor == "sqlite":
            found = self._file().exists()
            if found:
                shutil.copyfile(self._file(), self._own)
        else:
            found = self._copy_on_server()
        if found:
            turn.close()
        else:
            self._turn = turn

    def keep(self) -> None:
        """Keep, for all who wait and for later runs, what the migrations have made here."""
        if self._turn is None:
            return
        if connection.vendor == "sqlite":
            for old in PLACE.glob("*.sqlite3*"):
                old.unlink()
            whole = self._file().with_suffix(".sqlite3.new")  # else who is broken off here would leave a half
            with closing(sqlite3.connect(self._own)) as own:
                own.execute("VACUUM INTO ?", [str(whole)])
            whole.rename(self._file())
        else:
            connection.close()
            with self._server() as server:
                server.execute(f'CREATE DATABASE "{self._made}" TEMPLATE "{self._own}"')
        self._turn.close()

    def _file(self) -> Path:
        return PLACE / f"{self._made}.sqlite3"

    def _copy_on_server(self) -> bool:
        with self._server() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{self._own}" WITH (FORCE)')
            found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self._made]).fetchone()
            if found:
                server.execute(f'CREATE DATABASE "{self._own}" TEMPLATE "{self._made}"')
        return found is not None

    def _server(self) -> psycopg.Connection:
        return psycopg.connect(SERVER, autocommit=True)


def _made_by() -> str:
    """A name for what the migrations make: another one as soon as one of them, or of others' packages, changes."""
    home = Path(baohou.__file__).parent
    told = hashlib.sha256()
    for file in [*sorted(home.glob("**/migrations/*.py")), Path(guards.__file__)]:
        told.update(f"{file.relative_to(home)} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    told.update("".join(version(package) for package in ("django", "django-allauth")).encode())
    return f"baohou_tables_{told.hexdigest()[:16]}"
