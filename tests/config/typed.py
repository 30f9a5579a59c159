"""What somebody types after the name of each command, so that a test can walk all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from tests.cast import FOOD
from tests.kernel.rulebook.texts import version, write

NO_ACCESS: Final = "no-such-folder"


def _staff(folder: Path) -> list[str]:
    file = folder / "staff.csv"
    file.write_text("工号,姓名,部门,岗位\nN01,新来,业务一部,project_manager\n", "utf-8")
    return ["staff", str(file)]


def _rules(folder: Path) -> list[str]:
    return [str(write(folder, version(date(1989, 1, 1), date(2016, 4, 1)), "old.yaml"))]


def _key(folder: Path) -> list[str]:
    (folder / "key").unlink(missing_ok=True)
    return [str(folder / "key")]


TYPED: Final[Mapping[str, Callable[[Path], list[str]]]] = {
    "backup": lambda folder: [str(folder / NO_ACCESS / "copy.backup")],
    "backup-key": _key,
    "day": lambda _: ["--on", "2026-10-21"],
    "duties": lambda _: ["--on", "2026-10-20", "--client", FOOD],
    "export": lambda folder: ["statement", "--month", "2026-10", "--out", str(folder / "statement.xlsx")],
    "heads": lambda _: ["--because", "换了磁盘"],
    "import": _staff,
    "job": lambda _: ["4711"],
    "login end": lambda _: ["A01"],
    "login reset-factor": lambda _: ["A01"],
    "login unlock": lambda _: ["A01"],
    "readonly on": lambda _: ["--because", "搬机器"],
    "restore": lambda folder: [str(folder / NO_ACCESS)],
    "retention": lambda _: ["--on", "2026-10-20", "--delete", "all"],
    "rules check": _rules,
    "rules load": _rules,
    "rules show": lambda _: ["PGM.3"],
    "sample": lambda folder: ["--clients", "1", "--on", "2026-10-20", "--out", str(folder / "sample.xlsx")],
    "serve": lambda _: ["--port", "1"],
    "settings go-live": lambda _: ["2026-01-01", "--because", "启用"],
}
"""By the command's full name; the others are typed alone. No copy is made and none put back: those have tests of their own."""
