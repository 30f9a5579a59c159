"""For how long people's notices are kept; they go by the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate

from baohou.kernel.audit.retention import Due, Keeping
from baohou.kernel.notices.models import Notice


def find_notices(on: date, days: int) -> list[Due]:
    """The days so long ago on which people were told something; ``row`` is the day's ordinal."""
    told = Notice.objects.filter(told_at__date__lte=on - timedelta(days=days)).annotate(day=TruncDate("told_at"))
    counted = told.order_by("day").values_list("day").annotate(Count("pk"))
    return [Due(day.toordinal(), f"{day} 的通知 {n} 条", day + timedelta(days=days)) for day, n in counted]


def delete_notices(rows: Sequence[int]) -> None:
    """Delete the notices of these days."""
    for row in rows:
        Notice.objects.filter(told_at__date=date.fromordinal(row)).delete()


NOTICES = Keeping(
    "notices",
    "给员工的通知",
    "天",
    "个人信息保护法第十九条：保存期限为实现处理目的所必要的最短时间；所通知的事另有记录。",
    find_notices,
    delete_notices,
)
