"""What is wrong with a rule book file: all of it in one go, each fault with its file and line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from baohou.core.errors import Refused


@dataclass(frozen=True, order=True)
class Fault:
    """One fault: the file (empty for a text that comes from no file), the line from 1, and what to do, in Chinese."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file} 第 {self.line} 行：{self.message}".lstrip()


class RuleFileRefused(Refused):
    """Rule book files that were not taken; ``faults`` lists all that is wrong with them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("rulebook.file.refused", "\n".join(map(str, self.faults)))
