"""Who is there; engaging people, changing posts, ending service: asked for here, done once somebody else has looked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.kernel.approvals.of_posts import ENGAGE, ask_person, ask_post, ask_take_back, pending_posts
from baohou.kernel.approvals.queries import list_pending_of
from baohou.kernel.approvals.showing import shown_list, tell_asked
from baohou.kernel.people.access import Reach, Right
from baohou.kernel.people.directory import find_visible_staff, list_directory
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.forms import LeaveForm, PersonForm, PostForm, show_refusal
from baohou.kernel.people.models import Post, Posting, Staff
from baohou.kernel.people.policy import Thing
from baohou.kernel.people.queries import list_departments
from baohou.kernel.saying import in_words


@door(Right.SEE_PEOPLE)
def directory_page(request: Asked) -> HttpResponse:
    """Departments with their people and posts on the business day, and what of it waits; the address may search."""
    words, left = request.GET.get("q", "").strip(), request.GET.get("left") == "1"
    directory = list_directory(request.person, on=request.today, words=words, left=left)
    waits = pending_posts([row.staff.pk for group in directory.groups for row in group.rows])
    everyone = request.person.reach is Reach.ALL
    context = {
        "directory": directory,
        "words": words,
        "left": left,
        "groups": [(one, [(row, waits.get(row.staff.pk, ())) for row in one.rows]) for one in directory.groups],
        "pending": shown_list(list_pending_of(ENGAGE.code)) if everyone else [],
    }
    return render(request, "people/directory.html", context)


@door(Right.ADMINISTER)
def add_page(request: Asked) -> HttpResponse:
    """Engage someone."""
    form = PersonForm(
        request.POST or None,
        departments=list_departments(),
        initial={"effective_on": request.today, "department": request.GET.get("department", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask_person(
                staff_no=form.cleaned_data["staff_no"],
                name=form.cleaned_data["name"],
                **form.posting(),
                **_asking(request),
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            done = _("已登记%(name)s，接着可以开通登录。") % {"name": form.cleaned_data["name"]}
            tell_asked(request, asked, done=done)
            return redirect("people") if asked.waits else redirect("people.one", pk=asked.result.pk)
    return render(request, "people/add.html", {"form": form, "pending": shown_list(list_pending_of(ENGAGE.code))})


@door(Right.ADMINISTER, Thing.STAFF)
def post_page(request: Asked, pk: int) -> HttpResponse:
    """Change a person's post or department from a day on."""
    staff, posting = _staff_for(request, pk)
    initial: dict[str, object] = {"effective_on": request.today}
    if posting is not None and posting.post != Post.LEFT:
        initial |= {"post": posting.post, "department": str(posting.department_id or "")}
    form = PostForm(request.POST or None, departments=list_departments(), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask_post(staff=staff, **form.posting(), because=form.cleaned_data["because"], **_asking(request))
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            tell_asked(request, asked, done=_("已记下%(name)s的任职变更。") % {"name": staff.name})
            return redirect("people.one", pk=pk)
    return render(request, "people/post.html", {"form": form, "staff": staff, "posting": posting})


@require_POST
@door(Right.ADMINISTER, Thing.STAFF)
def take_back_page(request: Asked, pk: int, posting: int) -> HttpResponse:
    """Take back a posting that has not begun."""
    planned = get_object_or_404(Posting.objects.select_related("staff", "department"), pk=posting, staff=pk)
    try:
        asked = ask_take_back(posting=planned, **_asking(request))
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
    else:
        tell_asked(request, asked, done=_("已撤回这次任职变更。"))
    return redirect("people.one", pk=pk)


@door(Right.ADMINISTER, Thing.STAFF)
def leave_page(request: Asked, pk: int) -> HttpResponse:
    """End a person's service; refused while something would be left without an owner."""
    staff, posting = _staff_for(request, pk)
    form = LeaveForm(request.POST or None, initial={"effective_on": request.today})
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask_post(staff=staff, department=None, post=Post.LEFT, **form.cleaned_data, **_asking(request))
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            said = {"name": staff.name, "on": form.cleaned_data["effective_on"]}
            tell_asked(request, asked, done=_("%(name)s自 %(on)s 起离职，届时不能再登录。") % said)
            return redirect("people.one", pk=pk)
    return render(request, "people/leave.html", {"form": form, "staff": staff, "posting": posting})


def _asking(request: Asked) -> dict[str, Any]:
    return {"by": request.person, "on": request.today, "door": "page"}


def _staff_for(request: Asked, pk: int) -> tuple[Staff, Posting | None]:
    found = find_visible_staff(request.person, pk, on=request.today)
    if found is None:
        raise Http404
    return found
