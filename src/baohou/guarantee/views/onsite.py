"""What a device takes along to the clients, and what it asks for when it is back on the network."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from baohou.guarantee.queries.drafts import list_drafts
from baohou.guarantee.queries.pages.visits import list_to_visit
from baohou.guarantee.services.retention import TEXTS
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door


@door(Right.RECORD_VISIT)
def onsite_page(request: Asked) -> HttpResponse:
    """现场回访: to whom the person goes, to be taken along; what waits on the device to be sent."""
    as_b = request.GET.get("of") == "b"
    found = list_to_visit(request.person, on=request.today, as_b=as_b, after=request.GET.get("after", ""))
    staff = request.person.staff
    context = {
        "clients": found.clients,
        "late": found.late,
        "after": found.after,
        "as_b": as_b,
        "drafts": list_drafts(staff, on=request.today) if staff else [],
        "drafts_kept_days": TEXTS.length,
    }
    return render(request, "guarantee/onsite.html", context)


@door(Right.RECORD_VISIT)
@never_cache
def token(request: Asked) -> JsonResponse:
    """Who is logged in, and a fresh token against forged requests: asked for before a device sends anything."""
    return JsonResponse({"person": request.person.actor, "token": get_token(request)})
