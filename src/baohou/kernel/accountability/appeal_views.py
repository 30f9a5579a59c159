"""Appeals: filing one, the list of those that wait, deciding, withdrawing, and the files that came with them."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.kernel.accountability import appeals
from baohou.kernel.accountability.forms import AppealForm, DecisionForm, show_refusal
from baohou.kernel.accountability.guards import appeal_for, staff_of, story_for
from baohou.kernel.accountability.models import Appeal
from baohou.kernel.accountability.timeline import allowed, tell
from baohou.kernel.accountability.worklist import list_appeals, part_for, parts_for
from baohou.kernel.papers import records
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.exports import hand_out_kept
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words


@door()
def appeals_page(request: Asked) -> HttpResponse:
    """The appeals that wait for a decision, those decided by oneself, the department's or all, one's own."""
    parts, part = parts_for(request.person), part_for(request.person, request.GET.get("part", ""))
    found = list_appeals(request.person, part, after=request.GET.get("after", ""))
    return render(request, "accountability/appeals.html", {"appeals": found, "parts": parts, "part": part})


@door(None, Thing.STORY)
def appeal_page(request: Asked, key: int, staff: int) -> HttpResponse:
    """Appeal against a penalty of one's own."""
    story = story_for(request, key, staff)
    if story.first.staff_id != request.person.staff_id:
        raise PermissionDenied
    form = AppealForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            appeals.file_appeal(
                duty_key=key,
                by=staff_of(request),
                text=form.cleaned_data["text"],
                files=form.evidence(),
                on=request.today,
                actor=request.person.actor,
                door="page",
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已提出申诉，等待裁定。"), extra_tags="ok")
            return redirect("penalties.story", key=key, staff=staff)
    return render(request, "accountability/appeal.html", {"story": story, "form": form})


@door(Right.WAIVE, Thing.APPEAL)
def decide_page(request: Asked, pk: int) -> HttpResponse:
    """Decide an appeal of someone else, with a reason."""
    appeal, story = appeal_for(request, pk)
    told = tell(story)
    if not allowed(request.person, told).decide or told.open_appeal != appeal:
        messages.warning(request, _("这一申诉已结案，或不能由您裁定。"), extra_tags="warn")
        return _back(appeal)
    form = DecisionForm(request.POST or None, left_fen=story.net_fen)
    if request.method == "POST" and form.is_valid():
        try:
            decision = appeals.decide(
                appeal=appeal,
                verdict=form.cleaned_data["verdict"],
                amount_fen=form.cleaned_data["amount"],
                because=form.cleaned_data["because"],
                by=staff_of(request),
                on=request.today,
                actor=request.person.actor,
                door="page",
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            said = {"name": appeal.staff.name, "verdict": _(decision.get_verdict_display())}
            messages.success(request, _("已裁定 %(name)s 的申诉：%(verdict)s。") % said, extra_tags="ok")
            return _back(appeal)
    files = records.list_attachments(kind=appeals.PAPER, subject_id=appeal.pk)
    context = {"appeal": appeal, "story": story, "form": form, "files": files}
    return render(request, "accountability/decide.html", context)


@require_POST
@door(None, Thing.APPEAL)
def withdraw_act(request: Asked, pk: int) -> HttpResponse:
    """Take one's own appeal back."""
    appeal, _story = appeal_for(request, pk)
    try:
        appeals.withdraw(appeal=appeal, by=staff_of(request), on=request.today, actor=request.person.actor, door="page")
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
    else:
        messages.success(request, _("已撤回申诉。"), extra_tags="ok")
    return _back(appeal)


@require_POST
@door(None, Thing.APPEAL)
def close_act(request: Asked, pk: int) -> HttpResponse:
    """Close an appeal against what has been taken back meanwhile: for the person concerned and those who decide."""
    appeal, _story = appeal_for(request, pk)
    if appeal.staff_id != request.person.staff_id and not request.person.may(Right.WAIVE):
        raise PermissionDenied
    try:
        appeals.close_void(
            appeal=appeal, by=staff_of(request), on=request.today, actor=request.person.actor, door="page"
        )
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
    else:
        messages.success(request, _("已结案：这一处罚已冲回。"), extra_tags="ok")
    return _back(appeal)


@door(None, Thing.APPEAL)
def attachment_file(request: Asked, pk: int, file: int) -> FileResponse:
    """A file that came with an appeal; pictures are shown, others are saved."""
    appeal, _story = appeal_for(request, pk)
    for one in records.list_attachments(kind=appeals.PAPER, subject_id=appeal.pk):
        if one.pk == file:
            return hand_out_kept(request, one.file, name=one.name)
    raise Http404


def _back(appeal: Appeal) -> HttpResponse:
    return redirect("penalties.story", key=appeal.duty_key, staff=appeal.staff_id)
