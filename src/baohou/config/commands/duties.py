"""baohou duties and baohou penalties: what is owed, and the ledger, as seen on a day."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import Any

import click
from django.db import transaction
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from baohou.config.accounts import Effect, typed
from baohou.config.commands.day import DAY
from baohou.core.errors import Refused
from baohou.core.masking import mask
from baohou.guarantee.queries.duties import STATES, list_duties
from baohou.guarantee.queries.penalties import list_penalties
from baohou.guarantee.rules.words import DutyKind
from baohou.kernel.accountability.models import EntryKind
from baohou.kernel.parties.models import Party
from baohou.kernel.people.exports import note_export
from baohou.kernel.people.models import Staff
from baohou.kernel.watch.readonly import why_read_only

STATE_WORDS = dict(zip(STATES, ("待办", "逾期", "按期完成", "逾期完成", "失效"), strict=True))
KIND_WORDS = {kind.name.lower(): kind.label for kind in EntryKind}
WIDE = 200
"""Columns of text where the output goes to a file or a pipe."""
FORM = click.Choice(["json", "table"])
WHOLE = click.option("--whole", is_flag=True, help="证件号码不遮盖；须同时用 --because 说明理由。")
BECAUSE = click.option("--because", default="", help="为什么要看完整的号码，记入操作记录。")
_LOG = logging.getLogger(__name__)


@click.command()
@click.option("--on", type=DAY, help="所见之日，默认今天。")
@click.option("--format", "form", type=FORM, default="table", help="输出格式。")
@click.option("--state", type=click.Choice(STATES), help="只列这种状态。")
@click.option("--owner", help="只列这位责任人的（工号）。")
@click.option("--client", help="只列这户的（证件号码）。")
@WHOLE
@BECAUSE
@typed(Effect.READS)
def duties(
    on: datetime | None, form: str, state: str | None, owner: str | None, client: str | None, whole: bool, because: str
) -> None:
    """某日所见的应办事项；证件号码遮盖，取了多少行记入操作记录。"""
    rows = list_duties(
        on=on.date() if on else timezone.localdate(),
        client=_client(client) if client else None,
        owner=_staff(owner) if owner else None,
        state=state,
    )
    _hand_out(rows, kind="duties", whole=whole, because=because)
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
@WHOLE
@BECAUSE
@typed(Effect.READS)
def penalties(on: datetime | None, form: str, staff: str | None, whole: bool, because: str) -> None:
    """截至某日的处罚账；证件号码遮盖，取了多少行记入操作记录。"""
    rows = list_penalties(on=on.date() if on else timezone.localdate(), staff=_staff(staff) if staff else None)
    _hand_out(rows, kind="ledger", whole=whole, because=because)
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = Table("日期", "条款", "类别", "工号", "金额（元）", "客户", "部门", "截止", "事由")
    for row in rows:
        names = ("staff_no", "amount", "client_id_no", "department", "due_on", "because")
        table.add_row(row["dated"], row["clause"], KIND_WORDS[row["kind"]], *(row[name] or "" for name in names))
    table.columns[4].justify = "right"
    _print(table, len(rows))


def _hand_out(rows: list[dict[str, Any]], *, kind: str, whole: bool, because: str) -> None:
    """Hide the identity numbers unless they are wanted for a reason, and write down that the list was taken.

    While nothing is written, the list is shown all the same, which the log tells; whole numbers are not.
    """
    if whole and not because.strip():
        raise click.UsageError("看完整的证件号码必须用 --because 说明理由")
    for row in () if whole else rows:
        row["client_id_no"] = mask(row["client_id_no"] or "") or None
    if not whole and why_read_only():
        _LOG.info("list taken while read-only", extra={"kind": kind, "rows": len(rows)})
        return
    with transaction.atomic():
        told: dict[str, Any] = {"kind": kind, "name": "", "rows": len(rows), "because": because.strip()}
        note_export(**told, actor="", door="command", whole=whole)


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
