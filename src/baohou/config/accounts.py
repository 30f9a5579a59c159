"""Under which account of the operating system a command is typed: the policy of commands, and its guard."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from enum import Enum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from baohou.core.errors import Refused
from baohou.kernel.audit.origin import account

if TYPE_CHECKING:
    from baohou.kernel.approvals.services import Asked
    from baohou.kernel.people.access import Person

P = ParamSpec("P")
R = TypeVar("R")


class Effect(Enum):
    """What a command does to the installation; each value says what it asks of whoever types it.

    Nobody says who he is on the command line: whoever holds the installation's account can do everything beside the
    program, so a name typed or a post looked up would prove nothing. An act names the account, and no member of staff.
    """

    READS = "本系统的账号；只看，导出的记入操作记录"
    CHANGES = "本系统的账号；改了什么记入操作记录，系统只读时拒绝"
    KEEPS = "本系统的账号；维持系统本身，系统只读时也可用"

    @property
    def needs(self) -> int:
        """What the account must be able to do with the installation's folder and database file."""
        return os.R_OK if self is Effect.READS else os.R_OK | os.W_OK


class NotOurAccount(Refused):
    """The operating system's account has no business with the installation's files."""

    def __init__(self, path: object) -> None:
        super().__init__(
            "command.account",
            "账号“%(account)s”无权使用 %(path)s，命令没有执行。请以本系统的账号运行，"
            "如 sudo -u baohou --preserve-env .venv/bin/baohou …；该账号只给系统管理员。",
            account=account(),
            path=path,
        )


def typed(effect: Effect) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A command with a policy: refused (NotOurAccount) to an account that could not do by hand what it does."""

    def guard(command: Callable[P, R]) -> Callable[P, R]:
        @wraps(command)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            require_own_account(effect)
            return command(*args, **kwargs)

        guarded.effect = effect  # type: ignore[attr-defined]
        return guarded

    return guard


def typist() -> Person:
    """Who types a command, for those who are asked to check what it wants: an account, and nobody on the staff."""
    from baohou.kernel.people.access import Person
    from baohou.kernel.people.models import Post

    return Person(None, Post.ADMIN, None, "", account=account())


def tell_asked(asked: Asked) -> bool:
    """Say that an act waits for a second pair of eyes, or that nobody could check it; whether it is done."""
    if asked.proposal is None:
        return True
    if asked.waits:
        click.echo(f"已提请复核（第 {asked.proposal.pk} 号，见网页“复核”）；批准之前记录保持原样。")
        return False
    click.echo("现在没有人能复核，已办理，并记为“无人可复核”。")
    return True


def effect_of(command: click.Command) -> Effect | None:
    """What a command does; None for one without a policy, which is not carried out."""
    found = getattr(command.callback, "effect", None)
    return found if isinstance(found, Effect) else None


def require_own_account(effect: Effect) -> None:
    """Refused unless the account may use the installation's folder and, with SQLite, the database's file."""
    from django.conf import settings
    from django.db import connection

    folder = Path(settings.VAR)
    if not _may(folder, effect.needs | os.X_OK):
        raise NotOurAccount(folder)
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        if file.is_file() and not _may(file, effect.needs):
            raise NotOurAccount(file)


def _may(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def every_command(command: click.Command, *names: str) -> Iterator[tuple[str, click.Command]]:
    """Every command that can be carried out, by its full name; a group that does something by itself is one, too."""
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield " ".join(names), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            if (found := command.get_command(context, name)) is not None:
                yield from every_command(found, *names, name)
