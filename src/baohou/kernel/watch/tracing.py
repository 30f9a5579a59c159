"""The number of what is being done now: people quote it, the log is searched by it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without letters that are taken for one another, on paper or on the phone."""
_WELL_FORMED: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{6,62}[A-Za-z0-9]")
_NUMBER: ContextVar[str] = ContextVar("number", default="")


def current_number() -> str:
    """The number of the request or command at work; empty outside of one."""
    return _NUMBER.get()


def make_number() -> str:
    """A new number that can be read out: K7QD-28XM."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def accept(given: str) -> str:
    """The number that a proxy gave, when it looks like one (8 to 64 letters, digits, hyphens); else a new one."""
    return given if _WELL_FORMED.fullmatch(given) else make_number()


@contextmanager
def numbered(number: str) -> Iterator[None]:
    """Do something under a number."""
    token = _NUMBER.set(number)
    try:
        yield
    finally:
        _NUMBER.reset(token)
