"""Log-ins that fail are counted in the database, by account and by address, and then wait; nobody is locked out.

An attempt is counted before the password is looked at, and taken back when it was right, so that many at once don't
slip through. A device from which someone has logged in before carries a cookie and is counted on its own: strangers who
guess at an account make it wait for everyone but its owner (OWASP: device cookies). An administrator lifts every wait.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.kernel.audit.origin import address_of
from baohou.kernel.audit.services import record_act
from baohou.kernel.people.models import LoginFailure, Staff

ACCOUNT, DEVICE, ADDRESS, CODE = "account", "device", "address", "code"
FIRST_WAIT, LONGEST_WAIT = 60, 15 * 60
"""Seconds of the first wait, which doubles with each further failure, and of the longest."""
FORGOTTEN: Final = {ACCOUNT: timedelta(days=1), DEVICE: timedelta(days=1), ADDRESS: timedelta(hours=1)}
_DAY: Final = timedelta(days=1)
_COOKIE_DAYS: Final = 180
_MOST_ON_A_DEVICE: Final = 8
_SALT: Final = "baohou.device"

Key = tuple[str, str]


class Wait(Refused):
    """Too many attempts failed: ``seconds`` are to be waited."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        minutes = math.ceil(seconds / 60)
        super().__init__(
            "people.login.wait",
            "试错太多次，请等 %(minutes)s 分钟再试。急用请系统管理员在“人员”里解除等待。",
            minutes=minutes,
        )


def keys_of(request: HttpRequest, username: str) -> list[Key]:
    """What an attempt counts for: the device the account knows, or all strangers to it; and the address."""
    device = _devices(request).get(digest(username))
    keys = [(DEVICE, device) if device else (ACCOUNT, digest(username))]
    if address := address_of(request):
        keys.append((ADDRESS, address))
    return keys


def digest(username: str) -> str:
    """An account in a key: whatever was typed, in 64 characters that tell nothing."""
    return hashlib.sha256(username.strip().casefold().encode()).hexdigest()


@transaction.atomic
def take(keys: Iterable[Key]) -> int:
    """Count an attempt for all keys, until succeeded() takes it back; the seconds to wait if this one fails.

    Wait (Refused) when one of them has to wait still; that attempt is not counted.
    """
    now = timezone.now()
    rows = []
    for of, key in keys:
        fresh = {"count": 0, "last_at": now, "wait_until": now}
        LoginFailure.objects.get_or_create(of=of, key=key, defaults=fresh)
        row = LoginFailure.objects.select_for_update().get(of=of, key=key)
        if row.wait_until > now:
            raise Wait(math.ceil((row.wait_until - now).total_seconds()))
        rows.append(row)
    for row in rows:
        count = 0 if row.last_at < now - FORGOTTEN.get(row.of, _DAY) else row.count
        _set(row, count + 1, now)
    LoginFailure.objects.filter(last_at__lt=now - _DAY).delete()
    return max((_wait_after(row.of, row.count) for row in rows), default=0)


@transaction.atomic
def succeeded(keys: Iterable[Key]) -> None:
    """The attempt was right: its account or device begins anew; its address has one failure less."""
    for of, key in keys:
        row = LoginFailure.objects.select_for_update().filter(of=of, key=key).first()
        if row is not None and of == ADDRESS and row.count > 1:
            _set(row, row.count - 1, row.last_at, waits=False)
        elif row is not None:
            row.delete()


def _set(row: LoginFailure, count: int, now: datetime, *, waits: bool = True) -> None:
    row.count, row.last_at = count, now
    row.wait_until = now + timedelta(seconds=_wait_after(row.of, count) if waits else 0)
    row.save(update_fields=["count", "last_at", "wait_until"])


def _wait_after(of: str, count: int) -> int:
    free = settings.LOGIN_TRIES_ADDRESS if of == ADDRESS else settings.LOGIN_TRIES
    over = count - free
    return 0 if over < 0 else min(FIRST_WAIT * 2 ** min(over, 10), LONGEST_WAIT)


def waits_of(staff: Staff) -> int:
    """Seconds that strangers to a person's account, or its second factor, have to wait still; 0 when none."""
    now = timezone.now()
    found = LoginFailure.objects.filter(of__in=(ACCOUNT, CODE), key__in=_own_keys(staff), wait_until__gt=now)
    last = found.order_by("-wait_until").first()
    return math.ceil((last.wait_until - now).total_seconds()) if last else 0


@transaction.atomic
def lift(*, staff: Staff, actor: str, door: str) -> None:
    """Let a person try again at once: no wait of the account, its devices or addresses stands any more.

    The addresses that wait are let go as well: which of them is the person's, nobody knows.
    """
    record_act(verb="login.lifted", door=door, by=actor, facts={"staff_no": staff.staff_no})
    LoginFailure.objects.filter(of__in=(ACCOUNT, CODE), key__in=_own_keys(staff)).delete()
    LoginFailure.objects.filter(of__in=(DEVICE, ADDRESS), wait_until__gt=timezone.now()).delete()


def _own_keys(staff: Staff) -> list[str]:
    return [digest(staff.user.get_username() if staff.user else staff.staff_no), str(staff.user_id)]


def code_keys(user: User) -> list[Key]:
    """What a code of the second factor, or a repeated password, counts for: whose it is."""
    return [(CODE, str(user.pk))]


def remember_device(request: HttpRequest, response: HttpResponseBase, username: str) -> None:
    """Let the browser tell from now on that this account has been logged in from it."""
    devices = _devices(request)
    mine = devices.pop(digest(username), "") or secrets.token_hex(16)
    kept = dict(list(devices.items())[-(_MOST_ON_A_DEVICE - 1) :]) | {digest(username): mine}
    response.set_cookie(
        _cookie(),
        signing.dumps(kept, salt=_SALT, compress=True),
        max_age=_COOKIE_DAYS * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _devices(request: HttpRequest) -> dict[str, str]:
    """The accounts that this browser has been used for, each with its number."""
    try:
        found: Any = signing.loads(request.COOKIES.get(_cookie(), ""), salt=_SALT, max_age=_COOKIE_DAYS * 24 * 3600)
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def _cookie() -> str:
    return "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"
