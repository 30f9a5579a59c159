"""The kinds of duty that the rooms have registered: their codes, clauses and Chinese words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of duty; ``number`` stands in the table and in the key, ``penalty`` is the clause of its penalty."""

    number: int
    code: str
    zh: str
    clause: str
    penalty: str


_KINDS: dict[int, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; a number belongs to one kind for ever."""
    known = _KINDS.setdefault(kind.number, kind)
    assert known == kind, f"{kind.number} is {known.code} already"


def get(number: int) -> Kind:
    """The kind of a number; KeyError when no room has registered it."""
    return _KINDS[number]


def every() -> list[Kind]:
    """All kinds, in the order of their numbers."""
    return [_KINDS[number] for number in sorted(_KINDS)]
