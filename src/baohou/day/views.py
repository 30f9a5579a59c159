"""The runs of the day: what each step did, what is set aside, and running the day."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.day import engine
from baohou.day.queries import list_runs, list_set_aside
from baohou.day.registry import steps
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door

RUNS = 20
ASIDE = 200


@door()
def runs_page(request: Asked) -> HttpResponse:
    """The latest runs, and the rows that could not be processed."""
    aside = list(list_set_aside()[: ASIDE + 1])
    context = {
        "runs": list_runs(limit=RUNS),
        "titles": {step.name: step.title for step in steps()},
        "aside": aside[:ASIDE],
        "more_aside": len(aside) > ASIDE,
    }
    return render(request, "day/runs.html", context)


@require_POST
@door(Right.ADMINISTER)
def run_page(request: Asked) -> HttpResponse:
    """Run the day up to the calendar's today; with ``retry`` also what was set aside."""
    try:
        report = engine.run(on=None, retry=request.POST.get("retry") == "1")
    except Refused as refusal:
        messages.warning(request, refusal.message, extra_tags="warn")
    else:
        said = _("日终已运行到 %(on)s。") if report.ran else _("日终早已运行到 %(on)s，没有重做。")
        messages.success(request, said % {"on": report.on}, extra_tags="ok")
    return redirect("runs")
