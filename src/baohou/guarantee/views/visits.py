"""Recording a visit, at the desk or on site: the page of its form, and the doors by which a device sends it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.guarantee.forms.appointments import initial_of
from baohou.guarantee.forms.fields import show_refusal
from baohou.guarantee.forms.visits import UploadForm, VisitForm, place_of
from baohou.guarantee.models import Visit
from baohou.guarantee.queries.drafts import former_writers
from baohou.guarantee.queries.pages.glance import Glance, get_glance
from baohou.guarantee.queries.plans import find_appointment
from baohou.guarantee.queries.sealed_visits import list_waiting_files
from baohou.guarantee.rules.words import VisitKind
from baohou.guarantee.services import submissions
from baohou.guarantee.views.guards import client_for, staff_of, visited_client_for
from baohou.kernel.parties.models import Party
from baohou.kernel.parties.queries import get_reached
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.models import Staff
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words

_FILE = re.compile(r"([0-9a-f]{64})\s?(.{0,255})")


@door(Right.RECORD_VISIT, Thing.CLIENT)
def record_page(request: Asked, pk: int) -> HttpResponse:
    """The form of a visit; the address may name its kind and guarantee. A device that asks for JSON is answered so."""
    glance = get_glance(visited_client_for(request, pk, day_sent(request)), on=request.today)
    form = _form(request, glance)
    if request.method == "POST":
        return _take_sent(request, form, glance) if _wants_json(request) else _take_typed(request, form, glance)
    return _show(request, form, glance)


@door(Right.RECORD_VISIT, Thing.CLIENT)
@require_POST
def keep_file(request: Asked, pk: int) -> HttpResponse:
    """One file of a visit to this client that will be sent: kept, and answered with its digest."""
    client = visited_client_for(request, pk, day_sent(request))
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return JsonResponse({"message": _("这个文件没有收全，请再发一次。"), "errors": form.errors}, status=422)
    told, file = form.cleaned_data, form.cleaned_data["file"]
    try:
        upload = submissions.keep_file(
            key=told["key"],
            sender=staff_of(request),
            content=file.read(),
            name=file.name,
            is_signature=told["is_signature"],
            taken_at=told["taken_at"],
            place=place_of(told),
            client=client,
        )
    except Refused as refusal:
        return JsonResponse({"message": in_words(refusal.message), "code": refusal.code}, status=422)
    return JsonResponse({"sha256": upload.file.sha256}, status=201)


def _take_sent(request: Asked, form: VisitForm, glance: Glance) -> HttpResponse:
    """A visit that a device sends: its files have come before, named here by their digests."""
    if not form.is_valid():
        return JsonResponse({"message": _("有几处没有填对，请改好再发。"), "errors": form.errors}, status=422)
    named = [found for text in request.POST.getlist("file") if (found := _FILE.fullmatch(text))]
    report = form.report(client=glance.client, files=[(one[1], one[2] or one[1][:12]) for one in named])
    try:
        done = _submit(request, form, report)
    except (submissions.RecordedAlready, submissions.OtherContent) as refusal:
        where = report_url(request, refusal.visit)
        return JsonResponse({"message": in_words(refusal.message), "code": refusal.code, "url": where}, status=409)
    except submissions.FilesMissing as refusal:
        lacking = {"message": in_words(refusal.message), "code": refusal.code, "missing": refusal.digests}
        return JsonResponse(lacking, status=422)
    except Refused as refusal:
        show_refusal(form, refusal)
        refused = {"message": in_words(refusal.message), "code": refusal.code, "errors": form.errors}
        return JsonResponse(refused, status=422)
    told = {"url": report_url(request, done.visit), "already": done.already}
    return JsonResponse(told, status=200 if done.already else 201)


def _take_typed(request: Asked, form: VisitForm, glance: Glance) -> HttpResponse:
    """A visit from the plain form, its files with it; they are kept whatever else has to be put right."""
    valid = form.is_valid()
    key = form.cleaned_data.get("key") or uuid4()
    typed = request.POST.copy()
    typed["key"] = str(key)
    form.data = typed
    refused = _keep_files(request, key, glance.client)
    other = None
    for refusal in refused:
        form.add_error(None, in_words(refusal.message))
    if valid and not refused:
        waiting = list_waiting_files(key=key, sender=staff_of(request))
        form.cleaned_data["key"] = key
        report = form.report(client=glance.client, files=[(one.file.sha256, one.name) for one in waiting])
        try:
            done = _submit(request, form, report)
        except (submissions.RecordedAlready, submissions.OtherContent) as refusal:
            other = refusal.visit
            form.add_error(None, in_words(refusal.message))
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已记录 %(client)s 的回访。") % {"client": glance.client.name}, extra_tags="ok")
            return redirect(report_url(request, done.visit))
    return _show(request, form, glance, other=other)


def day_sent(request: Asked) -> date | None:
    """The day of the visit that is sent; None when the page is only opened, or no day is told."""
    try:
        return date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        return None


def report_url(request: Asked, visit: Visit) -> str:
    """The page of a visit; of one to a client that has left the person's reach, the page of visits on site."""
    try:
        client_for(request, visit.client_id)
    except Http404:
        return reverse("onsite")
    return reverse("visits.one", args=[visit.pk])


def _submit(request: Asked, form: VisitForm, report: submissions.Report) -> submissions.Submitted:
    return submissions.submit(
        key=form.key(), sender=staff_of(request), report=report, actor=request.person.actor, door="page"
    )


def _keep_files(request: Asked, key: UUID, client: Party) -> list[Refused]:
    """Keep the files of the plain form; those that cannot be kept, each with its reason."""
    refused = []
    sender = staff_of(request)
    for file in request.FILES.getlist("files"):
        try:
            submissions.keep_file(key=key, sender=sender, content=file.read(), name=str(file.name), client=client)
        except Refused as refusal:
            refused.append(refusal)
    return refused


def _show(request: Asked, form: VisitForm, glance: Glance, **more: Any) -> HttpResponse:
    key = form.data.get("key") if form.is_bound else None
    waiting = list_waiting_files(key=UUID(str(key)), sender=staff_of(request)) if key else []
    context = {"form": form, "glance": glance, "waiting": waiting, "served_on": timezone.localdate(), **more}
    context["reached"] = get_reached(glance.client)
    return render(request, "guarantee/visit.html", context)


def _wants_json(request: Asked) -> bool:
    return request.headers.get("Accept") == "application/json"


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
    owed = [row for row in glance.owed if row.visit_kind == kind.code]
    named = request.GET.get("guarantee", "") or next((str(row.guarantee_id) for row in owed if row.guarantee_id), "")
    meant = [row.key for row in owed if not row.guarantee_id or str(row.guarantee_id) == named]
    return {
        **initial_of(find_appointment(keys=meant)),
        "key": uuid4(),
        "kind": kind.code,
        "guarantee": named,
        "on": request.today,
        "by": request.person.staff_id,
    }


def _visitors(request: Asked, glance: Glance) -> list[Staff]:
    """Whoever fills in the form, the client's managers, and those whose drafts were received."""
    people = [staff_of(request), *former_writers(staff_of(request), client=glance.client.pk, on=request.today)]
    for held in glance.standing:
        people += [staff for staff in (held.manager_a, held.manager_b) if staff is not None]
    return list({staff.pk: staff for staff in people}.values())
