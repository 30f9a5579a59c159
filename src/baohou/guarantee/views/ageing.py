"""How old what is overdue is, by department: the same table for the risk department and the general manager."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from django.utils.translation import gettext as _

from baohou.guarantee.queries.pages.overview import Ages, get_ages, name_departments
from baohou.guarantee.rules.ageing import BANDS, Band
from baohou.guarantee.views.sheets import duties_url, top
from baohou.kernel.papers.tables import Cell, Head, Sheet

CODE = "ageing"


def ageing(today: date, *, whole: str, most: int = 0) -> Sheet:
    """What is overdue on the business day, those with the oldest first; with ``most`` the others are one row.

    ``whole`` is the address of the table with all rows.
    """
    found, names = get_ages(), name_departments()
    order = sorted(found, key=lambda row: (*found[row].worst_first, names.get(row, "")))
    rows = [_row(names.get(row) or _("无部门"), found[row], today, department=row) for row in order]
    heads = [
        Head(_("部门")),
        *(Head(_said(band), "count", band.code, drawn=True) for band in BANDS),
        Head(_("合计"), "count"),
        Head(_("最早的期限"), "date"),
    ]
    return Sheet(
        code=CODE,
        title=_("逾期未办事项的逾期天数"),
        note=_("截至 %(on)s，含各类应办事项；逾期最久的部门在前") % {"on": today.isoformat()},
        heads=heads,
        rows=top(rows, most, whole=whole, alone={len(heads) - 1}),
        chart="bars" if rows else "",
        foot=_row(_("合计"), _together(list(found.values())), today) if rows else (),
    )


def _said(band: Band) -> str:
    if band.last is None:
        return _("%(n)s 天以上") % {"n": band.first - 1}
    return _("%(first)s 至 %(last)s 天") % {"first": band.first, "last": band.last}


def _row(name: str, ages: Ages, today: date, **asked: int) -> Sequence[Cell]:
    """Each number opens the duties that it counts; the oldest day all of them, which begin with it."""
    url = partial(duties_url, state="overdue", **asked)
    counts = [Cell(number, url(**_between(band, today))) for band, number in zip(BANDS, ages.duties, strict=True)]
    return [Cell(name, url()), *counts, Cell(ages.total, url()), Cell(ages.oldest_due_on, url())]


def _between(band: Band, today: date) -> dict[str, str]:
    since = band.since(today)
    return ({"since": since.isoformat()} if since else {}) | {"until": band.until(today).isoformat()}


def _together(every: Sequence[Ages]) -> Ages:
    numbers = [sum(places) for places in zip(*(one.duties for one in every), strict=True)]
    return Ages(numbers, min(one.oldest_due_on for one in every))
