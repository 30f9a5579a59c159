"""baohou settings: what an installation decides for itself."""

from __future__ import annotations

from datetime import datetime

import click
from django.utils import timezone

from baohou.config.accounts import Effect, tell_asked, typed, typist
from baohou.config.commands.day import DAY
from baohou.kernel.accountability.checks import ask_go_live
from baohou.kernel.accountability.queries import get_go_live


@click.group()
def settings() -> None:
    """本单位的设定。"""


@settings.command("go-live")
@click.argument("on", type=DAY, required=False)
@click.option("--none", "never", is_flag=True, help="不设上线日：到期未办的都记处罚。")
@click.option("--because", default="", help="理由；已记过处罚时必填，并须复核。")
@typed(Effect.CHANGES)
def go_live(on: datetime | None, never: bool, because: str) -> None:
    """上线日：到期日在这一天之前的事项不记处罚。不给日期则显示现值。"""
    if on is not None or never:
        to = on.date() if on and not never else None
        tell_asked(ask_go_live(to=to, because=because, by=typist(), on=timezone.localdate(), door="command"))
    present = get_go_live()
    click.echo(f"上线日：{present}" if present else "上线日：未设（到期未办的都记处罚）")


commands = [settings]
