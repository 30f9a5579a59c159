"""Importing a file on a page: send it, see its faults and differences, take it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from baohou.core.errors import Refused
from baohou.guarantee.forms.imports import UploadForm
from baohou.guarantee.imports import KINDS, take
from baohou.guarantee.views import uploads
from baohou.kernel.papers.taking import Outcome
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door

SHOWN = 200
"""So many faults and differences are listed on the page; the marked file has all."""


@door(Right.ADMINISTER)
def upload_page(request: Asked) -> HttpResponse:
    """Send a file."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = uploads.keep(request, kind=form.cleaned_data["kind"], file=form.cleaned_data["file"])
        return redirect("imports.check", token=upload.token)
    return render(request, "guarantee/imports.html", {"form": form, "columns": _columns()})


@door(Right.ADMINISTER)
def check_page(request: Asked, token: str) -> HttpResponse:
    """What the file would do, and taking it when asked to."""
    upload = uploads.find(request, token)
    wanted = request.POST.get("take", "")
    try:
        outcome = take(
            kind=upload.kind,
            path=upload.path,
            name=upload.name,
            dry_run=not wanted,
            update=wanted in ("update", "partial-update"),
            partial=wanted in ("partial", "partial-update"),
            by=request.person.actor,
            door="page",
        )
    except Refused as refusal:
        return render(request, "guarantee/import_check.html", {"upload": upload, "refusal": refusal})
    if outcome.taken:
        uploads.forget(request, upload)
        messages.success(request, _("已导入 %(name)s。") % {"name": upload.name}, extra_tags="ok")
        return render(request, "guarantee/import_done.html", {"upload": upload, "outcome": outcome})
    return render(request, "guarantee/import_check.html", {"upload": upload, "outcome": outcome, **_told(outcome)})


@door(Right.ADMINISTER)
def marked_file(request: Asked, token: str) -> HttpResponse:
    """The file as .xlsx with its faulty cells marked."""
    upload = uploads.find(request, token)
    outcome = take(kind=upload.kind, path=upload.path, name=upload.name, dry_run=True, door="page")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "marked.xlsx"
        outcome.marked(target)
        content = target.read_bytes()
    name = quote(f"{Path(upload.name).stem}-标出差错.xlsx")
    return HttpResponse(
        content,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


def _columns() -> list[tuple[str, list[str]]]:
    """Each kind of file with the headers of its columns."""
    return [(noun.title, [column.header for column in noun.columns]) for noun in KINDS.values()]


def _told(outcome: Outcome) -> dict[str, object]:
    """What the page lists of an outcome, and how the file could be taken."""
    faults, differences = outcome.faults, outcome.differences
    news = sum(part.new for part in outcome.parts)
    return {
        "faults": faults[:SHOWN],
        "more_faults": max(len(faults) - SHOWN, 0),
        "fault_count": len(faults),
        "differences": differences[:SHOWN],
        "more_differences": max(len(differences) - SHOWN, 0),
        "difference_count": len(differences),
        "usable": all(part.usable for part in outcome.parts),
        "nothing_new": not news and not differences,
    }
