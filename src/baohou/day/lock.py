"""One run at a time: a lock that its holder's death releases."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import DatabaseError, connection

from baohou.core.errors import Refused

_NUMBER: Final = 0x62616F686F75
"""The advisory lock's number: "baohou" in ASCII."""
_STEP: Final = _NUMBER + 1
"""The advisory lock that a step holds alone, and verbs that plan single clients hold together."""


class AnotherRun(Refused):
    """A run of the day is at work already."""

    def __init__(self) -> None:
        super().__init__("day.another_run", "另一次日终正在运行，本次未做任何改动。请等它结束后再运行。")


@contextmanager
def only_run() -> Iterator[None]:
    """Hold the lock; AnotherRun when somebody else does."""
    with _advisory_lock() if connection.vendor == "postgresql" else _file_lock():
        yield


@contextmanager
def _advisory_lock() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_NUMBER])
        if not cursor.fetchone()[0]:
            raise AnotherRun
    try:
        yield
    finally:
        _unlock(_NUMBER)


def _unlock(number: int) -> None:
    """Give a lock back; a connection that broke has lost it by itself, and what broke it is the error to tell."""
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


@contextmanager
def _file_lock() -> Iterator[None]:
    database = Path(str(connection.settings_dict["NAME"]))
    path = database.with_name(database.name + ".day-lock") if database.is_file() else settings.VAR / "day-lock"
    with path.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherRun from None
        yield


@contextmanager
def step_alone() -> Iterator[None]:
    """While a step is at work no verb plans a client as of the day before; taken before the step's transaction.

    SQLite needs none of this: there a transaction that writes is alone anyhow.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_STEP])
    try:
        yield
    finally:
        _unlock(_STEP)


def hold_off_steps() -> None:
    """Wait for a step at work to end, and keep the next from beginning until this transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_STEP])
