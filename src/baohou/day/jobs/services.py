"""Starting a job, and doing it: one at a time, because the work fills the database's one writer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from django.db import IntegrityError, OperationalError, transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.day.jobs import launching
from baohou.day.jobs.beats import beating, log_of, said_by, silent_since
from baohou.day.jobs.fencing import end_connection, named
from baohou.day.jobs.kinds import Wish, get
from baohou.day.jobs.queries import see
from baohou.day.models import Job, JobState
from baohou.day.telling import tell_ended
from baohou.kernel.audit import origin
from baohou.kernel.watch.readonly import require_writable

DATABASE_BUSY = say("数据库正被别的工作占着（如命令行的导入或日终），没有写入任何内容。请等它结束后再试一次。")
KILLED = say("中途停了，没有写完的内容都已撤回。")
BROKEN = say("程序出错，没有写入任何内容。请管理员在“后台工作”里打开这件工作，把程序的记录交给维护人员。")


class AnotherJob(Refused):
    """A job is waiting or at work already."""

    def __init__(self, title: str, name: str) -> None:
        what = (
            say("“%(title)s %(name)s”", title=say(title), name=name) if name else say("“%(title)s”", title=say(title))
        )
        super().__init__("day.another_job", "%(what)s正在进行，一次只能办一件。请等它结束后再开始。", what=what)


def start(*, kind: str, by: str, wish: Wish, name: str = "", reference: str = "", again: Job | None = None) -> Job:
    """Ask for a job, and start a process that does it once the transaction at work, if any, is committed.

    AnotherJob while one is waiting or at work. ``again``: the job that this one does once more.

    The job needs no act of its own: what it does writes its acts, by whoever asked, from where that was.
    """
    require_writable()
    before = Job.objects.filter(active=True).first()
    if before is not None and see(before).busy:
        raise AnotherJob(get(before.kind).title, before.name)
    try:
        with transaction.atomic():
            if before is not None:
                _bury(before)
            told = {"wish": wish, "origin": asdict(origin.current("page"))}
            job = Job.objects.create(kind=kind, by=by, name=name[:255], reference=reference, **told)
            if again is not None and not Job.objects.filter(pk=again.pk, again=None).update(again=job):
                raise _not_over()
    except IntegrityError:
        raise AnotherJob(get(kind).title, "") from None
    when_committed(lambda: launching.launch(job.pk))
    job.refresh_from_db()
    return job


def when_committed(launch: Callable[[], None]) -> None:
    """Do something once the transaction at work is committed; at once when there is none, not when it is undone."""
    transaction.on_commit(launch)


def start_again(*, job: Job, by: str) -> Job:
    """Start anew, once, a job that failed or died; refused when it did not, or was started anew already."""
    if not see(job).may_start_again:
        raise _not_over()
    return start(kind=job.kind, by=by, wish=job.wish, name=job.name, reference=job.reference, again=job)


def _not_over() -> Refused:
    return Refused("day.job_not_over", "这件工作没有失败，或已经重新开始过，不用再办一次。")


def work(*, pk: int) -> None:
    """Do a job that waits, in this process. A refusal is its outcome; a fault of the program is one too, and raised."""
    mine = Job.objects.filter(pk=pk, state=JobState.QUEUED, active=True)
    if not mine.update(state=JobState.RUNNING, began_at=timezone.now(), beat_at=Now()):
        return
    job = Job.objects.get(pk=pk)
    with named(pk), beating(pk) as tell:
        try:
            require_writable()
            with origin.coming_from(origin.Origin(**job.origin)):
                result = get(job.kind).work(job.wish, job.by, tell)
        except Refused as refusal:
            said = refusal.message
            if refusal.where:
                said = say("%(place)s：%(said)s", place=say(refusal.where), said=said)
            _end(pk, JobState.FAILED, message=said)
        except OperationalError:
            _end(pk, JobState.FAILED, message=DATABASE_BUSY, log=said_by(pk))
            raise
        else:
            _end(pk, JobState.DONE, result=result)
            log_of(pk).unlink(missing_ok=True)
        finally:
            _end(pk, JobState.FAILED, message=BROKEN, log=said_by(pk))


def _bury(job: Job) -> None:
    """Write down that a job died, so that another may begin; AnotherJob when it lives after all.

    What it had not committed is undone before: should its machine only have been asleep, it finds its connection ended.
    """
    dead = Job.objects.filter(pk=job.pk, active=True, **silent_since())
    log = job.log or said_by(job.pk)
    buried = dead.update(active=False, state=JobState.DEAD, message=KILLED, ended_at=timezone.now(), log=log)
    if not buried or not end_connection(job.pk):
        raise AnotherJob(get(job.kind).title, job.name)


def _end(pk: int, state: JobState, *, message: str = "", result: Wish | None = None, log: str = "") -> None:
    """Write down how a job at work ended, and tell who asked for it; one that has ended stays as it is."""
    running = Job.objects.filter(pk=pk, state=JobState.RUNNING)
    with transaction.atomic():
        told = {"message": message, "result": result or {}, "log": log, "ended_at": timezone.now()}
        if not running.update(state=state, active=False, **told):
            return
        job = Job.objects.get(pk=pk)
        kind = get(job.kind)
        if kind.tells or state != JobState.DONE:
            place = kind.place(job.wish) if state == JobState.DONE else reverse("runs.job", args=[pk])
            tell_ended(job, title=kind.title, place=place)
