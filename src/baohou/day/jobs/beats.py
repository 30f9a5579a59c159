"""Signs of life: what a job at work is doing, in a file beside the database.

A job's own transaction may keep everybody else from writing (SQLite has one writer), so that progress told through the
database would be seen only when there is none left. The file is replaced every second; its age is the heartbeat.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Final

from django.conf import settings

from baohou.day.jobs.kinds import Tell

EVERY_SECONDS: Final = 1.0
DEAD_AFTER_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Beat:
    """What a job is doing, and how much of that is behind it; ``total`` 0 means that nobody knows how much there is."""

    what: str = ""
    done: int = 0
    total: int = 0


def folder() -> Path:
    """Where jobs leave signs of life and what they say when they break."""
    kept: Path = settings.VAR / "jobs"
    kept.mkdir(mode=0o700, exist_ok=True)
    return kept


def log_of(pk: int) -> Path:
    """What the process of a job says when it breaks."""
    return folder() / f"{pk}.log"


def read_beat(pk: int) -> tuple[Beat, float] | None:
    """The last sign of life of a job and its age in seconds; None when there is none."""
    path = _path(pk)
    try:
        return Beat(**json.loads(path.read_text())), max(time.time() - path.stat().st_mtime, 0.0)
    except FileNotFoundError:
        return None


@contextmanager
def beating(pk: int) -> Iterator[Tell]:
    """Give signs of life while the work goes on; the work tells what it does through what is yielded."""
    latest = [Beat()]
    ended = Event()

    def tell(what: str, done: int, total: int) -> None:
        latest[0] = Beat(what, done, total)

    def beat() -> None:
        while not ended.wait(EVERY_SECONDS):
            _write(pk, latest[0])

    _write(pk, latest[0])
    thread = Thread(target=beat, name=f"job {pk}", daemon=True)
    thread.start()
    try:
        yield tell
    finally:
        ended.set()
        thread.join()
        _path(pk).unlink(missing_ok=True)


def _path(pk: int) -> Path:
    return folder() / f"{pk}.json"


def _write(pk: int, beat: Beat) -> None:
    path = _path(pk)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(asdict(beat), ensure_ascii=False))
    fresh.replace(path)
