"""baohou backup, backup-key and restore: copies of database and files in one archive."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from rich.console import Console

from baohou.config.accounts import Effect, typed
from baohou.upkeep.copies import backup as copying
from baohou.upkeep.copies import restore as restoring
from baohou.upkeep.copies.backup import Tell
from baohou.upkeep.copies.checking import check as check_archive
from baohou.upkeep.copies.secrecy import Secret, as_secret, make_key, read_key

FILE = click.Path(path_type=Path)
PASSPHRASE = "BAOHOU_BACKUP_PASSPHRASE"  # noqa: S105  (the variable's name)
UNWELL = 1


@click.command()
@click.argument("target", type=FILE)
@click.option("--key", type=FILE, help="用密钥文件加密。")
@click.option("--passphrase", is_flag=True, help=f"用口令加密：当场输入，或取自环境变量 {PASSPHRASE}。")
@click.option("--keep", type=click.IntRange(min=1), help="TARGET 是文件夹时，只留最近这么多份。")
@typed(Effect.KEEPS)
def backup(target: Path, key: Path | None, passphrase: bool, keep: int | None) -> None:
    """把数据库和文件备份成一个文件（或放进一个文件夹）；大家可以照常使用。"""
    secret = _secret(key, passphrase, new=True)
    with _telling() as tell:
        made = copying.backup(target, secret=secret, keep=keep or 0, tell=tell)
    sealed = "已加密" if secret else "没有加密"
    click.echo(f"已备份到 {made.path}：{made.contents.rows:,} 行，{made.contents.files:,} 个文件，")
    click.echo(f"{made.size / 1048576:,.1f} MB，{sealed}，用了 {made.seconds:.1f} 秒，读回核对无误。")
    if made.faults:
        _tell_faults("但有文件没能备份", made.faults)
        sys.exit(UNWELL)


@click.command("backup-key")
@click.argument("file", type=FILE)
@typed(Effect.READS)
def backup_key(file: Path) -> None:
    """生成一个备份用的密钥文件。"""
    make_key(file)
    click.echo(f"密钥在 {file}。请另存一份在别处（如保险柜里的 U 盘）：没有它，加密的备份谁也打不开。")


@click.command()
@click.argument("file", type=FILE)
@click.option("--key", type=FILE, help="加密时用的密钥文件。")
@click.option("--passphrase", is_flag=True, help=f"加密时用的口令：当场输入，或取自环境变量 {PASSPHRASE}。")
@click.option("--replace", is_flag=True, help="替换现有的全部数据。")
@click.option("--check", is_flag=True, help="只核对备份是否完好，不恢复。")
@typed(Effect.KEEPS)
def restore(file: Path, key: Path | None, passphrase: bool, replace: bool, check: bool) -> None:
    """从备份恢复数据库和文件：要么全部成功，要么原样不动。"""
    secret = _secret(key, passphrase, new=False)
    if check:
        found = check_archive(file, secret=secret)
        made = f"{found.head['made_at'][:16].replace('T', ' ')}（UTC），版本 {found.head['version']}"
        click.echo(f"备份完好：{made}，{found.rows:,} 行，{found.files:,} 个文件。")
        _tell_faults("做备份时就缺的文件", found.faults)
        return
    with _telling() as tell:
        restored = restoring.restore(file, secret=secret, replace=replace, tell=tell)
    one = restored.archive
    click.echo(f"已恢复 {one.rows:,} 行、{one.files:,} 个文件，与备份时逐表比对一致。")
    for said in restored.said:
        click.echo(f"{said}。")
    for title, faults in restored.found.items():
        click.echo(f"{title}：{'无误' if not faults else f'{len(faults)} 处不对'}")
        _tell_faults(title, faults)
    _tell_faults("做备份时就缺的文件", one.faults)
    click.echo("请重新启动网页服务；大家要重新登录。")
    if one.faults or any(restored.found.values()):
        sys.exit(UNWELL)


def _secret(key: Path | None, passphrase: bool, *, new: bool) -> Secret | None:
    if key and passphrase:
        raise click.UsageError("--key 和 --passphrase 只能用一个。")
    if key:
        return read_key(key)
    if not passphrase:
        return None
    given = os.environ.get(PASSPHRASE)
    if given is None:
        given = click.prompt("口令", hide_input=True, confirmation_prompt="再输一次" if new else False)
    return as_secret(given)


def _tell_faults(title: str, faults: list[str]) -> None:
    for fault in faults[:20]:
        click.echo(f"{title}：{fault}", err=True)
    if len(faults) > 20:
        click.echo(f"{title}：还有 {len(faults) - 20} 处。", err=True)


class _telling:  # noqa: N801
    """Says on a terminal what is being done."""

    def __enter__(self) -> Tell:
        console = Console(stderr=True)
        self.status = console.status("")
        if console.is_terminal:
            self.status.start()
        return self.status.update

    def __exit__(self, *_: object) -> None:
        self.status.stop()


commands: list[click.Command] = [backup, backup_key, restore]
