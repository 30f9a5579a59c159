"""The load of a plan by weeks as a chart with its table, and as Excel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from baohou.guarantee.queries.pages.plan_table import PlanTable, get_plan_table
from baohou.guarantee.queries.pages.plan_weeks import PersonWeeks, Week, WeeklyLoad, weeks_of
from baohou.guarantee.views.guards import plan_department_for, plan_quarter_for
from baohou.guarantee.views.sheets import sheet_page, sheets_file, top
from baohou.kernel.papers.tables import Cell, Head, Sheet
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.policy import Thing

DRAWN = 8
"""So many people are told apart in the chart of the page, the busiest; the others are one row of its table."""


@door(None, Thing.QUARTER, Thing.PLANNED_DEPARTMENT)
def table_page(request: Asked, quarter: str, department: int) -> HttpResponse:
    """The load by weeks of everyone who has visits."""
    plan = _plan(request, quarter, department)
    of = [plan.quarter, plan.department.pk]
    back, file = f"{reverse('plan.department', args=of)}?view=load", reverse("plan.weeks.file", args=of)
    return sheet_page(request, weeks(plan), back=back, back_title=_("每人每周每天"), file=file)


@door(None, Thing.QUARTER, Thing.PLANNED_DEPARTMENT)
def table_file(request: Asked, quarter: str, department: int) -> HttpResponse:
    """The load by weeks as Excel."""
    plan = _plan(request, quarter, department)
    sheet = weeks(plan)
    return sheets_file(request, [sheet], f"{sheet.title}-{plan.department.name}-{plan.quarter}.xlsx")


def weeks(plan: PlanTable, *, most: int = 0) -> Sheet:
    """Visits planned per person and week, the busiest first; with ``most`` the others are one row."""
    load = weeks_of(plan)
    url = partial(_url, plan)
    rows = [_row(one.name, one, load, partial(url, person=one.person, lead=1)) for one in load.people]
    total = PersonWeeks(0, "", [sum(many) for many in zip(*(one.visits for one in load.people), strict=True)])
    return Sheet(
        code="weeks",
        title=_("每周排了几次"),
        note=_("按 A 角计，周一至周日；括号内是这一周的工作日数，点数字看客户"),
        heads=[
            Head(_("项目经理")),
            *(Head(_said(week), "count", drawn=True) for week in load.weeks),
            Head(_("合计"), "count"),
        ],
        rows=top(rows, most, whole=reverse("plan.weeks", args=[plan.quarter, plan.department.pk])),
        chart="stack" if total.total else "",
        across=True,
        foot=_row(_("合计"), total, load, url) if rows else (),
    )


def _said(week: Week) -> str:
    return f"{week.first:%m-%d} ({week.working_days})"


def _row(name: str, one: PersonWeeks, load: WeeklyLoad, url: partial[str]) -> Sequence[Cell]:
    of_weeks = [
        Cell(many, url(since=week.first, until=week.last)) for week, many in zip(load.weeks, one.visits, strict=True)
    ]
    whole = url(since=load.weeks[0].first, until=load.weeks[-1].last)
    return [Cell(name, whole), *of_weeks, Cell(one.total, whole)]


def _url(plan: PlanTable, *, since: date, until: date, **asked: int) -> str:
    """The visits of the plan between two days, of everybody or of one as A manager."""
    words = {**asked, "since": since.isoformat(), "until": until.isoformat()}
    return f"{reverse('plan.department', args=[plan.quarter, plan.department.pk])}?{urlencode(words)}"


def _plan(request: Asked, quarter: str, department: int) -> PlanTable:
    chosen = plan_quarter_for(request, quarter)
    of = plan_department_for(request, department)
    return get_plan_table(request.person, department=of, quarter=chosen, today=request.today)
