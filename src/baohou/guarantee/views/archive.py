"""The archive of visit reports: volumes, their contents and places, who has borrowed them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from baohou.core.errors import Refused
from baohou.guarantee.exports.hand_overs import print_contents
from baohou.guarantee.forms.hand_overs import LoanForm, PlaceForm, ReturnForm, RuleForm, show_refusal
from baohou.guarantee.queries.destructions import list_waiting
from baohou.guarantee.queries.hand_overs import VOLUMES
from baohou.guarantee.queries.pages.volumes import find_receipt, list_visible_items, visible_volumes
from baohou.guarantee.views.guards import volume_for
from baohou.kernel.approvals.showing import shown_list
from baohou.kernel.papers import archive
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.exports import PDF, hand_out
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words


@door()
def list_page(request: Asked) -> HttpResponse:
    """Volumes, to be found by number, department, quarter, place or what lies in them."""
    filters = filters_of(request)
    within, today = visible_volumes(request.person), timezone.localdate()
    page = archive.list_volumes(within, filters=filters, on=today, after=request.GET.get("after", ""))
    context = {
        "page": page,
        "filters": filters,
        "overdue": archive.list_overdue(within, on=today),
        "on": today,
        "waiting": list_waiting() if any(row.expired for row in page.rows) else {},
        "ticks": filters.state == "expired" and request.person.may(Right.KEEP_ARCHIVE) and page.rows,
    }
    return render(request, "guarantee/volumes.html", context)


def filters_of(request: Asked) -> archive.VolumeFilters:
    """What the address narrows the list of volumes to."""
    asked = request.GET
    state = asked.get("state", "")
    return archive.VolumeFilters(
        words=asked.get("q", "").strip(),
        unit=asked.get("unit", ""),
        period=asked.get("period", ""),
        state=state if state in archive.PLACED else "",
    )


@door(None, Thing.VOLUME)
def volume_page(request: Asked, pk: int) -> HttpResponse:
    """One volume: where it stands, until when it is kept, what lies in it, who had it."""
    volume = volume_for(request, pk)
    whole = request.person.sees_department(volume.unit_id)
    context = {
        "standing": archive.standing_of(volume, on=timezone.localdate()),
        "volume": volume,
        "items": list_visible_items(request.person, volume),
        "loans": archive.list_loans(volume) if whole else [],
        "receipt": find_receipt(volume) if whole else None,
        "whole": whole,
        "on": timezone.localdate(),
        "pending": shown_list([waiting]) if (waiting := list_waiting().get(volume.pk)) else [],
    }
    return render(request, "guarantee/volume.html", context)


@door(None, Thing.VOLUME)
def contents_file(request: Asked, pk: int) -> HttpResponse:
    """The contents page to print, for those who see all of the department."""
    volume = volume_for(request, pk)
    if not request.person.sees_department(volume.unit_id):
        raise Http404
    try:
        content = print_contents(volume, printed_on=timezone.localdate())
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
        return redirect("handover.volume", pk=pk)
    told: dict[str, Any] = {
        "name": f"{volume.number}-卷内目录.pdf",
        "rows": len(list_visible_items(request.person, volume)),
    }
    return hand_out(request, content, **told, content_type=PDF, kind="contents", shown=True)


@door(Right.KEEP_ARCHIVE, Thing.VOLUME)
def move_page(request: Asked, pk: int) -> HttpResponse:
    """Put a volume in another place."""
    volume = volume_for(request, pk)
    form = PlaceForm(request.POST or None, initial={"cabinet": volume.cabinet, "shelf": volume.shelf})
    if request.method == "POST" and form.is_valid():
        try:
            archive.move(volume=volume, place=form.place(), actor=request.person.actor, door="page")
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已记下新的存放位置。"), extra_tags="ok")
            return redirect("handover.volume", pk=pk)
    return render(request, "guarantee/volume_move.html", {"form": form, "volume": volume})


@door(Right.KEEP_ARCHIVE, Thing.VOLUME)
def lend_page(request: Asked, pk: int) -> HttpResponse:
    """Lend a volume."""
    volume = volume_for(request, pk)
    form = LoanForm(request.POST or None, initial={"borrowed_on": timezone.localdate()}, latest=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            loan = archive.lend(
                volume=volume,
                borrower_no=said["borrower"].staff_no,
                borrower_name=said["borrower"].name,
                purpose=said["purpose"],
                borrowed_on=said["borrowed_on"],
                due_on=said["due_on"],
                actor=request.person.actor,
                door="page",
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            text = _("已借给 %(name)s，应于 %(on)s 归还。") % {"name": loan.borrower_name, "on": loan.due_on}
            messages.success(request, text, extra_tags="ok")
            return redirect("handover.volume", pk=pk)
    return render(request, "guarantee/volume_lend.html", {"form": form, "volume": volume})


@door(Right.KEEP_ARCHIVE, Thing.VOLUME)
def return_page(request: Asked, pk: int) -> HttpResponse:
    """Take a volume back."""
    volume = volume_for(request, pk)
    today: date = timezone.localdate()
    form = ReturnForm(request.POST or None, initial={"returned_on": today}, latest=today)
    if request.method == "POST" and form.is_valid():
        try:
            archive.take_back(
                volume=volume,
                returned_on=form.cleaned_data["returned_on"],
                actor=request.person.actor,
                door="page",
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已收回入库。"), extra_tags="ok")
            return redirect("handover.volume", pk=pk)
    context = {"form": form, "volume": volume, "loan": archive.find_loan(volume)}
    return render(request, "guarantee/volume_return.html", context)


@door(Right.KEEP_ARCHIVE)
def rule_page(request: Asked) -> HttpResponse:
    """How volumes are numbered and kept from now on."""
    rule = archive.rule_of(VOLUMES)
    initial = {
        "prefix": rule.prefix,
        "retention_years": rule.retention_years,
        "for_good": rule.retention_years is None,
    }
    form = RuleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            archive.set_rule(
                kind=VOLUMES,
                prefix=form.cleaned_data["prefix"],
                retention_years=form.cleaned_data["retention_years"],
                actor=request.person.actor,
                door="page",
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已记下，以后立的卷照此编号和保管。"), extra_tags="ok")
            return redirect("handover.archive")
    return render(request, "guarantee/volume_rule.html", {"form": form})
