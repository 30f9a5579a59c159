"""Importing a file on a page: send it, see its faults and differences, take it; the work itself is a job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from baohou.core.errors import Refused
from baohou.day.jobs import Seen, find_latest, get_busy
from baohou.day.models import JobState
from baohou.day.views import begin, where
from baohou.guarantee.forms.imports import UploadForm
from baohou.guarantee.imports import KINDS, WORKBOOK
from baohou.guarantee.imports.checked import IMPORT, ask_import, list_pending_imports, needs_eyes, plainest
from baohou.guarantee.imports.jobs import CHECK, TAKE, wish_of
from baohou.guarantee.models import ImportUpload
from baohou.guarantee.services import uploads
from baohou.kernel.approvals.queries import is_on
from baohou.kernel.approvals.showing import shown_list, tell_asked
from baohou.kernel.papers import records
from baohou.kernel.papers.reading.peeking import peek
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.exports import XLSX, hand_out
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words, told

WAYS = ("whole", "update", "partial", "partial-update")


@door(Right.ADMINISTER)
def upload_page(request: Asked) -> HttpResponse:
    """Send a file; one whose headers are not all known leads to the columns, any other is checked at once."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            upload = uploads.keep(kind=form.cleaned_data["kind"], file=form.cleaned_data["file"])
        except Refused as refusal:
            form.add_error("file", in_words(refusal.message))
        else:
            return check(request, upload) if _headers_known(upload) else redirect("imports.columns", token=upload.token)
    context: dict[str, Any] = {"form": form, "columns": _columns(), "busy": get_busy()}
    context["pending"] = shown_list(list_pending_imports())
    return render(request, "guarantee/imports.html", context)


@door(Right.ADMINISTER, Thing.UPLOAD)
def check_page(request: Asked, token: str) -> HttpResponse:
    """What the file would do, or what became of it; posting takes it."""
    upload, seen = uploads.find(token), find_latest(token)
    if upload is None and (seen is None or seen.state != JobState.DONE or not seen.job.result.get("taken")):
        raise Http404
    if request.method == "POST" and upload is not None:
        how = request.POST.get("take", "")
        return _take(request, upload, seen, how) if how in WAYS else check(request, upload)
    if seen is None:
        name = upload.name if upload else ""
        return render(request, "guarantee/import_check.html", {"token": token, "upload": upload, "name": name})
    if seen.state != JobState.DONE and not (upload and seen.state == JobState.FAILED and seen.job.kind == CHECK.code):
        return redirect("runs.job", pk=seen.job.pk)
    return _show(request, token, upload, seen)


def check(request: Asked, upload: ImportUpload) -> HttpResponse:
    """Begin to check a file."""
    return _begin(request, upload, "")


@door(Right.ADMINISTER, Thing.UPLOAD)
def marked_file(request: Asked, token: str) -> HttpResponse:
    """The file as .xlsx with its faulty cells marked."""
    upload = uploads.find(token)
    marked = uploads.find_marked(upload) if upload else None
    if upload is None or marked is None:
        raise Http404
    seen = find_latest(token)
    faults = seen.job.result.get("fault_count", 0) if seen else 0
    content, name = records.read_file(marked.sha256), _("%(name)s-标出差错.xlsx") % {"name": Path(upload.name).stem}
    return hand_out(request, content, name=name, content_type=XLSX, kind="marked", rows=faults)


def _take(request: Asked, upload: ImportUpload, seen: Seen | None, how: str) -> HttpResponse:
    """Take a file as its check found it, or ask for a second pair of eyes when that changes what is there."""
    outcome = seen.job.result if seen and seen.state == JobState.DONE else {}
    if not outcome:
        return check(request, upload)
    how = plainest(outcome, how)
    if not needs_eyes(outcome, how) or not is_on(IMPORT.code):
        return _begin(request, upload, how)
    assert seen is not None, "an outcome is a job's"
    try:
        asked = ask_import(upload, how=how, seen=seen.job, by=request.person, on=request.today, door="page")
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
        return redirect("imports.check", token=upload.token)
    if asked.waits:
        tell_asked(request, asked, done="")
        return redirect("imports.check", token=upload.token)
    tell_asked(request, asked, done=_("已开始导入。"))
    asked.result.refresh_from_db()
    return redirect(where(asked.result))


def _begin(request: Asked, upload: ImportUpload, how: str) -> HttpResponse:
    kind = TAKE if how else CHECK
    wish = wish_of(upload, how=how)
    back = reverse("imports.check", args=[upload.token])
    return begin(request, kind=kind.code, wish=wish, name=upload.name, reference=upload.token, back=back)


def _show(request: Asked, token: str, upload: ImportUpload | None, seen: Seen) -> HttpResponse:
    outcome, wish = told(seen.job.result), seen.job.wish
    context = {
        "token": token,
        "upload": upload,
        "pending": shown_list(list_pending_imports(token)),
        "name": seen.job.name,
        "mapped": bool(wish["mapping"]),
        "may_map": wish["kind"] != WORKBOOK,
        "refusal": in_words(seen.job.message),
        "outcome": outcome,
        "more_kinds": outcome.get("fault_count", 0) - sum(group["count"] for group in outcome.get("groups", ())),
        "more_differences": outcome.get("difference_count", 0) - len(outcome.get("differences", ())),
    }
    page = "guarantee/import_done.html" if outcome.get("taken") else "guarantee/import_check.html"
    return render(request, page, context)


def _headers_known(upload: ImportUpload) -> bool:
    """Whether the file can be read as it is; what can't even be opened is the check's to say."""
    if upload.kind == WORKBOOK:
        return True
    noun = KINDS[upload.kind]
    try:
        with uploads.laid_out(upload.file) as (path, _mapping):
            return peek(path=path, columns=noun.columns, names=(noun.kind, noun.title)).complete
    except Refused:
        return True


def _columns() -> list[tuple[str, list[str]]]:
    """Each kind of file with the headers of its columns."""
    return [(noun.title, [column.header for column in noun.columns]) for noun in KINDS.values()]
