"""Installations of their own, each with a database and files, worked on by the real command in processes of its own."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg
from django.db import connections
from django.db.utils import ConnectionHandler
from psycopg.conninfo import conninfo_to_dict

from baohou.upkeep.copies.rows import line_of, read_rows
from baohou.upkeep.copies.schema import applied, models_at, shipped

ROOT = Path(__file__).resolve().parents[2]
SERVER = os.environ.get("DATABASE_URL", "")
"""A PostgreSQL server, when the tests run on one."""
_NUMBERS = count(1)
_THERE = "there"


@dataclass
class Installation:
    """A folder and, on PostgreSQL, a database."""

    folder: Path
    database: str = ""

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "BAOHOU_"))}
        kept.pop("PYTHONDONTWRITEBYTECODE", None)  # a hundred processes should not each compile the program
        kept |= {"BAOHOU_VAR": str(self.folder), "DJANGO_SETTINGS_MODULE": "baohou.config.settings"}
        return kept | ({"DATABASE_URL": self.database} if self.database else {})

    def start(self, *command: str, biggest_file: int = 0, **environment: str) -> subprocess.Popen[str]:
        """Start a process in this installation; ``biggest_file`` is the most bytes a file may have (a full disk)."""

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (biggest_file, biggest_file))

        return subprocess.Popen(
            command,
            env=self.environment | environment,
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=limit if biggest_file else None,
        )

    def baohou(self, *arguments: str, code: int = 0, biggest_file: int = 0, **environment: str) -> str:
        """Run a baohou command that has to end with a code: what it said, on both its ways out."""
        command = [sys.executable, "-m", "baohou.config.command", *arguments]
        process = self.start(*command, biggest_file=biggest_file, **environment)
        out, err = process.communicate(timeout=900)
        assert process.returncode == code, f"{arguments}: {process.returncode}\n{out}{err}"
        return out + err

    def python(self, program: str, *arguments: str) -> str:
        process = self.start(sys.executable, "-c", program, *arguments)
        out, err = process.communicate(timeout=900)
        assert process.returncode == 0, err
        return out

    def rows(self) -> dict[str, list[str]]:
        """Every row that a copy holds, by table, as lines of JSON."""
        database = self.database or f"sqlite:///{self.folder / 'baohou.sqlite3'}"
        told: dict[str, Any] = dict(dj_database_url.parse(database))
        connections.databases[_THERE] = ConnectionHandler({"default": told}).databases["default"]
        try:
            tables = models_at(applied(_THERE))
            return {table: [_settled(row) for row in read_rows(model, using=_THERE)] for table, model in tables.items()}
        finally:
            connections[_THERE].close()
            del connections[_THERE]
            del connections.databases[_THERE]


def _settled(row: list[Any]) -> str:
    """A row as one line, whatever the order in which a database keeps the keys of its JSON."""
    return json.dumps(json.loads(line_of(row)), sort_keys=True, ensure_ascii=False)


def columns_of(table: str) -> list[str]:
    """The columns of a table in the order of a row's values."""
    return [field.column or "" for field in models_at(shipped())[table]._meta.concrete_fields]


def make_installation(folder: Path, engine: str) -> Installation:
    """An empty one, not even migrated."""
    folder.mkdir(parents=True)
    return Installation(folder, _make_database("template0") if engine == "postgresql" else "")


def twin(model: Installation, folder: Path) -> Installation:
    """One with the same rows and files; nobody may be at work in the model."""
    shutil.copytree(model.folder, folder)
    return Installation(folder, _make_database(model.database.rsplit("/", 1)[1]) if model.database else "")


def drop(installation: Installation) -> None:
    """Take an installation's database away; its folder is the test's."""
    if installation.database:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f"DROP DATABASE {installation.database.rsplit('/', 1)[1]} WITH (FORCE)")


def _make_database(template: str) -> str:
    parts: dict[str, Any] = conninfo_to_dict(SERVER)
    name = f"baohou_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"postgres://{parts['user']}:{parts['password']}@{parts['host']}:{parts['port']}/{name}"
