"""The doors of the house: logging in and out, the code, the password, confirming who one is, single sign-on."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from baohou.kernel.entrance import diary
from baohou.kernel.entrance.forms import CodeForm, ConfirmForm, LogInForm, OwnPasswordForm
from baohou.kernel.entrance.guards import personal
from baohou.kernel.entrance.letting_in import enter, finish, refuse_issuer, safe_next
from baohou.kernel.entrance.middleware import ENDED
from baohou.kernel.entrance.provider import Adapter
from baohou.kernel.people import sessions
from baohou.kernel.people.doors import Asked, open_to_all, to_log_in
from baohou.kernel.people.logins import password_changed
from baohou.kernel.people.models import Staff
from baohou.kernel.people.sessions import prove

ISSUER = "office"


@open_to_all("未登录的人由此登录")
@sensitive_post_parameters("password")
@never_cache
def log_in(request: HttpRequest) -> HttpResponseBase:
    """Staff number and password; whoever has logged in goes on."""
    following = safe_next(request, request.POST.get("next") or request.GET.get("next") or "")
    if request.user.is_authenticated:
        return redirect(following or settings.LOGIN_REDIRECT_URL)
    form = LogInForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid() and form.user is not None:
        return enter(request, form.user, by="password", following=following)
    ended = request.session.pop(ENDED, "") if request.method == "GET" and ENDED in request.session else ""
    context = {"form": form, "next": following, "ended": ended, "issuer": _issuer()}
    return _answer(request, form, "entrance/login.html", context)


@open_to_all("密码对了之后填第二因素的验证码")
@never_cache
@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="login")  # type: ignore[untyped-decorator]
def code_page(request: Any) -> HttpResponseBase:
    """The second step of a log-in; nobody is logged in before it."""
    stage = request._login_stage
    user: User = stage.login.user
    form = CodeForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        return finish(request, user, stage.exit())
    return _answer(request, form, "entrance/code.html", {"form": form})


@open_to_all("结束本人的登录")
@require_POST
def log_out(request: HttpRequest) -> HttpResponseBase:
    """End this session, and have the browser drop what it cached; visits that wait to be sent stay on the device."""
    user, key = request.user, request.session.session_key
    if isinstance(user, User):
        diary.left(user)
        sessions.forget(key)
    logout(request)
    answer = redirect(settings.LOGOUT_REDIRECT_URL)
    answer["Clear-Site-Data"] = '"cache"'  # not "storage": it would take unsent visits with it
    return answer


@open_to_all("改本人的密码，未登录的先登录")
@sensitive_post_parameters("old_password", "new_password1", "new_password2")
@never_cache
def password_page(request: Any) -> HttpResponseBase:
    """Choosing one's own password; whoever got one from the administrator comes here first. Other sessions end."""
    if not request.user.is_authenticated:
        return to_log_in(request)
    staff = Staff.objects.filter(user_id=request.user.pk).first()
    form = OwnPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        old = request.session.session_key
        user = form.save()
        update_session_auth_hash(request, user)
        sessions.rename(old=old, new=request.session.session_key)
        if staff is not None:
            password_changed(staff=staff, door="page")
        sessions.end_sessions(user_id=user.pk, but=request.session.session_key)
        prove(request)
        messages.success(request, _("密码已改，下次用新密码登录；别处的登录已结束。"), extra_tags="ok")
        return redirect("home")
    first = staff is not None and staff.must_change_password
    return _answer(request, form, "entrance/password.html", {"form": form, "first": first})


@personal("再次确认是本人")
@sensitive_post_parameters("password")
@never_cache
def confirm_page(request: Asked) -> HttpResponseBase:
    """The password once more, before the log-in itself is changed."""
    user = request.user
    assert isinstance(user, User)
    following = safe_next(request, request.POST.get("next") or request.GET.get("next") or "")
    form = ConfirmForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        prove(request)
        return redirect(following or "security")
    return _answer(request, form, "entrance/confirm.html", {"form": form, "next": following})


@open_to_all("转到单位的统一登录")
@never_cache
@require_safe
def oidc_page(request: HttpRequest) -> HttpResponseBase:
    """On to the issuer; it brings the person back to oidc_done."""
    return _asking_issuer(request, OAuth2LoginView)


@open_to_all("统一登录由此回来")
@never_cache
@require_safe
def oidc_done(request: HttpRequest) -> HttpResponseBase:
    """Back from the issuer, which says who it is."""
    return _asking_issuer(request, OAuth2CallbackView)


def _asking_issuer(request: HttpRequest, view: Any) -> HttpResponseBase:
    if not _issuer():
        raise Http404
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    try:
        answer: HttpResponseBase = view.adapter_view(Adapter(request, ISSUER))(request)
    except ImmediateHttpResponse as given:
        answer = given.response
    except (OAuth2Error, RequestException, ValueError, KeyError) as fault:
        return refuse_issuer(request, why=f"{type(fault).__name__}: {fault}")
    return answer


def _issuer() -> str:
    """What single sign-on is called on the page; nothing without one."""
    apps = settings.SOCIALACCOUNT_PROVIDERS.get("oidc", {}).get("APPS", [])
    return str(apps[0]["name"]) if apps else ""


def _answer(request: HttpRequest, form: Form, template: str, context: dict[str, Any]) -> HttpResponseBase:
    """The form again; when its person has to wait, the answer says for how long (429)."""
    waits = [
        error
        for field in (NON_FIELD_ERRORS, *form.fields)
        for error in (form.errors.as_data().get(field, []) if form.is_bound else [])
        if error.code == "wait"
    ]
    answer = render(request, template, context, status=429 if waits else 200)
    if waits:
        answer.headers["Retry-After"] = str(getattr(waits[0], "seconds", 60))
    return answer
