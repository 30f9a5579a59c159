"""What befalls an installation: two days started at once, the clock set back, a full disk, tampering."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.upkeep.conftest import Company, Make
from tests.upkeep.installations import Installation

NEXT = date(2026, 10, 21)
DAY = ("-m", "baohou.config.command", "day", "--on", NEXT.isoformat())
SUMS = ("summary", "portfolioslice", "amountslice", "heavyclient", "keptslice", "reportslice")
MOVING = frozenset({"day_run", "day_steprun", "day_watermark", "audit_act", "audit_link"}) | {
    f"guarantee_{name}" for name in SUMS
}
"""Tables that say when the day ran, who began it, and what it added up, not what it found."""
ADDED_UP_ANEW = "guarantee_overdueslice"
"""A day that was refused may have drawn numbers for its rows, which others do not get again."""
CLOCK_BACK = """
import sys
from datetime import datetime, UTC
from django.utils import timezone
timezone.now = lambda: datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
from baohou.config.command import main
main()
"""
TAMPER = """
import sys, django
django.setup()
from django.db import connection, transaction
with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute(sys.argv[1])
    print(cursor.rowcount)
"""


@pytest.fixture(autouse=True)
def other_databases(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """These tests look into databases of their own, never into the one that other tests share."""
    with django_db_blocker.unblock():
        yield


def facts(installation: Installation) -> dict[str, list[str]]:
    found = {table: rows for table, rows in installation.rows().items() if table not in MOVING}
    found[ADDED_UP_ANEW] = [json.dumps(json.loads(row)[1:]) for row in found[ADDED_UP_ANEW]]
    return found


def test_two_days_started_at_once_book_everything_once(company: Company, make: Make) -> None:
    """Two processes begin 2026-10-21 at the same moment: what stands then is what one alone would have booked."""
    alone, together = make(like=company.home), make(like=company.home)
    alone.baohou("day", "--on", NEXT.isoformat())
    both = [together.start(sys.executable, *DAY) for _ in range(2)]
    said = [process.communicate(timeout=900) for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes in ([0, 3], [0, 0]), said
    if codes == [0, 3]:
        assert any("另一次日终正在运行" in err for _out, err in said)
    assert facts(together) == facts(alone)
    assert "一致" in together.baohou("day", "--verify")


def test_with_the_clock_set_back_the_day_does_nothing(company: Company, make: Make, tmp_path: Path) -> None:
    """The machine believes that it is 2026-03-01; the last business day was 2026-10-20.

    The day changes no row and says so; a copy is made, and not taken for an old one and thrown away.
    """
    here, folder = make(like=company.home), tmp_path / "copies"
    folder.mkdir()
    before = here.rows()
    assert "2026-10-20 的日终已经运行过" in here.python(CLOCK_BACK, "day")
    assert here.rows() == before
    for name in ("baohou-20261018-023000.backup", "baohou-20261019-023000.backup"):
        (folder / name).write_text("mine")
    here.python(CLOCK_BACK, "backup", str(folder), "--keep", "2")
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["baohou-20260301-100000.backup", "baohou-20261019-023000.backup"]
    assert "已经运行过" not in here.baohou("day", "--on", NEXT.isoformat())


def test_a_disk_that_is_full_takes_nothing_and_breaks_nothing(company: Company, make: Make) -> None:
    """SQLite's file cannot grow: the day says so in one sentence; with room again it goes through."""
    if company.home.database:
        pytest.skip("the server's files grow in other processes")
    here = make(like=company.home)
    before = facts(here)
    said = here.baohou("day", "--on", NEXT.isoformat(), "--rebuild", code=1, biggest_file=30_000)
    assert "磁盘满了" in said
    assert "Traceback" not in said
    assert facts(here) == before
    here.baohou("day", "--on", NEXT.isoformat())
    assert "一致" in here.baohou("day", "--verify")


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        (
            "UPDATE duties_duty SET due_on = due_on + 30 WHERE key = (SELECT min(key) FROM duties_duty)",
            "应办事项和处罚",
        ),
        (
            "UPDATE accountability_entry SET amount_fen = 1 WHERE id = (SELECT min(id) FROM accountability_entry)",
            "处罚",
        ),
    ],
)
def test_a_tampered_row_is_found_after_restoring(
    company: Company, make: Make, tmp_path: Path, sql: str, found: str
) -> None:
    """Somebody moved a deadline, or made a penalty smaller, past the program: restoring says what does not hold."""
    here, there, archive = make(like=company.home), make(company.engine), str(tmp_path / "a.backup")
    if company.engine == "sqlite" and "due_on" in sql:
        sql = sql.replace("due_on + 30", "date(due_on, '+30 days')")
    assert here.python(TAMPER, sql) == "1\n"
    here.baohou("backup", archive)
    said = there.baohou("restore", archive, code=1)
    assert re.search(rf"{found}.*：\d+ 处不对", said)


def test_a_tampered_file_is_told_when_it_is_copied(company: Company, make: Make, tmp_path: Path) -> None:
    here = make(like=company.home)
    file = next(path for path in (here.folder / "files").rglob("*") if path.is_file())
    file.write_bytes(file.read_bytes().replace(b"%PDF", b"%PDX"))
    said = here.baohou("backup", str(tmp_path / "a.backup"), code=1)
    assert f"{file.name} 的内容被改动过" in said
