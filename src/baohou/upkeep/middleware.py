"""Around every request: its number, how long it took, a line in the log; no changes while the house is read-only."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from baohou.core.errors import hear_refusals
from baohou.kernel.people.pace import TooFast, keep_pace
from baohou.kernel.watch.readonly import TakesNoChanges, require_writable
from baohou.kernel.watch.tracing import accept, numbered
from baohou.upkeep import metrics, slow
from baohou.upkeep.answers import read_only_page, too_fast_page, too_large

Answer = Callable[[HttpRequest], HttpResponseBase]
HEADER: Final = "X-Request-ID"
QUIET: Final = frozenset({"healthz", "readyz", "metrics"})
"""Routes that machines ask for every few seconds: logged only when something is wrong."""
OPEN_WHEN_CLOSED: Final = frozenset(
    {
        "login",
        "mfa_authenticate",
        "logout",
        "confirm",
        "set_language",
        "set-money",
        "system.read-only",
        "upkeep_shut",
    }
)
"""Routes that may be sent to while the house is read-only: they change no facts, or open the house again."""
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_log = logging.getLogger("baohou.request")


class _Clock:
    """Sums up the time that a request waits for the database, and its statements."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.statements = 0

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - begun
            self.statements += 1


def number(answer: Answer) -> Answer:
    """Give each request its number (the proxy's, when it is well-formed), say it in the answer, log, and measure."""
    static = f"/{settings.STATIC_URL.strip('/')}/"

    def respond(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(static):
            return answer(request)
        mine, clock, begun = accept(request.headers.get(HEADER, "")), _Clock(), time.perf_counter()
        with numbered(mine), hear_refusals() as refusals, connection.execute_wrapper(clock):
            response = answer(request)
            seconds = time.perf_counter() - begun
            _tell(request, response, seconds, clock, refusals)
        response.headers[HEADER] = mine
        return response

    return respond


def _tell(request: HttpRequest, response: HttpResponseBase, seconds: float, clock: _Clock, refusals: list[str]) -> None:
    match = request.resolver_match
    route = (match.view_name if match else "") or "none"
    metrics.count_request(route, request.method or "", response.status_code, seconds, clock.seconds)
    if route in QUIET and response.status_code < 400:
        return
    person = getattr(request, "person", None)
    line = {
        "method": request.method,
        "route": route,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
        "database_ms": round(clock.seconds * 1000, 1),
        "statements": clock.statements,
        "staff_no": person.actor if person else "",
    }
    if refusals:
        line["refused"] = refusals
    slow.note(f"/{match.route}" if match else route, seconds)
    _log.info("request", extra=line)


def body_limit(answer: Answer) -> Answer:
    """Refuse a request that says it is larger than any may be, before a byte of it is read."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        said = request.META.get("CONTENT_LENGTH") or "0"
        if said.isdigit() and int(said) > settings.LARGEST_BODY_MB << 20:
            return too_large(request)
        return answer(request)

    return respond


class Paced:
    """Lets nobody send more in a minute than a person, or a program that behaves, has to send.

    What is open while the house is read-only is not counted: it has bounds of its own, or changes no facts.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.answer(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponseBase | None:
        match, person = request.resolver_match, getattr(request, "person", None)
        if request.method in _READING or person is None or (match and match.url_name in OPEN_WHEN_CLOSED):
            return None
        try:
            keep_pace(person.actor)
        except TooFast as refusal:
            return too_fast_page(request, refusal)
        return None


class ReadOnlyTimes:
    """Refuses whatever is sent while the house is read-only, but for logging in and what only this device keeps."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.answer(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponseBase | None:
        match = request.resolver_match
        if request.method in _READING or (match and match.url_name in OPEN_WHEN_CLOSED):
            return None
        try:
            require_writable()
        except TakesNoChanges as refusal:
            return read_only_page(request, refusal)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """A page that is only read but has an act written, as that of an export, is refused likewise."""
        return read_only_page(request, exception) if isinstance(exception, TakesNoChanges) else None
