"""The rule book at the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from baohou.config.commands.rules import rules
from baohou.core.errors import Refused
from baohou.kernel.rulebook.faults import RuleFileRefused
from baohou.kernel.rulebook.models import RuleVersion
from tests.kernel.rulebook.texts import changed, shipped, version, write

pytestmark = pytest.mark.django_db


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(rules, [str(word) for word in words], env={"COLUMNS": "200"})


def test_a_file_is_checked_without_being_taken(tmp_path: Path) -> None:
    file = write(tmp_path, shipped())
    assert "可以载入，自 2016-04-01 起，直至被替代" in run("check", file).output
    assert not RuleVersion.objects.exists()
    run("load", file)
    assert "不会改变什么" in run("check", file).output


def test_versions_are_loaded_and_listed(tmp_path: Path) -> None:
    old = write(tmp_path, version(date(1989, 1, 1), date(2016, 4, 1)), "old.yaml")
    done = run("load", old, write(tmp_path, shipped()))
    assert done.exit_code == 0
    assert "PGM 1989-01-01 已在制度中，自 1989-01-01 起，到 2016-04-01 止" in done.output
    listed = run("list").output
    assert "1989-01-01" in listed and "直至被替代" in listed and "《保后管理制度》" in listed


def test_a_refusal_goes_to_the_command_line_with_all_faults(tmp_path: Path) -> None:
    for word in ("load", "check"):
        done = run(word, write(tmp_path, changed(("value: 15", "value: x"), ("value: 6", "value: 7"))))
        assert isinstance(done.exception, RuleFileRefused) and len(done.exception.faults) == 2


@pytest.mark.clause("PGM.3", "PGM.12")
def test_a_clause_is_shown_as_of_a_day_with_its_exceptions(tmp_path: Path) -> None:
    """Each parameter with its unit and the day since which it holds."""
    end = "        reference: 第四条第1项：每户每次50元\n"
    exceptions = (
        "        exceptions:\n          - {label: 试点, when: {department: [甲, 乙]}, value: 20, reference: 决定}\n"
    )
    run("load", write(tmp_path, version(date(1989, 1, 1), date(2016, 4, 1)), "old.yaml"))
    run("load", write(tmp_path, changed((end, end + exceptions))))
    routine = run("show", "PGM.3", "--on", "2020-01-01").output
    assert "例行回访" in routine and "15 天" in routine and "1989-01-01" in routine
    penalty = run("show", "PGM.12").output
    assert "50.00 元" in penalty and "例外：试点（department 为 甲或乙）" in penalty and "20.00 元" in penalty
    assert "normal" in run("show", "PGM.7").output
    assert "目的" in run("show", "PGM.1").output


def test_it_rejects_a_clause_or_a_day_that_has_none(tmp_path: Path) -> None:
    run("load", write(tmp_path, shipped()))
    for words in (("PGM.99",), ("PGM.3", "--on", "2016-03-31")):
        assert isinstance(run("show", *words).exception, Refused)
