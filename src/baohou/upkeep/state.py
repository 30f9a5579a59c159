"""How the installation stands: database, migrations, disk, last copy; as lines, as numbers, and for a load balancer."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

import django
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from baohou.kernel.audit.models import Act
from baohou.kernel.watch.gauges import Gauge
from baohou.kernel.watch.lines import Line, Part, State
from baohou.kernel.watch.queries import get_last_backup
from baohou.kernel.watch.readonly import why_read_only
from baohou.upkeep.slow import list_slow

LOW_BYTES: Final = 2 * 1024**3
FULL_BYTES: Final = 200 * 1024**2
BACKUP_IS_OLD: Final = timedelta(hours=26)
BACKUP_IS_LACKING: Final = timedelta(days=3)
_SLOWEST: Final = 5


def free_bytes() -> int:
    """What is free where this machine keeps its files."""
    return shutil.disk_usage(settings.VAR).free


def database_bytes() -> int:
    """How large the database is, with SQLite's journal."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    file = Path(str(connection.settings_dict["NAME"]))
    return sum(one.stat().st_size for one in (file, file.with_name(f"{file.name}-wal")) if one.exists())


@cache
def _shipped() -> frozenset[tuple[str, str]]:
    """The migrations of this release."""
    return frozenset(MigrationLoader(None).disk_migrations)


def lacking_migrations() -> list[str]:
    """Migrations of this release that the database has not been brought to."""
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in _shipped() - applied.keys())


def readiness() -> dict[str, str]:
    """For each thing that pages need: ``ok`` or, in a word, what is wrong. Not how long ago the day was run: a late
    day is no reason to take the pages away."""
    try:
        connection.ensure_connection()
        behind = bool(lacking_migrations())
    except DatabaseError:
        return {"database": "unreachable"}
    return {
        "database": "ok",
        "migrations": "behind" if behind else "ok",
        "disk": "full" if free_bytes() < FULL_BYTES else "ok",
    }


def _lines() -> Iterator[Line]:
    lacking = lacking_migrations()
    yield Line(
        "version", _("版本"), f"{version('baohou')} · Django {django.__version__} · Python {platform.python_version()}"
    )
    yield Line("database", _("数据库"), f"{_engine()} · {filesizeformat(database_bytes())}")
    if lacking:
        said = ngettext("差 %(n)s 步", "差 %(n)s 步", len(lacking)) % {"n": len(lacking)}
        yield Line("migrations", _("数据库结构"), said, State.BAD, _("在服务器上运行 baohou migrate。"))
    else:
        yield Line("migrations", _("数据库结构"), _("与程序一致"), State.GOOD)
    yield _disk()
    yield _changes()


def _engine() -> str:
    if connection.vendor == "postgresql":
        number = connection.pg_version  # type: ignore[attr-defined]
        return f"PostgreSQL {number // 10000}.{number % 10000}"
    return f"SQLite {connection.Database.sqlite_version}"  # type: ignore[attr-defined]


def _disk() -> Line:
    free = free_bytes()
    said = _("还有 %(free)s") % {"free": filesizeformat(free)}
    if free >= LOW_BYTES:
        return Line("disk", _("磁盘"), said, State.GOOD)
    advice = _("快满了：请清理旧备份和日志，或加大磁盘。")
    return Line("disk", _("磁盘"), said, State.BAD if free < FULL_BYTES else State.WARN, advice)


def _changes() -> Line:
    url = reverse("system.read-only")
    if because := why_read_only():
        return Line("read_only", _("能否修改"), _("只读：%(because)s") % {"because": because}, State.WARN, url=url)
    return Line("read_only", _("能否修改"), _("照常"), State.GOOD, url=url)


def _where_and_who(name: str) -> tuple[str, ...]:
    """Where a copy was written to and by which account of which machine, as its act says; its name without one."""
    act = Act.objects.filter(verb="upkeep.backup").order_by("-pk").first()
    if act is None or not act.facts["to"].endswith(name):
        return (name,)
    return act.facts["to"], act.agent


def _backup_lines() -> Iterator[Line]:
    last = get_last_backup()
    advice = _("在服务器上运行 baohou backup；装好备份的定时任务，每晚会自动做。")
    if last is None:
        yield Line("backup", _("最近一次备份"), _("还没有备份过"), State.BAD, advice)
        return
    age = timezone.now() - last.made_at
    state = State.BAD if age > BACKUP_IS_LACKING else State.WARN if age > BACKUP_IS_OLD else State.GOOD
    said = " · ".join((_moment(last.made_at), *_where_and_who(last.name), filesizeformat(last.size)))
    yield Line("backup", _("最近一次备份"), said, state, "" if state is State.GOOD else advice)
    if last.faults:
        yield Line("backup.check", _("备份核对"), " ".join(last.faults), State.BAD, _("缺的文件请从更早的备份里找回。"))
    elif last.checked_at is None:
        yield Line(
            "backup.check", _("备份核对"), _("没有核对过"), State.WARN, _("运行 baohou restore --check 备份文件。")
        )
    else:
        said = _("%(at)s 读回核对，%(rows)s 行、%(files)s 个文件都对")
        numbers = {"at": _moment(last.checked_at), "rows": last.rows, "files": last.files}
        yield Line("backup.check", _("备份核对"), said % numbers, State.GOOD)
    if not last.encrypted:
        advice = _("离开这台机器的备份要加密：baohou backup --key 密钥文件。")
        yield Line("backup.key", _("备份加密"), _("没有加密"), State.WARN, advice)


def _slow_lines() -> Iterator[Line]:
    for one in list_slow()[:_SLOWEST]:
        said = ngettext("%(n)s 次，最慢 %(worst)s 秒", "%(n)s 次，最慢 %(worst)s 秒", one.times)
        yield Line(f"slow.{one.route}", one.route, said % {"n": one.times, "worst": f"{one.worst:.1f}"}, State.WARN)


def _moment(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


def tell_gauges() -> Iterator[Gauge]:
    """Sizes, the age of the last copy, whether changes are taken."""
    yield Gauge("baohou_database_bytes", "Size of the database", database_bytes())
    yield Gauge("baohou_disk_free_bytes", "Free where this machine keeps its files", free_bytes())
    yield Gauge("baohou_read_only", "1 while no changes are taken", bool(why_read_only()))
    yield Gauge("baohou_migrations_lacking", "Migrations not yet applied", len(lacking_migrations()))
    if (last := get_last_backup()) is not None:
        age = (timezone.now() - last.made_at).total_seconds()
        yield Gauge("baohou_backup_age_seconds", "Age of the last copy", age)
        yield Gauge("baohou_backup_bytes", "Size of the last copy", last.size)
        yield Gauge(
            "baohou_backup_whole", "1 when it was read through and nothing lacks", _whole(last.checked_at, last.faults)
        )


def _whole(checked_at: datetime | None, faults: list[str]) -> bool:
    return checked_at is not None and not faults


PARTS = (
    Part("system", gettext_lazy("这套系统"), _lines, order=10),
    Part("backup", gettext_lazy("备份"), _backup_lines, order=30),
    Part("slow", gettext_lazy("最近一小时超过 1 秒的网页"), _slow_lines, order=90),
)
