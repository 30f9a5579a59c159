"""Secrets and signatures as Standard Webhooks has them: HMAC-SHA256 over id.timestamp.body, in base64, after "v1,"."""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

PREFIX: Final = "whsec_"
_BYTES: Final = 32


def make_secret() -> str:
    """A new secret, as partners get it: whsec_ and 32 random bytes in base64."""
    return PREFIX + b64encode(secrets.token_bytes(_BYTES)).decode()


def sign(secret: str, *, number: str, timestamp: int, body: bytes) -> str:
    """The signature of one secret; ``timestamp`` in seconds since 1970."""
    key = b64decode(secret.removeprefix(PREFIX))
    return "v1," + b64encode(hmac.new(key, f"{number}.{timestamp}.".encode() + body, sha256).digest()).decode()


def headers_of(valid: Iterable[str], *, number: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a delivery, with a signature of each secret that is valid."""
    return {
        "webhook-id": number,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(one, number=number, timestamp=timestamp, body=body) for one in valid),
    }
