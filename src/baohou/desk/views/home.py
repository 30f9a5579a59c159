"""My work: what is owed today, the late first; and the first start of an empty installation."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.desk.forms import FirstAdminForm, GoLiveForm
from baohou.desk.queries import get_readiness
from baohou.desk.views.asked import day_of, surroundings_of
from baohou.guarantee.queries.pages.calendar import get_month
from baohou.guarantee.queries.pages.waiting import list_waiting
from baohou.guarantee.queries.pages.worklist import count_unowned, list_worklist
from baohou.kernel.accountability.checks import GO_LIVE, ask_go_live
from baohou.kernel.accountability.queries import get_go_live
from baohou.kernel.approvals.queries import list_pending_of
from baohou.kernel.approvals.showing import shown_list, tell_asked
from baohou.kernel.entrance.letting_in import enter
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door, open_to_all
from baohou.kernel.people.logins import make_first_admin
from baohou.kernel.saying import in_words

YEAR_IN_SECONDS = 365 * 24 * 3600


@open_to_all("空系统引到首次启动，其余按“我的工作”：须登录并在职")
def home(request: HttpRequest) -> HttpResponse:
    """The home page: the first start while the installation is empty, else what the person owes."""
    if not request.user.is_authenticated and not get_readiness().users:
        return redirect("start")
    answer = my_work(request)
    assert isinstance(answer, HttpResponse)
    return answer


@door()
def my_work(request: Asked) -> HttpResponse:
    """What is owed, and what else waits; the address says whose, of which kind, which client, and which part."""
    if request.business_day is None and request.person.may(Right.ADMINISTER):
        return redirect("start")
    asked = surroundings_of(request)
    part = request.GET.get("part", "")
    worklist = list_worklist(
        request.person,
        on=request.today,
        whose=asked["whose"],
        filters=asked["filters"],
        part=part,
        after=request.GET.get("after", ""),
    )
    unowned = count_unowned(request.person, on=request.today) if "unowned" in asked["views"] else 0
    whole = not part and not asked["filters"].any and "after" not in request.GET
    waiting = list_waiting(request.person, on=request.today) if whole else []
    context = {**asked, "worklist": worklist, "unowned": unowned, "part": part, "waiting": waiting}
    return render(request, "desk/my_work.html", context)


@door()
def calendar_page(request: Asked) -> HttpResponse:
    """The same list as a calendar: a month on a desk, a week on a phone; the address says which."""
    asked = surroundings_of(request)
    month = get_month(
        request.person,
        on=request.today,
        whose=asked["whose"],
        month=day_of(f"{request.GET.get('month', '')}-01"),
        week=day_of(request.GET.get("week", "")),
        filters=asked["filters"],
    )
    return render(request, "desk/calendar.html", {**asked, "month": month})


@open_to_all("空系统设第一个管理员，其余按“后续步骤”：须系统管理员")
def start(request: HttpRequest) -> HttpResponse:
    """An empty installation: the first administrator, then what to do next and the go-live day."""
    readiness = get_readiness()
    if not readiness.users:
        return _first_admin(request)
    answer = _next_steps(request)
    assert isinstance(answer, HttpResponse)
    return answer


def _first_admin(request: HttpRequest) -> HttpResponse:
    form = FirstAdminForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = make_first_admin(**form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.where or None, in_words(refusal.message))
        else:
            enter(request, user, by="start")
            return redirect("start")
    return render(request, "desk/first_admin.html", {"form": form})


@door(Right.ADMINISTER)
def _next_steps(request: Asked) -> HttpResponse:
    form = GoLiveForm(request.POST or None, initial={"on": get_go_live()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            asked = ask_go_live(
                to=said["on"], because=said["because"], by=request.person, on=request.today, door="page"
            )
        except Refused as refusal:
            form.add_error(refusal.where or None, in_words(refusal.message))
        else:
            tell_asked(request, asked, done=_("已记下上线日，下一次日终按它计处罚。"))
            return redirect("start")
    context = {
        "form": form,
        "readiness": get_readiness(),
        "go_live": get_go_live(),
        "pending": shown_list(list_pending_of(GO_LIVE.code)),
    }
    return render(request, "desk/start.html", context)


@open_to_all("只在本机记下金额单位")
@require_POST
def set_money(request: HttpRequest) -> HttpResponse:
    """Show sums in 元 or in 万元 from now on, on this device."""
    following = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(following, allowed_hosts={request.get_host()})
    answer = redirect(following if safe else "home")
    answer.set_cookie(
        "money",
        "wan" if request.POST.get("money") == "wan" else "yuan",
        max_age=YEAR_IN_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return answer
