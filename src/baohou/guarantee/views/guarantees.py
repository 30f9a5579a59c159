"""Guarantees in force as a list, and as Excel: what the counts and amounts of the overview are made of."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from baohou.core.money import HOME_CURRENCY, format_yuan
from baohou.guarantee.queries.pages.clients import list_departments
from baohou.guarantee.queries.pages.guarantee_list import (
    GuaranteeFilters,
    GuaranteeRow,
    iterate_guarantees,
    list_guarantees,
)
from baohou.guarantee.views.asked import (
    Narrowing,
    as_of,
    industry_asked,
    industry_word,
    narrowing_of,
    number_asked,
    said,
)
from baohou.kernel.papers.tables import Head
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.list_files import MOST_ROWS, rows_file


@door(Right.SEE_EVERYTHING)
def list_page(request: Asked) -> HttpResponse:
    """在保业务."""
    filters, on = _filters(request), as_of(request)
    page = list_guarantees(on=on, filters=filters, after=request.GET.get("after", ""))
    context = {"page": page, "on": on, "narrowed": _narrowed(request, filters, on)}
    return render(request, "guarantee/guarantees.html", context)


@door(Right.SEE_EVERYTHING)
def list_file(request: Asked) -> HttpResponse:
    """What the list shows as Excel, the first hundred thousand."""
    on = as_of(request)
    found = iterate_guarantees(on=on, filters=_filters(request), most=MOST_ROWS)
    note, title = _("截至 %(on)s，起始日近的在前") % {"on": on.isoformat()}, _("在保业务")
    return rows_file(request, map(_line, found), heads=_heads(), title=title, note=note, on=on, kind="guarantees")


def _heads() -> list[Head]:
    texts = (_("项目编号"), _("客户"), _("部门"), _("A 角"), _("业务品种"), _("合作银行"))
    amounts = (Head(_("担保金额（元）"), "fen"), Head(_("外币金额")))
    return [*(Head(text) for text in texts), *amounts, Head(_("起始日"), "date"), Head(_("到期日"), "date")]


def _line(row: GuaranteeRow) -> list[Any]:
    texts = (row.project_no, row.client, row.department, row.manager, row.product, row.bank)
    home = row.currency == HOME_CURRENCY
    foreign = "" if home else f"{row.currency} {format_yuan(row.amount_fen)}"
    return [*texts, row.amount_fen if home else None, foreign, row.issued_on, row.ends_on]


def _filters(request: Asked) -> GuaranteeFilters:
    asked = request.GET
    return GuaranteeFilters(
        department_id=number_asked(asked.get("department", "")),
        product=said(asked.get("product")),
        bank=said(asked.get("bank")),
        industry=industry_asked(asked.get("industry", "")),
        currency=asked.get("currency", ""),
    )


def _narrowed(request: Asked, filters: GuaranteeFilters, on: date) -> list[Narrowing]:
    names = {choice.pk: choice.name for choice in list_departments(request.person)}
    department = filters.department_id
    found = [
        ("department", _("部门"), None if department is None else names.get(department, str(department))),
        ("product", _("业务品种"), filters.product),
        ("bank", _("合作银行"), filters.bank),
        ("industry", _("行业"), None if filters.industry is None else industry_word(filters.industry)),
        ("currency", _("币种"), filters.currency or None),
    ]
    nothing = _("未填")
    narrowed = [
        narrowing_of(request, name, f"{title}：{text or nothing}") for name, title, text in found if text is not None
    ]
    if on != request.today:
        narrowed.append(narrowing_of(request, "on", _("截至 %(on)s") % {"on": request.GET["on"]}))
    return narrowed
