"""Which clauses the tests prove: counted in each run, added up over the runs of script/test."""

from __future__ import annotations

import functools
import json
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent
RULE_SETS = _ROOT / "src" / "baohou" / "guarantee" / "rulesets"
PROCEDURE = _ROOT / "docs" / "procedure.md"


@functools.cache
def shipped_clauses() -> frozenset[str]:
    """The codes of all clauses that the shipped rule sets hold."""
    return frozenset(
        code
        for file in RULE_SETS.glob("*.yaml")
        for code in re.findall(r"^\s*- id: (\S+)", file.read_text("utf-8"), re.MULTILINE)
    )


@functools.cache
def known_clauses() -> frozenset[str]:
    """The clauses of the shipped rule sets, and those of the procedure for checks, which is built in and no rule set."""
    return shipped_clauses() | frozenset(
        re.findall(r"^\| (\w+\.\d+\w?) \|", PROCEDURE.read_text("utf-8"), re.MULTILINE)
    )


def _in_order(code: str) -> tuple[str, int, str]:
    rule_set, number, letter = re.fullmatch(r"(\w+)\.(\d+)(\w?)", code).groups()
    return rule_set, int(number), letter


class Tally:
    """A pytest plugin that counts a run's outcomes and, for each clause, the tests that prove it or fail to.

    At the end of the run it writes them to a file in ``folder``, when there is one, and prints them otherwise.
    """

    def __init__(self, folder: str | None) -> None:
        self.folder = folder
        self.outcomes: dict[str, str] = {}
        self.clauses: dict[str, set[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            worse = self.outcomes.get(report.nodeid) == "failed"
            self.outcomes[report.nodeid] = "failed" if worse or report.failed else report.outcome
        for name, value in report.user_properties:
            if name == "clause":
                self.clauses.setdefault(value, set()).add(report.nodeid)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        counted = self.counted()
        if self.folder:
            file = Path(self.folder) / f"{len(list(Path(self.folder).iterdir()))}.json"
            file.write_text(json.dumps(counted))
        elif self.clauses:
            terminalreporter.write_line(clause_list(counted["proven"], counted["broken"]))

    def counted(self) -> dict[str, dict[str, int]]:
        """Outcomes of the run, and for each clause how many tests passed (proven) and did not pass (broken)."""
        proven = {c: sum(self.outcomes.get(t) == "passed" for t in tests) for c, tests in self.clauses.items()}
        broken = {c: sum(self.outcomes.get(t) == "failed" for t in tests) for c, tests in self.clauses.items()}
        return {"outcomes": dict(Counter(self.outcomes.values())), "proven": proven, "broken": broken}


def clause_list(proven: dict[str, int], broken: dict[str, int]) -> str:
    """The clauses known, each with the number of runs of tests that prove it."""
    lines = ["Clauses proven (tests passed):"]
    for code in sorted(known_clauses() | set(proven), key=_in_order):
        if broken.get(code):
            lines.append(f"  {code:<8} NOT proven: {broken[code]} failed")
        elif proven.get(code):
            lines.append(f"  {code:<8} {proven[code]:>4}")
    without = [c for c in sorted(known_clauses(), key=_in_order) if not proven.get(c) and not broken.get(c)]
    if without:
        lines.append(f"Clauses that no test names: {', '.join(without)}")
    return "\n".join(lines)


def main(folder: Path) -> int:
    """Add up the runs in a folder, print the clauses proven and the closing line; 1 when anything failed or nothing ran."""
    outcomes: Counter[str] = Counter()
    proven: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    for file in folder.iterdir():
        run = json.loads(file.read_text())
        outcomes.update(run["outcomes"])
        proven.update(run["proven"])
        broken.update(run["broken"])
    print(f"\n{clause_list(proven, broken)}\n")
    print(f"{outcomes['passed']} passed, {outcomes['failed']} failed, {outcomes['skipped']} skipped")
    return int(bool(outcomes["failed"]) or not outcomes["passed"])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
