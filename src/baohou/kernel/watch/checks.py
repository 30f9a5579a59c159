"""Checks of the whole installation, as every app registers its own; a restored one has to pass them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """``run`` gives one Chinese sentence for each fault it finds, and changes nothing."""

    code: str
    title: str
    run: Callable[[], Iterable[str]]


_CHECKS: dict[str, Check] = {}


def register(check: Check) -> None:
    """Make a check known; called by AppConfig.ready()."""
    _CHECKS[check.code] = check


def run_all() -> Iterator[tuple[Check, list[str]]]:
    """Run every check, one after the other, with the faults each found."""
    for check in list(_CHECKS.values()):
        yield check, list(check.run())
