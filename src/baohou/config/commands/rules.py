"""`baohou rules`: take versions of the rule book in, check them, and read what stands."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
from rich.console import Console, Group
from rich.table import Column, Table
from rich.text import Text

from baohou.config.accounts import Effect, tell_asked, typed, typist
from baohou.core import rulebook as core
from baohou.core.errors import Refused
from baohou.core.money import format_yuan

FILES = click.argument(
    "files", nargs=-1, required=True, metavar="FILE…", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)

DAYS = ("版本", "施行", "止", "自")


@click.group()
def rules() -> None:
    """制度：载入、核对、查阅版本和条款。"""


@rules.command()
@FILES
@click.option("--because", default="", help="理由，复核的人会看到。")
@typed(Effect.CHANGES)
def load(files: tuple[Path, ...], because: str) -> None:
    """载入制度文件；有一处不对，全部不载入。有人能复核时只提请，批准后才载入。"""
    from django.db import transaction
    from django.utils import timezone

    from baohou.kernel.approvals.of_rules import VERSION, ask_version
    from baohou.kernel.approvals.queries import is_on, list_checkers
    from baohou.kernel.rulebook import services

    today = timezone.localdate()
    if is_on(VERSION.code) and list_checkers(VERSION.code, on=today, but=()):
        told = {"because": because, "by": typist(), "on": today, "door": "command"}
        with transaction.atomic():
            asked = [ask_version(text=file.read_text("utf-8"), **told) for file in files]  # type: ignore[arg-type]
        done = [tell_asked(one) for one in asked]
        if not all(done):
            return
    for version in services.load_versions(paths=files, by="", door="command"):
        click.echo(f"{version} 已在制度中，{_days(version.effective_on, version.ends_on)}")


@rules.command()
@FILES
@typed(Effect.READS)
def check(files: tuple[Path, ...]) -> None:
    """只核对，不载入：列出全部问题，或说明载入后会怎样。"""
    from django.utils import timezone

    from baohou.kernel.rulebook import queries
    from baohou.kernel.rulebook.reading import read_file

    for plan in queries.plan(readings=[read_file(file) for file in files], on=timezone.localdate()):
        for version in plan.unchanged:
            click.echo(f"{version}：与已载入的相同，不会改变什么")
        for draft in plan.taken:
            click.echo(
                f"{draft.rule_set} {draft.name}：可以载入，{_days(draft.effective_on, plan.ends[draft.effective_on])}"
            )


@rules.command("list")
@typed(Effect.READS)
def list_() -> None:
    """列出各版本。"""
    from baohou.kernel.rulebook import queries

    table = _table("制度", "版本", "施行", "止", "依据", "批准者")
    for version in queries.list_versions():
        table.add_row(
            version.rule_set.code,
            version.name,
            str(version.effective_on),
            str(version.ends_on or "直至被替代"),
            version.reference,
            version.adopted_by,
        )
    _console().print(table)


@rules.command()
@click.argument("clause")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="哪一天的条款；默认今天。")
@typed(Effect.READS)
def show(clause: str, on: datetime | None) -> None:
    """查阅一条条款，如 PGM.3：当天施行的文字、参数及其起始日。"""
    from django.utils import timezone

    from baohou.kernel.rulebook import queries

    day = on.date() if on else timezone.localdate()
    book = queries.get_rule_book(rule_set=clause.partition(".")[0])
    version = book.in_force(day)
    if version is None:
        raise Refused("rulebook.none_in_force", "%(day)s 没有施行中的制度版本（%(clause)s）", day=day, clause=clause)
    if clause not in version.clauses:
        raise Refused(
            "rulebook.no_such_clause",
            "版本 %(version)s 没有条款 %(clause)s；可用 baohou rules list 查看版本",
            version=version.name,
            clause=clause,
        )
    _console().print(_shown(book, version, version.clauses[clause], day))


def _console() -> Console:
    """A console that shows a text as it is, brackets and all."""
    return Console(markup=False, highlight=False)


def _table(*heads: str) -> Table:
    """A table that cuts nothing off and breaks no day in two."""
    return Table(*(Column(head, overflow="fold", no_wrap=head in DAYS) for head in heads))


def _days(effective_on: date, ends_on: date | None) -> str:
    return f"自 {effective_on} 起，{f'到 {ends_on} 止' if ends_on else '直至被替代'}"


def _shown(book: core.RuleBook, version: core.Version, clause: core.Clause, on: date) -> Group:
    """A clause with its parameters and the day since which each holds."""
    head = Text(f"{clause.code} {clause.title}", style="bold")
    where = Text(
        f"版本 {version.name}，{_days(version.effective_on, version.ends_on)}；依据：{clause.reference}", style="dim"
    )
    if not clause.parameters:
        return Group(head, where, "", Text(clause.text))
    table = _table("参数", "值", "自", "依据")
    for parameter in clause.parameters.values():
        since = book.since(clause.code, parameter.name, on)
        table.add_row(
            parameter.name, _value(clause.code, parameter.name, parameter.value), str(since), parameter.reference
        )
        for exception in parameter.exceptions:
            value = _value(clause.code, parameter.name, exception.value)
            table.add_row(f"  例外：{exception.label}（{_conditions(exception)}）", value, "", exception.reference)
    return Group(head, where, "", Text(clause.text), "", table)


def _conditions(exception: core.ExceptionTo) -> str:
    said = [f"{fact} 为 {'或'.join(values)}" for fact, values in exception.when.items()]
    over = f"；优先于 {'、'.join(exception.over)}" if exception.over else ""
    return "且 ".join(said) + over


def _value(clause: str, name: str, value: core.Value) -> str:
    """A value with its unit, as a file writes it."""
    from baohou.kernel.rulebook import registry
    from baohou.kernel.rulebook.drafts import UNITS

    kind = next(spec.kind for spec in registry.specs() if (spec.clause, spec.name) == (clause, name))
    if kind == "fen":
        return f"{format_yuan(int(value), thousands=True)} {UNITS[kind]}"
    return str(value) if kind == "code" else f"{value} {UNITS[kind]}"


commands: list[click.Command] = [rules]
