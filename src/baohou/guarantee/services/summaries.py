"""Keeping the sums of the overview and the risk view: derived anew when asked for and anything has changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

import polars as pl
from django.db import transaction
from django.utils import timezone

from baohou.guarantee.models import (
    AmountSlice,
    HeavyClient,
    KeptSlice,
    OverdueSlice,
    PortfolioSlice,
    ReportSlice,
    Summary,
)
from baohou.guarantee.queries.summaries import (
    KEPT,
    PORTFOLIO,
    REPORTS,
    is_up_to_date,
    last_row_to_sum,
    mark_of,
    sum_kept,
    sum_overdue,
    sum_portfolio,
    sum_reports,
)
from baohou.kernel import beside, columns
from baohou.kernel.columns import Column, Kind, Table
from baohou.kernel.papers.taking import insert_rows
from baohou.kernel.watch.readonly import is_replica

PATIENCE: Final = 1.0
"""So many seconds a page waits for sums."""
REST: Final = 10
"""Between two derivings beside pages there lies so many times as long as one takes."""

_KEPT: Final = Table(
    "guarantee_keptslice",
    {
        "quarter": Column(Kind.DAY, "quarter"),
        "kind": Column(Kind.CODE, "kind"),
        "department_id": Column(Kind.REF, "department_id"),
        "owner_id": Column(Kind.REF, "owner_id"),
        "grade": Column(Kind.CODE, "grade"),
        "on_time": Column(Kind.LONG, "on_time"),
        "late": Column(Kind.LONG, "late"),
        "overdue": Column(Kind.LONG, "overdue"),
        "open": Column(Kind.LONG, "open"),
        "lapsed": Column(Kind.LONG, "lapsed"),
    },
)
_REPORTS: Final = Table(
    "guarantee_reportslice",
    {
        "quarter": Column(Kind.DAY, "quarter"),
        "department_id": Column(Kind.REF, "department_id"),
        "by_id": Column(Kind.REF, "by_id"),
        "visits": Column(Kind.LONG, "visits"),
    },
)


def keep_up(*, on: date, parts: Iterable[str] = (PORTFOLIO, KEPT)) -> datetime | None:
    """Bring parts of the sums to the business day ``on`` and all that is in the books; mostly there is nothing to do.

    Where deriving them takes longer than a page may wait, and they are of that day, they are derived anew beside the
    page; it shows them as they were, and the time of which they are is given back (None when they are up to date).
    Nobody decides anything by them, so no act is written down. Two who ask at once derive the sums once. A replica
    shows them as they came.
    """
    if is_replica():
        return None
    late = [as_of for part in parts if (as_of := _kept_up(part, on)) is not None]
    return min(late, default=None)


def keep_all(on: date) -> None:
    """Derive what of the sums is not up to date; done when a day has been run, so that nobody's page has to."""
    for part in _WORK:
        if not is_replica() and not is_up_to_date(part, on=on):
            _derive(part, on)


def have_listed(*, department: int, quarter: date) -> None:
    """All reports of a department's quarter are on its list now: of the sum of those on no list, theirs go at once."""
    ReportSlice.objects.filter(department=department, quarter=quarter).delete()


def _kept_up(part: str, on: date) -> datetime | None:
    held = Summary.objects.filter(part=part).first()
    if held is not None and (held.on, held.mark) == (on, mark_of(part, on=on)):
        return None
    if held is None or held.on != on or held.made_at is None or held.seconds <= PATIENCE:
        _derive(part, on)
        return None
    if timezone.now() - held.made_at > REST * timedelta(seconds=held.seconds):
        beside.start(f"sums.{part}", partial(_derive, part, on))
    return held.made_at


@transaction.atomic
def _derive(part: str, on: date) -> None:
    Summary.objects.get_or_create(part=part)
    held = Summary.objects.select_for_update().get(part=part)
    mark = mark_of(part, on=on)  # before the facts: one that comes between makes the mark old, not the sums
    if (held.on, held.mark) == (on, mark):
        return
    begun, made_at = time.perf_counter(), timezone.now()
    last_row = _WORK[part](on)
    seconds = time.perf_counter() - begun
    Summary.objects.filter(part=part).update(on=on, mark=mark, last_row=last_row, made_at=made_at, seconds=seconds)


def _keep_portfolio(on: date) -> int:
    sums = sum_portfolio(on=on)
    for model, frames in ((PortfolioSlice, sums.slices), (AmountSlice, sums.amounts), (HeavyClient, [sums.heaviest])):
        model._default_manager.all().delete()
        frame = pl.concat(frames)
        insert_rows(model=model, fields=frame.columns, rows=frame.rows())
    return 0


def _keep_kept(on: date) -> int:
    KeptSlice.objects.all().delete()
    columns.insert(_KEPT, sum_kept(on=on))
    OverdueSlice.objects.all().delete()
    ages = [(one.department_id, one.band, one.duties, one.oldest_due_on) for one in sum_overdue(on=on)]
    insert_rows(model=OverdueSlice, fields=("department_id", "band", "duties", "oldest_due_on"), rows=ages)
    return 0


def _keep_reports(on: date) -> int:
    last_row = last_row_to_sum()
    ReportSlice.objects.all().delete()
    columns.insert(_REPORTS, sum_reports(on=on, last_row=last_row))
    return last_row


# What derives each part: it returns the row above which rows were left out, 0 where none were.
_WORK: Final[dict[str, Callable[[date], int]]] = {
    PORTFOLIO: _keep_portfolio,
    KEPT: _keep_kept,
    REPORTS: _keep_reports,
}
