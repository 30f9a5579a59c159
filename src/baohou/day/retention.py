"""For how long it is kept what jobs found: faults quote rows, differences the values before and after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils import timezone

from baohou.day.models import Job
from baohou.kernel.audit.retention import Due, Keeping


def find_jobs(on: date, days: int) -> list[Due]:
    """Jobs that ended so many days ago."""
    ended = Job.objects.filter(active=False, ended_at__date__lte=on - timedelta(days=days)).order_by("pk")
    return [
        Due(job.pk, f"{job.by} 的后台工作 {job.pk}", timezone.localtime(job.ended_at).date() + timedelta(days=days))
        for job in ended.only("by", "ended_at")
    ]


def delete_jobs(rows: Sequence[int]) -> None:
    """Delete them; what they did are acts, which stay."""
    Job.objects.filter(pk__in=rows, active=False).delete()


JOBS = Keeping(
    "jobs",
    "已结束的后台工作查到的差错和差异",
    "天",
    "个人信息保护法第十九条：保存期限为实现处理目的所必要的最短时间；做了什么由操作记录留存。",
    find_jobs,
    delete_jobs,
)
