"""What taking a file did, or would do: counts, faults, differences; also as a marked .xlsx."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from baohou.kernel.papers.reading import Fault, Mapping, write_marked


@dataclass(frozen=True, slots=True)
class Difference:
    """A value of a file that is not the stored one under the same key."""

    row: int
    name: str
    column: str
    before: Any
    after: Any
    sheet: str = ""


@dataclass
class Part:
    """One kind of fact in a file. ``left`` counts the rows that were not taken, for faults or differences."""

    kind: str
    title: str
    sheet: str = ""
    read: int = 0
    new: int = 0
    changed: int = 0
    removed: int = 0
    same: int = 0
    left: int = 0
    faults: list[Fault] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    usable: bool = True

    def counts(self) -> dict[str, int]:
        """The counts by name."""
        return {name: getattr(self, name) for name in ("read", "new", "changed", "removed", "same", "left")}


@dataclass
class Outcome:
    """What came of a file. ``taken`` says that what the counts name stands in the database."""

    path: Path
    digest: str
    mapping: Mapping = field(default_factory=Mapping)
    parts: list[Part] = field(default_factory=list)
    taken: bool = False
    dry_run: bool = False
    update: bool = False
    partial: bool = False

    @property
    def faults(self) -> list[Fault]:
        """Every fault of the file."""
        return [fault for part in self.parts for fault in part.faults]

    @property
    def differences(self) -> list[Difference]:
        """Every value that differs from the stored one."""
        return [difference for part in self.parts for difference in part.differences]

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """The counts by kind."""
        return {part.kind: part.counts() for part in self.parts}

    @property
    def acceptable(self) -> bool:
        """Whether the file may stand: without fault, and without a difference that was not asked to be taken;
        or else with some rows left out, when that was asked for."""
        if not all(part.usable for part in self.parts):
            return False
        return self.partial or not (self.faults or (self.differences and not self.update))

    def marked(self, path: Path) -> None:
        """Write the file as an .xlsx whose faulty cells are coloured and commented."""
        write_marked(source=self.path, faults=self.faults, target=path, mapping=self.mapping)
