"""baohou readonly: closing the house for changes, and opening it again."""

from __future__ import annotations

import click
from django.utils import timezone

from baohou.config.accounts import Effect, typed
from baohou.kernel.watch.queries import get_read_only
from baohou.kernel.watch.readonly import why_read_only
from baohou.upkeep.closing import close, open_again


@click.group(invoke_without_command=True)
@click.pass_context
@typed(Effect.READS)
def readonly(context: click.Context) -> None:
    """只读：查询照常，谁也不能修改。不给子命令则显示现状。"""
    if context.invoked_subcommand is None:
        _show()


@readonly.command()
@click.option("--because", required=True, help="原因，网页上会给大家看。")
@typed(Effect.KEEPS)
def on(because: str) -> None:
    """切换到只读；等正在写入的写完才返回。"""
    close(because=because, actor="", door="command")
    _show()


@readonly.command()
@typed(Effect.KEEPS)
def off() -> None:
    """解除只读。"""
    open_again(actor="", door="command")
    _show()


def _show() -> None:
    now, because = get_read_only(), why_read_only()
    since = f"（{timezone.localtime(now.since):%Y-%m-%d %H:%M} 起）" if now else "（由设置 BAOHOU_READONLY 定）"
    click.echo(f"只读{since}：{because}" if because else "照常：可以修改。")


commands: list[click.Command] = [readonly]
