"""A person's notices, how the person wants to be told, and the company's hours."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.kernel.notices import channels, kinds, preferences, services
from baohou.kernel.notices.forms import AddressForm, CompanyHoursForm, HabitsForm
from baohou.kernel.notices.models import Address, Habits, Notice
from baohou.kernel.notices.queries import count_unread, get_chosen, list_notices, list_reached
from baohou.kernel.notices.reaching import company_hours
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.models import Staff
from baohou.kernel.people.policy import Thing
from baohou.kernel.people.sessions import proven
from baohou.kernel.saying import in_words
from baohou.kernel.watch.readonly import is_replica


@door()
def notices_page(request: Asked) -> HttpResponse:
    """What one was told, the newest first."""
    unread, kind, before = request.GET.get("unread") == "1", request.GET.get("kind", ""), request.GET.get("before", "")
    known = kinds.every()
    kind = kind if kind in {one.code for one in known} else ""
    listed = list_notices(
        staff_id=request.person.staff_id, unread=unread, kind=kind, before=int(before) if before.isdecimal() else 0
    )
    context = {
        "listed": listed,
        "count": count_unread(request.person.staff_id),
        "unread_only": unread,
        "kind": kind,
        "kinds": [one for one in known if one is not kinds.DIGEST],
    }
    return render(request, "notices/notices.html", context)


@require_POST
@door()
def read_all(request: Asked) -> HttpResponse:
    """Mark all, or the one named, as read."""
    one = request.POST.get("one", "")
    services.mark_read(staff_id=request.person.staff_id, pks=[int(one)] if one.isdecimal() else None)
    return redirect("notices")


@door(None, Thing.NOTICE)
def open_notice(request: Asked, pk: int) -> HttpResponse:
    """Go to what a notice is about; it has been read then. An auditor only reads, and a replica writes nothing."""
    notice = get_object_or_404(Notice, pk=pk, staff=request.person.staff_id)
    if not request.person.reads_only and not is_replica():
        services.mark_read(staff_id=request.person.staff_id, pks=[notice.pk])
    return redirect(notice.url or "notices")


@door()
def mine_page(request: Asked) -> HttpResponse:
    """How one wants to be told: addresses, channels for each kind, hours."""
    staff = _staff(request)
    own = Habits.objects.filter(staff=staff).first()
    form = HabitsForm(request.POST or None, initial=_initial(own))
    chosen = _ticked(request) if request.method == "POST" else get_chosen(staff)
    if request.method == "POST" and form.is_valid():
        preferences.set_habits(staff=staff, chosen=chosen, **form.cleaned_data, actor=request.person.actor, door="page")
        messages.success(request, _("已保存，从现在起按此通知。"), extra_tags="ok")
        return redirect("notices.mine")
    return _show_mine(request, staff, form, chosen)


@door(None, Thing.CHANNEL)
@proven("notices.mine", reading=False)
def address_page(request: Asked, channel: str) -> HttpResponse:
    """Keep one's address on a channel; with what was filled in and why, when it is refused."""
    staff, way = _staff(request), channels.find(channel)
    if way is None:
        raise Http404
    if request.method != "POST":
        return redirect("notices.mine")
    form = AddressForm(request.POST)
    wrong = ""
    if form.is_valid():
        try:
            preferences.set_address(
                staff=staff, channel=channel, **form.cleaned_data, actor=request.person.actor, door="page"
            )
        except Refused as refusal:
            wrong = in_words(refusal.message)
        else:
            messages.success(request, _("已登记%(way)s，请试发一条。") % {"way": way.title}, extra_tags="ok")
            return redirect("notices.mine")
    wrong = wrong or str(next(iter(form.errors.values()))[0])
    own = Habits.objects.filter(staff=staff).first()
    refused = {"channel": channel, "wrong": wrong, "said": form.data.get("said", "")}
    return _show_mine(request, staff, HabitsForm(initial=_initial(own)), get_chosen(staff), refused)


@require_POST
@door(None, Thing.CHANNEL)
def try_page(request: Asked, channel: str) -> HttpResponse:
    """Send a message for trial."""
    preferences.try_address(address=_address(request, channel), actor=request.person.actor, door="page")
    messages.success(request, _("试发的消息已排队，几秒后刷新本页看结果。"), extra_tags="ok")
    return redirect("notices.mine")


@require_POST
@door(None, Thing.CHANNEL)
@proven("notices.mine", reading=False)
def remove_page(request: Asked, channel: str) -> HttpResponse:
    """Forget one's address on a channel."""
    preferences.remove_address(address=_address(request, channel), actor=request.person.actor, door="page")
    messages.success(request, _("已删除这个地址。"), extra_tags="ok")
    return redirect("notices.mine")


@door(Right.ADMINISTER)
def company_page(request: Asked) -> HttpResponse:
    """The hours of everyone who has chosen none."""
    hours = company_hours()
    initial = {"digest_at": hours.digest_at, "quiet_from": hours.quiet_from, "quiet_to": hours.quiet_to}
    form = CompanyHoursForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        preferences.set_company_hours(**form.cleaned_data, actor=request.person.actor, door="page")
        messages.success(request, _("已保存，没有自己设过时间的人从现在起按此通知。"), extra_tags="ok")
        return redirect("outbox")
    return render(request, "notices/company.html", {"form": form})


def _show_mine(
    request: Asked,
    staff: Staff,
    form: HabitsForm,
    chosen: dict[str, list[str]],
    refused: dict[str, str] | None = None,
) -> HttpResponse:
    reached = list_reached(staff)
    used = [one.way for one in reached if one.address]
    context = {
        "form": form,
        "reached": reached,
        "used": used,
        "rows": [(kind, [(way, way.code in chosen.get(kind.code, ())) for way in used]) for kind in kinds.every()],
        "hours": company_hours(),
        "refused": refused or {},
    }
    return render(request, "notices/mine.html", context)


def _initial(own: Habits | None) -> dict[str, Any]:
    held = own or Habits()
    return {name: getattr(held, name) for name in HabitsForm.base_fields} | {"language": held.language or "zh-hans"}


def _ticked(request: Asked) -> dict[str, list[str]]:
    """The channels ticked for each kind; those that are not on the page stay as they were."""
    staff = _staff(request)
    before = get_chosen(staff)
    shown = set(request.POST.getlist("shown"))
    return {
        kind: [code for code in those if code not in shown] + [c for c in request.POST.getlist(kind) if c in shown]
        for kind, those in before.items()
    }


def _staff(request: Asked) -> Staff:
    if request.person.staff is None:
        raise PermissionDenied
    return request.person.staff


def _address(request: Asked, channel: str) -> Address:
    return get_object_or_404(Address.objects.select_related("staff"), staff=_staff(request), channel=channel)
