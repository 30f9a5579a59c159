"""Whether this installation takes changes; and letting through the few acts that a read-only time is made for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from baohou.core.errors import Refused
from baohou.kernel.prepared import prepared
from baohou.kernel.watch.models import ReadOnly

RETRY_SECONDS: Final = 300
"""After how long whoever was refused may ask again."""
_ALLOWED: ContextVar[bool] = ContextVar("writing_is_allowed", default=False)


class TakesNoChanges(Refused):
    """The installation is read-only for now."""

    def __init__(self, because: str) -> None:
        super().__init__(
            "watch.read_only",
            "系统现在只读，没有写入任何内容：%(because)s。查询照常；要修改请等系统管理员解除只读后再办。",
            because=because,
        )


def why_read_only() -> str:
    """Why the installation takes no changes; empty when it takes them. The setting holds before the switch."""
    because: str = settings.READ_ONLY_BECAUSE
    return because or next(iter(_reasons()), "")


@prepared
def _reasons() -> QuerySet[ReadOnly, str]:
    return ReadOnly.objects.filter(open=True).order_by("pk").values_list("because", flat=True)[:1]


def is_replica() -> bool:
    """Whether this machine reads from a database that takes no writes at all, not even of what is derived or noted."""
    return bool(settings.READ_ONLY_BECAUSE)


def require_writable() -> None:
    """Refused while the installation takes no changes.

    Inside a transaction on PostgreSQL, nobody can close the house between this look and the transaction's end: a table
    lock, which unlike an advisory one is waited for before the transaction's first snapshot. SQLite needs none: there
    a transaction that writes is alone.
    """
    if _ALLOWED.get():
        return
    if not is_replica() and connection.vendor == "postgresql" and connection.in_atomic_block:
        _lock("ROW SHARE")
    if because := why_read_only():
        raise TakesNoChanges(because)


def wait_for_writers() -> None:
    """Return when every transaction that asked require_writable has ended; those that ask later wait for ours."""
    if connection.vendor == "postgresql":
        _lock("EXCLUSIVE")


def _lock(mode: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {ReadOnly._meta.db_table} IN {mode} MODE")


@contextmanager
def writing_allowed() -> Iterator[None]:
    """Let this flow of control write all the same: switching, upgrading and restoring are what the time is for."""
    token = _ALLOWED.set(True)
    try:
        yield
    finally:
        _ALLOWED.reset(token)
