"""Where django-allauth asks us: who comes in, how failures count, how seeds are kept, whom an issuer vouches for."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from baohou.kernel.audit.origin import address_of
from baohou.kernel.entrance import diary
from baohou.kernel.people import throttle


class TooMany(ValidationError):
    """Attempts have to wait; ``seconds`` for the answer's header."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        said = _("试错太多次，请等 %(n)s 分钟再试。急用请系统管理员解除等待。")
        super().__init__(said % {"n": -(-seconds // 60)}, code="wait")


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up; failures are counted by kernel.people.throttle and written down."""

    _keys: tuple[throttle.Key, ...] = ()
    _wait = 0

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        username = str(credentials.get("username", ""))
        self._keys = tuple(throttle.keys_of(request, username))
        try:
            self._wait = throttle.take(self._keys)
        except throttle.Wait as wait:
            diary.waits(known=_find(username) is not None, seconds=wait.seconds)
            raise TooMany(wait.seconds) from wait

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        diary.failed(_find(str(credentials.get("username", ""))), why="password", wait=self._wait)

    def _rollback_login_failed_rl_usage(self) -> None:
        """allauth calls this when the password was right."""
        throttle.succeeded(self._keys)

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:
        """Our pages ask for the password themselves (kernel.people.sessions.proven)."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request) or "0.0.0.0"  # noqa: S104

    def add_message(self, *_: Any, **__: Any) -> None:
        """Our pages say what happened in words of their own."""

    def send_notification_mail(self, *_: Any, **__: Any) -> None:
        """People are told by notices, on the channels they chose."""


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """Seeds of second factors are encrypted with a key of this installation."""

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


class Issuers(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """An issuer's word makes no account: it lets in who is on the staff, by the staff number it names."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> NoReturn:
        from baohou.kernel.entrance.letting_in import let_in_by_issuer

        raise ImmediateHttpResponse(let_in_by_issuer(request, sociallogin))

    def on_authentication_error(self, request: HttpRequest, *_: Any, **told: Any) -> NoReturn:
        from baohou.kernel.entrance.letting_in import refuse_issuer

        fault = told.get("exception")
        why = f"{type(fault).__name__}: {fault}" if fault else str(told.get("error") or "state")
        raise ImmediateHttpResponse(refuse_issuer(request, why=why))


def _find(username: str) -> User | None:
    return User.objects.filter(username__iexact=username.strip()).first() if username.strip() else None


def _fernet() -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(f"baohou.entrance.factors {settings.SECRET_KEY}".encode()).digest()))
