"""What the address of a list says: a day that has passed, a number, a text that nobody said; and what narrows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from baohou.kernel.parties.industries import UNKNOWN, Industry
from baohou.kernel.people.doors import Asked

NOT_SAID = "-"
"""What the address says for a product, bank or industry that nobody has said."""


@dataclass(frozen=True)
class Narrowing:
    """What a list is narrowed by beside the fields of its form; ``without`` is the address that takes it away."""

    name: str
    value: str
    said: str
    without: str


def narrowing_of(request: Asked, name: str, said: str) -> Narrowing:
    """What a name in the address narrows a list by."""
    rest = request.GET.copy()
    value = rest.pop(name)[-1]
    rest.pop("after", None)
    return Narrowing(name, str(value), said, f"?{rest.urlencode()}")


def as_of(request: Asked) -> date:
    """The day of the list: the one asked for, when it has passed, else the business day."""
    return min(day_asked(request.GET.get("on", "")) or request.today, request.today)


def day_asked(text: str) -> date | None:
    """A day; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def said(text: str | None) -> str | None:
    """A text; empty for what nobody has said, None where nothing is asked."""
    return "" if text == NOT_SAID else text or None


def industry_asked(text: str) -> int | None:
    """The number of an industry by its code; None for anything else."""
    if text == NOT_SAID:
        return UNKNOWN
    return Industry[text].value if text in Industry.names else None


def industry_word(number: int) -> str:
    """An industry as people call it; empty for none."""
    return _(Industry(number).label) if number else ""


def number_asked(text: str) -> int | None:
    """A row's number; None for anything else."""
    return int(text) if text.isdecimal() else None
