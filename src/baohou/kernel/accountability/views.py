"""The ledger of penalties: what stands, the story of each, waiving, taking back by hand."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from baohou.core.errors import Refused
from baohou.kernel.accountability.checks import ask_reversal, ask_waiver
from baohou.kernel.accountability.forms import ReversalForm, WaiverForm, show_refusal
from baohou.kernel.accountability.guards import story_for
from baohou.kernel.accountability.ledger import Filters, get_ledger_totals, list_ledger
from baohou.kernel.accountability.models import EntryKind
from baohou.kernel.accountability.pending import REVERSE, WAIVE, subject_of
from baohou.kernel.accountability.statement import NotAMonth, read_month
from baohou.kernel.accountability.timeline import allowed, tell
from baohou.kernel.approvals.queries import list_pending
from baohou.kernel.approvals.showing import shown_list, tell_asked
from baohou.kernel.people.access import Reach, Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.policy import Thing
from baohou.kernel.people.queries import list_departments

_KINDS = {kind.name.lower(): kind for kind in EntryKind}


@door()
def ledger_page(request: Asked) -> HttpResponse:
    """The ledger; the address may narrow it to oneself, a department, a kind, a month, those appealed against."""
    filters = filters_of(request)
    ledger = list_ledger(request.person, filters, on=request.today, after=request.GET.get("after", ""))
    context = {
        "ledger": ledger,
        "totals": ledger.totals,
        "filters": filters,
        "kinds": _KINDS,
        "kind": filters.kind.name.lower() if filters.kind else "",
        "departments": list_departments() if request.person.reach is Reach.ALL else [],
    }
    return render(request, "accountability/ledger.html", context)


@door()
def totals_part(request: Asked) -> HttpResponse:
    """The ledger's totals, put into the page after it has come when many entries are to be added up."""
    filters = filters_of(request)
    totals = get_ledger_totals(request.person, filters, on=request.today)
    return render(request, "accountability/parts/totals.html", {"totals": totals, "filters": filters})


@door(None, Thing.STORY)
def story_page(request: Asked, key: int, staff: int) -> HttpResponse:
    """Everything that happened about one duty and one person, from the duty to what is left of the penalty."""
    told = tell(story_for(request, key, staff))
    subject = subject_of(key, staff)
    pending = shown_list(list_pending((WAIVE, subject), (REVERSE, subject)))
    context = {"told": told, "story": told.story, "may": allowed(request.person, told), "pending": pending}
    return render(request, "accountability/story.html", context)


@door(Right.WAIVE, Thing.STORY)
def waive_page(request: Asked, key: int, staff: int) -> HttpResponse:
    """Waive what a duty costs a person, with a reason."""
    story = story_for(request, key, staff)
    form = WaiverForm(request.POST or None, left_fen=story.net_fen)
    if request.method == "POST" and form.is_valid():
        told = {"amount_fen": form.cleaned_data["amount"], "because": form.cleaned_data["because"]}
        try:
            seen = _seen(request)
            asked = ask_waiver(story=story, **told, seen_fen=seen, by=request.person, on=request.today, door="page")
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            tell_asked(request, asked, done=_("已记下减免。"))
            return redirect("penalties.story", key=key, staff=staff)
    return render(request, "accountability/waive.html", {"story": story, "form": form})


@door(Right.WAIVE, Thing.STORY)
def reverse_page(request: Asked, key: int, staff: int) -> HttpResponse:
    """Take a penalty back by hand, with the reason why it ought not to have been booked."""
    story = story_for(request, key, staff)
    form = ReversalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        because = form.cleaned_data["because"]
        try:
            asked = ask_reversal(story=story, because=because, by=request.person, on=request.today, door="page")
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            tell_asked(request, asked, done=_("已记下冲回。"))
            return redirect("penalties.story", key=key, staff=staff)
    return render(request, "accountability/reverse.html", {"story": story, "form": form})


def _seen(request: HttpRequest) -> int | None:
    """What was left when the form was opened, in fen; the form of a browser always says so."""
    text = request.POST.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def filters_of(request: Asked) -> Filters:
    """What the address narrows the ledger to; what it cannot mean is left out."""
    department = request.GET.get("department", "")
    return Filters(
        mine=request.GET.get("whose") == "mine",
        department_id=int(department) if department.isdecimal() and len(department) < 10 else None,
        kind=_KINDS.get(request.GET.get("kind", "")),
        month=_month(request),
        staff_no=request.GET.get("staff", "").strip(),
        appealed=request.GET.get("appealed") == "1",
    )


def _month(request: HttpRequest) -> date | None:
    try:
        return read_month(request.GET.get("month", ""))
    except NotAMonth:
        return None
