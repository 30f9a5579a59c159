"""Headers of files that are handed out: saved under their name, or shown, but never run as a page of ours."""

from __future__ import annotations

from urllib.parse import quote

from django.http import FileResponse, Http404

from baohou.kernel.papers import records
from baohou.kernel.papers.models import StoredFile

SANDBOX = "default-src 'none'; sandbox"


def file_headers(name: str, *, shown: bool = False) -> dict[str, str]:
    """Content-Disposition with the name, nosniff, and a policy that lets nothing in the file run or load."""
    return {
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": SANDBOX,
        "Cache-Control": "private, no-store",
    }


def show_kept(file: StoredFile, name: str, *, shown: bool) -> FileResponse:
    """A kept file under its name, shown or to be saved; not found when its bytes are lost."""
    try:
        content = records.open_file(file.sha256)
    except FileNotFoundError as gone:
        raise Http404 from gone
    headers = file_headers(name, shown=shown)
    # FileResponse writes Content-Disposition anew, from the name on disk unless it is told.
    return FileResponse(
        content, as_attachment=not shown, filename=name, content_type=file.content_type, headers=headers
    )
