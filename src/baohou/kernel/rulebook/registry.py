"""What the rooms ask of the rule book: each room says its clauses, its parameters and the rule sets it ships."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from baohou.core.rulebook import ParameterSpec

_specs: dict[tuple[str, str], ParameterSpec] = {}
_clauses: set[str] = set()
_shipped: list[Path] = []


def register(specs: Iterable[ParameterSpec], *, clauses: Iterable[str] = (), shipped: Path | None = None) -> None:
    """Tell the rule book what a room carries out; a room calls it in its AppConfig.ready().

    ``clauses`` are codes of clauses without parameters, ``shipped`` is the folder of the room's rule set files.
    """
    for spec in specs:
        known = _specs.setdefault((spec.clause, spec.name), spec)
        assert known == spec, f"two rooms ask for {spec.clause} {spec.name} in different ways"
        _clauses.add(spec.clause)
    _clauses.update(clauses)
    if shipped is not None and shipped not in _shipped:
        _shipped.append(shipped)


def specs() -> tuple[ParameterSpec, ...]:
    """All parameters that the rooms compute with."""
    return tuple(_specs.values())


def clauses() -> frozenset[str]:
    """The codes of all clauses that the rooms know."""
    return frozenset(_clauses)


def shipped_files() -> list[Path]:
    """The rule set files that come with the rooms."""
    return sorted(file for folder in _shipped for file in folder.glob("*.yaml"))
