"""Answers that several pages give: a file to be shown or downloaded under its Chinese name."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse


def pdf(content: bytes, name: str) -> HttpResponse:
    """A PDF that the browser shows and saves under its name."""
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
