"""Answers that are not a page's own: something broke, or the house takes no changes for now."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib.messages.constants import WARNING
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _

from baohou.core.errors import Refused
from baohou.kernel.api.errors import problem
from baohou.kernel.watch.readonly import RETRY_SECONDS, why_read_only
from baohou.kernel.watch.tracing import current_number


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """For every page: the number to quote, and why nothing can be changed now (asked only by pages that show it)."""
    return {"number": current_number(), "why_read_only": why_read_only}


def read_only_page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """503, so that a device that sends by itself keeps what it has and tries again later."""
    match = request.resolver_match
    if match and match.namespace == "api":
        return problem(503, refusal.code, refusal.message, Retry_After=str(RETRY_SECONDS))
    answer = render(request, "upkeep/refused.html", {"refusal": refusal}, status=503)
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    answer.headers["X-Refused"] = quote(refusal.message)
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for a fault of the program; it asks nothing of the database, which may be the one that is gone."""
    return HttpResponse(loader.get_template("500.html").render({"number": current_number()}), status=500)


class Numbered(FallbackStorage):
    """Warnings that a page shows after leading on carry the number of the request that was refused."""

    def add(self, level: int, message: Any, extra_tags: str | None = "") -> None:
        if level >= WARNING and (number := current_number()):
            message = _("%(message)s（编号 %(number)s）") % {"message": message, "number": number}
        super().add(level, message, extra_tags)
