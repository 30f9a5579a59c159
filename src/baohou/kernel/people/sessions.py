"""Sessions: when one began, was last seen and ends; which a person has, and ending them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final, TypeVar, cast

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from baohou.kernel.audit.origin import shorten

SINCE, SEEN, PROVED = "baohou_since", "baohou_seen", "baohou_proved"
"""What a session holds, in seconds since 1970: its log-in, its last request, and when the password was last given."""
SEEN_EVERY: Final = 60
"""A session's last request is written down at most once in so many seconds, so that pages cost no write."""

V = TypeVar("V", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True)
class Seen:
    """A session as its owner sees it."""

    pk: int
    device: str
    ip: str
    since: datetime
    last_seen: datetime
    current: bool


def begin(request: HttpRequest) -> None:
    """Called at every log-in: the session begins now, and its password has just been given."""
    now = int(time.time())
    request.session.update({SINCE: now, SEEN: now, PROVED: now})


def why_ended(request: HttpRequest) -> str:
    """``idle`` or ``longest`` when a session has ended, else nothing."""
    now, since, seen = int(time.time()), request.session.get(SINCE, 0), request.session.get(SEEN, 0)
    if now - since > settings.SESSION_LONGEST:
        return "longest"
    return "idle" if now - seen > settings.SESSION_IDLE else ""


def touch(request: HttpRequest) -> None:
    """Write down that a session was seen, once a minute; on a machine that takes no changes not at all."""
    now = int(time.time())
    if now - request.session.get(SEEN, 0) < SEEN_EVERY or settings.READ_ONLY_BECAUSE:
        return
    request.session[SEEN] = now
    mine = UserSession.objects.filter(session_key=request.session.session_key)
    if not mine.update(last_seen_at=timezone.now()) and request.session.session_key:
        UserSession.objects.create_from_request(request)


def list_sessions(*, user_id: int, current: str | None) -> list[Seen]:
    """A person's sessions that stand, the present one first and then those seen last."""
    alive = timezone.now() - timedelta(seconds=settings.SESSION_IDLE)
    keys = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    found = UserSession.objects.filter(user_id=user_id, session_key__in=keys, last_seen_at__gt=alive)
    return sorted(
        (
            Seen(one.pk, shorten(one.user_agent), one.ip, one.created_at, one.last_seen_at, one.session_key == current)
            for one in found
        ),
        key=lambda one: (not one.current, -one.last_seen.timestamp()),
    )


def end_sessions(*, user_id: int | None, but: str | None = None, pk: int | None = None) -> int:
    """End a person's sessions: all but the one with the key ``but``, or the one numbered ``pk``; how many ended.

    Part of the act of whoever ends them.
    """
    if user_id is None:
        return 0
    mine = UserSession.objects.filter(user_id=user_id).exclude(session_key=but or "")
    if pk is not None:
        mine = mine.filter(pk=pk)
    keys = list(mine.values_list("session_key", flat=True))
    mine.delete()
    return _delete(keys)


def rename(*, old: str | None, new: str | None) -> None:
    """A session got another key: its row goes with it."""
    UserSession.objects.filter(session_key=old or "").update(session_key=new or "")


def forget(key: str | None) -> None:
    """A session was logged out: its row goes."""
    UserSession.objects.filter(session_key=key or "").delete()


def sweep() -> None:
    """Delete what has run out; called at each log-in."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


def _delete(keys: Iterable[str]) -> int:
    return Session.objects.filter(session_key__in=list(keys)).delete()[0]


def proven(back: str = "", *, reading: bool = True) -> Callable[[V], V]:
    """A view that changes how someone logs in or is reached: it asks for the password when that is long ago.

    ``back`` names the page to return to; without it, this one. ``reading``: also before it is only looked at.
    """

    def guard(view: V) -> V:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            free = request.method != "POST" and not reading
            if free or not request.user.is_authenticated or is_proven(request):
                answer: HttpResponseBase = view(request, *args, **kwargs)
                return answer
            if request.method == "POST":
                messages.warning(request, _("请先确认是本人，再办一次。"), extra_tags="warn")
            following = resolve_url(back) if back else request.get_full_path()
            return redirect(f"{resolve_url('confirm')}?{urlencode({'next': following})}")

        return cast(V, guarded)

    return guard


def is_proven(request: HttpRequest) -> bool:
    """Whether the password was given within settings.PROOF_LASTS."""
    return bool(time.time() - request.session.get(PROVED, 0) <= settings.PROOF_LASTS)


def prove(request: HttpRequest) -> None:
    """The password has just been given."""
    request.session[PROVED] = int(time.time())
