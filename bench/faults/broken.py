"""Which write of which request is to fail next, so that each of each kind has failed in the end."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Final

from bench.faults.book import Deed

HEADER: Final = "X-Fail-Write"
"""With it a request says which of its writes fails: ``3``, or ``3+`` with all after it."""
_BEYOND: Final = 3
"""So many numbers one after the other that met no write, and there are no more of them."""
_PART: Final = 0.5
"""So much of what is begun is to fail; the rest is undisturbed beside it."""
_LASTING: Final = 0.25

What = tuple[str, int]
"""The kind of a deed, and which of its requests."""


@dataclass(frozen=True)
class Fault:
    """One write that is to fail."""

    what: What
    at: int
    lasting: bool

    @property
    def said(self) -> str:
        return f"{self.at}{'+' if self.lasting else ''}"


class Broken:
    """Hands out the writes that fail, of each kind of request the first, the second and so on, and hears what came."""

    def __init__(self, most: int = 0) -> None:
        """``most``: after so many there are no more; 0 for as many as there are."""
        self.most = most
        self.asked: Counter[What] = Counter()
        self.beyond: Counter[What] = Counter()
        self.failed: Counter[What] = Counter()
        self.longest: dict[What, int] = {}
        self._back: dict[What, list[int]] = {}
        self._lock = threading.Lock()

    def ask(self, deed: Deed, chance: Random) -> Fault | None:
        """The write that is to fail when a request is sent for the first time; None for none."""
        what = (deed.kind, deed.at)
        if deed.sent > deed.at + 1 or chance.random() > _PART:
            return None
        with self._lock:
            if self.is_over() or self._is_done(what):
                return None
            lasting = chance.random() < _LASTING
            if back := self._back.get(what):
                return Fault(what, back.pop(), lasting)
            self.asked[what] += 1
            return Fault(what, self.asked[what], lasting)

    def hear(self, fault: Fault, status: int, *, taken: bool) -> None:
        """Note what a request was answered: 5xx when its write failed. That of one refused is another's to fail."""
        with self._lock:
            if status >= 500:
                self.failed[fault.what] += 1
                self.beyond[fault.what] = 0
                self.longest[fault.what] = max(fault.at, self.longest.get(fault.what, 0))
            elif taken:
                self.beyond[fault.what] += 1
            else:
                self._back.setdefault(fault.what, []).append(fault.at)

    def _is_done(self, what: What) -> bool:
        return self.beyond[what] >= _BEYOND and not self._back.get(what)

    def is_over(self) -> bool:
        return bool(self.most) and sum(self.failed.values()) >= self.most

    def left(self, kinds: dict[str, int]) -> list[What]:
        """Of so many requests of each kind those of which not every write has failed yet."""
        each = [(kind, step) for kind, steps in kinds.items() for step in range(steps)]
        with self._lock:
            return [] if self.is_over() else [what for what in each if not self._is_done(what)]
