"""Checking a sealed paper, for everyone who holds one: no log-in, and nothing about anybody on the page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from baohou.kernel.papers.records import check_code, tidy_code
from baohou.kernel.people.doors import open_to_all
from baohou.kernel.people.policy import Thing

_UNLISTED = {"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


@open_to_all("持有纸件的人核对封存编号")
@require_safe
def check_form(request: HttpRequest) -> HttpResponse:
    """A place to type the code that stands on a paper."""
    typed = request.GET.get("code", "")
    code = tidy_code(typed)
    if code:
        return redirect("check.one", code=code)
    return _answer(request, {"typed": typed, "unknown": bool(typed)}, status=404 if typed else 200)


@open_to_all("持有纸件的人核对封存编号，不显示任何人的信息", Thing.SEAL)
@require_safe
def check_page(request: HttpRequest, code: str) -> HttpResponse:
    """Whether the paper of this code is still what was sealed, and which part of it is not."""
    if (tidy := tidy_code(code)) and tidy != code:
        return redirect("check.one", code=tidy)
    found = check_code(code)
    if found is None:
        return _answer(request, {"typed": code, "unknown": True}, status=404)
    return _answer(request, {"checked": found.checked, "faults": found.checked.unnamed, "addenda": found.addenda})


def _answer(request: HttpRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    answer = render(request, "desk/check.html", context, status=status)
    for name, value in _UNLISTED.items():
        answer.headers[name] = value
    return answer
