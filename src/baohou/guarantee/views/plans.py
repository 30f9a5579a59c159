"""The visit plan: a day for each visit, by hand or for several at once; handing in, accepting, returning."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.core.period import Quarter, quarter_of
from baohou.core.sayings import listed
from baohou.guarantee.forms.appointments import AppointmentForm, initial_of, read_appointment
from baohou.guarantee.forms.fields import read_step, show_refusal
from baohou.guarantee.forms.plans import DEEDS, Several, read_day, read_filters, read_number, read_seen
from baohou.guarantee.queries.pages.plan_table import NO_DISTRICT, UNDATED, get_plan_table, plannable
from baohou.guarantee.queries.pages.plans import (
    PlanPage,
    get_plan_page,
    line_of,
    list_plan_quarters,
    list_plans,
    load_of,
    may_plan,
)
from baohou.guarantee.queries.pages.reports import who_signs_instead
from baohou.guarantee.queries.plans import get_plan, list_clients_of
from baohou.guarantee.rules.words import Grade, VisitKind
from baohou.guarantee.services import appointments, plans
from baohou.guarantee.services.day_faults import NAMED, named
from baohou.guarantee.services.plans import Changed, Planner
from baohou.guarantee.views.guards import plan_department_for, plan_quarter_for, staff_of
from baohou.guarantee.views.plan_weeks import DRAWN, weeks
from baohou.kernel.parties.models import Party
from baohou.kernel.parties.queries import get_reached
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.models import Department
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words


@door()
def home_page(request: Asked) -> HttpResponse:
    """The own department's plan of this quarter; for those who see several departments, which plan waits for whom."""
    quarter = plan_quarter_for(request, request.GET.get("quarter") or str(quarter_of(request.today)))
    if request.person.department_id is not None and request.person.may(Right.PLAN_VISIT):
        return redirect("plan.department", quarter=quarter, department=request.person.department_id)
    found = list_plans(request.person, quarter=quarter, on=request.today)
    context = {
        "quarter": quarter,
        "quarters": list_plan_quarters(request.today),
        "plans": found,
        "waiting": sum(one.state == "handed_in" for one in found),
        "missing": sum(one.state in ("open", "returned") for one in found),
    }
    return render(request, "guarantee/plans.html", context)


@door(None, Thing.QUARTER, Thing.PLANNED_DEPARTMENT)
def plan_page(request: Asked, quarter: str, department: int) -> HttpResponse:
    """The visits of a quarter with their days; or how full each person's days are."""
    chosen, of = plan_quarter_for(request, quarter), plan_department_for(request, department)
    return _answer(request, chosen, of, Several.start(chosen, request.today))


@require_POST
@door(Right.PLAN_VISIT, Thing.QUARTER, Thing.PLANNED_DEPARTMENT, Thing.DUTY)
def day_cell(request: Asked, quarter: str, department: int, key: int) -> HttpResponse:
    """Set the day of one visit and show its row again; what was typed stays when it is refused."""
    chosen, of = plan_quarter_for(request, quarter), plan_department_for(request, department)
    typed, refusal = request.POST.get("planned_on", ""), None
    try:
        plans.set_date(
            planner=_planner(request, chosen, of),
            key=key,
            planned_on=read_day(typed, chosen),
            seen=read_seen(request.POST.get("seen", "")),
            confirmed=bool(request.POST.get("confirmed")),
            note=request.POST.get("note"),
        )
    except Refused as refused:
        refusal = refused
    if not request.htmx:  # type: ignore[attr-defined]
        if refusal is not None:
            messages.warning(request, in_words(refusal.message), extra_tags="warn")
        return redirect("plan.department", quarter=chosen, department=of.pk)
    plan = get_plan(department=of, quarter=chosen, today=request.today, clients=list_clients_of([key]))
    row = next((row for row in plan.rows if row.key == key), None)
    if row is None:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {
        "line": line_of(request.person, of, row),
        "quarter": chosen,
        "department": of,
        "typed": typed if refusal else None,
        "wrong": refusal,
    }
    answer = render(request, "guarantee/parts/plan_row.html", context)
    if refusal is None:
        answer.headers["HX-Trigger"] = "plan-changed"
    return answer


