"""baohou duties and baohou penalties: what is owed, and the ledger, as seen on a day."""

from __future__ import annotations

import json
from datetime import datetime

import click
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from baohou.config.accounts import Effect, typed
from baohou.config.commands.day import DAY
from baohou.core.errors import Refused
from baohou.guarantee.queries.duties import STATES, list_duties
from baohou.guarantee.queries.penalties import list_penalties
from baohou.guarantee.rules.words import DutyKind
from baohou.kernel.accountability.models import EntryKind
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Staff

STATE_WORDS = dict(zip(STATES, ("待办", "逾期", "按期完成", "逾期完成", "失效"), strict=True))
KIND_WORDS = {kind.name.lower(): kind.label for kind in EntryKind}
WIDE = 200
"""Columns of text where the output goes to a file or a pipe."""
FORM = click.Choice(["json", "table"])


@click.command()
@click.option("--on", type=DAY, help="所见之日，默认今天。")
@click.option("--format", "form", type=FORM, default="table", help="输出格式。")
@click.option("--state", type=click.Choice(STATES), help="只列这种状态。")
@click.option("--owner", help="只列这位责任人的（工号）。")
@click.option("--client", help="只列这户的（证件号码）。")
@typed(Effect.READS)
def duties(on: datetime | None, form: str, state: str | None, owner: str | None, client: str | None) -> None:
    """某日所见的应办事项。"""
    rows = list_duties(
        on=on.date() if on else timezone.localdate(),
        client=_client(client) if client else None,
        owner=_staff(owner) if owner else None,
        state=state,
    )
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = Table("条款", "事项", "客户", "项目", "部门", "责任人", "开始", "截止", "状态", "完成")
    for row in rows:
        table.add_row(
            row["clause"],
            next(kind.zh for kind in DutyKind if kind.code == row["kind"]),
            *(row[name] or "" for name in ("client_id_no", "project_no", "department", "owner", "opens_on", "due_on")),
            STATE_WORDS[row["state"]],
            row["done_on"] or "",
        )
    _print(table, len(rows))


@click.command()
@click.option("--on", type=DAY, help="记账日期截至这一天，默认今天。")
@click.option("--format", "form", type=FORM, default="table", help="输出格式。")
@click.option("--staff", help="只列此人的（工号）。")
@typed(Effect.READS)
def penalties(on: datetime | None, form: str, staff: str | None) -> None:
    """截至某日的处罚账。"""
    rows = list_penalties(on=on.date() if on else timezone.localdate(), staff=_staff(staff) if staff else None)
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = Table("日期", "条款", "类别", "工号", "金额（元）", "客户", "部门", "截止", "事由")
    for row in rows:
        names = ("staff_no", "amount", "client_id_no", "department", "due_on", "because")
        table.add_row(row["dated"], row["clause"], KIND_WORDS[row["kind"]], *(row[name] or "" for name in names))
    table.columns[4].justify = "right"
    _print(table, len(rows))


def _print(table: Table, count: int) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDE)
    for column in table.columns:
        column.overflow = "fold"
    console.print(table)
    console.print(f"共 {count} 条")


def _staff(staff_no: str) -> Staff:
    found = Staff.objects.filter(staff_no=staff_no).first()
    if found is None:
        raise Refused(
            "people.unknown_staff", "没有工号为 %(staff_no)s 的员工。", where="--owner/--staff", staff_no=staff_no
        )
    return found


def _client(id_no: str) -> Party:
    found = Party.objects.filter(id_no=id_no.strip().upper()).first()
    if found is None:
        raise Refused("parties.unknown", "没有证件号码为 %(id_no)s 的客户。", where="--client", id_no=id_no)
    return found


commands = [duties, penalties]
