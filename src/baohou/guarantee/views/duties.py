"""Why a duty is owed."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from baohou.core.errors import Refused
from baohou.guarantee.queries.explain import explain
from baohou.guarantee.views.guards import duty_for
from baohou.kernel.people.doors import Asked, door


@door()
def why(request: Asked, key: int) -> HttpResponse:
    """The explanation of a duty: in place when htmx asks, else as a page of its own."""
    duty = duty_for(request, key)
    try:
        context = {"duty": duty, "explanation": explain(duty.key, request.today)}
    except Refused as refusal:
        context = {"duty": duty, "refusal": refusal}
    whole = "guarantee/why.html" if not getattr(request, "htmx", False) else "guarantee/parts/why.html"
    return render(request, whole, context)
