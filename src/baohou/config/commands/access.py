"""`baohou access`: who may see and do what, as the program has it."""

from __future__ import annotations

import click

from baohou.config.accounts import Effect, typed


@click.command()
@click.pass_context
@typed(Effect.READS)
def access(context: click.Context) -> None:
    """写出谁能看什么、做什么：岗位、权限、对象、地址、命令（docs/access.md）。"""
    from baohou.config.access_page import write_page

    root = context.find_root().command
    assert isinstance(root, click.Group)
    click.echo(write_page(root), nl=False)


commands = [access]
