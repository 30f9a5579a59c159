"""The kinds of act that a second pair of eyes is asked for, as the rooms have registered them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from baohou.kernel.people.models import Staff
from baohou.kernel.people.policy import Right

Payload = Mapping[str, Any]
"""The arguments of an act, as JSON keeps them."""
Row = tuple[str, str, str]
"""What would change, as it is, as it would be."""


@dataclass(frozen=True)
class Order:
    """An act to be carried out now: its arguments, whose act it is, on which day and through which door.

    ``proposal`` is 0 when no second pair of eyes is asked for; ``checked_by`` is who checked, empty for nobody.
    """

    payload: Payload
    maker: Staff | None
    actor: str
    because: str
    on: date
    door: str
    proposal: int = 0
    checked_by: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of act. ``right`` is who may check it; ``carry_out`` is its verb, called within the transaction.

    ``stamp`` stands for the record as it is now: when it is another at the approval, what was seen is no more.
    ``place`` is the address of the record. ``rehearsed``: the verb is tried and taken back when the act is proposed,
    so that what it refuses is refused to the maker at once. ``rows`` tells the changes at length where the proposal
    itself keeps none. ``may_be_off``: whether an installation may do without.
    """

    code: str
    title: str
    right: Right
    carry_out: Callable[[Order], Any]
    stamp: Callable[[Payload], str]
    place: Callable[[Payload], str]
    rehearsed: bool = True
    may_be_off: bool = True
    default_on: bool = True
    rows: Callable[[Payload], list[Row]] | None = None


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known; called by AppConfig.ready()."""
    return _KINDS.setdefault(kind.code, kind)


def get(code: str) -> Kind:
    """The kind of a code; KeyError when nobody has registered it."""
    return _KINDS[code]


def every() -> list[Kind]:
    """All kinds, by their codes."""
    return sorted(_KINDS.values(), key=lambda kind: kind.code)
