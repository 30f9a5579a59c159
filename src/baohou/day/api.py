"""The runs of the day and long work that a caller started."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeVar

from django.http import Http404
from pydantic import Field

from baohou.day.jobs import Seen, find_job, list_jobs, start, start_again
from baohou.day.jobs.of_day import RUN
from baohou.day.models import Job
from baohou.day.queries import list_runs, list_set_aside
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import Call, Room
from baohou.kernel.api.schemas import USUAL, Cursor, In, Limit, Out, Page, Pk
from baohou.kernel.people.access import Right
from baohou.kernel.saying import in_words, told

room = Room("日终", personal=False)
T = TypeVar("T")


class StepRunOut(Out):
    """What one step did in a run."""

    step: str
    read: int
    new: int
    changed: int
    removed: int
    done: int
    overdue: int
    penalties: int
    set_aside: int
    seconds: float


class RunOut(Out):
    """A run of the day up to a business day."""

    id: int
    on: date
    rebuild: bool
    by: str = Field(description="手工开始的人；自动运行的为空")
    started_at: datetime
    ended_at: datetime | None
    steps: list[StepRunOut]


class AsideOut(Out):
    """A row that could not be processed, and why."""

    id: int
    step: str
    table: str
    row: int
    code: str
    message: str
    since: date


class TodayOut(Out):
    """The business day up to which everything has been run; ``today`` is it, or the calendar's before the first run."""

    business_day: date | None
    today: date


class JobOut(Out):
    """Long work: queued, running, done, failed or dead; ``result`` is what came of it.

    ``log`` is what the program said of one that failed or died: for administrators, of one job asked for by number.
    """

    id: int
    kind: str
    name: str
    state: str
    message: str
    done: int
    total: int
    asked_at: datetime
    ended_at: datetime | None
    result: dict[str, Any]
    log: str


class RunIn(In):
    """``retry`` also what was set aside."""

    retry: bool = False


@room.reads("/today", TodayOut)
def today(request: Call) -> TodayOut:
    """业务日。"""
    return TodayOut(business_day=request.business_day, today=request.today)


@room.reads("/runs", Page[RunOut])
def runs(request: Call, limit: Limit = USUAL, cursor: Cursor = "") -> Page[RunOut]:
    """日终运行，新的在前。"""
    found = list_runs(limit=limit + 1, before=int(opened(request, cursor) or 0))
    items = [
        RunOut(
            id=run.pk,
            on=run.on,
            rebuild=run.rebuild,
            by=run.by,
            started_at=run.started_at,
            ended_at=run.ended_at,
            steps=[
                StepRunOut(**{name: getattr(step, name) for name in StepRunOut.model_fields})
                for step in run.steps.all()
            ],
        )
        for run in found
    ]
    return _page(request, items, limit)


@room.reads("/runs/set-aside", Page[AsideOut], right=Right.SEE_EVERYTHING)
def set_aside(request: Call, limit: Limit = USUAL, cursor: Cursor = "") -> Page[AsideOut]:
    """未能处理的数据，旧的在前。"""
    same = [name for name in AsideOut.model_fields if name not in ("id", "message")]
    items = [
        AsideOut(id=row.pk, **{name: getattr(row, name) for name in same}, message=in_words(row.message))
        for row in list_set_aside(after=int(opened(request, cursor) or 0))[: limit + 1]
    ]
    return _page(request, items, limit)


@room.writes("/runs", JobOut, right=Right.ADMINISTER, status=200)
def run_day(request: Call, body: RunIn) -> JobOut:
    """运行日终到今天；这是一件后台工作。"""
    return _job(request, start(kind=RUN.code, by=request.person.actor, wish={"retry": body.retry}))


@room.reads("/jobs", Page[JobOut])
def jobs(request: Call, limit: Limit = USUAL, cursor: Cursor = "") -> Page[JobOut]:
    """后台工作，新的在前；管理员看全部。"""
    found = list_jobs(request.person, limit=limit + 1, before=int(opened(request, cursor) or 0))
    return _page(request, [job_out(seen) for seen in found], limit)


@room.reads("/jobs/{job}", JobOut)
def one_job(request: Call, job: Pk) -> JobOut:
    """一件后台工作到了哪一步。"""
    return job_out(_seen(request, job))


@room.writes("/jobs/{job}/again", JobOut, right=Right.ADMINISTER)
def job_again(request: Call, job: Pk) -> JobOut:
    """把失败或中途停了的工作再办一次。"""
    return _job(request, start_again(job=_seen(request, job).job, by=request.person.actor))


def _page(request: Call, items: list[T], limit: int) -> Page[T]:
    """A page of rows of which one more was asked for than it has."""
    last: Any = items[limit - 1] if len(items) > limit else None
    return Page[T](items=items[:limit], next=sealed(request, last.id if last else None))


def job_out(seen: Seen) -> JobOut:
    """A job as the API tells of it."""
    job = seen.job
    return JobOut(
        id=job.pk,
        kind=job.kind,
        name=job.name,
        state=seen.state.value,
        message=in_words(job.message),
        done=seen.beat.done,
        total=seen.beat.total,
        asked_at=job.asked_at,
        ended_at=job.ended_at,
        result=told(job.result),
        log=seen.log,
    )


def _job(request: Call, job: Job) -> JobOut:
    return job_out(_seen(request, job.pk))


def _seen(request: Call, pk: int) -> Seen:
    seen = find_job(request.person, pk)
    if seen is None:
        raise Http404
    return seen
