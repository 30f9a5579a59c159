"""The way in, by whichever door: who has left is refused, a second factor asked for, the log-in written down."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from baohou.kernel.entrance import diary
from baohou.kernel.notices.language import bring_language
from baohou.kernel.people import sessions, throttle
from baohou.kernel.people.logins import has_left
from baohou.kernel.people.models import Staff
from baohou.kernel.watch.readonly import why_read_only

METHOD = "baohou_entered_by"


def enter(request: HttpRequest, user: User, *, by: str, following: str = "") -> HttpResponseBase:
    """Go on with a log-in whose first factor was right: to the second, or in."""
    request.session[METHOD] = by
    record_authentication(request, user, method=by)
    return finish(request, user, perform_login(request, Login(user=user, redirect_url=following or None)))


def finish(request: HttpRequest, user: User, answer: HttpResponseBase) -> HttpResponseBase:
    """After allauth's answer: when it let the person in, write that down and remember the device."""
    if request.user.is_authenticated:
        diary.entered(user, by=request.session.pop(METHOD, ""))
        throttle.remember_device(request, answer, user.get_username())
        bring_language(request, answer)
        if not why_read_only():
            sessions.sweep()
    return answer


def let_in_by_issuer(request: HttpRequest, sociallogin: Any) -> HttpResponseBase:
    """Whom the issuer vouches for: the member of staff with the claimed number, in service and with a log-in."""
    data = sociallogin.account.extra_data
    told = {**(data.get("userinfo") or {}), **(data.get("id_token") or {})}
    claimed = str(told.get(settings.OIDC_CLAIM) or "").strip()
    staff = Staff.objects.select_related("user").filter(staff_no=claimed).first() if claimed else None
    user = staff.user if staff else None
    if user is None or not user.is_active:
        diary.failed(None, why="oidc_stranger")
        said = _("统一登录给出的工号“%(no)s”在这里没有登录。请系统管理员先登记并开通。")
        return refuse(request, said % {"no": claimed[:32]})
    if has_left(user, on=timezone.localdate()):
        diary.failed(user, why="left")
        return refuse(request, _("这个工号已办理离职，不能再登录。"))
    return enter(request, user, by="oidc", following=safe_next(request, sociallogin.state.get("next") or ""))


def refuse_issuer(request: HttpRequest, *, why: str) -> HttpResponse:
    """The issuer did not answer, or said what can't be believed."""
    diary.failed(None, why=f"oidc: {why}"[:200])
    return refuse(request, _("统一登录没有成功，请再试一次；或用工号和密码登录。"))


def refuse(request: HttpRequest, why: str) -> HttpResponse:
    """The log-in page, with why someone was not let in."""
    from baohou.kernel.entrance.forms import LogInForm

    return render(request, "entrance/login.html", {"form": LogInForm(request=request), "refused": why}, status=403)


def safe_next(request: HttpRequest, following: str) -> str:
    """A page of this site to go on to; nothing for another's."""
    safe = url_has_allowed_host_and_scheme(
        following, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return following if safe else ""
