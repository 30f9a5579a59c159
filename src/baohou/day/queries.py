"""Reading about business days: which was run last, what each run did, what is set aside."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from baohou.day.models import Run, SetAside, Watermark
from baohou.day.registry import steps
from baohou.kernel.prepared import prepared


def get_business_day() -> date | None:
    """The last business day that every deciding step has run; None before the first. The "today" of every page."""
    names = [step.name for step in steps() if step.decides_the_day]
    days = _marks(names)
    return min(days) if names and len(days) == len(names) else None


@prepared
def _marks(names: list[str]) -> QuerySet[Watermark, date]:
    return Watermark.objects.filter(step__in=names).values_list("on", flat=True)


def list_runs(*, limit: int = 50) -> QuerySet[Run]:
    """The latest runs with their steps."""
    return Run.objects.prefetch_related("steps").order_by("-pk")[:limit]


def list_set_aside() -> QuerySet[SetAside]:
    """Rows that could not be processed, oldest first."""
    return SetAside.objects.order_by("pk")
