"""Addresses are secrets (who knows a robot's address may write to its group): they are kept encrypted.

The key is derived from the installation's secret key; a copy of the database alone does not give them away.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class Lost(Exception):
    """What was sealed can't be opened: the installation's secret key has changed."""


def seal(said: str) -> str:
    """Encrypt."""
    return _fernet().encrypt(said.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt; Lost when it was sealed with another key."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as fault:
        raise Lost from fault


def _fernet() -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(f"baohou.notices.addresses {settings.SECRET_KEY}".encode()).digest()))
