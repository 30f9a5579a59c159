"""What the rule book wants two people for waits also when it is typed, once somebody could check it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from baohou.config.commands.imports import import_file
from baohou.config.commands.rules import rules
from baohou.guarantee.models import Guarantee
from baohou.kernel.approvals import services
from baohou.kernel.approvals.models import Proposal, State
from baohou.kernel.audit.models import Act
from baohou.kernel.people.models import Staff
from baohou.kernel.rulebook.models import RuleVersion
from baohou.kernel.rulebook.queries import as_yaml, list_versions
from tests.cast import HEADINGS, PORTFOLIO, Portfolio
from tests.kernel.approvals.conftest import told

pytestmark = pytest.mark.django_db
UPDATED = (*PORTFOLIO[0][:6], "5200000", *PORTFOLIO[0][7:])


def _typed(command: Any, *words: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words], catch_exceptions=False)


def _file(folder: Path, *rows: tuple[str, ...], heads: tuple[str, ...] = HEADINGS["portfolio"]) -> Path:
    path = folder / "在保.csv"
    path.write_text("\n".join(",".join(line) for line in (heads, *rows)), "utf-8")
    return path


def _amount() -> int:
    return Guarantee.objects.get(project_no="BH-2026-001").amount_fen


def test_an_import_over_what_is_there_waits(manned: Portfolio, tmp_path: Path) -> None:
    """The typed file changes nothing until 王庚 approves on the page; the folder it lay in is left alone."""
    before, path = _amount(), _file(tmp_path, UPDATED)
    said = _typed(import_file, "portfolio", path, "--update")
    assert (said.exit_code, _amount()) == (0, before)
    assert "已提请复核" in said.output
    proposal = Proposal.objects.get(kind="import")
    assert (proposal.maker, proposal.made_by.startswith("command:")) == (None, True)
    path.write_text("changed since", "utf-8")
    services.approve(proposal=proposal, **told(manned.cast.general_manager))
    assert _amount() == 520_000_000
    act = Act.objects.filter(verb="import.portfolio").latest("pk")
    assert (act.by, act.facts["checked_by"]) == (proposal.made_by, "G01")
    assert path.exists()


def test_rows_that_are_removed_wait_as_well(manned: Portfolio, tmp_path: Path) -> None:
    path = _file(tmp_path, ("BH-2026-002",), heads=("项目编号",))
    said = _typed(import_file, "portfolio", path, "--remove", "--because", "重复登记")
    assert "已提请复核" in said.output
    proposal = Proposal.objects.get(kind="import")
    assert proposal.because == "重复登记"
    assert Guarantee.objects.filter(project_no="BH-2026-002").exists()
    services.approve(proposal=proposal, **told(manned.cast.general_manager))
    assert not Guarantee.objects.filter(project_no="BH-2026-002").exists()


def test_new_rows_and_what_is_wrong_do_not_wait(manned: Portfolio, tmp_path: Path) -> None:
    assert _typed(import_file, "portfolio", _file(tmp_path, UPDATED)).exit_code == 1
    assert _typed(import_file, "portfolio", _file(tmp_path, UPDATED), "--update", "--dry-run").exit_code == 0
    assert _typed(import_file, "portfolio", _file(tmp_path, ("BH-2026-009", *PORTFOLIO[0][1:]))).exit_code == 0
    assert Guarantee.objects.filter(project_no="BH-2026-009").exists()
    assert not Proposal.objects.exists()


def test_where_nobody_could_check_it_is_done_at_once(manned: Portfolio, tmp_path: Path) -> None:
    """A new installation is filled by command before anybody can log in."""
    Staff.objects.update(user=None)
    assert _typed(import_file, "portfolio", _file(tmp_path, UPDATED), "--update").exit_code == 0
    assert _amount() == 520_000_000


def test_a_rule_version_waits(manned: Portfolio, tmp_path: Path) -> None:
    newest = list_versions(rule_set="PGM").last()
    assert newest is not None
    text = as_yaml(newest).replace(newest.name, "2027-01-01").replace(str(newest.effective_on), "2027-01-01")
    path = tmp_path / "rules.yaml"
    path.write_text(text.replace("50 元", "80 元"), "utf-8")
    count = RuleVersion.objects.count()
    said = _typed(rules, "load", path, "--because", "委员会决定")
    assert "已提请复核" in said.output and RuleVersion.objects.count() == count
    proposal = Proposal.objects.get(kind="rulebook.version")
    assert services.approve(proposal=proposal, **told(manned.cast.risk_manager)).state == State.APPROVED
    assert RuleVersion.objects.filter(name="2027-01-01").exists()
    assert "已在制度中" in _typed(rules, "load", path).output
