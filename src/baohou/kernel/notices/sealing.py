"""Addresses are secrets (who knows a robot's address may write to its group): they are kept encrypted.

The key is derived from the installation's secret key, another for each purpose; a copy of the database alone does not
give them away.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class Lost(Exception):
    """What was sealed can't be opened: the installation's secret key has changed."""


ADDRESSES: Final = "notices.addresses"


def seal(said: str, *, purpose: str = ADDRESSES) -> str:
    """Encrypt."""
    return _fernet(purpose).encrypt(said.encode()).decode()


def unseal(sealed: str, *, purpose: str = ADDRESSES) -> str:
    """Decrypt; Lost when it was sealed with another key."""
    try:
        return _fernet(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as fault:
        raise Lost from fault


def _fernet(purpose: str) -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(f"baohou.{purpose} {settings.SECRET_KEY}".encode()).digest()))
