"""The ledger of penalties: what stands, the story of each, and waiving."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from baohou.core.errors import Refused
from baohou.kernel.accountability.forms import WaiverForm
from baohou.kernel.accountability.ledger import Story, find_story, list_ledger
from baohou.kernel.accountability.services import waive
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door


@door()
def ledger_page(request: Asked) -> HttpResponse:
    """The ledger; the address may narrow it to a person and a month."""
    staff, month = request.GET.get("staff", ""), _month(request.GET.get("month", ""))
    ledger = list_ledger(
        request.person,
        on=request.today,
        staff_no=staff,
        month=month,
        after=request.GET.get("after", ""),
    )
    return render(request, "accountability/ledger.html", {"ledger": ledger, "staff_no": staff, "month": month})


@door()
def story_page(request: Asked, key: int, staff: int) -> HttpResponse:
    """Everything that was booked about one duty and one person."""
    context = {"story": _story(request, key, staff), "duty_stands": Duty.objects.filter(key=key).exists()}
    return render(request, "accountability/story.html", context)


@door(Right.WAIVE)
def waive_page(request: Asked, key: int, staff: int) -> HttpResponse:
    """Waive what a duty costs a person, with a reason."""
    story = _story(request, key, staff)
    form = WaiverForm(request.POST or None, left_fen=story.net_fen)
    if request.method == "POST" and form.is_valid():
        try:
            waive(
                duty_key=key,
                staff=story.first.staff,
                amount_fen=form.cleaned_data["amount"],
                because=form.cleaned_data["because"],
                on=request.today,
                actor=request.person.actor,
                door="page",
            )
        except Refused as refusal:
            form.add_error({"减免金额": "amount", "理由": "because"}.get(refusal.where), refusal.message)
        else:
            messages.success(request, _("已记下减免。"), extra_tags="ok")
            return redirect("penalties.story", key=key, staff=staff)
    return render(request, "accountability/waive.html", {"story": story, "form": form})


def _story(request: Asked, key: int, staff: int) -> Story:
    story = find_story(request.person, duty_key=key, staff_id=staff, on=request.today)
    if story is None:
        raise Http404
    return story


def _month(text: str) -> date | None:
    """The first day of the month "2026-09"; None for anything else."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
