"""Handing over a quarter's visit reports: the departments' progress, one list with its ticks, the two signatures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.core.period import Quarter
from baohou.guarantee.exports.hand_overs import print_receipt
from baohou.guarantee.forms.hand_overs import AcceptForm, BackForm, show_refusal
from baohou.guarantee.models import HandOverReceipt
from baohou.guarantee.queries.hand_overs import VOLUMES
from baohou.guarantee.queries.pages.hand_overs import (
    HandOverList,
    get_list,
    list_hand_overs,
    visible_items,
)
from baohou.guarantee.queries.pages.reports import who_signs_instead
from baohou.guarantee.queries.summaries import REPORTS
from baohou.guarantee.rules.words import Medium
from baohou.guarantee.services import hand_over_receipts, hand_overs
from baohou.guarantee.services.summaries import keep_up
from baohou.guarantee.views.guards import begun, hand_over_list_for, quarter_named, staff_of
from baohou.kernel.papers import archive
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.exports import PDF, hand_out
from baohou.kernel.people.models import Department
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words

LISTS_ON_A_PAGE = 100


@door()
def list_page(request: Asked) -> HttpResponse:
    """移交归档: how far each department is, the overdue first."""
    part = request.GET.get("part", "open")
    as_of = keep_up(on=request.today, parts=[REPORTS])
    found = list_hand_overs(request.person, on=request.today, part=part)
    rows = Paginator(found.rows, LISTS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"found": found, "rows": rows, "part": part, "as_of": as_of}
    return render(request, "guarantee/hand_overs.html", context)


@door(None, Thing.QUARTER, Thing.HANDED_DEPARTMENT)
def one_page(request: Asked, quarter: str, department: int) -> HttpResponse:
    """One department's list of a quarter."""
    return _show(request, quarter_named(quarter), get_object_or_404(Department, pk=department))


def _show(request: Asked, quarter: Quarter, department: Department, **typed: Any) -> HttpResponse:
    """The list; ``typed`` is what a refused form had in it."""
    found = get_list(
        request.person,
        department,
        quarter,
        part=request.GET.get("part", ""),
        after=request.GET.get("after", ""),
        **typed,
    )
    if found is None:
        raise Http404
    context = {
        "found": found,
        "media": list(Medium),
        "medium": Medium.PAPER,
        "signers": who_signs_instead(request.person, found.department, request.today),
    }
    return render(request, "guarantee/hand_over.html", context)


@require_POST
@door(None, Thing.QUARTER, Thing.HANDED_DEPARTMENT)
def begin(request: Asked, quarter: str, department: int) -> HttpResponse:
    """Make the list."""
    found = hand_over_list_for(request, quarter, department)
    if not found.gives:
        raise PermissionDenied
    return _do(
        request,
        found,
        lambda: hand_overs.begin(
            department=found.department,
            quarter=found.quarter,
            on=timezone.localdate(),
            actor=request.person.actor,
            door="page",
        ),
        said=lambda _made: _("清单已列出，请逐份移交。"),
    )


@require_POST
@door(None, Thing.QUARTER, Thing.HANDED_DEPARTMENT)
def refresh(request: Asked, quarter: str, department: int) -> HttpResponse:
    """Put on the list what was recorded since."""
    found = hand_over_list_for(request, quarter, department)
    if not (found.gives or found.receives):
        raise PermissionDenied
    hand_over = begun(found)
    return _do(
        request,
        found,
        lambda: hand_overs.refresh(hand_over=hand_over, actor=request.person.actor, door="page"),
        said=lambda done: (
            _("清单已更新：补进 %(added)s 份，移出 %(removed)s 份。") % {"added": done.added, "removed": done.removed}
        ),
    )


