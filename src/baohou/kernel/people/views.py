"""The pages about people: departments, log-ins, deputies. The directory, and how posts are changed, is the desk's."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.kernel.people import deputies, postings
from baohou.kernel.people.access import Right, may_stand_for
from baohou.kernel.people.directory import find_visible_staff, list_in_service
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.forms import DepartmentForm, DeputyForm, show_refusal
from baohou.kernel.people.logins import give_login
from baohou.kernel.people.models import Deputy, Post, Posting, Staff
from baohou.kernel.people.policy import Thing
from baohou.kernel.people.sessions import proven
from baohou.kernel.saying import in_words


@door(Right.ADMINISTER)
def department_page(request: Asked) -> HttpResponse:
    """Set up a department."""
    form = DepartmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = postings.add_department(
                name=form.cleaned_data["department"], actor=request.person.actor, door="page"
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已设立%(name)s。") % {"name": made.name}, extra_tags="ok")
            return redirect("people")
    return render(request, "people/department.html", {"form": form})


@never_cache
@door(Right.ADMINISTER, Thing.STAFF)
@proven(reading=False)
def login_page(request: Asked, pk: int) -> HttpResponse:
    """Open a log-in or reset its password; the password stands on this answer and nowhere else."""
    staff, posting = _staff_for(request, pk)
    context = {"staff": staff, "posting": posting, "password": "", "refusal": ""}
    if request.method == "POST":
        try:
            context["password"] = give_login(staff=staff, on=request.today, actor=request.person.actor, door="page")
        except Refused as refusal:
            context["refusal"] = in_words(refusal.message)
    return render(request, "people/login.html", context)


@door(None, Thing.STAFF)
def deputy_page(request: Asked, pk: int) -> HttpResponse:
    """Name a deputy for one's own absence, or for somebody one is responsible for."""
    staff, posting = _may_name_deputy(request, pk)
    held = list_in_service(on=request.today)
    absent = Post(posting.post) if posting else Post.PROJECT_MANAGER
    candidates = [one for one in held if one.staff_id != staff.pk and may_stand_for(absent, Post(one.post))]
    candidates.sort(key=lambda one: one.department_id != (posting.department_id if posting else None))
    initial = {"first_on": request.today, "last_on": request.today}
    form = DeputyForm(request.POST or None, candidates=candidates, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            deputies.name_deputy(staff=staff, **form.facts(), actor=request.person.actor, door="page")
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已安排代办；责任人仍是%(name)s。") % {"name": staff.name}, extra_tags="ok")
            return redirect("people.one", pk=pk)
    context = {"form": form, "staff": staff, "posting": posting, "nobody": not candidates}
    return render(request, "people/deputy.html", context)


@require_POST
@door(None, Thing.STAFF)
def end_deputy_page(request: Asked, pk: int, deputy: int) -> HttpResponse:
    """The absent one is back."""
    _may_name_deputy(request, pk)
    named = get_object_or_404(Deputy.objects.select_related("staff", "deputy"), pk=deputy, staff=pk)
    try:
        deputies.end_deputy(deputy=named, on=request.today, actor=request.person.actor, door="page")
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
    else:
        messages.success(request, _("已结束代办。"), extra_tags="ok")
    return redirect("people.one", pk=pk)


def _staff_for(request: Asked, pk: int) -> tuple[Staff, Posting | None]:
    found = find_visible_staff(request.person, pk, on=request.today)
    if found is None:
        raise Http404
    return found


def _may_name_deputy(request: Asked, pk: int) -> tuple[Staff, Posting | None]:
    staff, posting = _staff_for(request, pk)
    may = deputies.may_name_deputy(request.person, staff, posting.department_id if posting else None)
    if not may and not request.person.reads_only:
        raise PermissionDenied
    return staff, posting
