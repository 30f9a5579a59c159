"""The list of clauses proven: what counts as proof, and how runs add up."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.tally import Tally, clause_list, known_clauses, main


def _report(test: str, outcome: str, *clauses: str, when: str = "call") -> pytest.TestReport:
    properties = [("clause", clause) for clause in clauses]
    return pytest.TestReport(
        test, ("tests/x.py", 1, test), {}, outcome, None, when, user_properties=properties
    )  # fmt: skip


def test_a_clause_is_proven_by_the_tests_that_pass() -> None:
    tally = Tally(None)
    tally.pytest_runtest_logreport(_report("one", "passed", "PGM.3"))
    tally.pytest_runtest_logreport(_report("two", "passed", "PGM.3", "PGM.4"))
    assert tally.counted()["proven"] == {"PGM.3": 2, "PGM.4": 1}


def test_a_failed_test_takes_the_proof_away() -> None:
    tally = Tally(None)
    tally.pytest_runtest_logreport(_report("one", "passed", "PGM.3"))
    tally.pytest_runtest_logreport(_report("two", "failed", "PGM.3"))
    counted = tally.counted()
    assert "PGM.3    NOT proven: 1 failed" in clause_list(counted["proven"], counted["broken"])


def test_a_test_that_fails_at_its_end_has_failed() -> None:
    tally = Tally(None)
    tally.pytest_runtest_logreport(_report("one", "passed", "PGM.3"))
    tally.pytest_runtest_logreport(_report("one", "failed", "PGM.3", when="teardown"))
    assert tally.counted()["outcomes"] == {"failed": 1}


def test_a_skipped_test_proves_nothing() -> None:
    tally = Tally(None)
    tally.pytest_runtest_logreport(_report("one", "skipped", "PGM.3", when="setup"))
    assert tally.counted()["proven"] == {"PGM.3": 0}


def _run(folder: Path, name: str, **outcomes: int) -> None:
    run = {"outcomes": outcomes, "proven": {"PGM.3": outcomes.get("passed", 0)}, "broken": {}}
    (folder / f"{name}.json").write_text(json.dumps(run))


def test_the_runs_on_both_databases_add_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _run(tmp_path, "0", passed=5, skipped=1)
    _run(tmp_path, "1", passed=4)
    assert main(tmp_path) == 0
    assert capsys.readouterr().out.endswith("\n9 passed, 0 failed, 1 skipped\n")


def test_one_failure_anywhere_is_a_no(tmp_path: Path) -> None:
    _run(tmp_path, "0", passed=5)
    _run(tmp_path, "1", passed=4, failed=1)
    assert main(tmp_path) == 1


def test_no_test_at_all_is_a_no(tmp_path: Path) -> None:
    assert main(tmp_path) == 1


def test_every_clause_that_the_program_names_is_known() -> None:
    """Whoever reads (GPM.5) in the code finds in a rule set or in docs/procedure.md what it asks for."""
    named = {
        code
        for file in (Path(__file__).parent.parent.parent / "src" / "baohou").rglob("*.py")
        for code in re.findall(r"\b(?:PGM|GP[A-Z])\.\d+[a-z]?\b", file.read_text("utf-8"))
    }
    assert "GPM.5" in named
    assert named - known_clauses() == set()


def test_clauses_of_the_procedure_are_in_the_list() -> None:
    assert "  GPM.5       2" in clause_list({"GPM.5": 2}, {})
    assert "GPM.5" in clause_list({}, {}).split("no test names:")[1]
