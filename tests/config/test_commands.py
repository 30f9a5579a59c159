"""The baohou command: what the documentation names is what there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from baohou.config import command

PAGE = (Path(__file__).parent.parent.parent / "docs" / "commands.md").read_text("utf-8")


def _commands(group: click.Group, *names: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group, by its full name."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from _commands(found, *names, name)
        else:
            yield " ".join([*names, name]), found


@pytest.fixture(scope="module")
def baohou() -> click.Group:
    return command.baohou


def test_every_command_and_option_stands_on_its_page(baohou: click.Group) -> None:
    missing = [
        f"{name} {option}"
        for name, found in _commands(baohou)
        for option in [f"baohou {name}", *(max(p.opts, key=len) for p in found.params if p.param_type_name == "option")]
        if option not in PAGE
    ]
    assert missing == []


def test_an_unknown_command_is_wrong_usage(baohou: click.Group) -> None:
    assert CliRunner().invoke(baohou, ["nonesuch"]).exit_code == 2


def test_a_date_that_is_none_is_wrong_usage(baohou: click.Group) -> None:
    assert CliRunner().invoke(baohou, ["day", "--on", "2026-02-30"]).exit_code == 2
