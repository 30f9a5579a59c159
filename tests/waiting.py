"""Waiting for what another thread or process brings about."""

from __future__ import annotations

import time
from collections.abc import Callable

LONG = 600.0
"""Seconds until something is missed: on a busy machine all takes long, and nothing is the worse for it."""


def until(so: Callable[[], bool], missed: str, *, seconds: float = LONG) -> None:
    """Look again and again until it is so; AssertionError, in the words of ``missed``, when it never is."""
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, missed
        time.sleep(0.01)
