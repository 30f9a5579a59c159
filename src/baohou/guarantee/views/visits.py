"""Recording a visit."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from baohou.core.errors import Refused
from baohou.guarantee.forms.fields import show_refusal
from baohou.guarantee.forms.visits import VisitForm
from baohou.guarantee.queries.pages.glance import Glance, get_glance
from baohou.guarantee.rules.words import VisitKind
from baohou.guarantee.services import visits
from baohou.guarantee.views.guards import client_for, staff_of
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.models import Staff


@door(Right.RECORD_VISIT)
def record_page(request: Asked, pk: int) -> HttpResponse:
    """The form of a visit; the address may name its kind and guarantee."""
    glance = get_glance(client_for(request, pk), on=request.today)
    form = _form(request, glance)
    if request.method == "POST" and form.is_valid():
        try:
            visits.record(client=glance.client, **form.facts(), actor=request.person.actor, door="page")
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已记录 %(client)s 的回访。") % {"client": glance.client.name}, extra_tags="ok")
            return redirect("clients.one", pk=pk)
    return render(request, "guarantee/visit.html", {"form": form, "glance": glance})


def _form(request: Asked, glance: Glance) -> VisitForm:
    guarantees = [held.guarantee for held in glance.held]
    if request.method == "POST":
        filled: dict[str, Any] = {"data": request.POST}
    else:
        filled = {"initial": _initial(request, glance)}
    latest = max(timezone.localdate(), request.today)
    return VisitForm(guarantees=guarantees, visitors=_visitors(request, glance), latest=latest, **filled)


def _initial(request: Asked, glance: Glance) -> dict[str, Any]:
    kind = VisitKind.read(request.GET.get("kind", "")) or VisitKind.REGULAR
    owed = [row.guarantee_id for row in glance.owed if row.visit_kind == kind.code and row.guarantee_id]
    return {
        "kind": kind.code,
        "guarantee": request.GET.get("guarantee", "") or str(owed[0] if owed else ""),
        "on": request.today,
        "by": request.person.staff_id,
    }


def _visitors(request: Asked, glance: Glance) -> list[Staff]:
    """Whoever fills in the form, and the client's managers."""
    people = [staff_of(request)]
    for held in glance.standing:
        people += [staff for staff in (held.manager_a, held.manager_b) if staff is not None]
    return list({staff.pk: staff for staff in people}.values())
