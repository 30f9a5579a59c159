"""Who stands at a door: views take a request that carries the person and the business day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from baohou.kernel.people.access import Person, Right

P = ParamSpec("P")
_READING = ("GET", "HEAD")


class Asked(HttpRequest):
    """A request of a known person; ``today`` is the last business day run, or the calendar's before the first run."""

    person: Person
    today: date
    business_day: date | None


def door(
    right: Right | None = None,
) -> Callable[
    [Callable[Concatenate[Asked, P], HttpResponseBase]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]
]:
    """A view for staff: strangers log in first, people without a post are told so, without ``right`` refused (403).

    An auditor opens every door to read, and is refused wherever something would be sent.
    """

    def guard(
        view: Callable[Concatenate[Asked, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            person: Person | None = getattr(request, "person", None)
            if person is None:
                return no_post(request)
            if not is_let_in(person, right, request.method or ""):
                raise PermissionDenied
            if person.staff is not None and person.staff.must_change_password:
                return redirect("password")
            return view(cast(Asked, request), *args, **kwargs)

        return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], guarded)

    return guard


def is_let_in(person: Person, right: Right | None, method: str) -> bool:
    """Whether a door opens: an auditor's to read only, everyone else's by the right it asks for."""
    if person.reads_only:
        return method in _READING
    return right is None or person.may(right)


def no_post(request: HttpRequest) -> HttpResponse:
    """The page for a user who has no post on the business day."""
    return render(request, "people/no_post.html", status=403)
