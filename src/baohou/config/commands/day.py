"""baohou day: running business days, and what the run did as a table or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from baohou.config.accounts import Effect, typed
from baohou.day import engine
from baohou.day.engine import Report
from baohou.day.lock import AnotherRun
from baohou.day.queries import list_set_aside

DAY = click.DateTime(formats=["%Y-%m-%d"])
COLUMNS = ("read", "new", "changed", "removed", "done", "overdue", "penalties", "set_aside")
HEADS = ("步骤", "读取", "新增", "变更", "撤除", "办结", "新逾期", "处罚", "搁置", "秒")
DIFFERENCES, ANOTHER_RUN = 1, 3
"""Exit codes: --verify found differences; another run is at work."""


@click.command()
@click.option("--on", "on", type=DAY, help="营业日，默认今天；之前漏掉的日子一并补上。")
@click.option("--through", type=DAY, help="逐日运行到这一天（含）。")
@click.option("--rebuild", is_flag=True, help="从全部业务数据重新推算；应当没有任何改动。")
@click.option("--verify", is_flag=True, help="同 --rebuild，但只比对、不写入；有差异时退出码为 1。")
@click.option("--retry", is_flag=True, help="重新处理被搁置的数据。")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="输出格式。")
@typed(Effect.CHANGES)
def day(on: datetime | None, through: datetime | None, rebuild: bool, verify: bool, retry: bool, form: str) -> None:
    """运行日终：推算应办事项，记处罚。"""
    try:
        reports = _reports(_date(on), _date(through), rebuild=rebuild, verify=verify, retry=retry)
    except AnotherRun as refusal:
        click.echo(refusal.message, err=True)
        sys.exit(ANOTHER_RUN)
    if form == "json":
        click.echo(json.dumps([_told(report) for report in reports], ensure_ascii=False, indent=2))
    else:
        _show(reports)
    if verify:
        _say_verified(reports[-1])
    elif reports:
        engine.prepare_pages(reports[-1])


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _reports(on: date | None, through: date | None, *, rebuild: bool, verify: bool, retry: bool) -> list[Report]:
    with _bar() as tell:
        if verify:
            return [engine.verify(progress=tell)]
        if through is None:
            return [engine.run(on=on, rebuild=rebuild, retry=retry, progress=tell)]
        days = list(engine.days_to_run(begin=on, through=through))
        reports = []
        for place, one in enumerate(days):
            tell(str(one), place / len(days))
            reports.append(engine.run(on=one, rebuild=rebuild, retry=retry))
        return reports


class _bar:  # noqa: N801
    """A progress bar while a run is at work, on a terminal only."""

    def __enter__(self) -> Callable[[str, float], None]:
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        console = Console(stderr=True)
        self.progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self.progress.start()
        self.task = self.progress.add_task("日终", total=1.0)
        return self.tell

    def tell(self, what: str, share: float) -> None:
        self.progress.update(self.task, description=what, completed=share)

    def __exit__(self, *_: object) -> None:
        self.progress.stop()


def _told(report: Report) -> dict[str, object]:
    steps = [
        {
            "step": step.step,
            "after": str(step.after) if step.after else None,
            **asdict(step.counts),
            "seconds": round(step.seconds, 3),
        }
        for step in report.steps
    ]
    return {"on": str(report.on), "ran": report.ran, "steps": steps}


def _show(reports: list[Report]) -> None:
    """The last run as a table; of several, their sums."""
    console = Console()
    if not reports:
        console.print("没有要运行的日子。")
        return
    last = reports[-1]
    if not last.ran:
        console.print(f"{last.on} 的日终已经运行过，本次未做任何改动。")
        return
    ran = [report for report in reports if report.ran]
    title = f"日终 {last.on}" if len(ran) == 1 else f"日终 {ran[0].on} 至 {last.on}，共 {len(ran)} 日"
    table = Table(*HEADS, title=title)
    for column in table.columns[1:]:
        column.justify = "right"
    for place, step in enumerate(last.steps):
        same = [report.steps[place] for report in ran]
        sums = [f"{sum(getattr(one.counts, name) for one in same):,}" for name in COLUMNS]
        table.add_row(step.title, *sums, f"{sum(one.seconds for one in same):.2f}")
    console.print(table)
    aside = list(list_set_aside()[:20])
    for one in aside:
        console.print(f"搁置：{one.message}", style="yellow")


def _say_verified(report: Report) -> None:
    if report.differences:
        click.echo(
            f"核对：有 {report.differences} 处与全部业务数据推算的结果不同。运行 baohou day --rebuild 改正。", err=True
        )
        sys.exit(DIFFERENCES)
    click.echo("核对：与全部业务数据推算的结果完全一致。", err=True)


commands = [day]
