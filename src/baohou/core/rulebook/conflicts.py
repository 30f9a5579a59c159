"""Finding, before any fact is seen, two exceptions that could apply at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Protocol


class Labelled(Protocol):
    """What this module needs to know of an exception."""

    @property
    def label(self) -> str: ...
    @property
    def when(self) -> Mapping[str, tuple[str, ...]]: ...
    @property
    def over(self) -> tuple[str, ...]: ...


def precedes(exceptions: Sequence[Labelled]) -> dict[str, set[str]]:
    """For each label, all the labels that it goes before, directly or through others."""
    direct = {exception.label: exception.over for exception in exceptions}
    reached: dict[str, set[str]] = {}
    for label in direct:
        found: set[str] = set()
        waiting = list(direct[label])
        while waiting:
            below = waiting.pop()
            if below not in found:
                found.add(below)
                waiting.extend(direct.get(below, ()))
        reached[label] = found
    return reached


def find_conflicts(exceptions: Sequence[Labelled]) -> list[tuple[str, str]]:
    """Pairs of labels that some facts could make apply at once, with neither or both going before the other."""
    above = precedes(exceptions)
    return [
        (one.label, two.label)
        for one, two in combinations(exceptions, 2)
        if _could_meet(one, two) and (two.label in above[one.label]) == (one.label in above[two.label])
    ]


def _could_meet(one: Labelled, two: Labelled) -> bool:
    """Some facts meet both: on every fact that both name, they share a value."""
    return all(set(one.when[fact]) & set(two.when[fact]) for fact in set(one.when) & set(two.when))
