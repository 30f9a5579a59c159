"""What ails the machine when something breaks: the disk is full, or the database does not answer."""

from __future__ import annotations

import errno
from enum import Enum
from typing import Final

from django.db import DatabaseError, InterfaceError, OperationalError

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FULL_STATE: Final = "53100"
"""PostgreSQL's code (disk_full) for the same; its words are in the language of the server."""
_FULL_WORDS: Final = ("disk is full", "disk I/O error", "No space left on device")
"""A database that could not write, in SQLite's and PostgreSQL's words."""


class Trouble(Enum):
    """The status with which a server says it."""

    FULL = 507
    AWAY = 503

    @property
    def status(self) -> int:
        return self.value


def trouble_of(fault: BaseException | None) -> Trouble | None:
    """What ails the machine, going by an error or by one that it came of; None for a fault of the program."""
    away = None
    while fault is not None:
        if _says_full(fault):
            return Trouble.FULL
        if isinstance(fault, OperationalError | InterfaceError):
            away = Trouble.AWAY
        fault = fault.__cause__ or fault.__context__
    return away


def _says_full(fault: BaseException) -> bool:
    if isinstance(fault, OSError):
        return fault.errno in _FULL
    if isinstance(fault, DatabaseError | InterfaceError):
        return any(words in str(fault) for words in _FULL_WORDS)
    return getattr(fault, "sqlstate", None) == _FULL_STATE
