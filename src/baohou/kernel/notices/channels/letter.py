"""What is sent to a person, whatever the channel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    """``key`` stays the same at every attempt; ``link`` is a full address, or empty; ``name`` is whom it is for."""

    key: str
    name: str
    title: str
    text: str
    link: str
    code: str

    @property
    def body(self) -> str:
        """Text and link, as they stand below a title."""
        return "\n\n".join(part for part in (self.text, self.link) if part)
