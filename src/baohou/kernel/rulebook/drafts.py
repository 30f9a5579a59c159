"""A version as its file says it, before it stands in the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from baohou.core.rulebook import Clause, Kind, Span

UNTIL_REPLACED = "直至被替代"

UNITS: dict[Kind, str] = {
    "days": "天",
    "months": "个月",
    "day_of_month": "日",
    "fen": "元",
    "code": "代码",
    "count": "次",
    "times": "倍",
}
"""The unit that a file writes for each kind of parameter."""


@dataclass(frozen=True)
class Draft:
    """One version of a rule set; ``until`` is the day it ends, None for until replaced.

    ``file`` and ``lines`` (of the keys of the header) say where it was read, for faults.
    """

    rule_set: str
    title: str
    name: str
    effective_on: date
    until: date | None
    reference: str
    adopted_by: str
    clauses: tuple[Clause, ...]
    file: str = field(default="", compare=False)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    @property
    def span(self) -> Span:
        return Span(self.effective_on, self.until)

    @property
    def content(self) -> dict[str, Any]:
        """All that the file says, as JSON takes it; neither its comments nor its layout."""
        said = asdict(self)
        del said["file"], said["lines"]
        return said | {"effective_on": str(self.effective_on), "until": self.until and str(self.until)}

    @property
    def digest(self) -> str:
        """SHA-256 of the content: the same for two files that say the same."""
        return hashlib.sha256(json.dumps(self.content, sort_keys=True).encode()).hexdigest()
