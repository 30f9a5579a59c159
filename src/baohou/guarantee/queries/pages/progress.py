"""How far a hand-over has come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How many reports are on the list, were given, were received, lie in the archive; how many the list lacks."""

    total: int = 0
    given: int = 0
    received: int = 0
    archived: int = 0
    unlisted: int = 0

    def __add__(self, other: Progress) -> Progress:
        return Progress(
            self.total + other.total,
            self.given + other.given,
            self.received + other.received,
            self.archived + other.archived,
            self.unlisted + other.unlisted,
        )

    @property
    def missing(self) -> int:
        return self.total - self.given + self.unlisted

    @property
    def to_receive(self) -> int:
        return self.given - self.received

    @property
    def all(self) -> int:
        return self.total + self.unlisted

    @property
    def complete(self) -> bool:
        return self.all > 0 and self.archived == self.all
