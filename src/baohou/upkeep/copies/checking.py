"""Reading an archive through without restoring it: everything in it, against what it says it holds."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.upkeep.copies.archive import FORMAT, Reader, reading
from baohou.upkeep.copies.schema import Node, unknown
from baohou.upkeep.copies.secrecy import Damaged, Secret

_TABLE: Final = re.compile(r"tables/([a-z0-9_]+)/\d{6}\.jsonl")
_FILE: Final = re.compile(r"files/([0-9a-f]{64})")


@dataclass(frozen=True)
class Checked:
    """An archive that is whole: what it says of itself, and how much is in it."""

    head: dict[str, Any]
    tables: dict[str, dict[str, Any]]
    rows: int
    files: int
    faults: list[str] = field(default_factory=list)

    @property
    def migrations(self) -> list[Node]:
        return [(app, name) for app, name in self.head["migrations"]]


def check(path: Path, *, secret: Secret | None) -> Checked:
    """Read an archive through. Refused when it is damaged, sealed with another key, or of a newer release."""
    rows: dict[str, int] = {}
    files = 0
    try:
        with reading(path, secret) as archive:
            refuse_newer(archive)
            for name, content in archive.members():
                if table := table_of(name):
                    rows[table] = rows.get(table, 0) + content.count(b"\n")
                else:
                    file_of(name, content)
                    files += 1
    except FileNotFoundError as fault:
        raise Refused("upkeep.no_backup", "没有找到备份文件“%(path)s”。", path=path) from fault
    contents = archive.contents
    assert contents is not None
    if {table: one["rows"] for table, one in contents.tables.items() if one["rows"]} != rows or contents.files != files:
        raise Damaged("行数或文件数与清单不符")
    return Checked(archive.head, contents.tables, contents.rows, files, contents.faults)


def table_of(name: str) -> str:
    """The table that a member is a piece of; empty when it is none."""
    found = _TABLE.fullmatch(name)
    return found.group(1) if found else ""


def file_of(name: str, content: bytes) -> str:
    """The SHA-256 under which a member is kept; Damaged when its bytes are others, or it is no file."""
    found = _FILE.fullmatch(name)
    if found is None:
        raise Damaged(f"不该有的内容 {name[:60]}")
    if hashlib.sha256(content).hexdigest() != found.group(1):
        raise Damaged(f"文件 {found.group(1)[:12]}…")
    return found.group(1)


def lines_of(content: bytes) -> list[bytes]:
    """The rows of a table's piece."""
    return content.split(b"\n")[:-1]


def refuse_newer(archive: Reader) -> None:
    """Refuse what this release cannot know."""
    head = archive.head
    try:
        newer = head["format"] > FORMAT or unknown([(app, name) for app, name in head["migrations"]])
        said = f"{head['version']}，{head['made_at'][:10]} 作成"
    except (KeyError, TypeError, ValueError, json.JSONDecodeError) as fault:
        raise Damaged("开头读不懂") from fault
    if newer:
        message = say(
            "这份备份出自更新的版本（%(said)s），这个版本读不了。请先把程序升级到那个版本，再恢复。", said=said
        )
        raise Refused("upkeep.newer", message)
