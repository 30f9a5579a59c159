"""复核: what waits for one's eyes, what one has asked for, what was decided; one proposal; which kinds are checked."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.kernel.approvals import kinds, services
from baohou.kernel.approvals.forms import RefusalForm, SettingForm
from baohou.kernel.approvals.models import Proposal, State
from baohou.kernel.approvals.of_settings import SETTING, ask_setting
from baohou.kernel.approvals.queries import (
    Filters,
    find_visible,
    list_pending_of,
    list_proposals,
    list_settings,
    parts_for,
    why_not,
)
from baohou.kernel.approvals.showing import show, shown_list, tell_asked
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words

_STATES = {state.name.lower(): state for state in State}


@door()
def list_page(request: Asked) -> HttpResponse:
    """Proposals; the address says which part, of which kind, in which state."""
    parts = parts_for(request.person)
    part = request.GET.get("part", "")
    part = part if part in parts else parts[0]
    filters = filters_of(request.GET.get("kind", ""), request.GET.get("state", ""))
    after = request.GET.get("after", "")
    place = int(after) if after.isdecimal() and len(after) < 18 else 0
    found = list_proposals(request.person, part, filters, after=place)
    context = {
        "part": part,
        "parts": parts,
        "found": found,
        "rows": shown_list(found.rows),
        "kinds": kinds.every(),
        "states": _STATES,
        "filters": filters,
        "state": filters.state.name.lower() if filters.state else "",
    }
    return render(request, "approvals/list.html", context)


@door(None, Thing.PROPOSAL)
def one_page(request: Asked, pk: int) -> HttpResponse:
    """One proposal, before and after side by side; whoever may check it approves it here, or refuses with a reason."""
    proposal = proposal_for(request, pk)
    form = RefusalForm(request.POST if request.POST.get("answer") == "refuse" else None)
    if request.method == "POST":
        answered = _answer(request, proposal, form)
        if answered is not None:
            return answered
    barred = in_words(why_not(request.person, proposal))
    context = {
        "shown": show(proposal),
        "form": form,
        "barred": barred if proposal.state == State.PENDING else "",
        "may_check": not barred,
        "may_withdraw": proposal.state == State.PENDING and proposal.made_by == request.person.actor,
    }
    return render(request, "approvals/one.html", context)


@require_POST
@door(None, Thing.PROPOSAL)
def withdraw_act(request: Asked, pk: int) -> HttpResponse:
    """Take one's own proposal back."""
    try:
        services.withdraw(proposal=proposal_for(request, pk), by=request.person, on=request.today, door="page")
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
    else:
        messages.success(request, _("已撤回，记录保持原样。"), extra_tags="ok")
    return redirect("approvals.one", pk=pk)


@door(Right.ADMINISTER)
def settings_page(request: Asked) -> HttpResponse:
    """Which kinds of act are asked a second pair of eyes for; a change waits for one itself."""
    form = SettingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask_setting(**form.cleaned_data, by=request.person, on=request.today, door="page")
        except Refused as refusal:
            form.add_error("because" if refusal.where == "理由" else None, in_words(refusal.message))
        else:
            tell_asked(request, asked, done=_("已改动复核范围。"))
            return redirect("approvals.settings")
    pending = shown_list(list_pending_of(SETTING.code))
    return render(request, "approvals/settings.html", {"form": form, "kinds": list_settings(), "pending": pending})


def filters_of(kind: str, state: str) -> Filters:
    """What the address narrows the list to; what it cannot mean is left out."""
    known = {one.code for one in kinds.every()}
    return Filters(kind if kind in known else "", _STATES.get(state))


def proposal_for(request: Asked, pk: int) -> Proposal:
    """A proposal that the person may see; any other is not found (404)."""
    found = find_visible(request.person, pk)
    if found is None:
        raise Http404
    return found


def _answer(request: Asked, proposal: Proposal, form: RefusalForm) -> HttpResponse | None:
    """Carry an answer out; None when it was refused, with the refusal shown."""
    told = {"proposal": proposal, "by": request.person, "on": request.today, "door": "page"}
    refuses = request.POST.get("answer") == "refuse"
    if refuses and not form.is_valid():
        return None
    try:
        if refuses:
            services.refuse(**told, because=form.cleaned_data["because"])  # type: ignore[arg-type]
            messages.success(request, _("已退回，提请人会收到理由；记录保持原样。"), extra_tags="ok")
        else:
            answered = services.approve(**told)  # type: ignore[arg-type]
            if answered.state == State.LAPSED:
                said = _("没有办成：%(reason)s提请人已收到通知。") % {"reason": in_words(answered.reason)}
                messages.warning(request, said, extra_tags="warn")
            else:
                messages.success(request, _("已批准并办理。"), extra_tags="ok")
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
    return redirect("approvals.one", pk=proposal.pk)
