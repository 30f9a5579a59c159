"""A person's page, handing over a person's work, and the list that is signed."""

from __future__ import annotations

import io
from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.guarantee.exports.moves import list_paper, list_signatures
from baohou.guarantee.forms import moves as forms
from baohou.guarantee.forms.fields import show_refusal
from baohou.guarantee.models import MoveSigner, WorkMove
from baohou.guarantee.queries.actions import list_open_actions
from baohou.guarantee.queries.drafts import list_drafts
from baohou.guarantee.queries.moves import (
    DEPARTMENTAL,
    Choice,
    Holding,
    count_loads,
    list_holdings,
    list_open_duties,
    list_receivers,
    propose,
)
from baohou.guarantee.queries.pages.people import get_person_page
from baohou.guarantee.services import moves
from baohou.guarantee.services.moving import Plan
from baohou.guarantee.views.guards import may_move_work, move_for, staff_for, staff_of
from baohou.kernel.approvals.of_posts import CHANGE, subject_of
from baohou.kernel.approvals.queries import list_pending
from baohou.kernel.approvals.showing import shown_list
from baohou.kernel.papers import records
from baohou.kernel.papers.printing import write_pdf
from baohou.kernel.people.access import Right
from baohou.kernel.people.deputies import may_name_deputy
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.exports import PDF, hand_out
from baohou.kernel.people.models import Staff
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words


@door(None, Thing.STAFF)
def person_page(request: Asked, pk: int) -> HttpResponse:
    """One person: posts over time, guarantees managed, open duties, deputies, hand-overs."""
    staff, posting = staff_for(request, pk)
    department = posting.department_id if posting else None
    context = {
        "page": get_person_page(staff, posting, on=request.today),
        "may_name_deputy": may_name_deputy(request.person, staff, department),
        "may_move": may_move_work(request, staff, posting),
        "pending": shown_list(list_pending((CHANGE.code, subject_of(staff)))),
    }
    return render(request, "guarantee/person.html", context)


@door(Right.MOVE_WORK, Thing.STAFF)
def move_page(request: Asked, pk: int) -> HttpResponse:
    """Hand over everything someone manages and owes: propose, choose, look at it once more, do it."""
    staff, posting = staff_for(request, pk)
    if not may_move_work(request, staff, posting) and not request.person.reads_only:
        raise PermissionDenied
    form = forms.MoveForm(request.POST or None, initial={"effective_on": _day(request)})
    on = form.cleaned_data["effective_on"] if form.is_valid() else _day(request)
    owed = list_open_duties(staff, on=request.today)
    to_do = list_open_actions(staff, on=request.today)
    holdings = list_holdings(staff, on=on, owing={duty.party_id for duty in owed if duty.party_id})
    begun = list_drafts(staff, on=on)
    receivers, loads = list_receivers(on=on, leaver=staff), count_loads(on=on)
    all_to = next((one.staff_id for one in receivers if str(one.staff_id) == request.GET.get("to", "")), None)
    choices = propose(holdings, receivers, loads, all_to=all_to)
    plan = None
    if request.method == "POST":
        choices = forms.chosen(request.POST, holdings)
        if form.is_valid():
            done, plan = _planned(request, staff, form, choices)
            if done is not None:
                said = {"name": staff.name, "n": len(holdings)}
                messages.success(request, _("已移交%(name)s的 %(n)s 笔担保，请有关人签字。") % said, extra_tags="ok")
                return redirect("moves.one", pk=done.pk)
    context = {
        "staff": staff,
        "posting": posting,
        "form": form,
        "on": on,
        "rows": forms.rows(holdings, choices),
        "duties": [duty for duty in owed if duty.kind not in DEPARTMENTAL],
        "actions": to_do,
        "drafts": begun,
        "on_device": [one for one in begun if one.is_on_the_device],
        "options": forms.options(receivers, loads),
        "all_to": all_to,
        "plan": plan,
        "shares": _shares(plan, loads) if plan else [],
        "as_a": _count_a(holdings),
    }
    return render(request, "guarantee/move.html", context)


