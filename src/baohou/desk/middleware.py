"""What every request carries: its language, its person, its business day; and what every answer forbids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from baohou.day.queries import get_business_day
from baohou.kernel.people.access import find_person
from baohou.kernel.saying import spoken

Answer = Callable[[HttpRequest], HttpResponseBase]

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def language(answer: Answer) -> Answer:
    """Chinese unless the reader switched: a browser's language does not decide, a program's does."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if request.path_info.startswith("/api/v1/"):
            chosen = translation.get_language_from_request(request)
        with spoken(chosen):
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
            response = answer(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response

    return respond


def whereabouts(answer: Answer) -> Answer:
    """Find the person and the business day for users who have logged in."""

    def respond(request: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            request.business_day = get_business_day()
            request.today = request.business_day or timezone.localdate()
            request.person = find_person(request.user, on=request.today)
        return answer(request)

    return respond


def content_security(answer: Answer) -> Answer:
    """Let the browser run and load only what this server ships."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response

    return respond
