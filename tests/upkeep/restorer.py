"""Restoring again and again, a later write failing each time: python -m tests.upkeep.restorer ARCHIVE [every].

Says as JSON how each of them ended, by the write that failed (a file's, then the database's by number), and ends with the first that went through.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import django

django.setup()

from bench.faults.failing import Failing  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connection  # noqa: E402

from baohou.core.errors import Refused  # noqa: E402
from baohou.kernel.audit.services import link_soon  # noqa: E402
from baohou.upkeep.copies import restore as restoring  # noqa: E402
from tests.upkeep.standing import all_files, all_rows  # noqa: E402


def numbers(*, every: bool) -> Iterator[int]:
    """Which write is to fail: each in turn, or each half as far again as the one before."""
    number = 1
    while True:
        yield number
        number = number + 1 if every else number + max(1, number // 2)


def ended(archive: Path, at: int, *, files: bool = False) -> str:
    """How a restore ends whose write ``at`` fails, of the database or of files; the code of a refusal, or ``done``."""
    failing = Failing(at)
    by_copy = connection.vendor == "postgresql"  # and not by statements, which are counted anyhow
    filled = failing.around(restoring.insert_lines) if by_copy and not files else restoring.insert_lines
    try:
        with failing.files() if files else failing.database(), mock.patch.object(restoring, "insert_lines", filled):
            restoring.restore(archive, secret=None, replace=True)
    except Refused as refusal:
        return refusal.code
    if (
        failing.passed >= at
    ):  # what was restored stands by then: checking it failed, or linking its act, which the next act makes up for
        link_soon()
    return "done"


def main(archive: Path, *, every: bool) -> dict[str, str]:
    """Fail one write after the other; what this installation held has to stand each time."""
    cache.clear()
    rows, files = all_rows(), all_files()
    told: dict[str, str] = {}

    def unharmed() -> None:
        assert all_rows() == rows, f"rows differ: {told}"
        assert files.items() <= all_files().items(), f"files are lost: {told}"

    told["file"] = ended(archive, 1, files=True)
    unharmed()
    for at in numbers(every=every):
        told[str(at)] = ended(archive, at)
        if told[str(at)] == "done":
            break
        unharmed()
    return told


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), every=sys.argv[2:] == ["every"])))
