"""The baohou command: finds its sub-commands in config/commands/, sets Django up, and says errors in plain words."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys

import click

from baohou.core.errors import Refused


def _load(group: click.Group) -> None:
    """Add every command of every module in config/commands/."""
    from baohou.config import commands

    for found in pkgutil.iter_modules(commands.__path__):
        module = importlib.import_module(f"{commands.__name__}.{found.name}")
        for command in module.commands:
            group.add_command(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="baohou")
def baohou() -> None:
    """保后：承诺之后的管理。"""


def main() -> None:
    """Run the command; a refusal is told on stderr and exits with 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baohou.config.settings")
    import django

    django.setup()
    _load(baohou)
    try:
        baohou()
    except Refused as refusal:
        click.echo(f"{refusal.where}：{refusal.message}" if refusal.where else refusal.message, err=True)
        sys.exit(1)
