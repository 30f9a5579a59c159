"""What a room asks of the rule book: the parameters it computes with, their kinds and their ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from baohou.core.sayings import listed, say

Kind = Literal["days", "months", "day_of_month", "fen", "code", "count", "times"]

RHYTHMS = (0, 1, 2, 3, 4, 6, 12)
"""Months that a calendar year divides into; 0 says that there is no rhythm."""


@dataclass(frozen=True)
class ParameterSpec:
    """One parameter of a rule set: every version must give it, unless a ``default`` holds where one does not.

    ``low`` and ``high`` bound a number, both inclusive, in the unit of the core (fen for money).
    ``choices`` are the codes that a parameter of kind ``code`` may have. ``facts`` are the names of the
    facts on which an exception may depend; empty means that no exception is allowed.
    """

    clause: str
    name: str
    kind: Kind
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    title: str = ""
    default: int | str | None = None

    def fault_of(self, value: int | str) -> str | None:
        """What is wrong with a value of the right type, in Chinese; None when nothing is."""
        if isinstance(value, str):
            return None if value in self.choices else say("应为 %(names)s 之一", names=listed(self.choices))
        if self.kind == "months" and value not in RHYTHMS:
            return say("应为 %(names)s 之一（能整除十二个月；0 表示没有固定频率）", names=listed(map(str, RHYTHMS)))
        if self.low is not None and value < self.low:
            return say("不得小于 %(shown)s", shown=self._shown(self.low))
        if self.high is not None and value > self.high:
            return say("不得大于 %(shown)s", shown=self._shown(self.high))
        return None

    def _shown(self, bound: int) -> str:
        return f"{bound // 100}.{bound % 100:02d}" if self.kind == "fen" else str(bound)
