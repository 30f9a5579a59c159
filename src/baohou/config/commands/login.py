"""`baohou login`: for an administrator who can't get in any more, by whoever may run commands on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from baohou.config.accounts import Effect, typed

if TYPE_CHECKING:
    from baohou.kernel.people.models import Staff


@click.group()
def login() -> None:
    """登录进不去时用：解除等待、重置第二因素、结束登录。"""


def _staff(said: str) -> Staff:
    from baohou.kernel.people.queries import find_staff

    staff = find_staff(said=said)
    if staff is None or staff.user_id is None:
        raise click.UsageError(f"没有“{said}”这个人，或者没有开通登录；请填工号。")
    return staff


@login.command()
@click.argument("staff_no")
@typed(Effect.CHANGES)
def unlock(staff_no: str) -> None:
    """解除某人因多次试错而要等的时间，记入操作记录。"""
    from baohou.kernel.people.throttle import lift

    lift(staff=_staff(staff_no), actor="", door="command")
    click.echo("已解除等待。")


@login.command(name="reset-factor")
@click.argument("staff_no")
@typed(Effect.CHANGES)
def reset_factor(staff_no: str) -> None:
    """重置某人丢了的第二因素，结束其登录，通知本人，记入操作记录。"""
    from django.utils import timezone

    from baohou.kernel.entrance.factors import reset

    reset(staff=_staff(staff_no), on=timezone.localdate(), actor="", door="command")
    click.echo("已重置第二因素，并结束其全部登录。")


@login.command()
@click.argument("staff_no")
@typed(Effect.CHANGES)
def end(staff_no: str) -> None:
    """结束某人的全部登录，记入操作记录。"""
    from baohou.kernel.entrance.factors import end_all

    ended = end_all(staff=_staff(staff_no), actor="", door="command")
    click.echo(f"已结束 {ended} 处登录。")


commands: list[click.Command] = [login]
