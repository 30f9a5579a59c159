"""Files that leave the system with people in them: each is written down with who took it, what it is, and how much."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.utils import timezone

from baohou.kernel.audit.models import Act
from baohou.kernel.audit.services import record_act
from baohou.kernel.papers.handing import file_headers, show_kept
from baohou.kernel.papers.models import StoredFile
from baohou.kernel.people.doors import Asked
from baohou.kernel.watch.readonly import why_read_only

_LOG = logging.getLogger(__name__)

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CONTENT_TYPES = {"pdf": PDF, "xlsx": XLSX}
EVIDENCE: Final = "evidence"
"""The kind of what somebody sent or signed: photos, documents, signatures, files of appeals."""
LOOKED_AT: Final = timedelta(minutes=15)
"""A picture that is only shown is an act once per person in this time: a page of a visit shows several, each time."""


def hand_out(
    request: Asked,
    content: bytes,
    *,
    name: str,
    content_type: str,
    kind: str,
    rows: int,
    shown: bool = False,
    door: str = "page",
) -> HttpResponse:
    """Answer with a file under its Chinese name, and write an act ``exports.KIND`` with the number of rows in it.

    The browser saves it, or, when ``shown``, shows it first.
    """
    with transaction.atomic():
        note_export(kind=kind, name=name, rows=rows, actor=request.person.actor, door=door)
    headers = file_headers(name, shown=shown)
    if shown:
        # Browsers show no PDF in a sandbox; what is shown is printed by us, never someone's file.
        del headers["Content-Security-Policy"]
    return HttpResponse(content, content_type=content_type, headers=headers)


def hand_out_kept(request: Asked, file: StoredFile, *, name: str, door: str = "page") -> FileResponse:
    """Answer with a file that is kept, and write an act ``exports.evidence``: one each time that it is saved.

    A page shows pictures; one that the person was shown within LOOKED_AT is no new act. While nothing is written, pages
    show their pictures all the same, which the log tells; nothing is saved then.
    """
    shown = door == "page" and file.content_type.startswith("image/")
    answer = show_kept(file, name, shown=shown)
    actor = request.person.actor
    if shown and why_read_only():
        _LOG.info("evidence shown while read-only", extra={"actor": actor, "sha256": file.sha256})
    elif not (shown and _was_shown(file, actor)):
        with transaction.atomic():
            note_export(kind=EVIDENCE, name=name, rows=1, actor=actor, door=door, sha256=file.sha256)
    return answer


def _was_shown(file: StoredFile, actor: str) -> bool:
    latest = Act.objects.filter(by=actor, verb=f"exports.{EVIDENCE}", at__gt=timezone.now() - LOOKED_AT)
    return any(facts.get("sha256") == file.sha256 for facts in latest.values_list("facts", flat=True))


def note_export(
    *, kind: str, name: str, rows: int, actor: str, door: str, because: str = "", **more: str | bool
) -> None:
    """Write down that someone took a file of ``rows`` rows; inside the transaction of the one who calls."""
    facts = {"file": name, "rows": rows, **more}
    record_act(verb=f"exports.{kind}", door=door, by=actor, because=because, facts=facts)
