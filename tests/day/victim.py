"""A process that has its children killed: python -m tests.day.victim SEED TRIES, on databases of its own.

Prepares a database on the eve of a long run, then again and again copies it, has a child run the day and kill itself
(SIGKILL) at some moment, has another child run the day, and compares what stands with a run that nobody killed.
Prints JSON: how many were killed, and at which moments the outcome was wrong. The parent opens no connection through
Django and starts no thread, so that its children begin clean.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import django
import psycopg

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from baohou.day import engine  # noqa: E402
from baohou.day.models import SetAside, Watermark  # noqa: E402
from baohou.guarantee.models import Recheck, Touched  # noqa: E402
from baohou.kernel.accountability.models import Entry  # noqa: E402
from tests.day.fate import Fate  # noqa: E402
from tests.day.test_killed import on_the_eve  # noqa: E402
from tests.oracle import oracle  # noqa: E402
from tests.oracle.database import stored_duties, stored_nets  # noqa: E402

Told = dict[str, object]


class Databases:
    """A database to start from, and copies of it."""

    def __init__(self) -> None:
        self.settings = dict(connection.settings_dict)
        self.server = connection.vendor == "postgresql"
        self.base = f"baohou_victim_{os.getpid()}" if self.server else str(self.settings["NAME"])
        self.copy = f"{self.base}_copy"

    def start(self) -> None:
        if self.server:
            self._run(f"CREATE DATABASE {self.base}")

    def renew(self) -> None:
        """The copy as the base is."""
        if self.server:
            self._run(f"DROP DATABASE IF EXISTS {self.copy} WITH (FORCE)")
            self._run(f"CREATE DATABASE {self.copy} TEMPLATE {self.base}")
            return
        for suffix in ("", "-wal", "-shm"):
            Path(self.copy + suffix).unlink(missing_ok=True)
            if Path(self.base + suffix).exists():
                shutil.copy(self.base + suffix, self.copy + suffix)

    def end(self) -> None:
        if self.server:
            for name in (self.copy, self.base):
                self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        s = self.settings
        with psycopg.connect(
            host=s["HOST"], port=s["PORT"], user=s["USER"], password=s["PASSWORD"], dbname=s["NAME"], autocommit=True
        ) as server:
            server.execute(statement)


def in_a_child(database: str, work: Callable[[], Told]) -> tuple[int, Told]:
    """Do the work in a child process on a database: its exit (negative: the signal that killed it) and what it told."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        connection.settings_dict["NAME"] = database
        with os.fdopen(writing, "w") as pipe:
            json.dump(work(), pipe, default=str, sort_keys=True)
        connection.close()
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), json.loads(text) if text else {}


def prepare(seed: int) -> Told:
    with contextlib.redirect_stdout(sys.stderr):
        call_command("migrate", verbosity=0)
    facts, end = on_the_eve(seed)
    expected = [duty for one in facts for duty in oracle.derive(one, end)]
    nets = [(key, fen) for one in facts for key, fen in oracle.nets(one, end).items()]
    return {"end": end.toordinal(), "duties": told(expected), "nets": told(nets)}


def told(rows: object) -> list[str]:
    return sorted(str(row) for row in rows)


def run(end: int, at: int) -> Told:
    """Run the day, to be killed at a moment (0: never)."""
    fate = Fate(at, lambda: os.kill(os.getpid(), signal.SIGKILL))
    with fate.hangs_over():
        engine.run(on=_day(end))
    return {"moments": fate.passed}


def stand(end: int) -> Told:
    """Run the day and tell all that stands."""
    engine.run(on=_day(end))
    fields = ("duty_key", "seq", "kind", "staff_id", "amount_fen", "dated", "because", "clause")
    return {
        "duties": told(stored_duties(_day(end))),
        "nets": told(stored_nets().items()),
        "entries": told(Entry.objects.values_list(*fields)),
        "aside": SetAside.objects.count(),
        "waiting": Touched.objects.count() + Recheck.objects.count(),
        "marks": told(Watermark.objects.values_list("step", "on")),
    }


def _day(ordinal: int) -> object:
    from datetime import date

    return date.fromordinal(ordinal)


def main(seed: int, tries: int) -> Told:
    databases = Databases()
    databases.start()
    try:
        exit_, eve = in_a_child(databases.base, lambda: prepare(seed))
        assert exit_ == 0, "the eve could not be prepared"
        end = eve["end"]
        databases.renew()
        _, whole = in_a_child(databases.copy, lambda: run(end, 0))
        _, never_killed = in_a_child(databases.copy, lambda: stand(end))
        wrong = [] if (never_killed["duties"], never_killed["nets"]) == (eve["duties"], eve["nets"]) else [0]
        killed = 0
        for moment in range(1, whole["moments"] + 1, max(1, whole["moments"] // tries)):
            databases.renew()
            exit_, _ = in_a_child(databases.copy, lambda moment=moment: run(end, moment))
            killed += exit_ == -signal.SIGKILL
            _, stands = in_a_child(databases.copy, lambda: stand(end))
            if stands != never_killed:
                wrong.append(moment)
        return {"killed": killed, "wrong": wrong, "moments": whole["moments"]}
    finally:
        databases.end()


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
