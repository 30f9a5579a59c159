"""`baohou import` and `baohou sample`: what they print and how they end."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from baohou.config.commands.imports import import_file
from baohou.config.commands.sample import sample
from baohou.guarantee.models import GradeChange
from tests.cast import STEEL, Portfolio

HEADER = "证件号码,风险分类,生效日,理由,评定人\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(import_file, [str(argument) for argument in arguments])


@pytest.fixture
def grades(tmp_path: Path, portfolio: Portfolio) -> Path:
    path = tmp_path / "grades.csv"
    path.write_text(f"{HEADER}{STEEL},关注,2026-03-31,慢,M01\n")
    return path


def test_a_good_file_ends_with_0_and_again_says_no_change(grades: Path) -> None:
    first, second = run("grades", grades), run("grades", grades)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "已取入" in first.stdout and "没有变化" in second.stdout


def test_faults_end_with_1_on_stderr_and_in_a_marked_copy(grades: Path, tmp_path: Path) -> None:
    grades.write_text(f"{HEADER}{STEEL},关注[!],2026-03-31,慢,谁\n")
    done = run("grades", grades)
    assert done.exit_code == 1
    assert "关注[!]" in done.stderr and "员工里没有" in done.stderr and "一行未取" in done.stderr
    assert (tmp_path / "grades-有误.xlsx").exists()
    assert not GradeChange.objects.exists()


def test_differences_end_with_1_until_they_are_allowed(grades: Path) -> None:
    run("grades", grades)
    grades.write_text(f"{HEADER}{STEEL},风险,2026-03-31,慢,M01\n")
    refused = run("grades", grades)
    assert refused.exit_code == 1
    assert "--update" in refused.stderr
    assert run("grades", grades, "--update").exit_code == 0


def test_wrong_usage_ends_with_2(grades: Path, tmp_path: Path) -> None:
    assert run("grades", grades, "--remove").exit_code == 2
    assert run("visit", grades).exit_code == 2
    assert run("grades", tmp_path / "none.csv").exit_code == 2


@pytest.mark.django_db
def test_a_sample_is_written_and_taken(tmp_path: Path) -> None:
    out = tmp_path / "s.xlsx"
    done = CliRunner().invoke(sample, ["--clients", "5", "--seed", "3", "--on", "2026-09-30", "--out", str(out)])
    assert done.exit_code == 0
    assert run("workbook", out, "--dry-run").exit_code == 0
    assert run("workbook", out).exit_code == 0
