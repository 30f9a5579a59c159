"""A quarter's reports: who has handed in what; handing in; the forms to print."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from baohou.core.errors import Refused
from baohou.guarantee.exports import FORMS, list_papers, write_papers
from baohou.guarantee.forms.decisions import FilingForm
from baohou.guarantee.forms.fields import show_refusal
from baohou.guarantee.queries.measures import get_watched_page, list_watched
from baohou.guarantee.queries.pages.reports import get_quarter_reports, list_quarters, who_signs_instead
from baohou.guarantee.rules.words import FilingKind
from baohou.guarantee.services import reports
from baohou.guarantee.views.guards import department_for, quarter_named, staff_of
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.exports import CONTENT_TYPES, hand_out
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words


@door(None, Thing.QUARTER)
def quarter_page(request: Asked, quarter: str = "") -> HttpResponse:
    """Who has handed in the quarter's table, plan and visit reports, and who has not (PGM.9, PGM.11)."""
    quarters = list_quarters(request.today)
    chosen = quarter_named(quarter) if quarter else quarters[0]
    found = get_quarter_reports(request.person, chosen, on=request.today)
    return render(request, "guarantee/reports.html", {"reports": found, "quarters": quarters, "quarter": chosen})


@door(None, Thing.QUARTER, Thing.WHOLE_DEPARTMENT)
def department_page(request: Asked, quarter: str, department: int) -> HttpResponse:
    """One department's reports of a quarter, and the measures for its watch and risk clients (PGM.10)."""
    chosen, of = quarter_named(quarter), department_for(request, department)
    found = get_quarter_reports(request.person, chosen, on=request.today, department=of)
    context = {
        "quarter": chosen,
        "department": of,
        "row": found.rows[0] if found.rows else None,
        "watched": get_watched_page(department=of, quarter=chosen.last, today=request.today, after=_place(request)),
        "forms": FORMS,
        "signers": who_signs_instead(request.person, of, request.today),
    }
    return render(request, "guarantee/department.html", context)


def _place(request: Asked) -> int:
    """Behind how many of the watched clients the page begins; 0 for anything that is no number."""
    said = request.GET.get("after", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0


@door(Right.FILE_REPORT, Thing.QUARTER, Thing.WHOLE_DEPARTMENT)
def file_page(request: Asked, quarter: str, department: int, kind: str) -> HttpResponse:
    """Handing in one report."""
    chosen, of, report = quarter_named(quarter), department_for(request, department), FilingKind.read(kind)
    if report is None:
        raise Http404
    if report is FilingKind.VISIT_PLAN:
        return redirect("plan.department", quarter=chosen.next(), department=of.pk)
    if report is FilingKind.HAND_OVER:
        return redirect("handover.one", quarter=quarter, department=department)
    if not request.person.signs_for(of.pk) and not request.person.reads_only:
        raise PermissionDenied
    form = FilingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            reports.file(
                department=of,
                quarter=chosen.last,
                kind=report,
                filed_on=request.today,
                by=staff_of(request),
                actor=request.person.actor,
                door="page",
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已报送%(report)s。") % {"report": _(report.zh)}, extra_tags="ok")
            return redirect("reports.department", quarter=quarter, department=department)
    lacking = [one for one in list_watched(department=of, quarter=chosen.last) if one.measure is None]
    context = {"form": form, "quarter": chosen, "department": of, "kind": report, "lacking": lacking}
    return render(request, "guarantee/file.html", context)


@door(None, Thing.QUARTER, Thing.WHOLE_DEPARTMENT)
def form_file(request: Asked, quarter: str, department: int, form: str, ending: str) -> HttpResponse:
    """One of the three annexed forms, as PDF or Excel (PGM.15)."""
    chosen, of = quarter_named(quarter), department_for(request, department)
    if form not in FORMS or ending not in CONTENT_TYPES:
        raise Http404
    out = io.BytesIO()
    try:
        papers = list_papers(
            form=form, department=of.name, quarter=chosen, printed_on=timezone.localdate(), kind=ending
        )
        write_papers(papers=papers, kind=ending, out=out)
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
        return redirect("reports.department", quarter=quarter, department=department)
    name = f"{of.name}-{chosen}-{form}.{ending}"
    told: dict[str, Any] = {"name": name, "content_type": CONTENT_TYPES[ending], "kind": form, "rows": len(papers)}
    return hand_out(request, out.getvalue(), **told)
