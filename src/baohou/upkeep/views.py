"""The administrator's page, the switch to read-only, and what machines ask: alive, ready, metrics."""

from __future__ import annotations

import ipaddress
from hmac import compare_digest

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from baohou.core.errors import Refused
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door, open_to_all
from baohou.kernel.saying import in_words
from baohou.kernel.watch.lines import State, parts
from baohou.kernel.watch.queries import get_read_only
from baohou.upkeep.closing import close, open_again
from baohou.upkeep.metrics import CONTENT_TYPE, write_metrics
from baohou.upkeep.state import readiness

_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")


@door(Right.ADMINISTER)
def system_page(request: Asked) -> HttpResponse:
    """How everything stands, what has to be seen to first."""
    told = [(part, lines) for part in parts() if (lines := list(part.tell()))]
    asking = [line for _part, lines in told for line in lines if line.state in (State.BAD, State.WARN)]
    asking.sort(key=lambda line: line.state is not State.BAD)
    context = {"parts": told, "asking": asking, "closed": get_read_only()}
    return render(request, "upkeep/system.html", context)


class ReadOnlyForm(forms.Form):
    """Why nothing can be changed for a while."""

    because = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=200,
        widget=forms.TextInput(attrs={"autofocus": True}),
        help_text=gettext_lazy("每一页上方都会显示，请写明到什么时候，如“升级，到 20:00 止”。"),
    )


@door(Right.ADMINISTER)
def read_only_switch(request: Asked) -> HttpResponse:
    """Take no more changes, with a reason; or take them again."""
    form = ReadOnlyForm(request.POST if "close" in request.POST else None)
    try:
        if "open" in request.POST:
            open_again(actor=request.person.actor, door="page")
            messages.success(request, _("已解除只读，大家可以照常修改。"), extra_tags="ok")
            return redirect("system")
        if form.is_valid():
            close(because=form.cleaned_data["because"], actor=request.person.actor, door="page")
            messages.success(request, _("已切换到只读，查询照常，谁也不能修改。"), extra_tags="ok")
            return redirect("system")
    except Refused as refusal:
        form.errors.pop("because", None)
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
        return redirect("system.read-only")
    return render(request, "upkeep/read_only.html", {"form": form, "closed": get_read_only()})


@open_to_all("供监控探活，不含任何数据")
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: this process answers. Asks nothing of anything else."""
    return HttpResponse("ok\n", content_type="text/plain")


@open_to_all("供监控探活，只答能否服务")
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready to be sent people: 200, or 503 with what is wrong in a word each; no secret, no number of anything."""
    found = readiness()
    ready = set(found.values()) == {"ok"}
    return JsonResponse({"ready": ready, **found}, status=200 if ready else 503)


@open_to_all("凭监控令牌，或从本机；没有个人信息")
@never_cache
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """For Prometheus: with the token, or without one from this very machine. Others find nothing here."""
    if not _may_read_metrics(request):
        raise Http404
    return HttpResponse(write_metrics(), content_type=CONTENT_TYPE)


def _may_read_metrics(request: HttpRequest) -> bool:
    token: str = settings.METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return compare_digest(given.encode(), token.encode())
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
