"""Destroying volumes whose time is over: asked for on a list, agreed to by somebody else, printed when it is done."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from baohou.core.errors import Refused
from baohou.guarantee.exports.hand_overs import destroyed_name, print_destroyed
from baohou.guarantee.forms.hand_overs import DestroyForm, show_refusal
from baohou.guarantee.services.destroying import ask_destruction
from baohou.guarantee.views.guards import destruction_for, volumes_for
from baohou.kernel.approvals.showing import tell_asked
from baohou.kernel.papers import archive
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.exports import PDF, hand_out
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words


@door(Right.KEEP_ARCHIVE)
def destroy_page(request: Asked) -> HttpResponse:
    """The volumes that were ticked, once more, and the reason for which they are to be destroyed."""
    volumes = volumes_for(request, _ticked(request.POST if request.method == "POST" else request.GET))
    asked = "because" in request.POST
    form = DestroyForm(request.POST if asked else None)
    if asked and form.is_valid():
        told = {"because": form.cleaned_data["because"], "by": request.person, "on": request.today, "door": "page"}
        try:
            done = ask_destruction(volumes=[one.pk for one in volumes], **told)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            tell_asked(request, done, done=_("已销毁，销毁清册可以打印。"))
            return redirect("handover.archive")
    on = timezone.localdate()
    context = {"form": form, "standings": [archive.standing_of(one, on=on) for one in volumes], "on": on}
    return render(request, "guarantee/volumes_destroy.html", context)


@door(None, Thing.VOLUME)
def destroyed_file(request: Asked, pk: int) -> HttpResponse:
    """The list of volumes that were destroyed together, to print."""
    found = destruction_for(request, pk)
    try:
        content = print_destroyed(found, printed_on=timezone.localdate())
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
        return redirect("handover.archive")
    told = {"name": destroyed_name(found), "content_type": PDF, "kind": "destroyed"}
    return hand_out(request, content, **told, rows=len(found.volumes), shown=True)


def _ticked(data: QueryDict) -> list[int]:
    return [int(text) for text in data.getlist("volume") if text.isascii() and text.isdecimal() and len(text) < 19]
