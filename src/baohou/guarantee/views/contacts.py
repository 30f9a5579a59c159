"""Whom to call about a client and which accounts repay: kept, and shown whole for a reason that is written down."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from baohou.core.errors import Refused
from baohou.guarantee.forms.contacts import ContactsForm
from baohou.guarantee.forms.fields import show_refusal
from baohou.guarantee.forms.identity import PayForm, PhoneForm
from baohou.guarantee.views.guards import client_for
from baohou.kernel.parties.calling import dialled
from baohou.kernel.parties.contacts import What, keep_contacts, reveal_contacts
from baohou.kernel.parties.queries import get_reached
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words


@door(Right.KEEP_CONTACTS, Thing.CLIENT)
def contacts_page(request: Asked, pk: int) -> HttpResponse:
    """Who is called and which accounts repay; stored numbers are masked, and stay unless another is typed."""
    client = client_for(request, pk)
    form = ContactsForm(
        request.POST if request.method == "POST" else None, reached=get_reached(client), name=client.name
    )
    if form.is_bound and form.is_valid():
        try:
            changed = keep_contacts(party=client, **form.facts(), actor=request.person.actor, door="page")
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            said = (
                _("已记下 %(client)s 的联系人和还款账户。") if changed else _("%(client)s 的联系人和还款账户没有变。")
            )
            messages.success(request, said % {"client": client.name}, extra_tags="ok")
            return redirect("clients.one", pk=client.pk)
    return render(request, "guarantee/contacts.html", {"client": client, "form": form})


@never_cache
@door(Right.KEEP_CONTACTS, Thing.CLIENT)
def reveal_page(request: Asked, pk: int) -> HttpResponse:
    """Why the numbers are wanted; then the numbers, on this answer and nowhere else."""
    client = client_for(request, pk)
    what: What = "accounts" if request.GET.get("what") == "accounts" else "phones"
    form = (PayForm if what == "accounts" else PhoneForm)(request.POST or None)
    context: dict[str, Any] = {"client": client, "form": form, "what": what, "known": get_reached(client)}
    if request.method == "POST" and form.is_valid():
        try:
            shown = reveal_contacts(
                party=client, what=what, because=form.said(), actor=request.person.actor, door="page"
            )
        except Refused as refusal:
            form.add_error("because", in_words(refusal.message))
        else:
            context["shown"] = shown
            context["calls"] = [(one, dialled(one.phone)) for one in shown.contacts if one.phone]
    return render(request, "guarantee/contacts_whole.html", context)
