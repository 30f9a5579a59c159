"""The demonstration as `baohou serve --demo` makes it, on a day of one's choice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from baohou.config.demo import open_quarter
from baohou.guarantee.imports import take
from baohou.guarantee.imports.sample import write_sample
from baohou.kernel.people.logins import make_logins
from baohou.kernel.rulebook.services import load_shipped
from tests.clock import set_today

PASSWORD = "bao-hou-demo"


def begin_demo(*, on: date, clients: int, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """A company of so many clients on a day, its quarter opened; the workbook is written into ``folder``."""
    set_today(patch, on)
    load_shipped(door="command")
    book = folder / "portfolio.xlsx"
    write_sample(clients=clients, seed=1, on=on, path=book, still_open=True)
    assert take(kind="workbook", path=book).acceptable
    make_logins(PASSWORD)
    open_quarter(on=on)
