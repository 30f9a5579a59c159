"""The list of clients in force, and the page of one client."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from baohou.core.masking import mask
from baohou.core.money import HOME_CURRENCY, format_yuan
from baohou.core.period import ended_quarter
from baohou.guarantee.queries.pages.client_rows import ClientRow
from baohou.guarantee.queries.pages.clients import (
    Filters,
    iterate_clients,
    list_clients,
    list_departments,
    list_managers,
)
from baohou.guarantee.queries.pages.glance import get_glance
from baohou.guarantee.queries.pending import TO_RISK, TO_WATCH, subject_of
from baohou.guarantee.rules.words import Grade
from baohou.guarantee.views.asked import (
    Narrowing,
    as_of,
    day_asked,
    industry_asked,
    industry_word,
    narrowing_of,
    number_asked,
    said,
)
from baohou.guarantee.views.guards import client_for
from baohou.kernel.approvals.queries import list_pending
from baohou.kernel.approvals.showing import shown_list
from baohou.kernel.papers.tables import Head
from baohou.kernel.parties.queries import get_reached
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.list_files import MOST_ROWS, rows_file
from baohou.kernel.people.policy import Thing


@door()
def list_page(request: Asked) -> HttpResponse:
    """在保客户."""
    filters, on = _filters(request), as_of(request)
    after = request.GET.get("after", "")
    page = list_clients(request.person, on=on, filters=filters, after=after, today=request.today)
    context = {
        "page": page,
        "filters": filters,
        "on": on,
        "narrowed": _narrowed(request, filters),
        "measured": ended_quarter(on) if filters.shows_measures else None,
        "grades": list(Grade),
        "departments": list_departments(request.person),
        "managers": list_managers(request.person, on=request.today),
    }
    return render(request, "guarantee/clients.html", context)


@door()
def list_file(request: Asked) -> HttpResponse:
    """What the list shows as Excel, identity numbers masked as there; the first hundred thousand."""
    on = as_of(request)
    found = iterate_clients(request.person, on=on, filters=_filters(request), most=MOST_ROWS)
    note = _("截至 %(on)s，按名称拼音排列") % {"on": on.isoformat()}
    rows, title = map(_line, found), _("在保客户")
    return rows_file(request, rows, heads=_heads(), title=title, note=note, on=on, kind="clients")


def _heads() -> list[Head]:
    texts = (_("客户"), _("证件号码"), _("风险分类"), _("部门"), _("A 角"))
    return [
        *(Head(text) for text in texts),
        *(Head(_("在保金额（元）"), "fen"), Head(_("外币金额"))),
        *(Head(_("最近回访"), "date"), Head(_("最近期限"), "date")),
    ]


def _line(row: ClientRow) -> list[Any]:
    foreign = "；".join(
        f"{code} {format_yuan(fen)}" for code, fen in sorted(row.amounts.items()) if code != HOME_CURRENCY
    )
    return [
        *(row.name, mask(row.id_no), _(row.grade.zh) if row.grade else "", row.department, row.manager),
        *(row.amounts.get(HOME_CURRENCY), foreign, row.last_visit, row.next_due),
    ]


@door(None, Thing.CLIENT)
def client_page(request: Asked, pk: int) -> HttpResponse:
    """One client: who it is, what happened, what is owed."""
    glance = get_glance(client_for(request, pk), on=request.today)
    subject = subject_of(glance.client.pk)
    pending = shown_list(list_pending((TO_RISK, subject), (TO_WATCH, subject)))
    context = {"glance": glance, "pending": pending, "reached": get_reached(glance.client)}
    return render(request, "guarantee/client.html", context)


def _filters(request: Asked) -> Filters:
    asked = request.GET
    return Filters(
        words=asked.get("q", "").strip(),
        grade=Grade.read(asked.get("grade", "")),
        department_id=number_asked(asked.get("department", "")),
        manager_id=number_asked(asked.get("manager", "")),
        with_released=asked.get("released") == "1",
        product=said(asked.get("product")),
        bank=said(asked.get("bank")),
        industry=industry_asked(asked.get("industry", "")),
        watched=asked.get("grade") == "watched",
        since=_since(request),
        measure={"filed": True, "missing": False}.get(asked.get("measure", "")),
    )


def _since(request: Asked) -> date | None:
    """The day since which the list's clients came or went; one before the day of the list."""
    since = day_asked(request.GET.get("since", ""))
    return since if since is not None and since < as_of(request) else None


def _narrowed(request: Asked, filters: Filters) -> list[Narrowing]:
    nothing = _("未填")
    measure = {True: _("已填报"), False: _("未填报"), None: None}[filters.measure]
    found = [
        ("product", _("业务品种"), filters.product),
        ("bank", _("合作银行"), filters.bank),
        ("industry", _("行业"), None if filters.industry is None else industry_word(filters.industry)),
        ("measure", _("处置措施"), measure),
    ]
    narrowed = [
        narrowing_of(request, name, f"{title}：{text or nothing}") for name, title, text in found if text is not None
    ]
    if filters.since is not None:
        narrowed.append(narrowing_of(request, "since", _("%(on)s 以来的变动") % {"on": filters.since.isoformat()}))
    if as_of(request) != request.today:
        narrowed.append(narrowing_of(request, "on", _("截至 %(on)s") % {"on": request.GET["on"]}))
    return narrowed
