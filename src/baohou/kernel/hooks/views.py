"""The pages of hooks for who administers: making and changing one, its deliveries, a new secret, a trial."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.kernel.hooks import queries, services
from baohou.kernel.hooks.events import SCOPES, find
from baohou.kernel.hooks.forms import HookForm, PauseForm, RotateForm
from baohou.kernel.hooks.models import Delivery, Hook
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.policy import Thing
from baohou.kernel.people.sessions import proven
from baohou.kernel.saying import in_words


@door(Right.ADMINISTER)
def hooks_page(request: Asked) -> HttpResponse:
    """All hooks: those that are paused or fail first told of."""
    hooks = queries.list_hooks()
    late = queries.count_of_late(hooks)
    rows = [(hook, *late.get(hook.pk, (0, None))) for hook in hooks]
    failing = sum(hook.paused_at is not None or hook.standing.failures > 0 for hook in hooks)
    return render(request, "hooks/hooks.html", {"rows": rows, "failing": failing})


@never_cache
@door(Right.ADMINISTER)
@proven()
def add_page(request: Asked) -> HttpResponse:
    """Making a hook; its secret stands on this answer and nowhere else."""
    form = HookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_hook(**form.facts(), actor=request.person.actor, door="page")
        except Refused as refusal:
            form.add_error(refusal.where if refusal.where in form.fields else None, in_words(refusal.message))
        else:
            return render(request, "hooks/secret.html", {"made": made, "hook": made.hook, "is_new": True})
    return render(request, "hooks/change.html", {"form": form, "hook": None})


@door(Right.ADMINISTER, Thing.HOOK)
def hook_page(request: Asked, pk: int) -> HttpResponse:
    """One hook: what it is told, how it fares, its deliveries."""
    hook = _hook(pk)
    before, state = request.GET.get("before", ""), request.GET.get("state", "")
    arrived = {"arrived": True, "open": False}.get(state)
    context = {
        "hook": hook,
        "page": queries.list_deliveries(hook, before=int(before) if before.isdecimal() else 0, arrived=arrived),
        "state": state if arrived is not None else "",
        "events": [kind.title if kind else name for name, kind in ((name, find(name)) for name in hook.events)],
        "scopes": [SCOPES[one] for one in hook.scopes if one in SCOPES],
        "pause": PauseForm(),
    }
    return render(request, "hooks/hook.html", context)


@door(Right.ADMINISTER, Thing.HOOK)
@proven()
def change_page(request: Asked, pk: int) -> HttpResponse:
    """Changing where a hook leads and what it is told."""
    hook = _hook(pk)
    initial = {name: getattr(hook, name) for name in ("name", "url", "events", "scopes")}
    form = HookForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_hook(hook=hook, **form.facts(), actor=request.person.actor, door="page")
        except Refused as refusal:
            form.add_error(refusal.where if refusal.where in form.fields else None, in_words(refusal.message))
        else:
            messages.success(request, _("已修改，从下一个事件起按新的推送。"), extra_tags="ok")
            return redirect("hooks.one", pk=pk)
    return render(request, "hooks/change.html", {"form": form, "hook": hook})


@never_cache
@door(Right.ADMINISTER, Thing.HOOK)
@proven()
def secret_page(request: Asked, pk: int) -> HttpResponse:
    """A new secret, which stands on this answer and nowhere else."""
    hook, form = _hook(pk), RotateForm(request.POST or None)
    made = None
    if request.method == "POST" and form.is_valid():
        hours = form.cleaned_data["hours"]
        made = services.rotate_secret(hook=hook, hours=hours, actor=request.person.actor, door="page")
    return render(request, "hooks/secret.html", {"made": made, "hook": hook, "form": form, "is_new": False})


@require_POST
@door(Right.ADMINISTER, Thing.HOOK)
def pause_act(request: Asked, pk: int) -> HttpResponse:
    """Send nothing for now."""
    form = PauseForm(request.POST)
    because = form.cleaned_data["because"] if form.is_valid() else ""

    def act() -> None:
        services.pause_hook(hook=_hook(pk), because=because, actor=request.person.actor, door="page")

    return _done(request, pk, act, _("已暂停；这段时间的事件都留着，恢复后补发。"))


@require_POST
@door(Right.ADMINISTER, Thing.HOOK)
def resume_act(request: Asked, pk: int) -> HttpResponse:
    """Go on, and send what was kept."""

    def act() -> None:
        services.resume_hook(hook=_hook(pk), actor=request.person.actor, door="page")

    return _done(request, pk, act, _("已恢复，留着的事件马上补发。"))


@require_POST
@door(Right.ADMINISTER, Thing.HOOK)
def ping_act(request: Asked, pk: int) -> HttpResponse:
    """Send a trial event."""

    def act() -> None:
        services.ping_hook(hook=_hook(pk), actor=request.person.actor, door="page")

    return _done(request, pk, act, _("试推送已排队，几秒后刷新本页看对方的回答。"))


@require_POST
@door(Right.ADMINISTER, Thing.HOOK)
def remove_act(request: Asked, pk: int) -> HttpResponse:
    """Forget a hook."""
    services.remove_hook(hook=_hook(pk), actor=request.person.actor, door="page")
    messages.success(request, _("已删除，不再推送。"), extra_tags="ok")
    return redirect("hooks")


@door(Right.ADMINISTER, Thing.HOOK)
def delivery_page(request: Asked, pk: int, delivery: int) -> HttpResponse:
    """One delivery: what was sent, what was answered."""
    found = _delivery(pk, delivery)
    context = {
        "hook": found.hook,
        "one": queries.tell([found])[0],
        "body": json.dumps(json.loads(found.body), ensure_ascii=False, indent=2),
    }
    return render(request, "hooks/delivery.html", context)


@require_POST
@door(Right.ADMINISTER, Thing.HOOK)
def again_act(request: Asked, pk: int, delivery: int) -> HttpResponse:
    """Send a delivery again."""

    def act() -> None:
        services.resend(delivery=_delivery(pk, delivery), actor=request.person.actor, door="page")

    return _done(request, pk, act, _("已重新排队，马上发送。"))


def _done(request: Asked, pk: int, act: Callable[[], None], said: str) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
    else:
        messages.success(request, said, extra_tags="ok")
    return redirect("hooks.one", pk=pk)


def _hook(pk: int) -> Hook:
    return get_object_or_404(Hook.objects.select_related("standing"), pk=pk)


def _delivery(pk: int, delivery: int) -> Delivery:
    return get_object_or_404(Delivery.objects.select_related("hook"), pk=delivery, hook=pk)