@door(None, Thing.MOVE)
def move_list_page(request: Asked, pk: int) -> HttpResponse:
    """What was handed over, who has signed and who has not."""
    move = move_for(request, pk)
    seal = records.find_seal(kind=moves.PAPER, subject_id=move.pk)
    people = ("was_a", "was_b", "now_a", "now_b")
    signers, staff = list_signatures(move), request.person.staff
    context = {
        "move": move,
        "guarantees": move.guarantees.select_related("guarantee__client", *people).order_by("guarantee__project_no"),
        "duties": move.duties.select_related("owner", "to").order_by("due_on", "duty_key"),
        "actions": move.actions.select_related("owner", "to").order_by("due_on", "action"),
        "drafts": move.drafts.select_related("owner", "to").order_by("begun_at", "pk"),
        "signers": signers,
        "instead": [
            place.signer.pk
            for place in signers
            if not place.signature and staff and moves.signs_instead(move, place.signer, by=staff)
        ],
        "checked": records.check(seal) if seal else None,
    }
    return render(request, "guarantee/move_list.html", context)


@require_POST
@door(None, Thing.MOVE)
def sign_page(request: Asked, pk: int, signer: int) -> HttpResponse:
    """Sign the list in one's role."""
    move = move_for(request, pk)
    place = get_object_or_404(MoveSigner, pk=signer, move=move)
    try:
        moves.sign(move=move, signer=place, by=staff_of(request), actor=request.person.actor, door="page")
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
    else:
        messages.success(request, _("已签字。"), extra_tags="ok")
    return redirect("moves.one", pk=pk)


@door(None, Thing.MOVE)
def paper_file(request: Asked, pk: int) -> HttpResponse:
    """The list of a hand-over as PDF."""
    move, out = move_for(request, pk), io.BytesIO()
    try:
        write_pdf(papers=[list_paper(move)], out=out)
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
        return redirect("moves.one", pk=pk)
    name = f"移交清单-{move.staff.name}-{move.effective_on}.pdf"
    rows = move.guarantees.count()
    return hand_out(request, out.getvalue(), name=name, content_type=PDF, kind="moves", rows=rows)


def _planned(
    request: Asked, staff: Staff, form: forms.MoveForm, choices: dict[int, Choice]
) -> tuple[WorkMove | None, Plan | None]:
    """What would happen, or, once confirmed, what happened; a refusal stands on the form."""
    cleaned = form.cleaned_data
    try:
        if request.POST.get("step") == "confirm":
            done = moves.move_work(
                staff=staff,
                effective_on=cleaned["effective_on"],
                because=cleaned["because"],
                choices=choices,
                today=request.today,
                actor=request.person.actor,
                door="page",
            )
            return done, None
        if request.POST.get("step") == "preview":
            plan = moves.plan_move(
                staff=staff, effective_on=cleaned["effective_on"], choices=choices, today=request.today
            )
            return None, plan
    except Refused as refusal:
        show_refusal(form, refusal)
    return None, None


def _shares(plan: Plan, loads: dict[int, int]) -> list[dict[str, object]]:
    """Each receiver with how many guarantees and duties pass, and the load before and after."""
    shares = []
    for one in plan.receivers:
        new_a = sum(row.a.pk == one.pk and row.holding.a.pk != one.pk for row in plan.passing)
        new_b = sum(
            row.b is not None and row.b.pk == one.pk and (row.holding.b is None or row.holding.b.pk != one.pk)
            for row in plan.passing
        )
        duties = sum(to.pk == one.pk for _, to in (*plan.duties, *plan.actions, *plan.drafts))
        before = loads.get(one.pk, 0)
        shares.append(
            {"staff": one, "as_a": new_a, "as_b": new_b, "duties": duties, "before": before, "after": before + new_a}
        )
    return shares


def _count_a(holdings: list[Holding]) -> int:
    return sum(holding.as_a for holding in holdings)


def _day(request: Asked) -> date:
    """The day of the address, not before the business day."""
    try:
        asked = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return request.today
    return max(asked, request.today)
