"""The runs of the day and long work that a caller started."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404

from baohou.day.jobs import Seen, find_job, list_jobs, start, start_again
from baohou.day.jobs.of_day import RUN
from baohou.day.models import Job
from baohou.day.queries import list_runs, list_set_aside
from baohou.kernel.api.operations import Call, Room
from baohou.kernel.api.schemas import In, Out, Pk
from baohou.kernel.people.access import Right
from baohou.kernel.saying import in_words, told

room = Room("日终")
_RUNS = 20
_ASIDE = 200


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
    started_at: datetime
    ended_at: datetime | None
    steps: list[StepRunOut]


class AsideOut(Out):
    """A row that could not be processed, and why."""

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
    """Long work: queued, running, done, failed or dead; ``result`` is what came of it."""

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


class RunIn(In):
    """``retry`` also what was set aside."""

    retry: bool = False


@room.reads("/today", TodayOut)
def today(request: Call) -> TodayOut:
    """业务日。"""
    return TodayOut(business_day=request.business_day, today=request.today)


@room.reads("/runs", list[RunOut])
def runs(request: Call) -> list[RunOut]:
    """最近的日终运行。"""
    return [
        RunOut(
            id=run.pk,
            on=run.on,
            rebuild=run.rebuild,
            started_at=run.started_at,
            ended_at=run.ended_at,
            steps=[
                StepRunOut(**{name: getattr(step, name) for name in StepRunOut.model_fields})
                for step in run.steps.all()
            ],
        )
        for run in list_runs(limit=_RUNS)
    ]


@room.reads("/runs/set-aside", list[AsideOut], right=Right.SEE_EVERYTHING)
def set_aside(request: Call) -> list[AsideOut]:
    """未能处理的数据，最多 200 行。"""
    same = [name for name in AsideOut.model_fields if name != "message"]
    return [
        AsideOut(**{name: getattr(row, name) for name in same}, message=in_words(row.message))
        for row in list_set_aside()[:_ASIDE]
    ]


@room.writes("/runs", JobOut, right=Right.ADMINISTER, status=200, whole=False)
def run_day(request: Call, body: RunIn) -> JobOut:
    """运行日终到今天；这是一件后台工作。"""
    return _job(request, start(kind=RUN.code, by=request.person.actor, wish={"retry": body.retry}))


@room.reads("/jobs", list[JobOut])
def jobs(request: Call) -> list[JobOut]:
    """最近的后台工作。"""
    return [job_out(seen) for seen in list_jobs(request.person)]


@room.reads("/jobs/{job}", JobOut)
def one_job(request: Call, job: Pk) -> JobOut:
    """一件后台工作到了哪一步。"""
    return job_out(_seen(request, job))


@room.writes("/jobs/{job}/again", JobOut, right=Right.ADMINISTER, whole=False)
def job_again(request: Call, job: Pk) -> JobOut:
    """把失败或中途停了的工作再办一次。"""
    return _job(request, start_again(job=_seen(request, job).job, by=request.person.actor))


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
    )


def _job(request: Call, job: Job) -> JobOut:
    return job_out(_seen(request, job.pk))


def _seen(request: Call, pk: int) -> Seen:
    seen = find_job(request.person, pk)
    if seen is None:
        raise Http404
    return seen
