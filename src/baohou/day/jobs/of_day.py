"""Running the day as a job."""

from __future__ import annotations

from django.urls import reverse

from baohou.day import engine
from baohou.day.jobs.kinds import JobKind, Tell, Wish


def _run(wish: Wish, by: str, tell: Tell) -> dict[str, object]:
    """Run the day up to the calendar's today; ``retry`` also what was set aside."""

    def progress(what: str, share: float) -> None:
        tell(what, round(share * 100), 100)

    report = engine.run(on=None, by=by, retry=bool(wish.get("retry")), progress=progress)
    engine.prepare_pages(report)
    return {"on": str(report.on), "ran": report.ran}


RUN = JobKind("day", "运行日终", _run, lambda wish: reverse("runs"))
