"""Under a classification table: the department manager signs it and hands it in, the risk department takes it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from baohou.core.errors import Refused
from baohou.guarantee.forms.fields import read_step, show_refusal
from baohou.guarantee.forms.grading import ReturnForm, SignForm
from baohou.guarantee.queries.grading import GradingTable, State
from baohou.guarantee.queries.pages.grading import get_rows, with_measures
from baohou.guarantee.queries.pages.reports import who_signs_instead
from baohou.guarantee.queries.table_paper import PAPER
from baohou.guarantee.rules.words import FilingKind
from baohou.guarantee.services import reports
from baohou.guarantee.services.tables import Signing
from baohou.guarantee.views.grading import table_for
from baohou.guarantee.views.guards import staff_of
from baohou.kernel.papers.records import list_signatures
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words


@door(Right.FILE_REPORT, Thing.QUARTER, Thing.DEPARTMENT)
def sign_page(request: Asked, quarter: str, department: int) -> HttpResponse:
    """What the table changes, and the signature under it; signed is handed in (PGM.8, PGM.9)."""
    table = table_for(request, quarter, department)
    form = SignForm(
        request.POST or None,
        initial={"digest": table.digest},
        signer=request.person.name,
    )
    if request.method == "POST" and form.is_valid():
        try:
            _hand_in(request, table, form)
        except Refused as refusal:
            show_refusal(form, refusal)
            form = _signed_anew(form, table)
        else:
            messages.success(request, _("已签字上报，等待风险管理部接收。"), extra_tags="ok")
            return redirect("grading.table", quarter=quarter, department=department)
    context = {
        "form": form,
        "table": table,
        "signs": request.person.signs_for(table.department.pk) or request.person.reads_only,
        "department": table.department,
        "signers": who_signs_instead(request.person, table.department, request.today),
        **_changes(request, table),
    }
    return render(request, "guarantee/grading_sign.html", context)


@door(Right.REVIEW_REPORT, Thing.QUARTER, Thing.DEPARTMENT)
def review_page(request: Asked, quarter: str, department: int) -> HttpResponse:
    """The table that was handed in: take it, or send it back with the reason."""
    table = table_for(request, quarter, department)
    form = ReturnForm(request.POST if request.POST.get("verb") == "return" else None)
    if request.method == "POST" and table.filing is not None:
        by: dict[str, Any] = {
            "on": request.today,
            "by": staff_of(request),
            "actor": request.person.actor,
            "door": "page",
            "seen": read_step(request.POST),
        }
        try:
            if request.POST.get("verb") == "accept":
                reports.accept(filing=table.filing, **by)
                messages.success(request, _("已接收并封存，下季回访已按新的分类安排。"), extra_tags="ok")
                return redirect("grading.table", quarter=quarter, department=department)
            if form.is_valid():
                reports.return_(filing=table.filing, because=form.cleaned_data["because"], **by)
                messages.success(request, _("已退回，部门改好后重新上报。"), extra_tags="ok")
                return redirect("grading.table", quarter=quarter, department=department)
        except Refused as refusal:
            messages.warning(request, in_words(refusal.message), extra_tags="warn")
            table = table_for(request, quarter, department)
    step = table.handed_in
    context = {
        "form": form,
        "table": table,
        "waits": table.state is State.HANDED_IN,
        "signatures": list_signatures(kind=PAPER, subject_id=step.pk) if step else [],
        **_changes(request, table),
    }
    return render(request, "guarantee/grading_review.html", context)


def _hand_in(request: Asked, table: GradingTable, form: SignForm) -> None:
    by: dict[str, Any] = {"by": staff_of(request), "actor": request.person.actor, "door": "page"}
    signing, on = Signing(form.cleaned_data["digest"]), request.today
    if table.state is State.RETURNED and table.filing is not None:
        reports.hand_in_again(filing=table.filing, on=on, signing=signing, **by)
        return
    reports.file(
        department=table.department,
        quarter=table.quarter.last,
        kind=FilingKind.CLASSIFICATION_REPORT,
        filed_on=on,
        signing=signing,
        **by,
    )


def _signed_anew(form: SignForm, table: GradingTable) -> SignForm:
    """After a refusal the page shows the table as it is now; the signature has to be given again for that."""
    data = form.data.copy()  # type: ignore[attr-defined]
    data["digest"] = table.digest
    data.pop("signed", None)
    form.data = data
    return form


def _changes(request: Asked, table: GradingTable) -> dict[str, object]:
    """The rows that are to be read before a name is put under them."""
    listed = [line for line in table.lines if line.to_sign or line.watched or line.changed]
    rows = with_measures(get_rows(table, listed, on=request.today), table.quarter)
    return {
        "to_sign": [row for row in rows if row.line.to_sign],
        "others": [row for row in rows if row.line.changed and not row.line.to_sign],
        "watched": [row for row in rows if row.line.watched and not row.line.changed],
        "unchanged": len(table.lines) - len(table.changed),
    }
