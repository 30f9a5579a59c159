"""Failing the n-th write of whatever is done, into the database or of a kept file."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import get_ident, local
from typing import Any, Final
from unittest import mock

from django.core.signals import request_finished, request_started
from django.db import OperationalError, connection
from django.db.backends.signals import connection_created

from baohou.kernel.columns import writing
from baohou.kernel.papers.records import places
from bench.faults.broken import HEADER

_WRITES: Final = re.compile(r"\s*(INSERT|UPDATE|DELETE|COPY|REPLACE|WITH)\b", re.IGNORECASE)


class Failing:
    """Counts writes, and fails the one it was made for (0: none): the database is gone, or the disk is full.

    ``lasting``: so it stays, and every write after it fails too. What other threads write is no matter of it.
    """

    def __init__(self, at: int, *, lasting: bool = False) -> None:
        self.at, self.passed, self.lasting = at, 0, lasting
        self._thread = get_ident()

    def _meets(self) -> bool:
        self.passed += 1
        return self.passed == self.at or (self.lasting and 0 < self.at < self.passed)

    def write(self) -> None:
        if self._meets():
            raise OperationalError("server closed the connection unexpectedly")

    def statement(self, execute: Any, sql: str, *others: Any) -> Any:
        if _WRITES.match(sql):
            self.write()
        return execute(sql, *others)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def failing(*arguments: Any, **named: Any) -> Any:
            if get_ident() == self._thread:
                self.write()
            return function(*arguments, **named)

        return failing

    def sync(self, handle: int) -> None:
        if self._meets():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(handle)

    @contextmanager
    def database(self) -> Iterator[None]:
        """While this lasts writes into the database are counted."""
        with (
            connection.execute_wrapper(self.statement),
            mock.patch.object(writing, "_many", self.around(writing._many)),
            mock.patch.object(writing, "_copy", self.around(writing._copy)),
        ):
            yield

    @contextmanager
    def files(self) -> Iterator[None]:
        """While this lasts files that are kept are counted."""
        with mock.patch.object(places, "os", mock.Mock(wraps=os, fsync=self.sync)):
            yield


class OnRequest:
    """Lets each request of a server fail at the write that its header names: ``3``, or ``3+`` with all after it."""

    def __init__(self) -> None:
        self._now = local()

    def install(self) -> None:
        """From now on every request of this process is looked at."""
        request_started.connect(self._begin, weak=False)
        request_finished.connect(self._end, weak=False)
        connection_created.connect(self._watch, weak=False)
        for name in ("_many", "_copy"):
            setattr(writing, name, self._around(getattr(writing, name)))

    def _begin(self, *, environ: dict[str, Any], **_: Any) -> None:
        asked = str(environ.get("HTTP_" + HEADER.upper().replace("-", "_"), ""))
        self._now.failing = Failing(int(asked.rstrip("+")), lasting=asked.endswith("+")) if asked else None

    def _end(self, **_: Any) -> None:
        self._now.failing = None

    def _watch(self, *, connection: Any, **_: Any) -> None:
        if self._statement not in connection.execute_wrappers:
            connection.execute_wrappers.insert(0, self._statement)  # whoever wraps for a while takes away the last

    def _statement(self, execute: Any, sql: str, *others: Any) -> Any:
        failing: Failing | None = getattr(self._now, "failing", None)
        return failing.statement(execute, sql, *others) if failing else execute(sql, *others)

    def _around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def failing(*arguments: Any, **named: Any) -> Any:
            if now := getattr(self._now, "failing", None):
                now.write()
            return function(*arguments, **named)

        return failing
