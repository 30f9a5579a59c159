"""Which pages were slow in the last hour: a line each in a file that all processes of this machine share."""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

SLOW_SECONDS: Final = 1.0
KEPT_SECONDS: Final = 3600
_LARGEST: Final = 256 * 1024
"""Bytes of the file; the older half is kept beside it as one more file and then forgotten."""


@dataclass(frozen=True)
class Slow:
    """A page that was slow: how often within the hour, and at worst how long, in seconds."""

    route: str
    times: int
    worst: float


def note(route: str, seconds: float) -> None:
    """Write down a slow page; a page that was not slow costs nothing, and a full disk keeps no page away."""
    if seconds < SLOW_SECONDS:
        return
    path = _path()
    with contextlib.suppress(OSError):
        with path.open("a", encoding="ascii") as file:
            file.write(f"{time.time():.0f} {seconds:.2f} {route}\n")
        if path.stat().st_size > _LARGEST:
            path.replace(_older(path))


def list_slow() -> list[Slow]:
    """Pages that took longer than SLOW_SECONDS in the last hour, the slowest first."""
    since = time.time() - KEPT_SECONDS
    took: dict[str, list[float]] = defaultdict(list)
    for path in (_older(_path()), _path()):
        try:
            lines = path.read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            continue
        for at, seconds, route in (line.split(" ", 2) for line in lines if line.count(" ") == 2):
            if float(at) >= since:
                took[route].append(float(seconds))
    return sorted((Slow(route, len(all_), max(all_)) for route, all_ in took.items()), key=lambda one: -one.worst)


def _path() -> Path:
    return Path(settings.VAR) / "slow-pages.log"


def _older(path: Path) -> Path:
    return path.with_suffix(".older.log")
