"""The outbox for who administers: what waits, what went out, what did not and why; sending again, giving up."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.kernel.outbox import channels, services
from baohou.kernel.outbox.models import Message, State
from baohou.kernel.outbox.queries import count_by_state, list_messages
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words


@door(Right.ADMINISTER)
def outbox_page(request: Asked) -> HttpResponse:
    """Messages by state and channel, the newest first."""
    state, channel, before = (request.GET.get(name, "") for name in ("state", "channel", "before"))
    state = state if state in State.values else ""
    known = {one.code: one.title for one in channels.every()}
    channel = channel if channel in known else ""
    counts = count_by_state()
    context = {
        "filed": list_messages(state=state, channel=channel, before=int(before) if before.isdecimal() else 0),
        "states": [(one, counts[one.value]) for one in State],
        "counts": counts,
        "to_send": counts[State.WAITING] + counts[State.SENDING] + counts[State.FAILED],
        "state": state,
        "channel": channel,
        "channels": known,
    }
    return render(request, "outbox/outbox.html", context)


@require_POST
@door(Right.ADMINISTER, Thing.MESSAGE)
def again_page(request: Asked, pk: int) -> HttpResponse:
    """Send a message again."""
    return _act(request, pk, services.send_again, _("已重新排队，马上发送。"))


@require_POST
@door(Right.ADMINISTER, Thing.MESSAGE)
def stop_page(request: Asked, pk: int) -> HttpResponse:
    """Give a message up."""
    return _act(request, pk, services.give_up, _("已停发这条消息。"))


def _act(request: Asked, pk: int, verb: Callable[..., None], done: str) -> HttpResponse:
    try:
        verb(message=get_object_or_404(Message, pk=pk), actor=request.person.actor, door="page")
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
    else:
        messages.success(request, done, extra_tags="ok")
    return redirect("outbox")
