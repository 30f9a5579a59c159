"""What is kept no longer than a rule says: rooms register what they hold, a command lists and deletes what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction

from baohou.kernel.audit import capture
from baohou.kernel.audit.services import record_act


@dataclass(frozen=True)
class Due:
    """Something whose time is over: its row, what it is without naming a person in full, since when it is due.

    ``held`` is why it must stay for now; empty when it may go.
    """

    row: int
    what: str
    since: date
    held: str = ""


@dataclass(frozen=True)
class Keeping:
    """One rule: what, for how long (of settings.KEEP, by code), on what ground, how it is found and how it goes."""

    code: str
    title: str
    unit: str
    ground: str
    find: Callable[[date, int], list[Due]]
    remove: Callable[[Sequence[int]], None]

    @property
    def length(self) -> int:
        """So many units (天 or 年) it is kept."""
        return int(settings.KEEP[self.code])


_RULES: dict[str, Keeping] = {}


def register(rule: Keeping) -> None:
    """Make a rule known; once for each code."""
    assert rule.code not in _RULES or _RULES[rule.code] == rule, f"two rules called {rule.code}"
    _RULES[rule.code] = rule


def rules() -> Iterator[Keeping]:
    """All rules, in the order in which rooms registered them."""
    yield from _RULES.values()


def list_due(rule: Keeping, *, on: date) -> list[Due]:
    """What a rule lets go by a day, the longest due first, with what is held and why."""
    return sorted(rule.find(on, rule.length), key=lambda due: (due.since, due.row))


@transaction.atomic
def delete_due(rule: Keeping, *, on: date, actor: str, door: str) -> int:
    """Delete what a rule lets go by a day and nothing holds; the act says how much of what, and on what ground."""
    going = [due for due in list_due(rule, on=on) if not due.held]
    if not going:
        return 0
    facts = {"rule": rule.code, "on": str(on), "kept": f"{rule.length}{rule.unit}", "count": len(going)}
    rows = {"rows": [due.row for due in going]}
    record_act(verb="retention.delete", door=door, by=actor, because=rule.ground, facts=facts | rows)
    with capture.forgetting():
        rule.remove([due.row for due in going])
    return len(going)
