"""The baohou command: finds its sub-commands in config/commands/, sets Django up, and says errors in plain words."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from typing import NoReturn

import click

from baohou.config.accounts import effect_of, every_command
from baohou.core.errors import Refused
from baohou.kernel.audit.origin import account


class Commands(click.Group):
    """The commands of the modules in config/commands/; only the module of the command asked for is imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._load(*self._modules())
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        mine = {cmd_name, f"{cmd_name}s"} & set(self._modules())
        self._load(*(mine or self._modules()))
        return super().get_command(ctx, cmd_name)

    @staticmethod
    def _modules() -> list[str]:
        from baohou.config import commands

        return [found.name for found in pkgutil.iter_modules(commands.__path__)]

    def _load(self, *modules: str) -> None:
        for name in modules:
            for command in importlib.import_module(f"baohou.config.commands.{name}").commands:
                self.add_command(command)

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Take a command in; one without a policy, itself or below it, is an error that stops the start."""
        for full, found in every_command(cmd, name or cmd.name or ""):
            if effect_of(found) is None:
                raise Refused("command.no_policy", "命令 baohou %(name)s 没有写明规定（@typed），不能执行。", name=full)
        super().add_command(cmd, name)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="baohou")
def baohou() -> None:
    """保后：承诺之后的管理。"""


def main() -> None:
    """Run the command; a refusal is told on stderr and exits with 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baohou.config.settings")
    import django
    from django.db import OperationalError, ProgrammingError

    try:
        django.setup()
    except PermissionError as fault:
        _give_up(f"账号“{account()}”无权使用 {fault.filename}，命令没有执行。请以本系统的账号运行。")
    from baohou.kernel.watch.trouble import Trouble, trouble_of
    from baohou.upkeep.logs import say_fault

    sys.excepthook = say_fault

    try:
        baohou()
    except Refused as refusal:
        _give_up(f"{refusal.where}：{refusal.message}" if refusal.where else refusal.message)
    except (OperationalError, ProgrammingError, OSError) as fault:
        if trouble_of(fault) is Trouble.FULL:
            _give_up(f"磁盘满了，没有写入任何内容。请腾出空间，再办一次。（{str(fault).splitlines()[0]}）")
        if isinstance(fault, OSError) or not _no_tables():
            raise
        _give_up(f"数据库尚未建立或尚未升级，请先运行 baohou migrate。（{str(fault).splitlines()[0]}）")


def _give_up(why: str) -> NoReturn:
    click.echo(why, err=True)
    sys.exit(1)


def _no_tables() -> bool:
    """Whether the database answers but has not been brought to this release by baohou migrate."""
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
    except OperationalError:
        return False
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


if __name__ == "__main__":
    main()
