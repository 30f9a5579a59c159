"""Changing a client's grade, and ordering a special visit."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from baohou.core.errors import Refused
from baohou.guarantee.forms.decisions import GradeForm, OrderForm
from baohou.guarantee.forms.fields import show_refusal
from baohou.guarantee.queries.pages.clients import urgencies
from baohou.guarantee.queries.pages.glance import get_glance
from baohou.guarantee.services import orders
from baohou.guarantee.services.checked_grades import ask_grade
from baohou.guarantee.services.grades import held_on
from baohou.guarantee.views.guards import client_for, staff_of
from baohou.kernel.approvals.showing import tell_asked
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.policy import Thing


@door(Right.CHANGE_GRADE, Thing.CLIENT)
def grade_page(request: Asked, pk: int) -> HttpResponse:
    """A new grade, its day and its reason (PGM.7)."""
    glance = get_glance(client_for(request, pk), on=request.today)
    seen = glance.graded.act_id if glance.graded else None
    initial = {"effective_on": request.today, "grade": glance.grade, "seen": seen or 0}
    form = GradeForm(request.POST or None, initial=initial, latest=_latest(request))
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask_grade(
                client=glance.client,
                **form.cleaned_data,
                by=request.person,
                staff=staff_of(request),
                on=request.today,
                door="page",
            )
        except Refused as refusal:
            show_refusal(form, refusal)
            if refusal.code == "guarantee.grade.overtaken":
                form.show_seen(held_on(glance.client, form.cleaned_data["effective_on"]))
        else:
            said = {"client": glance.client.name, "grade": _(form.cleaned_data["grade"].zh)}
            tell_asked(request, asked, done=_("%(client)s 已调整为%(grade)s。") % said)
            return redirect("clients.one", pk=pk)
    return render(request, "guarantee/grade.html", {"form": form, "glance": glance})


@door(Right.ORDER_SPECIAL, Thing.CLIENT)
def order_page(request: Asked, pk: int) -> HttpResponse:
    """A special visit ordered, with its urgency and reason (PGM.5)."""
    glance = get_glance(client_for(request, pk), on=request.today)
    form = OrderForm(
        request.POST or None,
        initial={"ordered_on": request.today, "urgency": 2},
        urgencies=[(urgency, _urgency(urgency.zh, days)) for urgency, days in urgencies(request.today)],
        latest=_latest(request),
    )
    if request.method == "POST" and form.is_valid():
        try:
            orders.order_special(
                client=glance.client,
                **form.cleaned_data,
                by=staff_of(request),
                actor=request.person.actor,
                door="page",
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                request, _("已下达对 %(client)s 的特别回访。") % {"client": glance.client.name}, extra_tags="ok"
            )
            return redirect("clients.one", pk=pk)
    return render(request, "guarantee/order.html", {"form": form, "glance": glance})


def _urgency(word: str, days: int | None) -> str:
    if days is None:
        return _(word)
    return _("%(urgency)s：%(days)s 天内完成") % {"urgency": _(word), "days": days}


def _latest(request: Asked) -> date:
    return max(timezone.localdate(), request.today)
