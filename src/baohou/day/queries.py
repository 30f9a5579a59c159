"""Reading about business days: which was run last, what each run did, what is set aside."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from baohou.day.models import Run, SetAside, Watermark
from baohou.day.registry import steps
from baohou.kernel.prepared import prepared


def get_business_day() -> date | None:
    """The last business day that every deciding step has run; None before the first. The "today" of every page."""
    names = [step.name for step in steps() if step.decides_the_day]
    days = _marks(names)
    return min(days) if names and len(days) == len(names) else None


def get_today() -> date:
    """The business day; before the first one the calendar's day."""
    return get_business_day() or timezone.localdate()


@prepared
def _marks(names: list[str]) -> QuerySet[Watermark, date]:
    return Watermark.objects.filter(step__in=names).values_list("on", flat=True)


def list_runs(*, limit: int = 50, before: int = 0) -> QuerySet[Run]:
    """The latest runs with their steps, or those before one."""
    runs = Run.objects.prefetch_related("steps").order_by("-pk")
    return (runs.filter(pk__lt=before) if before else runs)[:limit]


def list_set_aside(*, after: int = 0) -> QuerySet[SetAside]:
    """Rows that could not be processed, oldest first, behind one."""
    return SetAside.objects.filter(pk__gt=after).order_by("pk")
