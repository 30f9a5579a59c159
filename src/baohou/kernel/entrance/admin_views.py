"""What an administrator sees and does of others' log-ins: waits, second factors, sessions, who has to have a factor."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from baohou.core.errors import Refused
from baohou.kernel.entrance import factors
from baohou.kernel.people import sessions, throttle
from baohou.kernel.people.access import Right
from baohou.kernel.people.directory import find_visible_staff
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.models import IN_SERVICE, Post, Staff
from baohou.kernel.people.policy import Thing
from baohou.kernel.people.sessions import proven
from baohou.kernel.saying import in_words


@door(Right.ADMINISTER, Thing.STAFF)
@proven(reading=False)
def entrance_page(request: Asked, pk: int) -> HttpResponseBase:
    """How a person logs in: lift waits, reset a lost second factor, end sessions, demand a factor."""
    found = find_visible_staff(request.person, pk, on=request.today)
    if found is None or found[0].user_id is None:
        raise Http404
    staff, posting = found
    if request.method == "POST":
        try:
            said = _do(request, staff, request.POST.get("do", ""))
        except Refused as refusal:
            messages.warning(request, in_words(refusal.message), extra_tags="warn")
        else:
            messages.success(request, said, extra_tags="ok")
        return redirect("people.entrance", pk=pk)
    context = {
        "staff": staff,
        "posting": posting,
        "standing": factors.get_standing(staff=staff, post=Post(posting.post) if posting else None),
        "sessions": sessions.list_sessions(user_id=staff.user_id or 0, current=request.session.session_key),
        "wait_minutes": -(-throttle.waits_of(staff) // 60),
    }
    return render(request, "entrance/of_person.html", context)


def _do(request: Asked, staff: Staff, what: str) -> str:
    told: Any = {"staff": staff, "actor": request.person.actor, "door": "page"}
    if what == "lift":
        throttle.lift(**told)
        return _("已解除等待，可以马上再试。")
    if what == "reset":
        factors.reset(**told, on=request.today)
        return _("已重置第二因素并通知本人。")
    if what == "end":
        return _("已结束 %(n)s 处登录。") % {"n": factors.end_all(**told)}
    if what in ("demand", "spare"):
        factors.demand_of(**told, wanted=what == "demand")
        return _("已记下。")
    raise Refused("login.do", "没有这个操作。")


@door(Right.ADMINISTER)
@proven(reading=False)
def demands_page(request: Asked) -> HttpResponseBase:
    """Of which posts a second factor is demanded, and who has none yet."""
    if request.method == "POST":
        wanted = {""} if request.POST.get("everyone") else set(request.POST.getlist("post"))
        try:
            factors.demand(posts=wanted, actor=request.person.actor, door="page")
        except Refused as refusal:
            messages.warning(request, in_words(refusal.message), extra_tags="warn")
        else:
            messages.success(request, _("已保存；还没设置的人下一次打开网页时先设置。"), extra_tags="ok")
        return redirect("people.factors")
    held = factors.list_demanded_posts()
    lacking = factors.list_lacking(on=request.today)
    context = {
        "everyone": "" in held,
        "posts": [(post.value, post.label, post.value in held) for post in Post if post in IN_SERVICE],
        "lacking": lacking[:200],
        "count": len(lacking),
    }
    return render(request, "entrance/demands.html", context)
