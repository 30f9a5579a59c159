"""How a visit was arranged with the client before it was made (GPM.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from baohou.guarantee.rules.words import Word

APPOINTMENT_KEY: Final = "appointment"
"""Under this key ``Visit.findings`` holds the appointment. A visit without one has no such key: a special visit and
questions to workers at random (PGM.5, PGM.6) may come unannounced."""


class Channel(Word):
    """How the client was reached."""

    PHONE = 1, "phone", "电话"
    MESSAGE = 2, "message", "微信或短信"
    IN_PERSON = 3, "in_person", "当面"
    LETTER = 4, "letter", "书面通知"


@dataclass(frozen=True)
class Appointment:
    """On which day, with whom of the client's and by which channel a visit was arranged."""

    arranged_on: date
    contact: str
    channel: Channel

    def told(self) -> dict[str, str]:
        """As ``Visit.findings`` keeps it."""
        return {"arranged_on": str(self.arranged_on), "contact": self.contact, "channel": self.channel.code}


def appointment_of(findings: Mapping[str, Any]) -> Appointment | None:
    """The appointment of a visit; None when none was written down."""
    told = findings.get(APPOINTMENT_KEY)
    if not told:
        return None
    channel = Channel.read(str(told["channel"]))
    assert channel is not None, "only the verb writes it"
    return Appointment(date.fromisoformat(told["arranged_on"]), str(told["contact"]), channel)
