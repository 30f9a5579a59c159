"""Checking a sealed paper, for everyone who holds one: no log-in, and nothing about anybody on the page."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from baohou.kernel.papers import records
from baohou.kernel.papers.models import Seal
from baohou.kernel.people.doors import open_to_all
from baohou.kernel.people.policy import Thing

_CODE = re.compile(r"[0-9A-Z]{15}")
_UNLISTED = {"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


@open_to_all("持有纸件的人核对封存编号")
@require_safe
def check_form(request: HttpRequest) -> HttpResponse:
    """A place to type the code that stands on a paper."""
    typed = request.GET.get("code", "")
    code = _tidy(typed)
    if code:
        return redirect("check.one", code=code)
    return _answer(request, {"typed": typed, "unknown": bool(typed)}, status=404 if typed else 200)


@open_to_all("持有纸件的人核对封存编号，不显示任何人的信息", Thing.SEAL)
@require_safe
def check_page(request: HttpRequest, code: str) -> HttpResponse:
    """Whether the paper of this code is still what was sealed, and which part of it is not."""
    if (tidy := _tidy(code)) and tidy != code:
        return redirect("check.one", code=tidy)
    seal = Seal.objects.filter(code=code).first()
    if seal is None:
        return _answer(request, {"typed": code, "unknown": True}, status=404)
    checked = records.check(seal)
    return _answer(request, {"checked": checked, "faults": checked.unnamed, "addenda": seal.addenda.count()})


def _answer(request: HttpRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    answer = render(request, "desk/check.html", context, status=status)
    for name, value in _UNLISTED.items():
        answer.headers[name] = value
    return answer


def _tidy(typed: str) -> str:
    """A code as it stands on paper, however it was typed; empty when it is none."""
    letters = re.sub(r"[\s\-－—_.]", "", typed).upper()
    return "-".join(letters[at : at + 5] for at in (0, 5, 10)) if _CODE.fullmatch(letters) else ""
