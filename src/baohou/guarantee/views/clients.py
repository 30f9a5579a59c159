"""The list of clients in force, and the page of one client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from baohou.core.masking import mask
from baohou.core.money import HOME_CURRENCY, format_yuan
from baohou.guarantee.queries.pages.clients import (
    ClientRow,
    Filters,
    iterate_clients,
    list_clients,
    list_departments,
    list_managers,
)
from baohou.guarantee.queries.pages.glance import get_glance
from baohou.guarantee.queries.pending import TO_RISK, TO_WATCH, subject_of
from baohou.guarantee.rules.words import Grade
from baohou.guarantee.views.guards import client_for
from baohou.kernel.approvals.queries import list_pending
from baohou.kernel.approvals.showing import shown_list
from baohou.kernel.papers.tables import Head
from baohou.kernel.parties.industries import UNKNOWN, Industry
from baohou.kernel.parties.queries import get_reached
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.list_files import MOST_ROWS, rows_file
from baohou.kernel.people.policy import Thing


@door()
def list_page(request: Asked) -> HttpResponse:
    """在保客户."""
    filters, on = _filters(request), _as_of(request)
    page = list_clients(request.person, on=on, filters=filters, after=request.GET.get("after", ""))
    context = {
        "page": page,
        "filters": filters,
        "on": on,
        "cuts": _cuts(request, filters),
        "grades": list(Grade),
        "departments": list_departments(request.person),
        "managers": list_managers(request.person, on=request.today),
    }
    return render(request, "guarantee/clients.html", context)


@door()
def list_file(request: Asked) -> HttpResponse:
    """What the list shows as Excel, identity numbers masked as there; the first hundred thousand."""
    on = _as_of(request)
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


def _filters(request: HttpRequest) -> Filters:
    asked = request.GET
    return Filters(
        words=asked.get("q", "").strip(),
        grade=Grade.read(asked.get("grade", "")),
        department_id=_number(asked.get("department", "")),
        manager_id=_number(asked.get("manager", "")),
        with_released=asked.get("released") == "1",
        product=_said(asked.get("product")),
        bank=_said(asked.get("bank")),
        industry=_industry(asked.get("industry", "")),
        measure={"filed": True, "missing": False}.get(asked.get("measure", "")),
    )


NOT_SAID = "-"
"""What the address says for a product, bank or industry that nobody has said."""


def _as_of(request: Asked) -> date:
    """The day of the list: the one asked for, when it has passed, else the business day."""
    try:
        asked = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return request.today
    return min(asked, request.today)


def _said(text: str | None) -> str | None:
    return "" if text == NOT_SAID else text or None


def _industry(text: str) -> int | None:
    if text == NOT_SAID:
        return UNKNOWN
    return Industry[text].value if text in Industry.names else None


@dataclass(frozen=True)
class Cut:
    """What the list is cut by beside the fields of its form; ``without`` is the address that takes it away."""

    name: str
    value: str
    said: str
    without: str


def _cut(request: Asked, name: str, said: str) -> Cut:
    rest = request.GET.copy()
    value = rest.pop(name)[-1]
    rest.pop("after", None)
    return Cut(name, str(value), said, f"?{rest.urlencode()}")


def _cuts(request: Asked, filters: Filters) -> list[Cut]:
    nothing = _("未填")
    measure = {True: _("已填报"), False: _("未填报"), None: None}[filters.measure]
    found = [
        ("product", _("业务品种"), filters.product),
        ("bank", _("合作银行"), filters.bank),
        ("industry", _("行业"), None if filters.industry is None else industry_word(filters.industry)),
        ("measure", _("处置措施"), measure),
    ]
    cuts = [_cut(request, name, f"{title}：{text or nothing}") for name, title, text in found if text is not None]
    if _as_of(request) != request.today:
        cuts.append(_cut(request, "on", _("截至 %(on)s") % {"on": request.GET["on"]}))
    return cuts


def industry_word(number: int) -> str:
    """An industry as people call it; empty for none."""
    return _(Industry(number).label) if number else ""


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
