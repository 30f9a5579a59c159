"""Making an installation whole from a copy: all of it or nothing, compared row by row, then checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Model

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.day.lock import only_run
from baohou.day.queries import get_today
from baohou.kernel.audit import guards, heads
from baohou.kernel.audit.services import record_act
from baohou.kernel.papers import records
from baohou.kernel.watch import checks
from baohou.kernel.watch.models import Backup, ReadOnly
from baohou.kernel.watch.readonly import writing_allowed
from baohou.upkeep.copies import schema
from baohou.upkeep.copies.archive import reading
from baohou.upkeep.copies.checking import Checked, check, file_of, lines_of, table_of
from baohou.upkeep.copies.rows import insert_lines, line_of, read_rows, set_next_key, sum_up
from baohou.upkeep.copies.secrecy import Damaged, Secret

Tell = Callable[[str], None]
VERB: Final = "upkeep.restore"
_FROM_MIGRATING: Final = ("django_", "auth_permission", "rulebook_", "watch_")
"""Tables in which an empty installation has rows: the beginnings of names."""
_OF_ACTS: Final = frozenset({"audit_change", "audit_concern", "audit_link"})
"""Tables of acts, which are asked themselves."""
_PATIENCE_SECONDS: Final = 60


@dataclass
class Restored:
    """What was restored, and what became of the files of heads, and what the checks afterwards found, by title."""

    archive: Checked
    said: list[str] = field(default_factory=list)
    found: dict[str, list[str]] = field(default_factory=dict)


def restore(path: Path, *, secret: Secret | None, replace: bool, tell: Tell = lambda what: None) -> Restored:
    """Put a copy in the place of what this installation holds; until the very end what it held stands.

    Refused when the copy is damaged, sealed with another key or newer than this release, and when the installation is
    not empty unless ``replace``. The installation's own read-only switch and list of copies stay; nobody stays logged
    in. What it is restored from may have been made on the other kind of database and by an older release.
    """
    tell("核对备份")
    archive = check(path, secret=secret)
    if not replace and (held := _rows_held()):
        message = say(
            "这里已经有数据（如 %(held)s），没有恢复。要用备份替换现有的全部数据，请先备份现状，再加上 --replace。",
            held=held,
        )
        raise Refused("upkeep.not_empty", message)
    try:
        with only_run(), writing_allowed(), _one_transaction():
            _rebuild(path, archive, secret, tell)
    except OperationalError as fault:
        message = say("数据库正被占用或空间不足，没有恢复，原有数据未动。请先停掉网页服务、腾出空间，再试一次。")
        raise Refused(
            "upkeep.restore_busy",
            "%(told)s（%(why)s）",
            told=message,
            why=str(fault).splitlines()[0],
        ) from fault
    except OSError as fault:
        message = say(
            "文件写不进去（%(strerror)s），没有恢复，原有数据未动。请检查空间和权限后再试。", strerror=fault.strerror
        )
        raise Refused("upkeep.restore_not_written", message) from fault
    except DatabaseError as fault:
        message = say("备份里的数据写不进这个数据库，没有恢复，原有数据未动。请把这句话交给维护人员")
        raise Refused(
            "upkeep.restore_refused",
            "%(told)s：%(why)s",
            told=message,
            why=str(fault).splitlines()[0],
        ) from fault
    restored = Restored(archive, _begin_heads(path))
    try:
        for one, faults in checks.run_all():
            tell(one.title)
            restored.found[one.title] = faults
    except OperationalError as fault:  # what was restored stands already
        why = str(fault).splitlines()[0]
        restored.found["没有核对完"] = [f"数据已经恢复，核对到一半数据库断了（{why}）：请再运行 baohou verify"]
    return restored


def _begin_heads(path: Path) -> list[str]:
    """Have the heads outside begin where the restored chain ends: a new machine has none, an old one those of what it
    held."""
    with writing_allowed():
        return heads.begin_anew(because=f"从备份 {path.name} 恢复", door="command", on=get_today())


def _rows_held() -> str:
    """A table in which somebody has put something; empty when nobody has in any."""
    there = set(connection.introspection.table_names())
    for table, model in schema.models_at(schema.shipped()).items():
        if table not in there or table.startswith(_FROM_MIGRATING) or table in _OF_ACTS:
            continue
        rows = model._base_manager.all()
        if table == "audit_act":
            rows = rows.exclude(verb__startswith="rulebook.")
        if rows.exists():
            return str(model._meta.verbose_name_plural if table.startswith("auth_") else table)
    return ""


@contextmanager
def _one_transaction() -> Iterator[None]:
    """All or nothing, also of tables made and dropped, on either database."""
    connection.disable_constraint_checking()
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{_PATIENCE_SECONDS}s'")
            yield
    finally:
        connection.enable_constraint_checking()


def _rebuild(path: Path, archive: Checked, secret: Secret | None, tell: Tell) -> None:
    own = _take_own()
    tell("建表")
    _empty()
    schema.bring_to(archive.migrations)
    models = schema.models_at(archive.migrations)
    _empty()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # making tables has set them to immediate
    _fill(path, archive, secret, models, tell)
    _compare(archive, models, tell)
    tell("升级到这个版本")
    call_command("migrate", verbosity=0, interactive=False)
    for model, lines in own.items():
        insert_lines(model, lines)
    facts = {
        "backup": path.name,
        "made_at": archive.head["made_at"],
        "rows": archive.rows,
        "files": archive.files,
        "from": archive.head["engine"],
    }
    record_act(verb=VERB, door="command", facts=facts)


def _fill(path: Path, archive: Checked, secret: Secret | None, models: dict[str, type[Model]], tell: Tell) -> None:
    before, files = "", 0
    with reading(path, secret) as opened:
        for name, content in opened.members():
            if table := table_of(name):
                if table != before:
                    tell(before := table)
                insert_lines(models[table], lines_of(content))
            else:
                files += 1
                if files % 100 == 1:
                    tell(f"文件 {files}/{archive.files}")
                records.put(file_of(name, content), content)
    for table, one in archive.tables.items():
        if one["next_key"] is not None:
            set_next_key(models[table], one["next_key"])


def _compare(archive: Checked, models: dict[str, type[Model]], tell: Tell) -> None:
    """Read every table back, and refuse when one is not as it was when it was copied."""
    tell("逐表比对")
    connection.check_constraints()
    for table, one in archive.tables.items():
        found = sum_up(models[table], using=connection.alias)
        if (found.rows, found.digest) != (one["rows"], one["digest"]):
            raise Damaged(f"表 {table} 恢复后与备份时不同")


def _take_own() -> dict[type[Model], list[bytes]]:
    """The rows that belong to this installation and not to its data."""
    there = set(connection.introspection.table_names())
    kept: dict[type[Model], list[bytes]] = {}
    for model in (ReadOnly, Backup):
        if model._meta.db_table in there:
            kept[model] = [line_of(row).encode() for row in read_rows(model, using=connection.alias)]
    return kept


def _empty() -> None:
    """Take away all rows: what the installation held, and what migrations put into new tables."""
    there = set(connection.introspection.table_names())
    guards.take_down()  # those of the audit; migrating puts them up again
    ours = connection.introspection.django_table_names(only_existing=True, include_views=False)
    names = [connection.ops.quote_name(table) for table in sorted(there & set(ours))]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and names:
            cursor.execute(f"TRUNCATE {', '.join(names)}")
        elif names:
            for name in names:
                cursor.execute(f"DELETE FROM {name}")
