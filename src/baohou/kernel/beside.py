"""Work beside a page: what it shows may be some minutes old, and what is to come next is made while people read."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock, Thread

from django.db import connections

_LOG = logging.getLogger(__name__)
_at_work: set[str] = set()
_lock = Lock()


def start(name: str, work: Callable[[], object]) -> bool:
    """Begin a work in a thread of its own and a connection of its own, unless this process is at it.

    Whether it was begun. It must do without whoever asked, bear being cut off, and derive only what could be derived
    again; a failure is logged.
    """
    with _lock:
        if name in _at_work:
            return False
        _at_work.add(name)
    Thread(target=_do, args=(name, work), name=name, daemon=True).start()
    return True


def _do(name: str, work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:  # noqa: BLE001  (nobody waits for it; it is logged)
        _LOG.exception("beside a page: %s failed", name)
    finally:
        connections.close_all()
        with _lock:
            _at_work.discard(name)
