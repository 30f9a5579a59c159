"""Who stands at a door: views take a request that carries the person and the business day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from baohou.kernel.people.access import Person, Right

P = ParamSpec("P")


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
    """A view for staff: strangers log in first, people without a post are told so, without ``right`` refused (403)."""

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
            if right is not None and not person.may(right):
                raise PermissionDenied
            return view(cast(Asked, request), *args, **kwargs)

        return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], guarded)

    return guard


def no_post(request: HttpRequest) -> HttpResponse:
    """The page for a user who has no post on the business day."""
    return render(request, "people/no_post.html", status=403)
