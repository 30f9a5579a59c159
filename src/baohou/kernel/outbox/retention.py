"""For how long messages are kept that were sent or given up; they go by the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate

from baohou.kernel.audit.retention import Due, Keeping
from baohou.kernel.outbox.models import Message, State

_ENDED = (State.SENT, State.GIVEN_UP)


def find_messages(on: date, days: int) -> list[Due]:
    """The days so long ago of whose messages some have ended; ``row`` is the day's ordinal."""
    ended = Message.objects.filter(state__in=_ENDED, written_at__date__lte=on - timedelta(days=days))
    counted = ended.annotate(day=TruncDate("written_at")).order_by("day").values_list("day").annotate(Count("pk"))
    return [Due(day.toordinal(), f"{day} 的消息 {n} 条", day + timedelta(days=days)) for day, n in counted]


def delete_messages(rows: Sequence[int]) -> None:
    """Delete the ended messages of these days."""
    for row in rows:
        Message.objects.filter(state__in=_ENDED, written_at__date=date.fromordinal(row)).delete()


MESSAGES = Keeping(
    "messages",
    "发件箱里已发送、已停发的消息",
    "天",
    "个人信息保护法第十九条：保存期限为实现处理目的所必要的最短时间；所通知的事另有记录。",
    find_messages,
    delete_messages,
)