@door(Right.PLAN_VISIT, Thing.QUARTER, Thing.PLANNED_DEPARTMENT, Thing.DUTY)
def appointment(request: Asked, quarter: str, department: int, key: int) -> HttpResponse:
    """With whom of the client's a planned visit was arranged (GPM.5)."""
    chosen, of = plan_quarter_for(request, quarter), plan_department_for(request, department)
    plan = get_plan(department=of, quarter=chosen, today=request.today, clients=list_clients_of([key]))
    row = next((row for row in plan.rows if row.key == key and may_plan(request.person, of, row)), None)
    if row is None:
        raise Http404
    latest = max(timezone.localdate(), request.today)
    form = AppointmentForm(request.POST or None, initial=initial_of(row.appointment), latest=latest)
    if request.method == "POST" and form.is_valid():
        try:
            appointments.arrange(
                planner=_planner(request, chosen, of),
                key=key,
                seen=read_seen(request.POST.get("seen", "")),
                appointment=read_appointment(form.cleaned_data),
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已保存与%(client)s的约见。") % {"client": row.visit.client}, extra_tags="ok")
            return redirect("plan.department", quarter=chosen, department=of.pk)
    people = get_reached(Party.objects.get(pk=row.visit.client_id)).contacts
    context = {"form": form, "row": row, "quarter": chosen, "department": of, "people": people}
    return render(request, "guarantee/appointment.html", context)


@require_POST
@door(Right.PLAN_VISIT, Thing.QUARTER, Thing.PLANNED_DEPARTMENT)
def several(request: Asked, quarter: str, department: int) -> HttpResponse:
    """One deed for the visits ticked: spread, set, shift or clear; refused, the page keeps ticks and words."""
    chosen, of = plan_quarter_for(request, quarter), plan_department_for(request, department)
    wanted = Several.read(request.POST)
    if wanted.deed not in DEEDS:
        raise Http404
    try:
        _do(request, _planner(request, chosen, of), wanted)
    except Refused as refusal:
        return _answer(request, chosen, of, wanted, refusal)
    return redirect(f"{reverse('plan.department', args=[chosen, of.pk])}?{request.GET.urlencode()}")


@require_POST
@door(Right.FILE_REPORT, Thing.QUARTER, Thing.PLANNED_DEPARTMENT)
def hand_in(request: Asked, quarter: str, department: int) -> HttpResponse:
    """Hand the plan in to the risk department."""
    chosen, of = plan_quarter_for(request, quarter), plan_department_for(request, department)
    try:
        plans.hand_in(planner=_planner(request, chosen, of))
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
    else:
        messages.success(request, _("%(quarter)s 回访计划已上报风险管理部。") % {"quarter": chosen}, extra_tags="ok")
    return redirect("plan.department", quarter=chosen, department=of.pk)


@require_POST
@door(Right.REVIEW_REPORT, Thing.QUARTER, Thing.PLANNED_DEPARTMENT)
def review(request: Asked, quarter: str, department: int) -> HttpResponse:
    """Accept the plan, or return it with a reason; a reason that is lacking is asked for in place."""
    chosen, of = plan_quarter_for(request, quarter), plan_department_for(request, department)
    planner = _planner(request, chosen, of)
    try:
        if request.POST.get("verdict") == "return":
            plans.return_(
                planner=planner,
                because=request.POST.get("because", ""),
                seen=read_step(request.POST),
            )
            said = _("已退回%(department)s，请其改好再报。")
        else:
            plans.accept(planner=planner, seen=request.POST.get("seen", ""))
            said = _("已接收%(department)s的计划，此后的改动都会标出。")
    except Refused as refusal:
        return _answer(request, chosen, of, Several.start(chosen, request.today), refusal)
    messages.success(request, said % {"department": of.name}, extra_tags="ok")
    return redirect("plan.department", quarter=chosen, department=of.pk)


def _planner(request: Asked, quarter: Quarter, department: Department) -> Planner:
    return Planner(department, quarter, request.today, staff_of(request), request.person.actor, "page")


def _page(request: Asked, quarter: Quarter, department: Department) -> PlanPage:
    return get_plan_page(
        request.person,
        department=department,
        quarter=quarter,
        today=request.today,
        filters=read_filters(request.GET),
        number=read_number(request.GET),
    )


def _answer(
    request: Asked, quarter: Quarter, department: Department, several: Several, refusal: Refused | None = None
) -> HttpResponse:
    page = _page(request, quarter, department)
    by_load = request.GET.get("view") == "load"
    loads = load_of(page.plan) if by_load else []
    context: dict[str, Any] = {
        "page": page,
        "plan": page.plan,
        "quarter": quarter,
        "department": department,
        "signers": who_signs_instead(request.person, department, request.today),
        "departments": list_plans(request.person, quarter=quarter, on=request.today),
        "quarters": list_plan_quarters(request.today),
        "filters": read_filters(request.GET),
        "grades": list(Grade),
        "kinds": list(VisitKind),
        "no_district": NO_DISTRICT,
        "by_load": by_load,
        "loads": loads,
        "weeks": weeks(page.plan, most=DRAWN) if by_load else None,
        "crowded": [(one, cell) for month in loads for one in month.people for cell in one.cells if cell.too_many],
        "several": several,
        "refusal": refusal,
        "because": request.POST.get("because", ""),
        "tail": request.GET.urlencode(),
    }
    return render(request, "guarantee/plan.html", context)


def _do(request: Asked, planner: Planner, wanted: Several) -> None:
    """Do one deed and say how many visits it changed."""
    quarter = planner.quarter
    if wanted.deed in ("spread", "spread_district"):
        found = plans.spread(
            planner=planner,
            first=wanted.day_of(wanted.first, quarter, what="开始日"),
            last=wanted.day_of(wanted.last, quarter, what="结束日"),
            seen=wanted.seen or dict.fromkeys(_undated(request, planner)),
            by_district=wanted.deed == "spread_district",
        )
        _say_spread(request, found)
        _say_overtaken(request, found)
        return
    if wanted.deed == "set":
        day = wanted.day_of(wanted.day, quarter, what="日期")
        changed = plans.set_dates(
            planner=planner, seen=wanted.seen, planned_on=day, confirmed=wanted.confirmed, note=wanted.note
        )
    elif wanted.deed == "shift":
        changed = plans.shift(planner=planner, seen=wanted.seen, by=wanted.working_days())
    else:
        changed = plans.clear(planner=planner, seen=wanted.seen)
    if changed.written or not changed.overtaken:
        said = ngettext("已改 %(n)s 次回访的计划日期。", "已改 %(n)s 次回访的计划日期。", changed.written)
        messages.success(request, said % {"n": changed.written}, extra_tags="ok")
    _say_overtaken(request, changed)


def _say_overtaken(request: Asked, changed: Changed) -> None:
    if changed.overtaken:
        names = in_words(named(row.visit.client for row in changed.overtaken))
        said = _("以下客户的回访日期刚被别人改过，没有动，请看过再改：%(names)s。") % {"names": names}
        messages.warning(request, said, extra_tags="warn")


def _undated(request: Asked, planner: Planner) -> list[int]:
    """What is spread when nothing is ticked: the visits without a day that the page's filters leave."""
    plan = get_plan_table(request.person, department=planner.department, quarter=planner.quarter, today=request.today)
    rows = read_filters(request.GET).take(UNDATED.take(plan.rows))
    keys = plannable(request.person, plan, rows)["key"].to_list()
    if not keys:
        raise Refused("guarantee.plan.nothing_to_spread", "没有还没排日期的回访；要重排，请先勾选。")
    return keys


def _say_spread(request: Asked, found: Changed) -> None:
    if found.written:
        said = ngettext("已排好 %(n)s 次回访。", "已排好 %(n)s 次回访。", found.written)
        messages.success(request, said % {"n": found.written}, extra_tags="ok")
    if found.left:
        names = in_words(listed(dict.fromkeys(row.visit.client for row in found.left[:NAMED])))
        said = ngettext(
            "还有 %(n)s 次在所选区间内没有可排的工作日：%(clients)s。请放宽区间，或手工排。",
            "还有 %(n)s 次在所选区间内没有可排的工作日：%(clients)s。请放宽区间，或手工排。",
            len(found.left),
        )
        messages.warning(request, said % {"n": len(found.left), "clients": names}, extra_tags="warn")
