"""`baohou import KIND FILE`: takes a file of facts whole or not at all, and says what it did or what is wrong."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click
from django.conf import settings
from django.utils import timezone
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from baohou.config.accounts import Effect, tell_asked, typed, typist
from baohou.guarantee.imports import KINDS, WORKBOOK, take
from baohou.kernel.approvals.queries import is_on, list_checkers
from baohou.kernel.papers.reading import Fault
from baohou.kernel.papers.taking import Difference, Outcome

SHOWN = 50
WIDE = 240
COUNTS = {"read": "读入", "new": "新增", "changed": "更新", "removed": "删除", "same": "无变化", "left": "未取"}

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("kind", type=click.Choice([*KINDS, WORKBOOK]))
@click.argument("file", type=_FILE)
@click.option("--mapping", type=_FILE, help="映射文件（.toml）：列名、常量、换算")
@click.option("--dry-run", is_flag=True, help="只检查和比较，不写入")
@click.option("--update", is_flag=True, help="同一个键下的不同内容，以文件为准")
@click.option("--remove", is_flag=True, help="文件里是要删除的键；须同时用 --because 说明理由")
@click.option("--because", default="", help="理由，记入历史")
@click.option("--partial", is_flag=True, help="有错的行不取，其余照取")
@click.option("--marked", type=click.Path(dir_okay=False, path_type=Path), help="标出错误的 .xlsx 写到哪里")
@typed(Effect.CHANGES)
def import_file(
    kind: str,
    file: Path,
    mapping: Path | None,
    dry_run: bool,
    update: bool,
    remove: bool,
    because: str,
    partial: bool,
    marked: Path | None,
) -> None:
    """导入 .csv 或 .xlsx 文件：整个文件要么全部取入，要么一行不取。

    KIND 是文件的种类；workbook 是每种一张工作表的工作簿。退出码：0 已取入（或 --dry-run 时可以取入），
    1 有错误或有未经 --update 同意的差异，一行未取，2 用法不对。改动已有数据的先查一遍，须复核的只提请。
    """
    if remove and not because.strip():
        raise click.UsageError("删除必须用 --because 说明理由")
    if mapping and kind == WORKBOOK:
        raise click.UsageError("工作簿不用映射文件")
    wanted: dict[str, Any] = {"kind": kind, "path": file, "mapping": mapping, "update": update, "remove": remove}
    wanted |= {"because": because, "partial": partial}
    waits = None if dry_run else _ask(wanted)
    outcome = waits or take(**wanted, dry_run=dry_run)
    report(outcome)
    if outcome.faults:
        _write_marked(outcome, marked or file.with_name(f"{file.stem}-有误.xlsx"))
    if not outcome.acceptable:
        sys.exit(1)


def _ask(wanted: dict[str, Any]) -> Outcome | None:
    """What was found of a file that now waits for a second pair of eyes; None when it may be taken."""
    from baohou.guarantee.imports.checked import IMPORT, ask_typed

    today = timezone.localdate()
    if not is_on(IMPORT.code) or not list_checkers(IMPORT.code, on=today, but=()):
        return None
    outcome = take(**wanted, dry_run=True)
    update, partial = wanted["update"], wanted["partial"]
    how = {(False, False): "whole", (True, False): "update", (False, True): "partial"}.get((update, partial))
    told = {name: wanted[name] for name in ("kind", "path", "mapping", "because")}
    how = "remove" if wanted["remove"] else how or "partial-update"
    asked = ask_typed(**told, outcome=outcome, how=how, by=typist(), on=today)
    if asked is None:
        return None
    tell_asked(asked)
    return outcome


def report(outcome: Outcome) -> None:
    """Print the counts on stdout, and what stands in the way on stderr."""
    out, err = _console(stderr=False), _console(stderr=True)
    title = outcome.path.name
    table = Table(title=title if outcome.taken else f"{title}（未写入，以下是检查的结果）")
    table.add_column("种类")
    for heading in COUNTS.values():
        table.add_column(heading, justify="right")
    for part in outcome.parts:
        table.add_row(part.title, *(str(part.counts()[name]) for name in COUNTS))
    out.print(table)
    for part in outcome.parts:
        for note in part.notes:
            out.print(f"{part.title}：{note}", highlight=False, markup=False)
    if outcome.differences:
        err.print(_differences(outcome.differences))
    if outcome.faults:
        err.print(_faults(outcome.faults))
    (out if outcome.acceptable else err).print(_verdict(outcome), highlight=False, markup=False)


def _console(*, stderr: bool) -> Console:
    """A console that does not break lines when its output goes into a file or another program."""
    console = Console(stderr=stderr)
    return console if console.is_terminal else Console(stderr=stderr, width=WIDE)


def _differences(differences: list[Difference]) -> Table:
    table = Table("行", "键", "列", "现有", "文件", title=_title("与现有记录的差异", len(differences)))
    for one in differences[:SHOWN]:
        table.add_row(*map(_text, (one.row, one.name, one.column, one.before, one.after)))
    return table


def _faults(faults: list[Fault]) -> Table:
    table = Table("工作表", "行", "列", "值", "问题和办法", title=_title("错误", len(faults)))
    for one in faults[:SHOWN]:
        table.add_row(*map(_text, (one.sheet, one.row, one.column, one.value, one.message)))
    return table


def _title(what: str, count: int) -> str:
    return f"{what} {count} 处" + (f"，以下是前 {SHOWN} 处" if count > SHOWN else "")


def _text(value: object) -> str:
    return "" if value is None else escape(str(value))


def _verdict(outcome: Outcome) -> str:
    left = sum(part.left for part in outcome.parts)
    if not outcome.acceptable:
        asked = "差异如以文件为准请加 --update；" if outcome.differences and not outcome.update else ""
        some = "只取没有错误的行请加 --partial；" if all(part.usable for part in outcome.parts) else ""
        return f"一行未取。请改正后重新导入。{asked}{some}".rstrip("；")
    if outcome.dry_run:
        return "可以取入；这次只是检查，没有写入。"
    if left:
        return f"按 --partial 取入；有 {left} 行未取，见上表。"
    written = sum(part.new + part.changed + part.removed for part in outcome.parts)
    return "已取入。" if written else "没有变化：文件里的内容都已在库里。"


def _write_marked(outcome: Outcome, target: Path) -> None:
    """Write the marked copy beside the file, or under var/ when that place can't be written."""
    if not os.access(target.parent, os.W_OK):
        target = settings.VAR / target.name
    outcome.marked(target)
    click.echo(f"标出错误的文件：{target}", err=True)


commands: list[click.Command] = [import_file]
