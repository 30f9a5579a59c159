"""Everyone at every command: what is carried out, what is refused and how, exactly as access.txt says."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from allauth.mfa.models import Authenticator
from click.testing import CliRunner
from django.contrib.auth.models import User
from django.db import connection

from baohou.config import access_page
from baohou.config.accounts import Effect, NotOurAccount, effect_of, every_command, typed
from baohou.config.command import Commands, baohou
from baohou.config.commands import serve, web
from baohou.core.errors import Refused
from baohou.day import engine
from baohou.kernel.audit.heads import begin_anew
from baohou.kernel.audit.models import Act
from baohou.kernel.people import postings
from baohou.kernel.people.models import Department, Post, Staff
from baohou.kernel.watch.readonly import TakesNoChanges
from baohou.upkeep.closing import close
from tests.cast import Portfolio
from tests.config.typed import TYPED
from tests.walks import Table, Writes, go_quickly, undone

TABLE = Table(Path(__file__).with_name("access.txt"), verbs=9)
WHO = "A O M W S R G X U C L . = !"
ACCOUNTS = {
    **dict(
        zip("AOMWSRGXUCL", ["A01", "O01", "M01", "M02", "S01", "R01", "G01", "X01", "K01", "C01", "L01"], strict=True)
    ),
    ".": "deploy",
    "=": "X01",
    "!": "X01",
}
"""The account's name of each: the same as the log-in of a member of staff, who is nobody special for it."""
DONE, NOTHING, READ_ONLY, REFUSED = "+~r-"
TODAY = date(2026, 10, 20)
NOBODY = 65534
pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Came:
    """What came of a command: a mark, the tables written, the acts that tell of it, and what it said."""

    mark: str
    written: set[str]
    acts: list[Act]
    said: str


