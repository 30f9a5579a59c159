"""Reading about jobs: which is at work, how far it is, and whether it still lives."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.utils import timezone

from baohou.day.jobs.beats import DEAD_AFTER_SECONDS, Beat, read_beat
from baohou.day.jobs.kinds import JobKind, get
from baohou.day.models import Job, JobState
from baohou.kernel.people.access import Person, Right
from baohou.kernel.people.models import Staff


@dataclass(frozen=True)
class Seen:
    """A job as a page shows it. ``state`` is what it is now: silent for long means dead, whatever its row says."""

    job: Job
    state: JobState
    beat: Beat
    by_name: str = ""
    log: str = ""

    @property
    def kind(self) -> JobKind:
        return get(self.job.kind)

    @property
    def busy(self) -> bool:
        return self.state in (JobState.QUEUED, JobState.RUNNING)

    @property
    def may_start_again(self) -> bool:
        """Once: whoever asks again is led to the job that does it."""
        return self.ended_badly and self.job.again_id is None

    @property
    def ended_badly(self) -> bool:
        return self.state in (JobState.FAILED, JobState.DEAD)

    @property
    def place(self) -> str:
        """The address that shows what came of it."""
        return self.kind.place(self.job.wish)

    @property
    def seconds(self) -> int:
        """How long it has been at work, or was."""
        return int(((self.job.ended_at or timezone.now()) - self.job.asked_at).total_seconds())


def see(job: Job, *, by_name: str = "") -> Seen:
    """What a job is doing now."""
    state, last = JobState(job.state), Beat()
    if state in (JobState.QUEUED, JobState.RUNNING):
        last, quiet = read_beat(job)
        if quiet > DEAD_AFTER_SECONDS:
            state = JobState.DEAD
    return Seen(job, state, last, by_name)


def find_job(person: Person, pk: int) -> Seen | None:
    """A job that the person may see, for administrators with what its process said; None otherwise."""
    job = _visible(person).filter(pk=pk).first()
    if job is None:
        return None
    seen = _with_names([job])[0]
    return replace(seen, log=job.log) if seen.ended_badly and person.may(Right.ADMINISTER) else seen


def find_latest(reference: str) -> Seen | None:
    """The latest job about what the reference names; None when there was none."""
    job = Job.objects.filter(reference=reference).order_by("-pk").first()
    return see(job) if job else None


def get_busy() -> Seen | None:
    """The one job that is waiting or at work; None when there is none, or its process is gone."""
    job = Job.objects.filter(active=True).first()
    seen = _with_names([job])[0] if job else None
    return seen if seen and seen.busy else None


def list_jobs(person: Person, *, limit: int = 50, before: int = 0) -> list[Seen]:
    """The latest jobs, or those before one: a person's own; everyone's for administrators and auditors."""
    jobs = _visible(person).order_by("-pk").defer("log")
    return _with_names(list((jobs.filter(pk__lt=before) if before else jobs)[:limit]))


def _visible(person: Person) -> QuerySet[Job]:
    sees_all = person.may(Right.ADMINISTER) or person.reads_only
    return Job.objects.all() if sees_all else Job.objects.filter(by=person.actor)


def _with_names(jobs: list[Job]) -> list[Seen]:
    names = dict(Staff.objects.filter(staff_no__in={job.by for job in jobs}).values_list("staff_no", "name"))
    return [see(job, by_name=names.get(job.by, job.by)) for job in jobs]
