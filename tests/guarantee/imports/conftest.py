"""Files of rows, written and taken."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from baohou.guarantee.imports import take
from baohou.kernel.papers.taking import Outcome
from tests.cast import HEADINGS

TODAY = date(2026, 11, 23)

Import = Callable[..., Outcome]


@pytest.fixture
def import_rows(tmp_path: Path) -> Import:
    """Writes rows under the headings of a kind into a .csv and takes it as of 23 November 2026."""

    def import_rows(kind: str, *rows: Sequence[str], headings: Sequence[str] = (), **how: Any) -> Outcome:
        path = tmp_path / f"{kind}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([headings or HEADINGS[kind], *rows])
        return take(kind=kind, path=path, today=TODAY, **how)

    return import_rows


def found(outcome: Outcome) -> list[tuple[int | None, str]]:
    """Row and column of every fault."""
    return [(fault.row, fault.column) for fault in outcome.faults]
