"""baohou migrate: creating, bringing up and taking back the database, and loading the shipped rule set."""

from __future__ import annotations

import click
from django.core.management import call_command

from baohou.config.accounts import Effect, typed
from baohou.core.errors import Refused
from baohou.kernel.rulebook.services import load_shipped
from baohou.kernel.watch.readonly import writing_allowed
from baohou.upkeep.migrating import Plan, plan_back, plan_forward


@click.command()
@click.option("--plan", "only_show", is_flag=True, help="只列出要做的，不做。")
@click.option("--back", nargs=2, metavar="APP NAME", help="把 APP 的表退回到 NAME 这一步（zero：全部退掉）。")
@click.option("--yes", is_flag=True, help="退回时会丢数据，也照做。")
@typed(Effect.KEEPS)
def migrate(only_show: bool, back: tuple[str, str] | None, yes: bool) -> None:
    """建立或升级数据库，并装入随附的制度；先列出要做的。"""
    if back:
        _take_back(plan_back(*back), only_show=only_show, yes=yes)
        return
    plan = plan_forward()
    if only_show or not plan.is_fresh:
        _show(plan, "要做")
    else:
        click.echo(f"新建数据库，{len(plan.steps)} 步。")
    if only_show:
        return
    with writing_allowed():
        call_command("migrate", verbosity=0, interactive=False)
        load_shipped(door="command")
    click.echo("数据库已就绪，制度已装入。")


def _take_back(plan: Plan, *, only_show: bool, yes: bool) -> None:
    _show(plan, "要退")
    losses = [loss for step in plan.steps for loss in step.loses]
    for loss in losses:
        click.echo(f"会丢：{loss}")
    for step in plan.steps:
        if step.stuck:
            click.echo(f"退不回去：{step.name}，{step.stuck}")
    if only_show or not plan.steps:
        return
    if losses and not yes:
        raise Refused("upkeep.would_lose", "退回会丢上面的数据，没有做。请先 baohou backup；确实要退，加上 --yes。")
    plan.carry_out()
    click.echo("已退回。这个版本的程序现在用不了这个数据库，请换上旧版本；要再升级，运行 baohou migrate。")


def _show(plan: Plan, word: str) -> None:
    if not plan.steps:
        click.echo(f"没有{word}的。")
    for step in plan.steps:
        click.echo(f"{word}：{step.name}（{'；'.join(step.does)}）")


commands = [migrate]
