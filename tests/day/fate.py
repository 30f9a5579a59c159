"""Striking a run of the day at a chosen moment: before a statement, in the middle of rows, before or after a commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from unittest import mock

from django.db import connection

from baohou.kernel.columns import writing


class Killed(BaseException):
    """The process is gone; nothing of ours may catch it."""


def die() -> None:
    raise Killed


class Fate:
    """Counts the moments of a run, and strikes at the one it was made for (0: never)."""

    def __init__(self, at: int, strike: Callable[[], None] = die) -> None:
        self.at, self.strike = at, strike
        self.passed = 0

    def moment(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            self.strike()

    def statement(self, execute: Any, *arguments: Any) -> Any:
        self.moment()
        return execute(*arguments)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with a moment before it and one after it."""

        def struck(*arguments: Any, **named: Any) -> Any:
            self.moment()
            result = function(*arguments, **named)
            self.moment()
            return result

        return struck

    def rows(self, many: Callable[[str, Any], None]) -> Callable[[str, Any], None]:
        """Rows sent one by one, with a moment before the first and after each thousandth, or in the middle of fewer."""

        def struck(statement: str, rows: Any) -> None:
            def told() -> Iterator[Any]:
                for number, row in zip(count(), rows):
                    if number < 2 or number % 1000 == 0:
                        self.moment()
                    yield row

            many(statement, told())

        return struck

    @contextmanager
    def hangs_over(self) -> Iterator[None]:
        """While this lasts the moments are counted."""
        with (
            connection.execute_wrapper(self.statement),
            mock.patch.object(writing, "_many", self.rows(writing._many)),
            mock.patch.object(writing, "_copy", self.around(writing._copy)),
            mock.patch.object(connection, "_commit", self.around(connection._commit)),
            mock.patch.object(connection, "_savepoint_commit", self.around(connection._savepoint_commit)),
        ):
            yield
