"""Who stands at a door: views take a request that carries the person and the business day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme

from baohou.kernel.people.access import Person, Right
from baohou.kernel.people.policy import Thing

P = ParamSpec("P")
V = TypeVar("V", bound=Callable[..., Any])
_READING = ("GET", "HEAD")


@dataclass(frozen=True)
class Door:
    """What an address asks of whoever comes: a post in service, a right, and that a guard finds what it names.

    ``open_because`` is why an address asks for nothing at all; the others ask at least for a post in service.
    """

    right: Right | None = None
    of: tuple[Thing, ...] = ()
    open_because: str = ""


class Asked(HttpRequest):
    """A request of a known person; ``today`` is the last business day run, or the calendar's before the first run."""

    person: Person
    today: date
    business_day: date | None


def door(
    right: Right | None = None, *of: Thing
) -> Callable[
    [Callable[Concatenate[Asked, P], HttpResponseBase]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]
]:
    """A view for staff: strangers log in first, people without a post are told so, without ``right`` refused (403).

    An auditor opens every door to read, and is refused wherever something would be sent. ``of`` are the things that the
    address names; the view fetches them through their guards.
    """
    asks = Door(right, of)

    def guard(
        view: Callable[Concatenate[Asked, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_log_in(request)
            person: Person | None = getattr(request, "person", None)
            if person is None:
                return no_post(request)
            if not is_let_in(person, right, request.method or ""):
                raise PermissionDenied
            if person.staff is not None and person.staff.must_change_password:
                return redirect("password")
            if person.owes_factor:
                return redirect("factor")
            return view(cast(Asked, request), *args, **kwargs)

        guarded.door = asks  # type: ignore[attr-defined]
        return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], guarded)

    return guard


def open_to_all(because: str, *of: Thing) -> Callable[[V], V]:
    """A view for whoever comes, and why; it tells nothing that is somebody's, or asks by itself who comes."""

    def mark(view: V) -> V:
        @wraps(view)
        def opened(*args: Any, **kwargs: Any) -> Any:
            return view(*args, **kwargs)

        opened.door = Door(None, of, because)  # type: ignore[attr-defined]
        return cast(V, opened)

    return mark


def door_of(view: Callable[..., Any]) -> Door | None:
    """What a view asks of whoever comes; None for a view without a policy, which nobody is let into."""
    found = getattr(view, "door", None)
    return found if isinstance(found, Door) else None


def is_let_in(person: Person, right: Right | None, method: str) -> bool:
    """Whether a door opens: an auditor's to read only, everyone else's by the right it asks for."""
    if person.reads_only:
        return method in _READING
    return right is None or person.may(right)


def to_log_in(request: HttpRequest) -> HttpResponse:
    """To the log-in page, and from there back to the page one was at: what was sent is not done after it.

    A row that htmx sends would show whatever it is answered: it is told to lead the whole page on.
    """
    answer = redirect_to_login(page_of(request))
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=401, headers={"HX-Redirect": answer["Location"]})
    return answer


def page_of(request: HttpRequest) -> str:
    """The page that a person is at: the one asked for, or the one of this site from which something was sent."""
    if request.method in _READING and "HX-Request" not in request.headers:
        return request.get_full_path()
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return request.get_full_path()
    came = urlsplit(came_from)
    return escape_leading_slashes(f"{came.path}?{came.query}" if came.query else came.path)


def no_post(request: HttpRequest) -> HttpResponse:
    """The page for a user who has no post on the business day."""
    return render(request, "people/no_post.html", status=403)
