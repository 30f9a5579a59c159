"""What an importer of one kind of fact has to say; the rest of taking a file is the same for all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, NamedTuple

from django.db import models

from baohou.kernel.audit.models import Act
from baohou.kernel.papers.reading import Column, Reading
from baohou.kernel.papers.taking.writing import chunks


class Fact(NamedTuple):
    """One row of a file in the house's terms: its key, the key as people write it, and the values compared."""

    number: int
    key: Hashable
    name: str
    values: tuple[Any, ...]


class Key(NamedTuple):
    """The key of a row that is to be removed."""

    number: int
    key: Hashable
    name: str


class Stored(NamedTuple):
    """A row as the database holds it."""

    id: int
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Compared:
    """One value of a fact: the column it comes from, where the model keeps it, and how people see it."""

    code: str
    lookup: str
    show: Callable[[Any], Any] = lambda value: value


@dataclass
class Written:
    """What a part of a file did, row by row."""

    added: list[Fact] = field(default_factory=list)
    changed: list[tuple[Stored, Fact]] = field(default_factory=list)
    removed: list[tuple[Key, Stored]] = field(default_factory=list)


class Noun(ABC):
    """An importer of one kind of fact, for one reading.

    ``kind`` is its English code, ``title`` its Chinese name (both are names of its sheet in a workbook), ``keys``
    the codes of its key columns; ``compared`` says what of a row may differ from what is stored.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    keys: ClassVar[tuple[str, ...]]
    compared: ClassVar[tuple[Compared, ...]]
    model: ClassVar[type[models.Model]]

    def __init__(self, *, reading: Reading, today: date) -> None:
        self.reading = reading
        self.today = today
        self.notes: list[str] = []
        self._index = {column.code: i for i, column in enumerate(reading.columns)}

    @classmethod
    def key_columns(cls) -> tuple[Column, ...]:
        """The columns that a file of keys to remove has."""
        return tuple(column for column in cls.columns if column.code in cls.keys)

    @abstractmethod
    def facts(self) -> Iterator[Fact]:
        """The good rows as facts; what refers to nothing, or makes no sense, becomes a fault, in bad rows too."""

    @abstractmethod
    def removals(self) -> Iterator[Key]:
        """The keys of the rows of a file of keys; the reading has the key columns only."""

    @abstractmethod
    def stored(self, keys: Iterable[Any]) -> dict[Hashable, Stored]:
        """What the database holds under these keys."""

    @abstractmethod
    def add(self, facts: Sequence[Fact], act: Act) -> None:
        """Write new rows."""

    @abstractmethod
    def change(self, changes: Sequence[tuple[Stored, Fact]], act: Act) -> None:
        """Give stored rows the values of the facts."""

    def beside(self, fact: Fact) -> Iterator[tuple[str, Any, Any]]:
        """Stored values that a new row would change beside itself: column code, before, after."""
        yield from ()

    def obstacles(self, found: Sequence[tuple[Key, Stored]]) -> Iterator[tuple[Key, str]]:
        """The rows that can't be removed, each with the reason."""
        yield from ()

    def remove(self, stored: Sequence[Stored]) -> None:
        """Remove rows."""
        for piece in chunks([row.id for row in stored]):
            self.model._default_manager.filter(pk__in=piece).delete()

    @abstractmethod
    def settle(self, written: Written, act: Act) -> None:
        """What has to follow from what was written, in the same transaction."""

    def shown(self, values: Sequence[Any]) -> dict[str, Any]:
        """Values as people see them, by column code, fit for JSON."""
        return {one.code: _plain(one.show(value)) for one, value in zip(self.compared, values, strict=True)}

    @classmethod
    def by_code(cls, values: Sequence[Any]) -> dict[str, Any]:
        """The values of a fact or of a stored row by column code."""
        return {one.code: value for one, value in zip(cls.compared, values, strict=True)}

    @classmethod
    def in_order(cls, said: Mapping[str, Any]) -> tuple[Any, ...]:
        """What is said by column code as the values of a fact; KeyError for a code that nothing is said of."""
        return tuple(said[one.code] for one in cls.compared)

    def differing(self, before: Sequence[Any], after: Sequence[Any]) -> list[int]:
        """The positions at which the file says something else than what is stored; a missing column says nothing."""
        if tuple(before) == tuple(after):
            return []
        return [
            i
            for i, one in enumerate(self.compared)
            if before[i] != after[i] and (one.code in self.reading.present or not self._optional(one.code))
        ]

    def kept(self, before: Sequence[Any], after: Sequence[Any]) -> tuple[Any, ...]:
        """The values after the change: those of the file, and the stored ones where the file has no such column."""
        differing = set(self.differing(before, after))
        return tuple(after[i] if i in differing else before[i] for i in range(len(self.compared)))

    def value(self, values: Sequence[Any], code: str) -> Any:
        """The value of the column with this code in a row of the reading."""
        return values[self._index[code]]

    def fault(self, row: int, code: str, value: object, message: str) -> None:
        """Add a fault to the reading."""
        self.reading.fault(row=row, code=code, value=value, message=message)

    def _optional(self, code: str) -> bool:
        return any(column.code == code and not column.required for column in self.columns)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
