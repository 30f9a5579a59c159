"""How fast one person, or one system, may write: so many requests a minute, over all web processes (ASVS 2.4.1).

Each process counts for itself and adds to the shared count in steps of a twentieth of the bound, so that nineteen of
twenty requests ask the database for nothing. What other processes have not added yet is not known: the bound is passed
by less than a step for each of them.
"""

from __future__ import annotations

from time import time
from typing import Final

from django.conf import settings
from django.core.cache import caches

from baohou.core.errors import Refused

_MINUTE: Final = 60
_STEPS: Final = 20
"""In so many steps a process adds what it counted to what all have counted."""


class TooFast(Refused):
    """Too many writing requests within the minute; the next one begins in ``seconds``."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            "people.too_fast",
            "这一分钟里提交得太多，这一次没有写入。请等 %(seconds)s 秒再提交。",
            seconds=seconds,
        )


def keep_pace(who: str) -> None:
    """Count one writing request of someone; TooFast above BAOHOU_WRITES of them in this minute."""
    most = settings.WRITES_PER_MINUTE
    minute, into = divmod(int(time()), _MINUTE)
    name, here = f"pace.{who}.{minute}", caches["process"]
    here.add(name, 0, 2 * _MINUTE)
    mine, step = here.incr(name), max(1, most // _STEPS)
    if mine % step == 0:
        here.set(f"{name}.others", max(0, _add(name, step) - mine), 2 * _MINUTE)
    if mine + here.get(f"{name}.others", 0) > most:
        raise TooFast(_MINUTE - into)


def _add(name: str, many: int) -> int:
    """Add to what all processes have counted; how many that makes.

    Two that add at the same moment may count as one: that lets a few more through, and refuses nobody wrongly. So does
    a database that takes nothing at the moment; what is asked for will find that out by itself.
    """
    shared = caches["default"]
    total = int(shared.get(name, 0)) + many
    shared.set(name, total, 2 * _MINUTE)
    return total
