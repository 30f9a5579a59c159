"""Staff with log-ins, and browsers that type what people type."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.contrib.auth.models import User
from django.test import Client

from baohou.kernel.people.models import Staff
from tests.cast import Cast

PASSWORD = "shan-shui-7788"
COUNTERS = (59_000_000, 59_000_001, 59_000_002)
"""The half minute before, the present one, and the next: what a phone's clock may be off."""


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    """Hashing a password slowly is Django's matter."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def one_half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The half minute of the codes does not end in the middle of a test."""
    monkeypatch.setattr(auth, "yield_hotp_counters_from_time", lambda: iter(COUNTERS))


@pytest.fixture
def staff(cast: Cast) -> Cast:
    """Everyone of the cast has a log-in with the same password."""
    for one in Staff.objects.all():
        one.user = User.objects.create_user(username=one.staff_no, password=PASSWORD)
        one.save(update_fields=["user"])
    for name in cast.__dataclass_fields__:
        getattr(cast, name).refresh_from_db()
    return cast


def log_in(browser: Client, who: str, password: str = PASSWORD, **told: Any) -> Any:
    """Type a staff number and a password."""
    return browser.post("/login/", {"username": who, "password": password}, **told)


def is_in(browser: Client) -> bool:
    """Whether a browser is let in."""
    return browser.get("/security/").status_code == 200


def code_of(secret: str, at: int = 1) -> str:
    """The code of now; with ``at`` 0 the one before, with 2 the next."""
    return str(auth.format_hotp_value(auth.hotp_value(secret, COUNTERS[at])))


def set_up_factor(browser: Client) -> tuple[str, list[str]]:
    """Set up a second factor as the page asks; its secret, and the recovery codes shown."""
    secret = browser.get("/security/factor/").context["secret"].replace(" ", "")
    answer = browser.post("/security/factor/", {"code": code_of(secret, 0)})
    assert answer.status_code == 200, answer
    return secret, answer.context["codes"]


def secret_of(staff: Staff) -> str:
    held = Authenticator.objects.get(user=staff.user_id, type="totp")
    return str(get_adapter().decrypt(held.data["secret"]))
