"""Log-ins of people who have left are kept for a while, then deleted; who they were and what they did stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.contrib.auth.models import User

from baohou.kernel.audit.retention import Due, Keeping
from baohou.kernel.people.directory import standing_postings
from baohou.kernel.people.models import Post, Posting


def find_logins(on: date, days: int) -> list[Due]:
    """Log-ins of those who left so many days ago; held when the person is to come back."""
    gone = standing_postings(on=on).filter(post=Post.LEFT, effective_on__lte=on - timedelta(days=days))
    gone = gone.filter(staff__user__isnull=False).select_related("staff")
    back = set(Posting.objects.filter(effective_on__gt=on).exclude(post=Post.LEFT).values_list("staff_id", flat=True))
    return [
        Due(
            one.staff.user_id or 0,
            f"工号 {one.staff.staff_no} 的登录",
            one.effective_on + timedelta(days=days),
            "已登记重新任职" if one.staff_id in back else "",
        )
        for one in gone
    ]


def delete_logins(users: Sequence[int]) -> None:
    """Delete log-ins; staff rows lose their user and stay."""
    User.objects.filter(pk__in=users).delete()


LOGINS = Keeping(
    "logins",
    "离职人员的登录账号",
    "天",
    "个人信息保护法第四十七条：处理目的已实现，应当删除。工号、姓名和所办事项按业务档案留存。",
    find_logins,
    delete_logins,
)
