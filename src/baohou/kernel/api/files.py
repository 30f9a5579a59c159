"""Files that are kept, as answers."""

from __future__ import annotations

from django.http import Http404, HttpResponse

from baohou.kernel.papers import records
from baohou.kernel.papers.handing import file_headers
from baohou.kernel.papers.models import StoredFile


def served(file: StoredFile, name: str) -> HttpResponse:
    """A kept file under its name; not found when its bytes are gone."""
    try:
        content = records.read_file(file.sha256)
    except FileNotFoundError as gone:
        raise Http404 from gone
    return HttpResponse(content, content_type=file.content_type, headers=file_headers(name))
