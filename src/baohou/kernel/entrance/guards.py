"""Pages about one's own log-in: for whoever has logged in and is in service, auditors too."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponseBase

from baohou.kernel.people.access import Person
from baohou.kernel.people.doors import Asked, no_post, open_to_all, to_log_in

View = Callable[..., HttpResponseBase]


def personal(because: str) -> Callable[[Callable[..., HttpResponseBase]], View]:
    """A view of one's own log-in, open also while a password or a second factor is owed; strangers log in first.

    Not a door by right: an auditor, who sends nothing else, keeps the own log-in safe as everyone does.
    """

    def guard(view: Callable[..., HttpResponseBase]) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_log_in(request)
            person: Person | None = getattr(request, "person", None)
            if person is None:
                return no_post(request)
            if person.staff is None:
                raise Http404
            return view(cast(Asked, request), *args, **kwargs)

        return open_to_all(because)(guarded)

    return guard
