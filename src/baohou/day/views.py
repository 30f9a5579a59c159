"""The runs of the day, and the long work that pages start: how far it is, how it ended, starting it anew."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.day.jobs import Seen, Wish, find_job, get_busy, list_jobs, start, start_again
from baohou.day.jobs.kinds import get
from baohou.day.jobs.of_day import RUN
from baohou.day.models import Job, JobState
from baohou.day.queries import list_runs, list_set_aside
from baohou.day.registry import steps
from baohou.kernel.people.access import Reach, Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words

RUNS = 20
ASIDE = 200


@door()
def runs_page(request: Asked) -> HttpResponse:
    """The latest runs; for those who see everyone's clients, the rows that could not be processed, too."""
    aside = list(list_set_aside()[: ASIDE + 1]) if request.person.reach is Reach.ALL else []
    context = {
        "runs": list_runs(limit=RUNS),
        "titles": {step.name: step.title for step in steps()},
        "aside": aside[:ASIDE],
        "more_aside": len(aside) > ASIDE,
        "busy": get_busy() if request.person.may(Right.ADMINISTER) or request.person.reads_only else None,
    }
    return render(request, "day/runs.html", context)


@require_POST
@door(Right.ADMINISTER)
def run_page(request: Asked) -> HttpResponse:
    """Run the day up to the calendar's today; with ``retry`` also what was set aside."""
    return begin(request, kind=RUN.code, wish={"retry": request.POST.get("retry") == "1"}, back="runs")


def begin(
    request: Asked, *, kind: str, wish: Wish, name: str = "", reference: str = "", back: str = "runs.jobs"
) -> HttpResponse:
    """Start a job and lead to where it is followed; when it can't be started, say why where one came from."""
    try:
        job = start(kind=kind, by=request.person.actor, wish=wish, name=name, reference=reference)
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
        return redirect(back)
    return redirect(where(job))


def where(job: Job) -> str:
    """The address that shows how a job goes on, or what came of it."""
    return get(job.kind).place(job.wish) if job.state == JobState.DONE else reverse("runs.job", args=[job.pk])


@door()
def jobs_page(request: Asked) -> HttpResponse:
    """The latest jobs."""
    return render(request, "day/jobs.html", {"jobs": list_jobs(request.person)})


@door(None, Thing.JOB)
def job_page(request: Asked, pk: int) -> HttpResponse:
    """One job: how far it is, or how it ended."""
    return render(request, "day/job.html", {"seen": _job_for(request, pk)})


@door(None, Thing.JOB)
def job_progress(request: Asked, pk: int) -> HttpResponse:
    """How far a job is, for the page that follows it; leads on when it has ended."""
    seen = _job_for(request, pk)
    if seen.busy:
        return render(request, "day/parts/job.html", {"seen": seen})
    if seen.state == JobState.DONE:
        return HttpResponse(headers={"HX-Redirect": seen.place})
    return HttpResponse(headers={"HX-Refresh": "true"})


@require_POST
@door(Right.ADMINISTER, Thing.JOB)
def job_again(request: Asked, pk: int) -> HttpResponse:
    """Start anew what failed or died."""
    try:
        job = start_again(job=_job_for(request, pk).job, by=request.person.actor)
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
        return redirect("runs.job", pk=pk)
    return redirect(where(job))


def _job_for(request: Asked, pk: int) -> Seen:
    seen = find_job(request.person, pk)
    if seen is None:
        raise Http404
    return seen
