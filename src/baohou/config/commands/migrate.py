"""baohou migrate: creating and bringing up the database, and loading the shipped rule set."""

from __future__ import annotations

import click
from django.core.management import call_command

from baohou.kernel.rulebook.services import load_shipped


@click.command()
def migrate() -> None:
    """建立或升级数据库，并装入随附的制度。"""
    call_command("migrate", verbosity=0, interactive=False)
    load_shipped(door="command")
    click.echo("数据库已就绪，制度已装入。")


commands = [migrate]
