"""Keeping the sums of the overview and the risk view: derived anew when asked for and anything has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

import polars as pl
from django.db import transaction

from baohou.guarantee.models import AmountSlice, HeavyClient, KeptSlice, PortfolioSlice, ReportSlice, Summary
from baohou.guarantee.queries.summaries import (
    KEPT,
    PORTFOLIO,
    REPORTS,
    is_up_to_date,
    last_row_to_sum,
    mark_of,
    sum_kept,
    sum_portfolio,
    sum_reports,
)
from baohou.kernel import columns
from baohou.kernel.columns import Column, Kind, Table
from baohou.kernel.papers.taking import insert_rows
from baohou.kernel.watch.readonly import is_replica

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


def keep_up(*, on: date, parts: Iterable[str] = (PORTFOLIO, KEPT)) -> None:
    """Bring parts of the sums to the business day ``on`` and all that is in the books; mostly there is nothing to do.

    Nobody decides anything by it, so no act is written down. Two who ask at once derive the sums once. A replica shows
    them as they came.
    """
    if is_replica():
        return
    for part in parts:
        if not is_up_to_date(part, on=on):
            _derive(part, _WORK[part], on)


@transaction.atomic
def _derive(part: str, work: Callable[[date], int], on: date) -> None:
    Summary.objects.get_or_create(part=part)
    held = Summary.objects.select_for_update().get(part=part)
    mark = mark_of(part, on=on)  # before the facts: one that comes between makes the mark old, not the sums
    if (held.on, held.mark) == (on, mark):
        return
    last_row = work(on)
    Summary.objects.filter(part=part).update(on=on, mark=mark, last_row=last_row)


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
