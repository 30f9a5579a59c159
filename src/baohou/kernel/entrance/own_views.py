"""One's own log-in: the second factor with its recovery codes, and one's sessions."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.kernel.entrance import factors
from baohou.kernel.entrance.forms import FactorForm
from baohou.kernel.entrance.guards import personal
from baohou.kernel.papers.printing.qr import qr_svg
from baohou.kernel.people import sessions
from baohou.kernel.people.doors import Asked
from baohou.kernel.people.models import Staff
from baohou.kernel.people.sessions import proven
from baohou.kernel.saying import in_words
from baohou.kernel.watch.readonly import require_writable

OWN = "本人的登录，未登录的先登录"


@personal(OWN)
@never_cache
def security_page(request: Asked) -> HttpResponseBase:
    """How one logs in, and from where one is logged in."""
    staff, key = _staff(request), request.session.session_key
    context = {
        "standing": factors.get_standing(staff=staff, post=request.person.post),
        "sessions": sessions.list_sessions(user_id=staff.user_id or 0, current=key),
    }
    return render(request, "entrance/security.html", context)


@personal(OWN)
@proven()
@never_cache
def factor_page(request: Asked) -> HttpResponseBase:
    """Set up a second factor: scan, type a code, keep the recovery codes, which stand on that answer only.

    Refused while the house is read-only: what is begun here could not be kept.
    """
    require_writable()
    user = _user(request)
    if _has_factor(user):
        return redirect("security")
    form = FactorForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        factors.add_own(request=request, staff=_staff(request), form=form)
        return _show_codes(request, user, fresh=True)
    address = get_adapter().build_totp_url(user, form.secret)
    context = {
        "form": form,
        "drawing": qr_svg(address, alone=False),
        "secret": " ".join(form.secret[at : at + 4] for at in range(0, len(form.secret), 4)),
        "owed": request.person.owes_factor,
    }
    return render(request, "entrance/factor.html", context)


@personal(OWN)
@require_POST
@proven("security")
@never_cache
def codes_page(request: Asked) -> HttpResponseBase:
    """Other recovery codes; the old ones are good for nothing from now on."""
    user = _user(request)
    if not _has_factor(user):
        return redirect("factor")
    factors.renew_codes(request=request, staff=_staff(request))
    return _show_codes(request, user, fresh=False)


@personal(OWN)
@require_POST
@proven("security")
def remove_page(request: Asked) -> HttpResponseBase:
    """Do without a second factor; refused while one is demanded."""
    try:
        factors.remove_own(staff=_staff(request), post=request.person.post, current=request.session.session_key)
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
    else:
        messages.success(request, _("已取消第二因素，别处的登录已结束。"), extra_tags="ok")
    return redirect("security")


@personal(OWN)
@require_POST
def end_page(request: Asked) -> HttpResponseBase:
    """End one of one's other sessions, or all of them."""
    one = request.POST.get("one", "")
    pk = int(one) if one.isdecimal() and len(one) < 19 else None
    if one and pk is None:
        return redirect("security")
    ended = factors.end_own(staff=_staff(request), current=request.session.session_key, pk=pk)
    messages.success(request, _("已结束 %(n)s 处登录。") % {"n": ended}, extra_tags="ok")
    return redirect("security")


def _user(request: Asked) -> User:
    assert isinstance(request.user, User)
    return request.user


def _staff(request: Asked) -> Staff:
    assert request.person.staff is not None
    return request.person.staff


def _has_factor(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def _show_codes(request: Asked, user: User, *, fresh: bool) -> HttpResponseBase:
    held: Any = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    codes = [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in held.wrap().get_unused_codes()]
    return render(request, "entrance/codes.html", {"codes": codes, "fresh": fresh})
