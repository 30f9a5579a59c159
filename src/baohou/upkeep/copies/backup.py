"""Making a copy: the database as of one moment, then the files it names; written aside, read back, then named."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.audit.services import record_act
from baohou.kernel.papers import records
from baohou.kernel.watch.models import Backup
from baohou.kernel.watch.readonly import writing_allowed
from baohou.upkeep.copies import schema
from baohou.upkeep.copies.archive import FORMAT, HEAD, Contents, Writer, head_bytes, writing
from baohou.upkeep.copies.checking import Checked, check
from baohou.upkeep.copies.rows import Adding, get_next_key, has_json, line_of, read_rows
from baohou.upkeep.copies.secrecy import Secret
from baohou.upkeep.copies.snapshot import snapshot

Tell = Callable[[str], None]
VERB: Final = "upkeep.backup"
_PIECE: Final = 4 * 1024 * 1024
_STALE_SECONDS: Final = 24 * 3600
_NAMED: Final = re.compile(r"baohou-\d{8}-\d{6}\.backup")


class AnotherBackup(Refused):
    """Somebody is writing the same copy."""

    def __init__(self) -> None:
        super().__init__("upkeep.another_backup", "同名的备份正在写，本次没有备份。请等它结束。")


@dataclass(frozen=True)
class Made:
    """A copy that was made. ``faults`` are what could not be copied; the rest is in it."""

    path: Path
    contents: Contents
    size: int
    seconds: float

    @property
    def faults(self) -> list[str]:
        return self.contents.faults


def backup(target: Path, *, secret: Secret | None, keep: int = 0, tell: Tell = lambda what: None) -> Made:
    """Copy database and files into one archive, read it back, and only then give it its name.

    Into a folder it goes under a name made of the moment, and with ``keep`` all but so many of those are removed.
    Refused when there is such a file, the disk is full, or the database was not migrated; then nothing is left behind.
    """
    begun, moment = time.perf_counter(), timezone.now()
    path = target / f"baohou-{timezone.localtime(moment):%Y%m%d-%H%M%S}.backup" if target.is_dir() else target
    if path.exists():
        raise Refused("upkeep.backup_exists", "“%(path)s”已经存在，没有覆盖。请换一个名字。", path=path)
    unfinished = path.with_name(f"{path.name}.part")
    try:
        contents = _write(unfinished, moment, secret, tell)
        tell("读回核对")
        checked = check(unfinished, secret=secret)
        size = unfinished.stat().st_size
        os.replace(unfinished, path)
        _fsync(path.parent)
    except (OSError, sqlite3.OperationalError, OperationalError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else str(fault)
        message = say(
            "备份没有写成，没有留下半份：写不进去（%(why)s）。请检查备份所在处和 BAOHOU_VAR 的空间和权限后再试。",
            why=why,
        )
        _remove(unfinished)
        raise Refused("upkeep.backup_not_written", message) from fault
    except AnotherBackup:
        raise
    except BaseException:
        _remove(unfinished)
        raise
    made = Made(path, contents, size, time.perf_counter() - begun)
    _note(made, moment, checked, encrypted=secret is not None)
    if keep and target.is_dir():
        _forget(made.path, keep)
    return made


def _write(path: Path, moment: datetime, secret: Secret | None, tell: Tell) -> Contents:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(handle, "wb") as below:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as other:
            raise AnotherBackup from other
        below.truncate()
        with writing(below, secret) as writer:
            contents = _fill(writer, moment, tell)
        below.flush()
        os.fsync(below.fileno())
    return contents


def _fill(writer: Writer, moment: datetime, tell: Tell) -> Contents:
    contents = Contents()
    with snapshot() as alias:
        nodes = schema.applied(alias)
        models = schema.models_at(nodes)
        head = {
            "format": FORMAT,
            "version": version("baohou"),
            "made_at": moment.isoformat(),
            "engine": connection.vendor,
            "migrations": nodes,
            "columns": {table: [field.column for field in m._meta.concrete_fields] for table, m in models.items()},
        }
        writer.add(HEAD, head_bytes(head))
        for table, model in sorted(models.items()):
            tell(table)
            contents.tables[table] = _add_table(writer, table, model, alias)
        files = list(_files(models, alias))
    for place, sha256 in enumerate(files, 1):
        if place % 100 == 1:
            tell(f"文件 {place}/{len(files)}")
        _add_file(writer, sha256, contents)
    writer.end(contents)
    return contents


def _add_table(writer: Writer, table: str, model: type[Model], alias: str) -> dict[str, Any]:
    adding, of_json, piece, number = Adding(), has_json(model), bytearray(), 0
    for row in read_rows(model, using=alias):
        line = line_of(row)
        adding.add(row, line, has_json=of_json)
        piece += line.encode("utf-8", "surrogatepass") + b"\n"
        if len(piece) >= _PIECE:
            number += 1
            writer.add(f"tables/{table}/{number:06d}.jsonl", bytes(piece))
            piece.clear()
    if piece:
        writer.add(f"tables/{table}/{number + 1:06d}.jsonl", bytes(piece))
    found = adding.result()
    return {"rows": found.rows, "digest": found.digest, "next_key": get_next_key(model, using=alias)}


def _files(models: dict[str, type[Model]], alias: str) -> Iterator[str]:
    """The files that the database names; they never change, so that they can be copied after it."""
    kept = models["papers_storedfile"]._base_manager.using(alias).order_by("pk")
    yield from kept.values_list("sha256", flat=True)


def _add_file(writer: Writer, sha256: str, contents: Contents) -> None:
    try:
        content = records.read_file(sha256)
    except FileNotFoundError:
        contents.faults.append(f"文件 {sha256} 已经缺失，没有备份。")
        return
    if hashlib.sha256(content).hexdigest() != sha256:
        contents.faults.append(f"文件 {sha256} 的内容被改动过，没有备份。")
        return
    writer.add(f"files/{sha256}", content)
    contents.files += 1


def _note(made: Made, moment: datetime, checked: Checked, *, encrypted: bool) -> None:
    """Write down that the copy was made, also as an act: it holds everybody's data, and who has it may read it unless
    it is encrypted. A standby takes no writing, and a copy from there is as good; a house that is closed lets this in.
    """
    facts = {"to": str(made.path.absolute()), "encrypted": encrypted, "rows": checked.rows, "files": checked.files}
    with contextlib.suppress(DatabaseError), writing_allowed(), transaction.atomic():
        Backup.objects.create(
            made_at=moment,
            seconds=made.seconds,
            name=made.path.name,
            size=made.size,
            encrypted=encrypted,
            rows=checked.rows,
            files=checked.files,
            checked_at=timezone.now(),
            faults=made.faults,
        )
        record_act(verb=VERB, door="command", facts={**facts, "bytes": made.size})


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _forget(made: Path, keep: int) -> None:
    """Remove all but the latest copies, and what a killed run left half written more than a day ago.

    The one just made stays whatever its name says: the clock may have been set back.
    """
    for path in made.parent.glob("baohou-*.backup.part"):
        if time.time() - path.stat().st_mtime > _STALE_SECONDS:
            _remove(path)
    others = sorted(path for path in made.parent.iterdir() if _NAMED.fullmatch(path.name) and path != made)
    for path in others[: max(0, len(others) - keep + 1)]:
        path.unlink()


def _fsync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
