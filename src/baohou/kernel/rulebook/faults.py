"""What is wrong with a rule book file: all of it in one go, each fault with its file and line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from baohou.core.errors import Refused
from baohou.core.sayings import Said, say, together


@dataclass(frozen=True, order=True)
class Fault:
    """One fault: the file (empty for a text that comes from no file), the line from 1, and what to do, in Chinese."""

    file: str
    line: int
    message: str

    @property
    def said(self) -> Said:
        """All of it as one sentence, ready to be said in the reader's language."""
        if not self.file:
            return say("第 %(line)s 行：%(message)s", line=self.line, message=self.message)
        return say("%(file)s 第 %(line)s 行：%(message)s", file=self.file, line=self.line, message=self.message)

    def __str__(self) -> str:
        return str(self.said)


class RuleFileRefused(Refused):
    """Rule book files that were not taken; ``faults`` lists all that is wrong with them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("rulebook.file.refused", together([fault.said for fault in self.faults], "\n"))