@require_POST
@door(None, Thing.QUARTER, Thing.HANDED_DEPARTMENT)
def give(request: Asked, quarter: str, department: int) -> HttpResponse:
    """Tick reports as given: those chosen, or all that are in the person's hands."""
    found = hand_over_list_for(request, quarter, department)
    if not found.gives:
        raise PermissionDenied
    hand_over, chosen = begun(found), _chosen(request)
    items = visible_items(request.person, hand_over).filter(given_on__isnull=True)
    items = items if "all" in request.POST else items.filter(pk__in=chosen)
    typed = {item: request.POST.get(f"pages-{item}", "").strip() for item in items.values_list("pk", flat=True)}
    counted = {item: int(text) for item, text in typed.items() if text.isdecimal()}
    medium = Medium.read(request.POST.get("medium", "")) or Medium.PAPER
    wrong = sorted(item for item, text in typed.items() if text and not text.isdecimal())
    try:
        if wrong:
            raise Refused("guarantee.hand_over.pages", "页数请填整数，没有点数的可以不填。", where="页数")
        done = hand_overs.give(
            hand_over=hand_over,
            items=list(items),
            medium=medium,
            pages=counted,
            papers=_papers(request),
            on=timezone.localdate(),
            by=staff_of(request),
            actor=request.person.actor,
            door="page",
        )
    except Refused as refusal:
        messages.error(request, in_words(refusal.message), extra_tags="bad")
        named = {"ticked": chosen, "ticked_papers": _papers(request) or (), "pages": typed}
        return _show(request, found.quarter, found.department, **named)
    _say(request, done, ngettext("已移交 %(n)s 份。", "已移交 %(n)s 份。", done))
    return _back_to(found)


@require_POST
@door(None, Thing.QUARTER, Thing.HANDED_DEPARTMENT)
def withdraw(request: Asked, quarter: str, department: int) -> HttpResponse:
    """Take back one's ticks of giving."""
    found = hand_over_list_for(request, quarter, department)
    if not found.gives:
        raise PermissionDenied
    hand_over = begun(found)
    items = list(visible_items(request.person, hand_over).filter(pk__in=_chosen(request)))
    return _do(
        request,
        found,
        lambda: hand_overs.withdraw(
            hand_over=hand_over, items=items, by=staff_of(request), actor=request.person.actor, door="page"
        ),
        said=lambda done: ngettext("已撤回 %(n)s 份。", "已撤回 %(n)s 份。", done) % {"n": done} if done else "",
    )


@require_POST
@door(Right.REVIEW_REPORT, Thing.QUARTER, Thing.HANDED_DEPARTMENT)
def receive(request: Asked, quarter: str, department: int) -> HttpResponse:
    """Tick reports as received: those chosen, or all that were given."""
    found = hand_over_list_for(request, quarter, department)
    hand_over = begun(found)
    wanted = Q(given_on__isnull=False) if "all" in request.POST else Q(pk__in=_chosen(request))
    chosen = list(hand_over.items.filter(wanted, received_on__isnull=True))
    try:
        done = hand_overs.receive(
            hand_over=hand_over,
            items=chosen,
            papers=_papers(request),
            on=timezone.localdate(),
            by=staff_of(request),
            actor=request.person.actor,
            door="page",
        )
    except Refused as refusal:
        messages.error(request, in_words(refusal.message), extra_tags="bad")
        named = {"ticked": _chosen(request), "ticked_papers": _papers(request) or ()}
        return _show(request, found.quarter, found.department, **named)
    _say(request, done, ngettext("已点收 %(n)s 份。", "已点收 %(n)s 份。", done))
    return _back_to(found)


