"""What a process keeps of what follows from the database, under a name, with the mark of what it rests on.

Whoever keeps reads the mark before the facts, so that what comes between makes the kept value old and never wrong.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any, Final, Generic, TypeVar

from django.db import connection

Name = tuple[str | int, ...]
M = TypeVar("M")
V = TypeVar("V")

CHECKED = False
"""In tests what is kept is compared with what would be derived anew."""
_shelves: Final[list[Shelf[Any, Any]]] = []


class Shelf(Generic[M, V]):
    """As many values as ``most``, those asked for last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Name, tuple[M, V]] = OrderedDict()
        self._lock = Lock()
        _shelves.append(self)

    def find(self, name: Name) -> tuple[M, V] | None:
        with self._lock:
            return self._kept.get(name)

    def put(self, name: Name, mark: M, value: V) -> None:
        with self._lock:
            self._kept[name] = mark, value
            self._kept.move_to_end(name)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


def forget() -> None:
    """Keep nothing any more; for tests, whose tables are others each time."""
    for shelf in _shelves:
        shelf.clear()


def may_be_undone() -> bool:
    """Whether a transaction is open, other than the one that a test is wrapped in: what is read then is not kept."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)
