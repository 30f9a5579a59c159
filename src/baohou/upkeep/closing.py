"""Closing the house for changes, and opening it again."""

from __future__ import annotations

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.audit.services import record_act
from baohou.kernel.watch.models import ReadOnly
from baohou.kernel.watch.queries import get_read_only
from baohou.kernel.watch.readonly import wait_for_writers, writing_allowed

PATIENCE_SECONDS = 60
_LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's code; its words are in the language of the server."""


def close(*, because: str, actor: str, door: str) -> ReadOnly:
    """Take no more changes, from the moment this returns; everything written before stands.

    Waits for what is being written, a minute at most. Refused without a reason, when closed already, when a long
    piece of work does not end within the minute.
    """
    because = because.strip()
    if not because:
        raise Refused("upkeep.no_reason", "请写明为什么只读，页面上会给大家看。", where="原因")
    try:
        with writing_allowed(), transaction.atomic():
            _be_patient()
            wait_for_writers()
            if (now := get_read_only()) is not None:
                raise Refused("upkeep.closed_already", "系统已经只读：%(because)s", because=now.because)
            record_act(verb="upkeep.close", door=door, by=actor, because=because)
            return ReadOnly.objects.create(because=because, by=actor)
    except OperationalError as fault:
        if not _is_wait_over(fault):
            raise
        message = say("有一件长的工作（导入或日终）正在写入，等了一分钟还没有结束。请等它结束后再切换到只读。")
        raise Refused("upkeep.busy", message) from fault


@transaction.atomic
def open_again(*, actor: str, door: str) -> None:
    """Take changes again. Refused when the house was not closed by the switch."""
    now = get_read_only()
    if now is None:
        raise Refused("upkeep.not_closed", "系统没有切换到只读，不用解除。（由设置 BAOHOU_READONLY 定的，要改设置。）")
    with writing_allowed():
        record_act(verb="upkeep.open", door=door, by=actor, because=now.because)
    ReadOnly.objects.filter(pk=now.pk).update(open=False, ended_at=timezone.now())


def _be_patient() -> None:
    """Wait no longer than a minute for those who write; SQLite's own patience is in the settings."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'")


def _is_wait_over(fault: OperationalError) -> bool:
    """Whether others held the lock all the time; otherwise the database is away, and who knows what it wrote."""
    return "database is locked" in str(fault) or getattr(fault.__cause__, "sqlstate", None) == _LOCK_NOT_AVAILABLE
