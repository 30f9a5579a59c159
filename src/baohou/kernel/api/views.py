"""The pages of tokens: one's own, and those of systems for who administers."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.kernel.api import tokens
from baohou.kernel.api.checks import SYSTEM, ask_system
from baohou.kernel.api.forms import SystemForm, TokenForm, show_refusal
from baohou.kernel.api.models import System, Token
from baohou.kernel.approvals.queries import list_pending_of
from baohou.kernel.approvals.showing import shown_list, tell_asked
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.models import Post
from baohou.kernel.people.policy import Thing
from baohou.kernel.people.queries import list_departments
from baohou.kernel.people.sessions import proven
from baohou.kernel.saying import in_words


@never_cache
@door()
@proven(reading=False)
def own_page(request: Asked) -> HttpResponse:
    """One's own tokens, and making another; its text stands on this answer and nowhere else."""
    staff = request.person.staff
    if staff is None:
        raise Http404
    form = TokenForm(request.POST or None, post=request.person.post)
    made = None
    if request.method == "POST" and form.is_valid():
        try:
            made = tokens.make_own_token(
                staff=staff, post=request.person.post, **form.cleaned_data, actor=request.person.actor, door="page"
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            form = TokenForm(post=request.person.post)
    context = {"form": form, "made": made, "tokens": tokens.list_tokens(staff=staff), "system": None}
    return render(request, "api/tokens.html", context)


@door(Right.ADMINISTER)
@proven(reading=False)
def systems_page(request: Asked) -> HttpResponse:
    """The systems that call on their own account, and adding one."""
    form = SystemForm(request.POST or None, departments=list_departments())
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask_system(**form.facts(), by=request.person, on=request.today, door="page")
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            name = form.cleaned_data["name"]
            tell_asked(request, asked, done=_("已登记%(name)s，接着给它令牌。") % {"name": name})
            return redirect("systems") if asked.waits else redirect("systems.one", pk=asked.result.pk)
    context = {
        "form": form,
        "systems": System.objects.select_related("department").order_by("code"),
        "pending": shown_list(list_pending_of(SYSTEM.code)),
    }
    return render(request, "api/systems.html", context)


@never_cache
@door(Right.ADMINISTER, Thing.SYSTEM)
@proven(reading=False)
def system_page(request: Asked, pk: int) -> HttpResponse:
    """One system's tokens, and making another."""
    system = get_object_or_404(System, pk=pk)
    form = TokenForm(request.POST or None, post=Post(system.post))
    made = None
    if request.method == "POST" and form.is_valid():
        try:
            made = tokens.make_system_token(system=system, **form.cleaned_data, actor=request.person.actor, door="page")
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            form = TokenForm(post=Post(system.post))
    context = {"form": form, "made": made, "tokens": tokens.list_tokens(system=system), "system": system}
    return render(request, "api/tokens.html", context)


@require_POST
@door(None, Thing.CREDENTIAL)
def revoke_act(request: Asked, pk: int) -> HttpResponse:
    """Revoke a token: one's own, or any for who administers."""
    token = get_object_or_404(Token.objects.select_related("system"), pk=pk)
    own = token.staff_id is not None and token.staff_id == request.person.staff_id
    if not own and not request.person.may(Right.ADMINISTER):
        raise Http404
    try:
        tokens.revoke(token=token, actor=request.person.actor, door="page")
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
    else:
        messages.success(request, _("已撤销，用它的程序马上不能再调用。"), extra_tags="ok")
    return redirect("systems.one", pk=token.system_id) if token.system_id else redirect("tokens")
