"""Drafts of visits as devices keep them here: saved, looked at from another device, continued, thrown away."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.guarantee.forms.drafts import DiscardForm, DraftForm
from baohou.guarantee.forms.fields import show_refusal
from baohou.guarantee.queries.drafts import HeldDraft, digests_lacking, list_drafts
from baohou.guarantee.services import drafts
from baohou.guarantee.views.guards import draft_for, drafted_client_for, staff_of
from baohou.guarantee.views.visits import day_sent, report_url
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.exports import hand_out_kept
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words


@door(Right.RECORD_VISIT, Thing.CLIENT)
@require_POST
def save(request: Asked, pk: int) -> HttpResponse:
    """A draft about this client as a device has it; the answer says which version it is now."""
    form = DraftForm(request.POST)
    valid = form.is_valid()
    client = drafted_client_for(request, pk, day_sent(request), form.cleaned_data.get("key") or uuid4())
    if not valid:
        return JsonResponse({"message": _("草稿没有收全，请再发一次。"), "errors": form.errors}, status=422)
    told = form.cleaned_data
    how = {name: told[name] for name in ("key", "device", "seen", "changed_at")}
    try:
        saved = drafts.save(client=client, by=staff_of(request), written=form.written(), **how)
    except drafts.SentAlready as refusal:
        return _refuse(refusal, 409, url=report_url(request, refusal.visit))
    except drafts.Overtaken as refusal:
        return _refuse(refusal, 409, version=refusal.draft.version, changedAt=refusal.draft.changed_at)
    except Refused as refusal:
        return _refuse(refusal, 422)
    return JsonResponse(
        {
            "version": saved.draft.version,
            "overtook": saved.overtook,
            "anew": saved.anew,
            "lacking": digests_lacking(saved.draft),
        }
    )


@door(Right.RECORD_VISIT)
@never_cache
def list_data(request: Asked) -> JsonResponse:
    """The drafts in the person's hands, of one client when the address names it; their texts come one by one."""
    named = request.GET.get("client", "")
    client = int(named) if named.isdecimal() and len(named) < 19 else None
    staff = request.person.staff
    held = list_drafts(staff, on=request.today, client=client) if staff else []
    return JsonResponse({"drafts": [_told(one) for one in held]})


@door(Right.RECORD_VISIT, Thing.DRAFT)
@never_cache
def draft_data(request: Asked, key: UUID) -> JsonResponse:
    """A draft whole, to be continued on another device or by another person."""
    held = draft_for(request, key)
    content = held.draft.content
    files = [
        {
            "sha256": one.file.sha256,
            "name": one.name,
            "type": one.file.content_type,
            "takenAt": one.taken_at,
            "place": {"latitude": one.latitude, "longitude": one.longitude} if one.latitude is not None else None,
            "url": reverse("onsite.draft.file", args=[key, one.file.sha256]),
        }
        for one in held.arrived
    ]
    whole = {"fields": content.get("fields", {}), "signed": content.get("signed"), "place": content.get("place")}
    return JsonResponse({**_told(held), **whole, "files": files})


@door(Right.RECORD_VISIT, Thing.DRAFT)
def file(request: Asked, key: UUID, sha256: str) -> FileResponse:
    """A file of a draft that has arrived."""
    held = draft_for(request, key)
    found = held.find_file(sha256)
    if found is None:
        raise Http404
    return hand_out_kept(request, found.file, name=found.name)


@door(Right.RECORD_VISIT, Thing.DRAFT)
def discard_page(request: Asked, key: UUID) -> HttpResponse:
    """Throw a draft away; why has to be said of one that was received. A device that asks for JSON is answered so."""
    held = draft_for(request, key)
    form = DiscardForm(request.POST if request.method == "POST" else None, received=held.received_from is not None)
    by_device = request.headers.get("Accept") == "application/json"
    if request.method == "POST" and form.is_valid():
        told: dict[str, Any] = {"by": staff_of(request), "actor": request.person.actor, "door": "page"}
        try:
            drafts.discard(held=held, because=form.cleaned_data["because"], **told)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            if by_device:
                return JsonResponse({"discarded": True})
            said = _("已放弃%(client)s的回访草稿。") % {"client": held.draft.client.name}
            messages.success(request, said, extra_tags="ok")
            return redirect("onsite")
    if by_device and request.method == "POST":
        return JsonResponse({"message": _("这份草稿没有删掉。"), "errors": form.errors}, status=422)
    return render(request, "guarantee/draft_discard.html", {"held": held, "form": form})


def _refuse(refusal: Refused, status: int, **more: Any) -> JsonResponse:
    return JsonResponse({"message": in_words(refusal.message), "code": refusal.code, **more}, status=status)


def _told(held: HeldDraft) -> dict[str, Any]:
    """A draft in a list."""
    draft, kind = held.draft, held.kind
    return {
        "key": draft.key,
        "client": draft.client_id,
        "clientName": draft.client.name,
        "action": reverse("clients.visit", args=[draft.client_id]),
        "kind": kind.code if kind else "",
        "kindName": _(kind.zh) if kind else "",
        "guarantee": draft.content.get("fields", {}).get("guarantee", ""),
        "version": draft.version,
        "device": draft.device,
        "begunAt": timezone.localtime(draft.begun_at),
        "changedAt": timezone.localtime(draft.changed_at),
        "receivedFrom": held.received_from.name if held.received_from else "",
        "lacking": held.lacking,
    }
