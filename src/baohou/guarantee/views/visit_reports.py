"""One visit's report: its page, its files, its PDF, and what is added to it after it was sealed."""

from __future__ import annotations

import io

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.guarantee.exports import list_papers_of_visit, write_papers
from baohou.guarantee.forms.visits import AddendumForm
from baohou.guarantee.models import Visit
from baohou.guarantee.queries.pages.visits import get_sheet
from baohou.guarantee.queries.sealed_visits import KIND
from baohou.guarantee.services import submissions
from baohou.guarantee.views.guards import staff_of, visit_for
from baohou.kernel.papers.models import Attachment, Signature
from baohou.kernel.papers.printing import qr_svg
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.exports import PDF, hand_out, hand_out_kept
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words


@door(None, Thing.VISIT)
def visit_page(request: Asked, pk: int) -> HttpResponse:
    """Everything that was told of a visit, with its photos, its signature and its seal."""
    return _show(request, visit_for(request, pk), AddendumForm())


@door(Right.RECORD_VISIT, Thing.VISIT)
@require_POST
def add_to_report(request: Asked, pk: int) -> HttpResponse:
    """Add a correction to a sealed report."""
    visit = visit_for(request, pk)
    form = AddendumForm(request.POST)
    if form.is_valid():
        try:
            submissions.add(
                visit=visit,
                text=form.cleaned_data["text"],
                by=staff_of(request),
                actor=request.person.actor,
                door="page",
            )
        except Refused as refusal:
            form.add_error("text", in_words(refusal.message))
        else:
            messages.success(request, _("补充已加到报告上。"), extra_tags="ok")
            return redirect("visits.one", pk=pk)
    return _show(request, visit, form)


@door(None, Thing.VISIT)
def report_file(request: Asked, pk: int) -> HttpResponse:
    """The report of one visit as PDF (annex 1)."""
    visit = visit_for(request, pk)
    out = io.BytesIO()
    try:
        write_papers(papers=list_papers_of_visit(visit=visit), kind="pdf", out=out)
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
        return redirect("visits.one", pk=pk)
    name = f"{visit.client.name}-{visit.visited_on}-客户回访报告.pdf"
    return hand_out(request, out.getvalue(), name=name, content_type=PDF, kind="visit-report", rows=1)


@door(None, Thing.VISIT)
def attachment(request: Asked, pk: int, number: int) -> HttpResponseBase:
    """One file of a visit: pictures are shown, everything else is handed over to be saved."""
    visit_for(request, pk)
    found = get_object_or_404(Attachment.objects.select_related("file"), pk=number, kind=KIND, subject_id=pk)
    return hand_out_kept(request, found.file, name=found.name)


@door(None, Thing.VISIT)
def signature(request: Asked, pk: int, number: int) -> HttpResponseBase:
    """A signature drawn on a visit's report."""
    visit_for(request, pk)
    found = get_object_or_404(Signature.objects.select_related("image"), pk=number, kind=KIND, subject_id=pk)
    if found.image is None:
        raise Http404
    return hand_out_kept(request, found.image, name=f"{found.role}签名.png")


def _show(request: Asked, visit: Visit, form: AddendumForm) -> HttpResponse:
    sheet = get_sheet(visit)
    qr = qr_svg(sheet.check_url, alone=False) if sheet.check_url else ""
    return render(request, "guarantee/visit_report.html", {"sheet": sheet, "form": form, "qr": qr})
