"""Files that leave the system with people in them: each is written down with who took it, what it is, and how much."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse

from baohou.kernel.audit.services import record_act
from baohou.kernel.papers.handing import file_headers
from baohou.kernel.people.doors import Asked

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CONTENT_TYPES = {"pdf": PDF, "xlsx": XLSX}


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


def note_export(*, kind: str, name: str, rows: int, actor: str, door: str) -> None:
    """Write down that someone took a file of ``rows`` rows; inside the transaction of the one who calls."""
    record_act(verb=f"exports.{kind}", door=door, by=actor, facts={"file": name, "rows": rows})
