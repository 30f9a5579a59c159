"""baohou job: does a job that a page has asked for; the page starts it, people have no need to."""

from __future__ import annotations

import click

from baohou.config.accounts import Effect, typed
from baohou.day.jobs.services import work


@click.command(hidden=True)
@click.argument("number", type=int)
@typed(Effect.KEEPS)
def job(number: int) -> None:
    """办网页上开始的一件工作。"""
    work(pk=number)


commands: list[click.Command] = [job]
