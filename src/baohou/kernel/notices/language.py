"""The language of a person: switched on a page, kept with the habits, brought along to a device that knows of none."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.views.i18n import set_language as django_sets_language

from baohou.kernel.notices import preferences
from baohou.kernel.notices.channels.post import language_of
from baohou.kernel.people.access import Person
from baohou.kernel.people.doors import open_to_all
from baohou.kernel.people.models import Staff
from baohou.kernel.saying import languages
from baohou.kernel.watch.readonly import why_read_only

_FRESH: Final = "language_chosen"
"""The cookie of whoever switched before logging in: that choice is the person's, not of who sat here before."""
_FRESH_SECONDS: Final = 900


@open_to_all("在本机记下语言；已登录的也记入本人的习惯，信件随之")
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Show pages in a language from now on, and write letters to the person in it."""
    answer = django_sets_language(request)
    chosen = request.POST.get("language", "")
    if request.method != "POST" or chosen not in languages():
        return answer
    person: Person | None = getattr(request, "person", None)
    if person is None:
        _remember(answer, _FRESH, "1", _FRESH_SECONDS)
    elif person.staff is not None and not person.reads_only:
        _keep(person.staff, chosen)
    return answer


def bring_language(request: HttpRequest, answer: HttpResponseBase) -> None:
    """After a log-in: keep what was chosen at the door, or else speak on this device as the person chose elsewhere."""
    staff = Staff.objects.filter(user=request.user.pk).first()
    here = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if staff is None:
        return
    own = language_of(staff.pk)
    if here in languages() and (not own or request.COOKIES.get(_FRESH)):
        _keep(staff, here)
    elif own and own != here:
        _remember(answer, settings.LANGUAGE_COOKIE_NAME, own, settings.LANGUAGE_COOKIE_AGE)
    answer.delete_cookie(_FRESH)


def _keep(staff: Staff, language: str) -> None:
    """Write the choice down, unless nothing may be written: the page is shown in the language all the same."""
    if not why_read_only():
        preferences.set_language(staff=staff, language=language, actor=staff.staff_no, door="page")


def _remember(answer: HttpResponseBase, name: str, value: str, seconds: int | None) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