@door(Right.REVIEW_REPORT, Thing.QUARTER, Thing.HANDED_DEPARTMENT)
def back_page(request: Asked, quarter: str, department: int) -> HttpResponse:
    """Send the chosen reports back with a reason; without any, the receipt that the department signed."""
    found = hand_over_list_for(request, quarter, department)
    hand_over = begun(found)
    items = list(hand_over.items.filter(pk__in=_chosen(request)).select_related("visit__client"))
    asked = "because" in request.POST
    form = BackForm(request.POST if asked else None)
    if asked and form.is_valid():
        try:
            hand_overs.send_back(
                hand_over=hand_over,
                items=items,
                because=form.cleaned_data["because"],
                on=timezone.localdate(),
                by=staff_of(request),
                actor=request.person.actor,
                door="page",
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已退回部门，部门补齐后再移交。"), extra_tags="ok")
            return _back_to(found)
    return render(request, "guarantee/hand_over_back.html", {"form": form, "found": found, "items": items})


@door(Right.FILE_REPORT, Thing.QUARTER, Thing.HANDED_DEPARTMENT)
def sign_page(request: Asked, quarter: str, department: int) -> HttpResponse:
    """The department manager signs that everything is given."""
    found = hand_over_list_for(request, quarter, department)
    hand_over = begun(found)
    if not found.signs:
        raise PermissionDenied
    form = forms.Form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            hand_over_receipts.sign_over(
                hand_over=hand_over,
                on=timezone.localdate(),
                by=staff_of(request),
                actor=request.person.actor,
                door="page",
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已签字移交，等风险管理部点收。"), extra_tags="ok")
            return _back_to(found)
    context = {"form": form, "found": found, "on": timezone.localdate()}
    return render(request, "guarantee/hand_over_sign.html", context)


@door(Right.REVIEW_REPORT, Thing.QUARTER, Thing.HANDED_DEPARTMENT)
def accept_page(request: Asked, quarter: str, department: int) -> HttpResponse:
    """The risk department signs, and says where the volume stands and how long it is kept."""
    found = hand_over_list_for(request, quarter, department)
    hand_over = begun(found)
    rule = archive.rule_of(VOLUMES)
    initial = {"retention_years": rule.retention_years, "for_good": rule.retention_years is None}
    form = AcceptForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            receipt = hand_over_receipts.sign_for(
                hand_over=hand_over,
                place=form.place(),
                retention_years=form.cleaned_data["retention_years"],
                on=timezone.localdate(),
                by=staff_of(request),
                actor=request.person.actor,
                door="page",
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            number = receipt.volume.number if receipt.volume else ""
            messages.success(request, _("已签收归档，卷号 %(number)s。") % {"number": number}, extra_tags="ok")
            return _back_to(found)
    context = {"form": form, "found": found, "on": timezone.localdate()}
    return render(request, "guarantee/hand_over_accept.html", context)


@door(None, Thing.WHOLE_DEPARTMENT)
def receipt_file(request: Asked, pk: int) -> HttpResponse:
    """A receipt to print, for those who see all of the department."""
    receipts = HandOverReceipt.objects.select_related("hand_over__department", "volume")
    receipt = get_object_or_404(receipts, pk=pk)
    hand_over = receipt.hand_over
    if not request.person.sees_department(hand_over.department_id):
        raise Http404
    try:
        content = print_receipt(receipt, printed_on=timezone.localdate())
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
        return redirect("handover")
    told: dict[str, Any] = {
        "name": f"{hand_over.department.name}-{hand_over.quarter}-移交回执.pdf",
        "rows": receipt.items.count(),
    }
    return hand_out(request, content, **told, content_type=PDF, kind="receipts", shown=True)


def _chosen(request: Asked) -> list[int]:
    """The rows ticked in the form."""
    return [int(text) for text in request.POST.getlist("items") if text.isdecimal()]


def _papers(request: Asked) -> list[int] | None:
    """The papers ticked in the form; None for all of them."""
    if "all" in request.POST:
        return None
    return [int(text) for text in request.POST.getlist("papers") if text.isdecimal()]


def _do(request: Asked, found: HandOverList, verb: Callable[[], Any], *, said: Callable[[Any], str]) -> HttpResponse:
    """Call a verb and go back to the list with what it did, or with why it did not."""
    try:
        done = verb()
    except Refused as refusal:
        messages.error(request, in_words(refusal.message), extra_tags="bad")
        return _back_to(found)
    text = said(done)
    _say(request, 1 if text else 0, text)
    return _back_to(found)


def _say(request: Asked, done: int, text: str) -> None:
    if done:
        messages.success(request, text % {"n": done} if "%(n)s" in text else text, extra_tags="ok")
    else:
        messages.warning(request, _("没有选中可以办的，请先勾选。"), extra_tags="warn")


def _back_to(found: HandOverList) -> HttpResponse:
    return redirect("handover.one", quarter=str(found.quarter), department=found.department.pk)
