"""Duties as a list that is filtered, and as Excel; why a duty is owed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from baohou.core.errors import Refused
from baohou.core.period import NotAQuarter, Quarter
from baohou.guarantee.queries.explain import explain
from baohou.guarantee.queries.pages.clients import list_departments
from baohou.guarantee.queries.pages.duty_list import DutyFilters, ListedDuty, iterate_duties, list_duty_page
from baohou.guarantee.queries.pages.overview import quarters_shown
from baohou.guarantee.rules.words import CLAUSE_OF, DutyKind, DutyState, Grade
from baohou.guarantee.views.asked import Narrowing, day_asked, narrowing_of
from baohou.guarantee.views.guards import duty_for
from baohou.kernel.papers.tables import Head
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.list_files import MOST_ROWS, rows_file
from baohou.kernel.people.models import Staff
from baohou.kernel.people.policy import Thing


@door()
def list_page(request: Asked) -> HttpResponse:
    """应办事项, those done too."""
    filters = _filters(request)
    page = list_duty_page(request.person, on=request.today, filters=filters, after=request.GET.get("after", ""))
    departments = list_departments(request.person)
    context = {
        "page": page,
        "filters": filters,
        "kinds": [("visits", _("全部回访")), *((kind.code, _(kind.zh)) for kind in DutyKind)],
        "clauses": sorted(set(CLAUSE_OF.values()), key=lambda code: (len(code), code)),
        "grades": list(Grade),
        "states": list(DutyState),
        "departments": departments,
        "quarters": quarters_shown(request.today),
        "narrowed": _narrowed(request, filters),
        "owner": Staff.objects.filter(pk=filters.owner_id).first() if filters.owner_id else None,
    }
    return render(request, "guarantee/duties.html", context)


@door()
def list_file(request: Asked) -> HttpResponse:
    """What the list shows as Excel, the first hundred thousand."""
    found = iterate_duties(request.person, on=request.today, filters=_filters(request), most=MOST_ROWS)
    note = _("截至 %(on)s，按期限排列") % {"on": request.today.isoformat()}
    title, on = _("应办事项"), request.today
    return rows_file(request, _rows(found), heads=_heads(), title=title, note=note, on=on, kind="duties")


@door(None, Thing.DUTY)
def why(request: Asked, key: int) -> HttpResponse:
    """The explanation of a duty: in place when htmx asks, else as a page of its own."""
    duty = duty_for(request, key)
    try:
        context = {"duty": duty, "explanation": explain(duty.key, request.today)}
    except Refused as refusal:
        context = {"duty": duty, "refusal": refusal}
    whole = "guarantee/why.html" if not getattr(request, "htmx", False) else "guarantee/parts/why.html"
    return render(request, whole, context)


def _narrowed(request: Asked, filters: DutyFilters) -> list[Narrowing]:
    asked = (("since", _("期限自 %(on)s 起"), filters.since), ("until", _("期限到 %(on)s 止"), filters.until))
    return [narrowing_of(request, name, said % {"on": day.isoformat()}) for name, said, day in asked if day]


def _heads() -> list[Head]:
    days = (_("开始日"), _("期限"), _("办结日"), _("失效日"))
    return [
        *(Head(text) for text in (_("客户"), _("条款"), _("应办事项"), _("项目编号"), _("部门"), _("责任人"))),
        Head(_("期限时的分类")),
        *(Head(text, "date") for text in days),
        Head(_("状态")),
    ]


def _rows(found: Iterator[ListedDuty]) -> Iterator[list[Any]]:
    for listed in found:
        row = listed.row
        state = DutyState.read(row.state)
        yield [
            *(row.client_name, row.clause, _(row.kind.zh), row.project_no, row.department, row.owner),
            _(listed.grade.zh) if listed.grade else "",
            *(row.opens_on, row.due_on, row.done_on, row.lapsed_on),
            _(state.zh) if state else "",
        ]


def _filters(request: Asked) -> DutyFilters:
    asked = request.GET
    return DutyFilters(
        kind=asked.get("kind", ""),
        department_id=_number(asked.get("department", "")),
        owner_id=_number(asked.get("owner", "")),
        grade=Grade.read(asked.get("grade", "")),
        state=DutyState.read(asked.get("state", "")),
        judged=asked.get("judged") == "1",
        quarter=_quarter(asked.get("quarter", "")),
        since=day_asked(asked.get("since", "")),
        until=day_asked(asked.get("until", "")),
    )


def _quarter(text: str) -> Quarter | None:
    try:
        return Quarter.parse(text) if text else None
    except NotAQuarter as wrong:
        raise Http404 from wrong


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
