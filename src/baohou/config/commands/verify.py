"""baohou verify: proving that nothing was changed behind the program's back."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path

import click

from baohou.config.accounts import Effect, typed
from baohou.day.queries import get_today
from baohou.kernel.audit.heads import begin_anew
from baohou.kernel.audit.proofs import Asked, Found, Proof, carry_out, list_proofs

BROKEN = 1
SHOWN = 5


@click.command()
@click.option("--since", type=click.DateTime(formats=["%Y-%m-%d"]), help="只证明这一天起的；默认从头证明。")
@click.option(
    "--heads",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="另存在别处的链头文件，可以给几个；平时写的那些总会核对。",
)
@click.option("--all", "show_all", is_flag=True, help="列出每一处不符；默认每项列前 5 处。")
@typed(Effect.READS)
def verify(since: datetime | None, files: tuple[Path, ...], show_all: bool) -> None:
    """证明留痕链、库外链头、封存的文书、文件和处罚账没有被改动；只读。"""
    begun = time.perf_counter()
    asked = Asked(since=since.date() if since else None, heads=files)
    broken = 0
    for proof in list_proofs():
        start = time.perf_counter()
        found = carry_out(proof, asked)
        _tell(proof, found, time.perf_counter() - start, show_all=show_all)
        broken += len(found.faults)
    seconds = time.perf_counter() - begun
    if broken:
        click.echo(f"有 {broken} 处不符，用时 {seconds:.1f} 秒。请保留现场，不要再写入，先与库外的链头和备份核对。")
        sys.exit(BROKEN)
    click.echo(f"全部相符，用时 {seconds:.1f} 秒。")


def _tell(proof: Proof, found: Found, seconds: float, *, show_all: bool) -> None:
    beside = "".join(f"；{said}" for said in found.said)
    state = "✗" if found.faults else "✓"
    click.echo(f"{state} {proof.title}：{found.proven:,} {proof.unit}相符（{seconds:.2f} 秒）{beside}")
    shown = found.faults if show_all else found.faults[:SHOWN]
    for place, fault in enumerate(shown):
        first = "第一处不符：" if place == 0 else ""
        since = f"（不早于 {fault.since}）" if fault.since else ""
        click.echo(f"    {first}{fault.message}{since}")
    if len(found.faults) > len(shown):
        click.echo(f"    另有 {len(found.faults) - len(shown)} 处，--all 全部列出。")


@click.command()
@click.option("--because", required=True, help="原因，会留痕。")
@typed(Effect.CHANGES)
def heads(because: str) -> None:
    """链头文件丢了、或换了位置：从现在起重新记；以前各天的不再向它要。"""
    for said in begin_anew(because=because, door="command", on=get_today()):
        click.echo(f"{said}。")


commands = [verify, heads]
