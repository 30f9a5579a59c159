"""What people are told of runs and jobs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from typing import Final

from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from baohou.core.sayings import say
from baohou.day import events
from baohou.day.models import Job, JobState
from baohou.kernel.notices.kinds import NoticeKind
from baohou.kernel.notices.services import tell, tell_everyone
from baohou.kernel.people.access import RIGHTS, Right
from baohou.kernel.people.directory import list_in_service
from baohou.kernel.people.models import Staff

DAY_FAILED: Final = NoticeKind("day.failed", "日终没有办成", urgent=True)
JOB_ENDED: Final = NoticeKind("job.ended", "导入等后台工作办完")
_ADMINISTRATORS: Final = frozenset(post for post, rights in RIGHTS.items() if Right.ADMINISTER in rights)


@contextmanager
def telling_of_failure(on: date, run: int) -> Iterator[None]:
    """Tell the administrators when what is within fails; the failure goes on its way.

    In a transaction of its own, since the step's has been undone; within one that somebody else began, not at all.
    """
    done = False
    try:
        yield
        done = True
    finally:
        if not done and not connection.in_atomic_block:
            with suppress(DatabaseError), transaction.atomic():
                _tell_failed(on, run)
                events.tell_failed(run=run, on=on)


def _tell_failed(on: date, run: int) -> None:
    today = timezone.localdate()
    administrators = [posting.staff for posting in list_in_service(on=today, posts=_ADMINISTRATORS)]
    tell_everyone(
        administrators,
        kind=DAY_FAILED.code,
        key=f"day:{on}:failed:{today}",
        title=say("%(on)s 的日终没有办成", on=on),
        text=say("没有办成的一步没有写入任何内容，应办事项仍是上次日终的样子。请查看日终运行，排除原因后重新运行。"),
        url=reverse("runs"),
        on=today,
    )


def tell_ended(job: Job, *, title: str, place: str) -> None:
    """Tell who asked for a job how it ended; call it in the transaction that writes the end down."""
    asker = Staff.objects.filter(staff_no=job.by).first()
    if asker is None:
        return
    done = job.state == JobState.DONE
    what = say("%(title)s：%(name)s", title=say(title), name=job.name) if job.name else say(title)
    tell(
        person=asker,
        kind=JOB_ENDED.code,
        key=f"job:{job.pk}",
        title=say("%(what)s，已完成", what=what) if done else say("%(what)s，没有办成", what=what),
        text="" if done else job.message,
        url=place,
        on=timezone.localdate(),
    )
