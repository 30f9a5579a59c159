"""Sessions that end, and pages that no browser or proxy keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from baohou.kernel.people import sessions as kept
from baohou.kernel.people.logins import has_left

Answer = Callable[[HttpRequest], HttpResponseBase]
ENDED = "baohou_ended"
"""What the session after an ended one holds: why that ended, for the log-in page to say."""


def sessions(answer: Answer) -> Answer:
    """End sessions that were idle or stood too long, note when the others were seen, end those of who has left.

    What a person who is logged in gets is not to be stored (no-store), unless its view says otherwise; the pages for
    work without a network are kept by the service worker, which asks for them itself.
    """

    def respond(request: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            if why := kept.why_ended(request):
                logout(request)
                request.session[ENDED] = why
            else:
                kept.touch(request)
        user = request.user
        response = answer(request)
        if user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
            if getattr(request, "person", None) is None and _is_gone(user):
                logout(request)
        return response

    return respond


def _is_gone(user: Any) -> bool:
    return has_left(user, on=timezone.localdate())
