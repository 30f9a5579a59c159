"""The baohou command: what the documentation names is what there is."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from baohou.config import command
from baohou.config.accounts import every_command

PAGE = (Path(__file__).parent.parent.parent / "docs" / "commands.md").read_text("utf-8")


@pytest.fixture(scope="module")
def baohou() -> click.Group:
    return command.baohou


def test_every_command_and_option_stands_on_its_page(baohou: click.Group) -> None:
    missing = [
        f"{name} {option}"
        for name, found in every_command(baohou)
        for option in [f"baohou {name}", *(max(p.opts, key=len) for p in found.params if p.param_type_name == "option")]
        if option not in PAGE
    ]
    assert missing == []


def test_an_unknown_command_is_wrong_usage(baohou: click.Group) -> None:
    assert CliRunner().invoke(baohou, ["nonesuch"]).exit_code == 2


def test_a_date_that_is_none_is_wrong_usage(baohou: click.Group) -> None:
    assert CliRunner().invoke(baohou, ["day", "--on", "2026-02-30"]).exit_code == 2


def test_a_folder_that_the_account_may_not_use_is_told_plainly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Settings read the installation's folder before any command begins: no trace of the program, but what to do."""

    def locked() -> None:
        raise PermissionError(13, "Permission denied", "/var/lib/baohou/secret-key")

    monkeypatch.setattr("django.setup", locked)
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 1
    assert "无权使用 /var/lib/baohou/secret-key" in capsys.readouterr().err
