"""baohou export: the annexed forms of a department and quarter, and the month's statements, as PDF or Excel."""

from __future__ import annotations

import io
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from baohou.config.accounts import Effect, typed
from baohou.core.errors import Refused

if TYPE_CHECKING:
    from baohou.kernel.papers.printing import Paper


@click.command("export")
@click.argument("form", type=click.Choice(["visit-report", "visit-plan", "classification", "statement"]))
@click.option("--department", help="三表：部门名称，如 业务一部")
@click.option("--quarter", help="三表：季度，如 2026Q3")
@click.option("--month", help="对账单：月份，如 2026-10")
@click.option("--staff", help="对账单：只出此人的（工号）")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="文件，.pdf 或 .xlsx")
@typed(Effect.READS)
def export(
    form: str, department: str | None, quarter: str | None, month: str | None, staff: str | None, out: Path
) -> None:
    """导出制度所附三表（客户回访报告、回访计划表、在保客户分类表），或月度对账单（statement）。"""
    from django.db import transaction

    from baohou.guarantee.exports import write_papers
    from baohou.kernel.people.exports import note_export

    kind = _kind_of(out)
    if form == "statement":
        papers = _statements(_given(month, "--month"), staff)
    else:
        papers = _forms(form, _given(department, "--department"), _given(quarter, "--quarter"), kind)
    written = io.BytesIO()
    with click.progressbar(papers, file=sys.stderr) as progress:
        write_papers(papers=progress, kind=kind, out=written)
    with transaction.atomic():
        note_export(kind=form, name=out.name, rows=len(papers), actor="", door="command")
    out.write_bytes(written.getvalue())
    click.echo(f"已写入 {out}")


def _forms(form: str, department: str, quarter: str, kind: str) -> list[Paper]:
    from baohou.core.period import Quarter
    from baohou.guarantee.exports import list_papers

    return list_papers(
        form=form, department=department, quarter=Quarter.parse(quarter), printed_on=date.today(), kind=kind
    )


def _statements(month: str, staff_no: str | None) -> list[Paper]:
    """The statement of a month as the ledger stands today, of everyone or of one person."""
    from baohou.kernel.accountability.statement import everyone, read_month
    from baohou.kernel.accountability.statement_papers import list_papers
    from baohou.kernel.people.models import Staff

    staff = Staff.objects.filter(staff_no=staff_no).first() if staff_no is not None else None
    if staff_no is not None and staff is None:
        raise Refused("people.unknown_staff", "没有工号为 %(staff_no)s 的员工。", where="--staff", staff_no=staff_no)
    today = date.today()
    return list_papers(everyone(), month=read_month(month), on=today, printed_on=today, staff=staff)


def _given(value: str | None, option: str) -> str:
    if not value:
        raise click.UsageError(f"请给出 {option}。")
    return value


def _kind_of(out: Path) -> str:
    """The kind of file that the ending names; Refused for another ending or a folder that is not there."""
    kind = out.suffix.lower().removeprefix(".")
    if kind not in ("pdf", "xlsx"):
        raise Refused("export.ending", "“%(out)s”的后缀应为 .pdf 或 .xlsx", where="--out", out=out.name)
    if not out.parent.is_dir():
        raise Refused("export.folder", "没有“%(parent)s”这个文件夹", where="--out", parent=out.parent)
    return kind


commands: list[click.Command] = [export]
