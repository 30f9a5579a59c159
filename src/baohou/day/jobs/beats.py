"""Signs of life: what a job at work is doing, for whoever looks, on whichever machine.

A job's own transaction hides what it writes until it ends, so that its signs take another way. On PostgreSQL a second
connection writes them into the job's row every second, on the database's clock, with the end of what the process said.
SQLite has one writer, and one machine: a job's transaction would keep its own signs out. There a file beside the
database is replaced every second, and its age is the heartbeat; it is never looked at with PostgreSQL.
"""

from __future__ import annotations

import json
import os
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now

from baohou.day.jobs.kinds import Tell
from baohou.day.models import Job
from baohou.kernel.audit.masking import mask

EVERY_SECONDS: Final = 1.0
DEAD_AFTER_SECONDS: Final = 30.0
LONGEST_LOG: Final = 20_000
"""Bytes of what a process said that are kept: the last ones."""


@dataclass(frozen=True)
class Beat:
    """What a job is doing, and how much of that is behind it; ``total`` 0 means that nobody knows how much there is."""

    what: str = ""
    done: int = 0
    total: int = 0


def folder() -> Path:
    """Where the processes of this machine leave what they say, and with SQLite their signs of life."""
    kept: Path = settings.VAR / "jobs"
    kept.mkdir(mode=0o700, exist_ok=True)
    return kept


def log_of(pk: int) -> Path:
    """What the process of a job of this machine says."""
    return folder() / f"{pk}.log"


def said_by(pk: int) -> str:
    """The end of what the process of a job of this machine has said, with the error at hand, numbers masked."""
    said = ""
    with suppress(OSError), log_of(pk).open("rb") as file:
        file.seek(max(file.seek(0, os.SEEK_END) - LONGEST_LOG, 0))
        said = file.read().decode(errors="replace")
    error = traceback.format_exc()
    return mask(said + ("" if error.startswith("NoneType") else error))[-LONGEST_LOG:]


def read_beat(job: Job) -> tuple[Beat, float]:
    """The last sign of life of a job that waits or is at work, and its age in seconds."""
    age = ExpressionWrapper(Now() - F("beat_at"), output_field=DurationField())
    row = Job.objects.filter(pk=job.pk).values_list("what", "done", "total", age).first()
    told = (Beat(*row[:3]), max(row[3].total_seconds(), 0.0)) if row else (Beat(), 0.0)
    if _by_file():
        with suppress(FileNotFoundError):
            path = _path(job.pk)
            return Beat(**json.loads(path.read_text())), max(time.time() - path.stat().st_mtime, 0.0)
    return told


def silent_since() -> dict[str, object]:
    """What tells in a query, on the database's clock, the rows of jobs that are dead; nothing where files tell it."""
    return {} if _by_file() else {"beat_at__lt": Now() - timedelta(seconds=DEAD_AFTER_SECONDS)}


@contextmanager
def beating(pk: int) -> Iterator[Tell]:
    """Give signs of life while the work goes on; the work tells what it does through what is yielded."""
    latest = [Beat()]
    ended = Event()

    def tell(what: str, done: int, total: int) -> None:
        latest[0] = Beat(what, done, total)

    def beat() -> None:
        try:
            while not ended.wait(EVERY_SECONDS):
                try:
                    give(pk, latest[0])
                except (DatabaseError, InterfaceError):
                    connection.close()  # a database that is away for a moment is no reason to fall silent for good
        finally:
            connection.close()

    give(pk, latest[0])
    thread = Thread(target=beat, name=f"job {pk}", daemon=True)
    thread.start()
    try:
        yield tell
    finally:
        ended.set()
        thread.join()
        _path(pk).unlink(missing_ok=True)


def give(pk: int, beat: Beat) -> None:
    """One sign of life; a job that somebody has buried gets none."""
    if not _by_file():
        Job.objects.filter(pk=pk, active=True).update(**asdict(beat), beat_at=Now(), log=said_by(pk))
        return
    path = _path(pk)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(asdict(beat), ensure_ascii=False))
    fresh.replace(path)


def _by_file() -> bool:
    return connection.vendor == "sqlite"


def _path(pk: int) -> Path:
    return folder() / f"{pk}.json"
