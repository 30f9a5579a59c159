"""baohou export: the annexed forms of a department and quarter as PDF or Excel."""

from __future__ import annotations

import io
import sys
from datetime import date
from pathlib import Path

import click

from baohou.core.errors import Refused


@click.command("export")
@click.argument("form", type=click.Choice(["visit-report", "visit-plan", "classification"]))
@click.option("--department", required=True, help="部门名称，如 业务一部")
@click.option("--quarter", required=True, help="季度，如 2026Q3")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="文件，.pdf 或 .xlsx")
def export(form: str, department: str, quarter: str, out: Path) -> None:
    """导出制度所附三表：客户回访报告、回访计划表、在保客户分类表。"""
    from baohou.core.period import Quarter
    from baohou.guarantee.exports import list_papers, write_papers

    kind = _kind_of(out)
    papers = list_papers(
        form=form, department=department, quarter=Quarter.parse(quarter), printed_on=date.today(), kind=kind
    )
    written = io.BytesIO()
    with click.progressbar(papers, file=sys.stderr) as progress:
        write_papers(papers=progress, kind=kind, out=written)
    out.write_bytes(written.getvalue())
    click.echo(f"已写入 {out}")


def _kind_of(out: Path) -> str:
    """The kind of file that the ending names; Refused for another ending or a folder that is not there."""
    kind = out.suffix.lower().removeprefix(".")
    if kind not in ("pdf", "xlsx"):
        raise Refused("export.ending", f"“{out.name}”的后缀应为 .pdf 或 .xlsx", where="--out")
    if not out.parent.is_dir():
        raise Refused("export.folder", f"没有“{out.parent}”这个文件夹", where="--out")
    return kind


commands: list[click.Command] = [export]
