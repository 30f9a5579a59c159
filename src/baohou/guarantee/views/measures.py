"""Disposal measures for clients graded watch or risk, and their actions done (PGM.10)."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.core.period import Quarter, quarter_of
from baohou.guarantee.forms.fields import show_refusal
from baohou.guarantee.forms.measures import MeasureForm, any_done, count_actions, initial_of
from baohou.guarantee.models import Measure
from baohou.guarantee.queries.access import find_visible_client
from baohou.guarantee.queries.grading import is_frozen
from baohou.guarantee.queries.measures import explain_action, find_measure
from baohou.guarantee.queries.pages.reports import Conferring, list_managers
from baohou.guarantee.services import measures
from baohou.guarantee.views.guards import action_for, client_for, quarter_named, staff_of
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words


@door(None, Thing.CLIENT, Thing.QUARTER)
def measure_page(request: Asked, quarter: str, pk: int) -> HttpResponse:
    """The disposal measure for one client graded watch or risk: what stands, and who may write it the form (PGM.10)."""
    chosen, client = quarter_named(quarter), client_for(request, pk)
    managers = list_managers(client, chosen.last)
    if managers is None:
        raise Http404
    writes = request.person.may(Right.FILE_MEASURE)
    if request.method == "POST" and not writes:
        raise PermissionDenied
    measure = find_measure(client, chosen.last)
    form = _form(request, managers, measure) if writes else None
    if form is not None and form.is_bound and form.is_valid():
        try:
            measures.file(client=client, quarter=chosen.last, **form.facts(), actor=request.person.actor, door="page")
        except Refused as refusal:
            show_refusal(form, refusal)
            measure = find_measure(client, chosen.last)
            form.show_seen(measure)
        else:
            messages.success(request, _("已填报 %(client)s 的处置措施。") % {"client": client.name}, extra_tags="ok")
            return _back(request, chosen, managers)
    context = {
        "form": form,
        "quarter": chosen,
        "client": client,
        "measure": measure,
        "frozen": is_frozen(client, chosen.last),
        "department": managers.department_id,
    }
    return render(request, "guarantee/measure.html", context)


@door(Right.FILE_MEASURE, Thing.MEASURE)
@require_POST
def action_done(request: Asked, pk: int) -> HttpResponse:
    """One action of a measure is done, today."""
    action = action_for(request, pk)
    try:
        measures.finish(action=action, on=request.today, by=staff_of(request), actor=request.person.actor, door="page")
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
    else:
        messages.success(request, _("已办结：%(what)s") % {"what": action.text}, extra_tags="ok")
    client = action.measure.client_id
    if find_visible_client(request.person, client, on=request.today) is None:
        return redirect("home")
    return redirect("clients.measure", pk=client, quarter=quarter_of(action.measure.quarter))


@door(None, Thing.MEASURE)
def action_why(request: Asked, pk: int) -> HttpResponse:
    """Why somebody has to do what a measure says."""
    action = action_for(request, pk)
    context = {"action": action, "explanation": explain_action(action, request.today)}
    whole = "guarantee/measure_why.html" if not getattr(request, "htmx", False) else "guarantee/parts/why.html"
    return render(request, whole, context)


def _form(request: Asked, managers: Conferring, measure: Measure | None) -> MeasureForm:
    sent = request.POST if request.method == "POST" else None
    return MeasureForm(
        sent,
        initial={"filed_on": request.today, **managers.initial, **initial_of(measure)},
        managers=managers.project_managers,
        department_managers=managers.department_managers,
        latest=max(timezone.localdate(), request.today),
        actions=count_actions(sent, measure),
        any_done=any_done(measure),
    )


def _back(request: Asked, quarter: Quarter, managers: Conferring) -> HttpResponse:
    """To where the measure was missing: the grid, or the department's reports."""
    person = request.person
    if person.department_id == managers.department_id or person.sees_department(managers.department_id):
        return redirect("grading.table", quarter=quarter, department=managers.department_id)
    return redirect("clients")
