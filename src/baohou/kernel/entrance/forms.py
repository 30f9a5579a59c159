"""What people fill in to get in, and to change how they do."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baohou.kernel.entrance import diary
from baohou.kernel.entrance.adapters import TooMany
from baohou.kernel.people import throttle
from baohou.kernel.people.logins import has_left


class LogInForm(forms.Form):
    """Staff number and password; refused for those who have left, and after too many failures."""

    username = forms.CharField(label=_("工号"), max_length=150)
    password = forms.CharField(label=_("密码"), strip=False, max_length=4096, widget=forms.PasswordInput)

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        self.request, self.user = request, None
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if self.errors:
            raise ValidationError(_("请填写工号和密码。"))
        user = get_adapter(self.request).authenticate(
            self.request, username=cleaned["username"].strip(), password=cleaned["password"]
        )
        if user is None or not user.is_active:
            raise ValidationError(_("用户名或密码不对，请再试一次。忘了密码，请找系统管理员。"), code="wrong")
        if has_left(user, on=timezone.localdate()):
            diary.failed(user, why="left")
            raise ValidationError(_("这个工号已办理离职，不能再登录。"), code="left")
        self.user = user
        return cleaned


class _Counted:
    """A form whose guesses are counted for its person, and wait when too many were wrong."""

    user: User

    def take(self) -> int:
        """Count a guess; the seconds to wait when it is wrong."""
        try:
            return throttle.take(throttle.code_keys(self.user))
        except throttle.Wait as wait:
            diary.waits(known=True, seconds=wait.seconds)
            raise TooMany(wait.seconds) from wait

    def was_right(self) -> None:
        throttle.succeeded(throttle.code_keys(self.user))


class CodeForm(_Counted, AuthenticateForm):  # type: ignore[misc]
    """A code of the second factor, or one of the recovery codes."""

    def clean_code(self) -> str:
        wait = self.take()
        code = self.cleaned_data["code"].replace(" ", "").replace("-", "")
        for one in Authenticator.objects.filter(user=self.user):
            if one.wrap().validate_code(code):
                one.user = self.user
                self.authenticator = one
                self.was_right()
                return str(code)
        diary.failed(self.user, why="code", wait=wait)
        raise ValidationError(_("验证码不对或已经用过，请等下一个再试。"), code="wrong")


class FactorForm(_Counted, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new second factor, which proves that it was set up; it is used up thereby."""

    def clean_code(self) -> str:
        self.take()
        code = self.cleaned_data["code"].replace(" ", "")
        self.cleaned_data["code"] = code
        try:
            super().clean_code()
        except ValidationError as wrong:
            raise ValidationError(_("验证码不对。请核对手机的时间，再填最新的一个。"), code="wrong") from wrong
        self.was_right()
        TOTP(Authenticator(user=self.user))._mark_code_used(code)
        return str(code)


class OwnPasswordForm(_Counted, PasswordChangeForm):
    """Another password, by who knows the present one."""

    def clean_old_password(self) -> str:
        wait = self.take()
        try:
            old = super().clean_old_password()
        except ValidationError:
            diary.failed(self.user, why="password", wait=wait)
            raise
        self.was_right()
        return str(old)


class ConfirmForm(_Counted, forms.Form):
    """The password once more."""

    password = forms.CharField(
        label=_("密码"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("请填写密码。")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        wait = self.take()
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            diary.failed(self.user, why="password", wait=wait)
            raise ValidationError(_("密码不对，请再试一次。"), code="wrong")
        self.was_right()
        return password
