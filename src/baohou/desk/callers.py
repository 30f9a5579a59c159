"""Before and around every call of the API: who calls, not too often, and answers in its words whatever fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, cast

from django.conf import settings
from django.core.cache import caches
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import timezone

from baohou.core.sayings import say
from baohou.day.queries import get_business_day
from baohou.kernel.api.errors import problem
from baohou.kernel.api.tokens import find_caller
from baohou.kernel.audit.origin import address_of
from baohou.kernel.people.doors import door_of

ROOT: Final = "/api/v1/"
OPEN: Final = frozenset({f"{ROOT}openapi.json"})
_MINUTE: Final = 60
_OWES_FACTOR: Final = say(
    "公司要求您登录时加第二因素，您还没有设置。请先在网页上“我的菜单 → 登录与安全”设好，令牌随即恢复可用。"
)

Answer = Callable[[HttpRequest], HttpResponseBase]


def callers(answer: Answer) -> Answer:
    """Let in who brings a good token, and anyone without one to what is open to all.

    A session's cookie opens nothing here, so that no foreign page can write.
    """

    def ask(request: Any) -> HttpResponseBase:
        request.person = request.caller = None
        if request.path in OPEN:
            return answer(request)
        if "Authorization" not in request.headers and _is_open(request):
            wait = _too_often(f"address-{address_of(request)}")
            return _wait(wait) if wait else answer(request)
        return _let_in(request) or answer(request)

    asked = cast(Answer, convert_exception_to_response(ask))

    def respond(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(ROOT):
            return answer(request)
        given = asked(request)
        given.headers.setdefault("Cache-Control", "no-store")
        if given.status_code >= 400 and not given.headers.get("Content-Type", "").startswith("application/json"):
            said = problem(given.status_code)
            for name in ("Allow", "Retry-After"):
                if given.headers.get(name):
                    said.headers[name] = given.headers[name]
            return said
        return given

    return respond


def _let_in(request: Any) -> HttpResponseBase | None:
    """Put the caller on the request; or why it is not let in: a page would send whoever owes a factor to set it up."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    request.business_day = get_business_day()
    request.today = request.business_day or timezone.localdate()
    caller = find_caller(text.strip(), on=request.today) if kind.lower() == "bearer" else None
    if caller is None:
        return problem(401, WWW_Authenticate='Bearer realm="baohou"')
    request.caller, request.person = caller, caller.person
    if caller.person.owes_factor:
        return problem(403, "api.owes_factor", _OWES_FACTOR)
    wait = _too_often(str(caller.token.pk))
    return _wait(wait) if wait else None


def _is_open(request: HttpRequest) -> bool:
    """Whether what is asked for is open to all, as its door says; only reading is."""
    try:
        door = door_of(resolve(request.path_info).func)
    except Resolver404:
        return False
    return door is not None and bool(door.open_because) and request.method in ("GET", "HEAD")


def _wait(seconds: int) -> HttpResponseBase:
    return problem(429, Retry_After=str(seconds))


def _too_often(who: str) -> int:
    """Seconds to wait when a token, or an address without one, has called too often in this minute; 0 to go on."""
    minute, into = divmod(int(time.time()), _MINUTE)
    name, cache = f"api.rate.{who}.{minute}", caches["process"]
    cache.add(name, 0, _MINUTE * 2)
    return _MINUTE - into if cache.incr(name) > settings.API_CALLS_PER_MINUTE else 0
