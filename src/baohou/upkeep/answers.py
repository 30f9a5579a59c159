"""Answers that are not a page's own: something broke, or the house takes no changes for now."""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages.constants import WARNING
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.urls import is_valid_path, resolve
from django.utils.translation import gettext as _

from baohou.core.errors import Refused
from baohou.kernel.api.errors import problem
from baohou.kernel.people.doors import page_of
from baohou.kernel.people.pace import TooFast
from baohou.kernel.saying import in_words
from baohou.kernel.watch.readonly import RETRY_SECONDS, why_read_only
from baohou.kernel.watch.tracing import current_number
from baohou.kernel.watch.trouble import Trouble, trouble_of

OWN = ("login", "mfa_authenticate", "logout")
"""Doors whose page is said to be old: to be led to the log-in page from itself would tell nothing."""
AWAY_SECONDS = 10
"""When to come again while the database does not answer."""


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """For every page: the number to quote, and why nothing can be changed now (asked only by pages that show it)."""
    return {"number": current_number(), "why_read_only": why_read_only}


def read_only_page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """503, so that a device that sends by itself keeps what it has and tries again later."""
    return _later(request, refusal, 503, RETRY_SECONDS)


def too_fast_page(request: HttpRequest, refusal: TooFast) -> HttpResponse:
    """429 with the seconds after which it may be sent again; a device that sends by itself does so."""
    return _later(request, refusal, 429, refusal.seconds)


def _later(request: HttpRequest, refusal: Refused, status: int, seconds: int) -> HttpResponse:
    match = request.resolver_match
    if match and match.namespace == "api":
        return problem(status, refusal.code, in_words(refusal.message), Retry_After=str(seconds))
    answer = render(request, "upkeep/refused.html", {"refusal": refusal}, status=status)
    answer.headers["Retry-After"] = str(seconds)
    answer.headers["X-Refused"] = quote(in_words(refusal.message))
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for a fault of the program, a full disk or a database that is away; it asks nothing of the database."""
    trouble = trouble_of(sys.exc_info()[1])
    said = loader.get_template("500.html").render(
        {"number": current_number(), "trouble": trouble.name if trouble else ""}
    )
    answer = HttpResponse(said, status=trouble.status if trouble else 500)
    if trouble is Trouble.AWAY:
        answer.headers["Retry-After"] = str(AWAY_SECONDS)
    return answer


def page_is_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What a page sent that was open before another log-in, or without cookies: nothing is done, but none is lost.

    Whoever is not logged in logs in and comes back to the page; programs of ours that send by themselves get 403.
    """
    back = page_of(request)
    by_hand = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate" and "HX-Request" not in request.headers
    match = resolve(request.path_info) if is_valid_path(request.path_info) else None
    if by_hand and not request.user.is_authenticated and (match is None or match.url_name not in OWN):
        return redirect_to_login(back)
    return render(request, "403_csrf.html", {"back": back}, status=403)


def too_large(request: HttpRequest) -> HttpResponse:
    """413, of an address of the API in its shape: what was sent is larger than a request may be."""
    if request.path_info.startswith("/api/v1/"):
        return problem(413)
    told = {"most": settings.LARGEST_BODY_MB, "number": current_number()}
    return HttpResponse(loader.get_template("upkeep/too_large.html").render(told, request), status=413)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django calls suspicious: too much is told as such, anything else is a request that makes no sense."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return too_large(request)
    if request.path_info.startswith("/api/v1/"):
        return problem(400)
    return HttpResponse(loader.get_template("upkeep/bad_request.html").render({}, request), status=400)


class Numbered(FallbackStorage):
    """Warnings that a page shows after leading on carry the number of the request that was refused."""

    def add(self, level: int, message: Any, extra_tags: str | None = "") -> None:
        if level >= WARNING and (number := current_number()):
            message = _("%(message)s（编号 %(number)s）") % {"message": message, "number": number}
        super().add(level, message, extra_tags)
