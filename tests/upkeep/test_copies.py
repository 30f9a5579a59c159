"""Copies and restoring, between installations of their own: row by row, while people write, killed, on a full disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from baohou.upkeep.copies.secrecy import make_key
from tests.upkeep.conftest import ENGINES, Company, Make
from tests.upkeep.installations import ROOT, Installation, columns_of, drop, make_installation

WAYS = [pair for pair in product(ENGINES, ENGINES) if ENGINES[-1] in pair]
"""From which kind of database into which; from SQLite into SQLite where there is nothing else."""
RESTORED = 2
"""The acts that restoring writes: that it was done, and that the files of heads begin anew."""
KILLED_AFTER_SECONDS = (1.5, 2.2, 3.0)


@pytest.fixture(autouse=True)
def other_databases(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """These tests look into databases of their own, never into the one that other tests share."""
    with django_db_blocker.unblock():
        yield


def alike(here: Installation, there: Installation, *, but: int = 0) -> None:
    """Both hold the same rows; ``there`` has so many acts more, which it wrote itself, and ``here`` those of copying."""
    mine, theirs = here.rows(), there.rows()
    assert mine.keys() == theirs.keys()
    for table in ("audit_act", "audit_link"):
        rows, own = theirs.pop(table), mine.pop(table)
        copied = len(rows) - but
        assert rows[:copied] == own[:copied]
        assert table != "audit_act" or all('"upkeep.backup"' in row for row in own[copied:]), own[copied:]
    assert mine == theirs


@contextmanager
def writers(installation: Installation, *names: str) -> Iterator[dict[str, int]]:
    """People who write all the while; afterwards, how many acts each wrote."""
    wrote: dict[str, int] = {}
    processes = {
        name: subprocess.Popen(
            [sys.executable, "-m", "tests.upkeep.writer", name],
            env=installation.environment,
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for name in names
    }
    try:
        for process in processes.values():
            assert process.stdout is not None
            assert process.stdout.readline() == "writing\n"
        yield wrote
    finally:
        for name, process in processes.items():
            out, _ = process.communicate("stop\n", timeout=900)
            wrote[name] = int(out)


@pytest.mark.parametrize(("source", "target"), WAYS)
def test_an_empty_installation_gets_every_row_and_file(
    companies: Callable[[str], Company], make: Make, source: str, target: str
) -> None:
    """From each kind of database into each: every row is as it was, and everything checks."""
    company, there = companies(source), make(target)
    said = there.baohou("restore", company.archive)
    assert "5 个文件" in said
    assert "应办事项和处罚：无误" in said
    assert "链头文件" in said and "从现在起重新记" in said and "每个业务日的链头：无误" in said
    alike(company.home, there, but=RESTORED)
    assert file_names(there) == file_names(company.home)
    assert "一致" in there.baohou("day", "--verify")
    assert "全部相符" in there.baohou("verify")


def file_names(installation: Installation) -> list[str]:
    return sorted(path.name for path in (installation.folder / "files").rglob("*") if path.is_file())


def test_not_even_tables_are_needed(company: Company, tmp_path: Path) -> None:
    """A machine on which nothing but the program was installed."""
    there = make_installation(tmp_path / "var", company.engine)
    try:
        there.baohou("restore", company.archive)
        alike(company.home, there, but=RESTORED)
    finally:
        drop(there)


def test_new_rows_get_no_number_that_was_ever_given(company: Company, make: Make, tmp_path: Path) -> None:
    """The history names rows that are no more by their number: it must not come to mean another row."""
    here, there, archive = make(company.engine), make(company.engine), str(tmp_path / "a.backup")
    here.python(
        "import django; django.setup()\n"
        "from baohou.kernel.people.models import Department\n"
        "for n in range(7): Department.objects.create(name=str(n))\n"
        "Department.objects.filter(pk__gt=3).delete()"
    )
    here.baohou("backup", archive)
    there.baohou("restore", archive)
    made = there.python(
        "import django; django.setup()\n"
        "from baohou.kernel.people.models import Department\n"
        "print(Department.objects.create(name='new').pk)"
    )
    assert made == "8\n"


def test_what_is_copied_while_people_write_is_one_moment(company: Company, make: Make, tmp_path: Path) -> None:
    """Two people write without a pause: no act is cut in half, none lacks before a later one, no file lacks."""
    here, there, archive = make(like=company.home), make(company.engine), str(tmp_path / "a.backup")
    with writers(here, "W1", "W2") as wrote:
        here.baohou("backup", archive)
    there.baohou("restore", archive)
    mine, theirs = here.rows(), there.rows()
    names = columns_of("audit_act")
    acts = [dict(zip(names, json.loads(line), strict=True)) for line in theirs["audit_act"]]
    numbers: dict[str, list[int]] = defaultdict(list)
    for act in acts:
        if act["verb"] == "try.write":
            numbers[act["by"]].append(act["facts"]["number"])
    for name in ("W1", "W2"):
        assert sorted(numbers[name]) == list(range(1, len(numbers[name]) + 1))
        assert 1 <= len(numbers[name]) < wrote[name], "nobody wrote while the copy was made"
    assert set(theirs["audit_act"][:-2]) <= set(mine["audit_act"])  # restoring, and its heads, are acts too
    assert set(theirs["audit_change"]) <= set(mine["audit_change"])
    assert set(theirs["papers_attachment"]) <= set(mine["papers_attachment"])
    of = columns_of("audit_change").index("act_id")
    copied, written = (Counter(json.loads(line)[of] for line in rows["audit_change"]) for rows in (theirs, mine))
    assert copied == {act: written[act] for act in copied}, "an act was cut in half"
    assert {act["id"] for act in acts if act["verb"] == "try.write"} <= set(copied)


def test_what_is_there_is_kept_unless_it_is_to_be_replaced(company: Company, make: Make) -> None:
    """An installation with a decision of its own: refused; with --replace it becomes the copy and nothing else.

    Its own read-only switch and its list of copies stay as they are: the house was closed for the restoring.
    """
    there = make(company.engine)
    there.baohou("settings", "go-live", "2026-01-01")
    there.baohou("backup", str(there.folder / "own.backup"))
    there.baohou("readonly", "on", "--because", "恢复数据")
    before = there.rows()
    assert "--replace" in there.baohou("restore", company.archive, code=1)
    assert there.rows() == before
    there.baohou("restore", company.archive, "--replace")
    alike(company.home, there, but=RESTORED)
    assert "恢复数据" in there.baohou("readonly")
    own = there.python(
        "import django; django.setup()\n"
        "from baohou.kernel.watch.models import Backup\n"
        "print([one.name for one in Backup.objects.all()])"
    )
    assert own == "['own.backup']\n"


def test_a_restore_that_is_killed_changes_nothing(company: Company, make: Make) -> None:
    """Struck dead at three moments of its work, each time what was there stands; then it is done in one go."""
    there = make(company.engine)
    there.baohou("settings", "go-live", "2026-01-01")
    before, struck = there.rows(), 0
    for seconds in KILLED_AFTER_SECONDS:
        process = there.start(sys.executable, "-m", "baohou.config.command", "restore", company.archive, "--replace")
        time.sleep(seconds)
        struck += process.poll() is None
        process.kill()
        process.communicate()
        now = there.rows()
        assert now == before or now["duties_duty"] == company.home.rows()["duties_duty"]
    assert struck
    there.baohou("restore", company.archive, "--replace")
    alike(company.home, there, but=RESTORED)


def test_a_restore_whose_nth_write_fails_changes_nothing(company: Company, make: Make) -> None:
    """The database gone or the disk full at one write after another: refused in words, what was there stands.

    Then it goes through. Each half as far again as the one before; every one of them with BAOHOU_FAULTS=whole.
    """
    there = make(company.engine)
    there.baohou("settings", "go-live", "2026-01-01")
    every = ["every"] if os.environ.get("BAOHOU_FAULTS") == "whole" else []
    process = there.start(sys.executable, "-m", "tests.upkeep.restorer", company.archive, *every)
    out, wrong = process.communicate(timeout=3600)
    assert process.returncode == 0, wrong
    told = json.loads(out)
    assert told.pop("file") == "upkeep.restore_not_written"
    *failed, last = told.values()
    assert (set(failed), last) == ({"upkeep.restore_busy"}, "done")
    assert len(failed) >= 8
    alike(company.home, there, but=RESTORED)


@pytest.mark.parametrize("biggest", [40_000, 300_000])
def test_a_full_disk_leaves_no_half_copy(company: Company, tmp_path: Path, biggest: int) -> None:
    """No file can grow beyond so many bytes: refused in words, and neither a copy nor a piece of one is there."""
    if company.home.database:
        biggest = 20_000  # the server's files grow in other processes; only the archive is ours
    said = company.home.baohou("backup", str(tmp_path / "a.backup"), code=1, biggest_file=biggest)
    assert "没有留下半份" in said
    assert list(tmp_path.iterdir()) == []
    assert list(company.home.folder.glob("copy-*")) == []


def test_a_folder_keeps_the_latest_copies(company: Company, make: Make, tmp_path: Path) -> None:
    """Three nights, two kept; what else lies in the folder is left alone."""
    folder = tmp_path / "copies"
    folder.mkdir()
    for name in ("note.txt", "baohou-20260101-030000.backup", "baohou-20260102-030000.backup"):
        (folder / name).write_text("mine")
    company.home.baohou("backup", str(folder), "--keep", "2")
    names = sorted(path.name for path in folder.iterdir())
    assert names[0] == "baohou-20260102-030000.backup"
    assert len(names) == 3
    assert names[-1] == "note.txt"


def test_a_lost_file_is_told_and_the_rest_is_copied(company: Company, make: Make, tmp_path: Path) -> None:
    """Somebody removed a file from the disk: the copy is made all the same, says so, and ends with 1."""
    here, there, archive = make(like=company.home), make(company.engine), str(tmp_path / "a.backup")
    lost = next(path for path in (here.folder / "files").rglob("*") if path.is_file())
    lost.unlink()
    assert lost.name in here.baohou("backup", archive, code=1)
    assert lost.name in there.baohou("restore", archive, code=1)


@pytest.mark.parametrize("by", ["key", "passphrase"])
def test_a_sealed_copy_opens_with_its_key_only(company: Company, make: Make, tmp_path: Path, by: str) -> None:
    """Without a key, with another one, with the right one."""
    archive, keys = str(tmp_path / "a.backup"), [tmp_path / "right", tmp_path / "wrong"]
    for key in keys:
        make_key(key)
    right, wrong = ({"BAOHOU_BACKUP_PASSPHRASE": f"十分长的口令之{word}：山高水长"} for word in "甲乙")
    option = ["--passphrase"] if by == "passphrase" else ["--key", str(keys[0])]
    other = ["--passphrase"] if by == "passphrase" else ["--key", str(keys[1])]
    company.home.baohou("backup", archive, *option, **right)
    assert b"audit_act" not in Path(archive).read_bytes()
    there = make(company.engine)
    assert "加密" in there.baohou("restore", archive, code=1)
    assert "不对" in there.baohou("restore", archive, *other, code=1, **wrong)
    there.baohou("restore", archive, *option, **right)
    alike(company.home, there, but=RESTORED)


def test_an_unmigrated_database_is_not_copied(tmp_path: Path) -> None:
    bare = make_installation(tmp_path / "var", "sqlite")
    assert "baohou migrate" in bare.baohou("backup", str(tmp_path / "a.backup"), code=1)
    assert list(tmp_path.glob("*.backup*")) == []


def test_a_copy_is_an_act_also_while_the_house_is_closed(make: Make, company: Company) -> None:
    """Who made it, where to and that it is not encrypted: for the auditor, and on the administrator's page."""
    there = make(company.engine)
    there.baohou("readonly", "on", "--because", "升级")
    there.baohou("backup", str(there.folder / "a.backup"))
    told = there.python(
        "import django; django.setup()\n"
        "from baohou.kernel.audit.models import Act\n"
        "from baohou.upkeep.state import _backup_lines\n"
        "act = Act.objects.get(verb='upkeep.backup')\n"
        "print(act.facts['to'], act.facts['encrypted'], bool(act.agent))\n"
        "print(next(_backup_lines()).value)"
    )
    first, second = told.splitlines()[:2]
    assert first == f"{there.folder / 'a.backup'} False True"
    assert str(there.folder / "a.backup") in second and "@" in second
