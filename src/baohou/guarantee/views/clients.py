"""The list of clients in force, and the page of one client."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from baohou.guarantee.queries.pages.clients import Filters, list_choices, list_clients
from baohou.guarantee.queries.pages.glance import get_glance
from baohou.guarantee.rules.words import Grade
from baohou.guarantee.views.guards import client_for
from baohou.kernel.people.doors import Asked, door


@door()
def list_page(request: Asked) -> HttpResponse:
    """在保客户."""
    filters = _filters(request)
    page = list_clients(request.person, on=request.today, filters=filters, after=request.GET.get("after", ""))
    departments, managers = list_choices(request.person, on=request.today)
    context = {
        "page": page,
        "filters": filters,
        "grades": list(Grade),
        "departments": departments,
        "managers": managers,
    }
    return render(request, "guarantee/clients.html", context)


@door()
def client_page(request: Asked, pk: int) -> HttpResponse:
    """One client: who it is, what happened, what is owed."""
    glance = get_glance(client_for(request, pk), on=request.today)
    return render(request, "guarantee/client.html", {"glance": glance})


def _filters(request: HttpRequest) -> Filters:
    asked = request.GET
    return Filters(
        words=asked.get("q", "").strip(),
        grade=Grade.read(asked.get("grade", "")),
        department_id=_number(asked.get("department", "")),
        manager_id=_number(asked.get("manager", "")),
        with_released=asked.get("released") == "1",
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