@pytest.fixture
def world(portfolio: Portfolio, folder: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Portfolio:
    """The evening of 2026-10-20; also an auditor, a clerk and one who has left; everyone has a log-in."""
    go_quickly(monkeypatch)
    monkeypatch.setattr(access_page, "write_page", lambda _: "")
    monkeypatch.setattr(os, "execve", lambda *_: None)
    monkeypatch.setattr(web, "collect_static", lambda: None)
    monkeypatch.setattr(serve, "_check_port", _taken)
    told: dict[str, Any] = {"actor": "X01", "door": "page"}
    first = Department.objects.get(name="业务一部")
    hired = [
        ("K01", "章审", None, Post.AUDITOR),
        ("C01", "沈文", first, Post.CLERK),
        ("L01", "韩去", first, Post.CLERK),
    ]
    for staff_no, name, of, post in hired:
        person = {"staff_no": staff_no, "name": name, "department": of, "post": post}
        postings.add_person(**person, effective_on=date(2026, 1, 5), **told)  # type: ignore[arg-type]
    gone = {"department": None, "post": Post.LEFT, "effective_on": date(2026, 10, 1), "because": "离职"}
    postings.change_post(staff=Staff.objects.get(staff_no="L01"), **gone, **told)  # type: ignore[arg-type]
    for staff in Staff.objects.filter(user=None):
        staff.user = User.objects.create(username=staff.staff_no)
        staff.save(update_fields=["user"])
    Authenticator.objects.create(user=User.objects.get(username="A01"), type=Authenticator.Type.TOTP, data={})
    engine.run(on=TODAY)
    settings.AUDIT_HEADS = [str(folder / "heads.jsonl")]
    begin_anew(because="首次", door="command", on=TODAY)
    return portfolio


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the files lie that are typed: a stranger may read them, too."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        yield Path(place)


def _taken(port: int) -> None:
    raise Refused("serve.port_taken", "端口被占用")


@contextmanager
def as_stranger(folder: Path) -> Iterator[None]:
    """By another account of the machine: the superuser becomes nobody for a while, anyone else is locked out."""
    mode = folder.stat().st_mode
    if os.geteuid() == 0:
        folder.chmod(0o700)
        os.seteuid(NOBODY)
    else:
        folder.chmod(0)
    try:
        yield
    finally:
        os.seteuid(os.getuid())
        folder.chmod(mode)


def type_it(name: str, who: str, folder: Path, settings: Any) -> Came:
    """Type a command by an account, and undo what it did."""
    writes = Writes()
    heads = Path(settings.AUDIT_HEADS[0])
    kept = heads.read_bytes()
    words = [*name.split(), *TYPED.get(name, lambda _: [])(folder)]
    with undone():
        if who == "=":
            close(because="搬机器", actor="X01", door="page")
        before = Act.objects.count()
        env = dict.fromkeys(("LOGNAME", "USER", "LNAME", "USERNAME"), ACCOUNTS[who])
        with connection.execute_wrapper(writes):
            if who == "!":
                with as_stranger(Path(settings.VAR)):
                    run = CliRunner().invoke(baohou, words, env=env)
            else:
                run = CliRunner().invoke(baohou, words, env=env)
        acts = list(Act.objects.order_by("pk")[before:])
    heads.write_bytes(kept)
    return Came(_mark(run), writes.tables, acts, run.output + str(run.exception or ""))


def _mark(run: Any) -> str:
    fault = run.exception
    if isinstance(fault, NotOurAccount):
        return REFUSED
    if isinstance(fault, TakesNoChanges):
        return READ_ONLY
    if isinstance(fault, (Refused, FileNotFoundError)) or (run.exit_code == 1 and isinstance(fault, SystemExit)):
        return NOTHING
    assert run.exit_code == 0, (run.output, fault)
    return DONE


def _wrongly(effect: Effect, came: Came) -> bool:
    """A command that only reads writes no more than the act of an export; who is refused writes nothing."""
    if came.mark != DONE:
        return bool(came.written or came.acts)
    return effect is Effect.READS and not came.written <= {"audit_act"}


def test_every_command_answers_everyone_as_the_table_says(world: Portfolio, folder: Path, settings: Any) -> None:
    """Nobody's name or post opens or shuts a command; a stranger's account opens none; a new one is not in the table.

    What a command changed is told by an act that names the account, never a member of staff.
    """
    found, wrote, acted, signed = {}, [], set(), []
    for name, command in every_command(baohou):
        effect, key = effect_of(command), name.removeprefix("baohou ").strip()
        if not key or effect is None:
            continue
        came = {who: type_it(key, who, folder, settings) for who in WHO.split()}
        found[key.replace(" ", "."), effect.name.lower()] = " ".join(one.mark for one in came.values())
        wrote += [f"{key} by {who}: {one.written}" for who, one in came.items() if _wrongly(effect, one)]
        for who, one in came.items():
            acted |= {key for _ in one.acts}
            signed += [f"{key} by {who}: {act.by}, {act.door}, {act.agent}" for act in one.acts if _named(act, who)]
    different = TABLE.compare(found, TABLE.read())
    assert not different, f"who: {WHO}\n" + "\n".join(different)
    assert wrote == []
    assert signed == []
    assert acted >= {"import", "day", "export", "login end", "readonly on", "rules load", "settings go-live"}


def _named(act: Act, who: str) -> bool:
    """Whether an act says somebody else than the account; what it asks others to check says that it asks."""
    return (
        act.by not in ("", f"command:{ACCOUNTS[who]}")
        or act.door not in ("command", "day")
        or not act.agent.startswith(f"{ACCOUNTS[who]}@")
    )


def test_no_command_lets_one_say_who_one_is() -> None:
    """What names a person filters by him, or is done to him."""
    named = {
        f"{name} {param.opts[0]}".removeprefix("baohou ")
        for name, command in every_command(baohou)
        for param in command.params
        if param.name in {"by", "as_", "actor", "user", "person", "staff", "staff_no", "owner", "who"}
    }
    assert named == {
        *("duties --owner", "penalties --staff", "export --staff"),
        *("login unlock staff_no", "login reset-factor staff_no", "login end staff_no"),
    }


@pytest.mark.parametrize("words", ["login unlock {}", "login end {}", "duties --owner {}", "penalties --staff {}"])
def test_whoever_is_named_is_on_the_staff(world: Portfolio, words: str) -> None:
    """Of every post, and who has left; nobody else: that is said with the number that was typed."""
    for staff_no in ["A01", "O01", "M01", "M02", "S01", "R01", "G01", "X01", "K01", "C01", "L01"]:
        with undone():
            run = CliRunner().invoke(baohou, words.format(staff_no).split())
            assert run.exit_code == 0, (staff_no, run.output, run.exception)
    run = CliRunner().invoke(baohou, words.format("Z99").split())
    assert run.exit_code != 0 and "Z99" in run.output + str(run.exception)


def test_a_stranger_is_told_what_to_do(world: Portfolio, settings: Any) -> None:
    """The sentence names the account, the folder, and how it is done."""
    with as_stranger(Path(settings.VAR)):
        run = CliRunner().invoke(baohou, ["duties"], env={"LOGNAME": "stranger"})
    assert isinstance(run.exception, NotOurAccount)
    assert "“stranger”" in run.exception.message and str(settings.VAR) in run.exception.message
    assert "sudo -u baohou" in run.exception.message


def test_a_command_without_a_policy_is_not_taken_in() -> None:
    """Neither by itself nor below a group, so that the start stops where one was forgotten."""

    @click.command()
    def forgotten() -> None:
        pass

    group = click.Group("some", commands={"forgotten": forgotten})
    for one, name in ((forgotten, "forgotten"), (group, "some forgotten")):
        with pytest.raises(Refused, match=f"baohou {name} 没有写明规定"):
            Commands().add_command(one)
    Commands().add_command(click.command("known")(typed(Effect.READS)(lambda: None)))
