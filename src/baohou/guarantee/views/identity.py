"""A client's whole identity number, shown once to whom the policy lets see it, with the reason written down."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from baohou.core.errors import Refused
from baohou.guarantee.forms.identity import RevealForm
from baohou.guarantee.views.guards import client_for
from baohou.kernel.parties.services import reveal
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words


@never_cache
@door(Right.SEE_IDENTITY, Thing.CLIENT)
def identity_page(request: Asked, pk: int) -> HttpResponse:
    """Why the number is wanted; then the number, on this answer and nowhere else."""
    client = client_for(request, pk)
    form, number = RevealForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            number = reveal(party=client, because=form.said(), actor=request.person.actor, door="page")
        except Refused as refusal:
            form.add_error("because", in_words(refusal.message))
    return render(request, "guarantee/identity.html", {"client": client, "form": form, "number": number})
