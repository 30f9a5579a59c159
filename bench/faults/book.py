"""What a person has asked for, and what was answered: the book that the proof goes by."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Fate(Enum):
    """What became of a deed as far as the person knows."""

    OPEN = "open"
    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True)
class Step:
    """A request of a deed; one with a ``key`` goes through the API, one without is a form of a page."""

    method: str
    address: str
    body: bytes
    kind: str
    key: str = ""


@dataclass
class Deed:
    """One thing that somebody wants done, told apart by ``mark``, which stands in what it writes.

    ``about`` is what the proof needs to know: the duty's key, the number of files.
    """

    mark: str
    kind: str
    who: int
    steps: list[Step]
    about: dict[str, Any] = field(default_factory=dict)
    at: int = 0
    sent: int = 0
    lost: int = 0
    fate: Fate = Fate.OPEN
    answers: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    again: float = 0.0
    first_loss: float = 0.0

    @property
    def is_of_page(self) -> bool:
        return not self.steps[-1].key


class Book:
    """Everybody's deeds, in the order in which they were begun."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.deeds: list[Deed] = []
        self.answered: list[tuple[float, float]] = []
        self.strange: list[str] = []

    def begin(self, deed: Deed) -> Deed:
        """Write a deed down before anything is sent."""
        with self._lock:
            self.deeds.append(deed)
        return deed

    def hear(self, sent: float, answered: float) -> None:
        """Note that something sent at a moment was taken at another."""
        with self._lock:
            self.answered.append((sent, answered))

    def wonder(self, what: str) -> None:
        """Note an answer that nobody ought to get."""
        with self._lock:
            self.strange.append(what)

    def recovered(self, since: float) -> float | None:
        """When something sent after a moment was first taken."""
        with self._lock:
            found = [answered for sent, answered in self.answered[-200:] if sent >= since]
        return min(found) if found else None

    def ended(self, fate: Fate) -> list[Deed]:
        with self._lock:
            return [deed for deed in self.deeds if deed.fate is fate]
