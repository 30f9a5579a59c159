"""What the audit does not repeat of a person: identity numbers and telephone numbers, told apart without being told.

A masked number keeps what people need to recognise it and a short keyed tag, so that two different numbers remain two:
110101********1234·9f2c41. The tag is of no use to somebody without this installation's secret key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from baohou.core.masking import mask as covered

_IDENTITY: Final = re.compile(
    r"(?<![0-9A-Za-z])[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
"""A citizen's number with a possible day of birth; a company's credit code is public and stays."""
_TELEPHONE: Final = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9]\d{9}(?![0-9A-Za-z])")
_TAG: Final = 6


def mask(text: str) -> str:
    """The text without whole identity and telephone numbers, and without what no database keeps (NUL)."""
    if sum(map(str.isdigit, text)) < 11:
        return text.replace("\x00", "")
    text = _IDENTITY.sub(lambda found: _masked(found.group(), 6, 4), text.replace("\x00", ""))
    return _TELEPHONE.sub(lambda found: _masked(found.group()[-11:], 3, 4), text)


def _masked(number: str, first: int, last: int) -> str:
    stars = "*" * (len(number) - first - last)
    return f"{number[:first]}{stars}{number[-last:]}·{keyed(number.upper(), 'mask')[:_TAG]}"


def hidden(text: str) -> str:
    """A name, telephone or account number, of which the audit keeps as little: 138****2233·9f2c41; empty of none."""
    return f"{covered(text)}·{keyed(text, 'mask')[:_TAG]}" if text else ""


def keyed(text: str, purpose: str) -> str:
    """HMAC-SHA-256 of a text under this installation's key, for one purpose."""
    key = hashlib.sha256(f"baohou.audit.{purpose}:{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def plain(value: Any) -> Any:
    """A value as JSON that every database gives back as it was: numbers with a fraction and dates as text, masked."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {mask(str(name)): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float | Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return f"sha256:{hashlib.sha256(bytes(value)).hexdigest()}"
    return mask(str(value))
