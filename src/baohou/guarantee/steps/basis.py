"""The steps' names, and what all of a step's work rests on beside facts: when it changes, all is derived anew."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import Final

from baohou.kernel.accountability.queries import get_go_live
from baohou.kernel.rulebook.models import RuleVersion

PLANNING: Final = "guarantee.duties"
BOOKING: Final = "guarantee.penalties"


def of_book(on: date) -> str:
    """Digest of the versions that had taken effect by a day, and of the ends they have by then."""
    versions = RuleVersion.objects.filter(rule_set__code="PGM", effective_on__lte=on).order_by("effective_on")
    parts = [
        f"{version.pk} {version.digest} {version.ends_on if version.ends_on and version.ends_on <= on else ''}"
        for version in versions
    ]
    return sha256("\n".join(parts).encode()).hexdigest()


def of_penalties(on: date) -> str:
    """The rule book, and the day the installation went live."""
    return sha256(f"{of_book(on)} {get_go_live()}".encode()).hexdigest()
