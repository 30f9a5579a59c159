"""`baohou retention`: what has been kept long enough, and deleting it."""

from __future__ import annotations

from datetime import datetime

import click

from baohou.config.accounts import Effect, typed
from baohou.config.commands.day import DAY


@click.command()
@click.option("--on", type=DAY, help="截至这一天（默认今天）")
@click.option("--delete", "code", metavar="CODE", help="删除这一项（或 all）里到期且没有被保留的")
@typed(Effect.CHANGES)
def retention(on: datetime | None, code: str | None) -> None:
    """个人信息的保管期限：列出到期的、被保留的和原因；--delete 才删除，并记入操作记录。"""
    from django.utils import timezone

    from baohou.kernel.audit.retention import delete_due, list_due, rules

    day = on.date() if on else timezone.localdate()
    known = list(rules())
    if code is not None and code not in ("all", *(rule.code for rule in known)):
        raise click.UsageError(f"没有“{code}”这一项；有 {'、'.join(rule.code for rule in known)}、all。")
    for rule in known:
        due = list_due(rule, on=day)
        held = [one for one in due if one.held]
        click.echo(
            f"{rule.code}  {rule.title}：保存 {rule.length} {rule.unit}；到期 {len(due)}，其中须保留 {len(held)}"
        )
        click.echo(f"    依据：{rule.ground}")
        for one in due:
            click.echo(f"    {one.since}  {one.what}{f'  保留：{one.held}' if one.held else ''}")
        if code in (rule.code, "all"):
            click.echo(f"    已删除 {delete_due(rule, on=day, actor='', door='command')}")


commands = [retention]
