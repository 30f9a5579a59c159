"""The grid of a quarter's grading: which table, one client, several, and all that are left."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from baohou.core.errors import Refused
from baohou.core.period import Quarter
from baohou.core.sayings import listed
from baohou.guarantee.forms.grading import RowForm, SeveralForm
from baohou.guarantee.queries.grading import GradingTable, State, get_table
from baohou.guarantee.queries.pages.grading import SHOWS, find_due, get_page, get_rows, list_tables, reachable
from baohou.guarantee.queries.pages.reports import list_quarters, who_signs_instead
from baohou.guarantee.rules.words import Grade
from baohou.guarantee.services import proposals
from baohou.guarantee.views.guards import quarter_named, staff_of
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.models import Department
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words


@door()
def here(request: Asked) -> HttpResponse:
    """The table of the last quarter that ended: one's own department's, or those of all departments."""
    return redirect("grading.quarter", quarter=list_quarters(request.today)[0])


@door(None, Thing.QUARTER)
def quarter_page(request: Asked, quarter: str) -> HttpResponse:
    """How far the departments' tables of a quarter have come; whoever belongs to one department goes straight there."""
    chosen, person = quarter_ended(request, quarter), request.person
    if not person.sees_department(None) and person.department_id is not None:
        return redirect("grading.table", quarter=chosen, department=person.department_id)
    tables = list_tables(person, chosen)
    waiting = [one for one in tables if one.state is State.HANDED_IN]
    context = {"tables": tables, "waiting": waiting, "quarter": chosen, "quarters": list_quarters(request.today)}
    return render(request, "guarantee/grading_quarter.html", context)


@door(None, Thing.QUARTER, Thing.DEPARTMENT)
def table_page(request: Asked, quarter: str, department: int) -> HttpResponse:
    """The grid."""
    table = table_for(request, quarter, department)
    show = request.GET.get("show", "")
    show = show if show in SHOWS else ""
    page = get_page(table, request.person, show=show, after=request.GET.get("after", ""), on=request.today)
    may_propose = table.is_open and request.person.may(Right.PROPOSE_GRADE)
    context = {
        "table": table,
        "page": page,
        "show": show,
        "quarters": list_quarters(request.today),
        "grades": list(Grade),
        "editable": may_propose,
        "seal": table.seal,
        **summary_of(request, table),
    }
    return render(request, "guarantee/grading.html", context)


@door(Right.PROPOSE_GRADE, Thing.QUARTER, Thing.DEPARTMENT, Thing.CLIENT)
@require_POST
def row(request: Asked, quarter: str, department: int, client: int) -> HttpResponse:
    """One client's grade as it was typed: what is written then, or, with ``refused``, why it was not."""
    table = table_for(request, quarter, department, only=client)
    form = RowForm(request.POST)
    if not form.is_valid():
        said = str(next(iter(form.errors.values()))[0])
        return JsonResponse({"refused": "form", "message": said})
    try:
        proposals.propose(
            department=table.department,
            quarter=table.quarter.last,
            client=client,
            **form.cleaned_data,
            by=staff_of(request),
            actor=request.person.actor,
            door="page",
        )
    except Refused as refusal:
        written = _row_as_written(request, table_for(request, quarter, department, only=client))
        return JsonResponse({"refused": refusal.code, "message": in_words(refusal.message), **written})
    now = table_for(request, quarter, department)
    one = next(line for line in now.lines if line.client_id == client)
    summary = render_to_string("guarantee/parts/grading_summary.html", summary_of(request, now), request)
    return JsonResponse({**_row_as_written(request, now, one.client_id), "summary": summary})


@door(Right.PROPOSE_GRADE, Thing.QUARTER, Thing.DEPARTMENT)
@require_POST
def several(request: Asked, quarter: str, department: int) -> HttpResponse:
    """One grade for the clients ticked."""
    table = table_for(request, quarter, department)
    form = SeveralForm(request.POST)
    if not form.is_valid():
        messages.warning(request, str(next(iter(form.errors.values()))[0]), extra_tags="warn")
        return _back(request, table)
    own = {line.client_id for line in table.lines}
    try:
        done = proposals.propose_many(
            department=table.department,
            quarter=table.quarter.last,
            seen={client: act for client, act in form.seen().items() if client in own},
            grade=form.cleaned_data["grade"],
            because=form.cleaned_data["because"],
            by=staff_of(request),
            actor=request.person.actor,
            door="page",
        )
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
        return _back(request, table)
    said = ngettext("已为 %(n)s 户拟定分类。", "已为 %(n)s 户拟定分类。", done.written) % {"n": done.written}
    messages.success(request, said, extra_tags="ok")
    if done.overtaken:
        names = in_words(listed(line.name for line in done.overtaken))
        messages.warning(
            request, _("以下客户刚被别人改过，没有动，请看过再改：%(names)s。") % {"names": names}, extra_tags="warn"
        )
    return _back(request, table)


@door(Right.PROPOSE_GRADE, Thing.QUARTER, Thing.DEPARTMENT)
@require_POST
def rest(request: Asked, quarter: str, department: int) -> HttpResponse:
    """All clients not graded yet keep their grade."""
    table = table_for(request, quarter, department)
    try:
        kept = proposals.keep_the_rest(
            department=table.department,
            quarter=table.quarter.last,
            clients=reachable(request.person, on=request.today),
            by=staff_of(request),
            actor=request.person.actor,
            door="page",
        )
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
    else:
        said = ngettext("其余 %(n)s 户维持原分类。", "其余 %(n)s 户维持原分类。", kept) % {"n": kept}
        messages.success(request, said, extra_tags="ok")
    return _back(request, table)


def quarter_ended(request: Asked, text: str) -> Quarter:
    """A quarter whose last day has come; others have no table yet and are not found."""
    chosen = quarter_named(text)
    if chosen.last > request.today:
        raise Http404
    return chosen


def table_for(request: Asked, quarter: str, department: int, *, only: int | None = None) -> GradingTable:
    """A department's table as far as the person's reach goes (one client, when asked); others are not found."""
    chosen, person = quarter_ended(request, quarter), request.person
    if not person.sees_department(department) and person.department_id != department:
        raise Http404
    clients = reachable(person, on=request.today)
    if only is not None:
        if clients is not None and only not in clients:
            raise Http404
        clients = [only]
    of = get_object_or_404(Department, pk=department)
    table = get_table(department=of, quarter=chosen.last, clients=clients)
    if only is not None and not table.lines:
        raise Http404
    return table


def summary_of(request: Asked, table: GradingTable) -> dict[str, object]:
    """What the head of the grid says: how far the table is, and the one thing to do next."""
    return {
        "table": table,
        "step": _next_step(request, table),
        "department": table.department,
        "signers": who_signs_instead(request.person, table.department, request.today) if table.is_open else None,
        "due_on": find_due(table),
        "first_lacking": table.lacking[0] if table.lacking else None,
    }


def _next_step(request: Asked, table: GradingTable) -> str:
    """rest, measures, sign, review, or empty when it is someone else's turn."""
    person = request.person
    if table.state is State.HANDED_IN:
        return "review" if person.may(Right.REVIEW_REPORT) else ""
    if not table.is_open or not person.may(Right.PROPOSE_GRADE):
        return ""
    if table.ungraded:
        return "rest"
    if table.lacking:
        return "measures"
    return "sign" if table.lines and person.signs_for(table.department.pk) else ""


def _row_as_written(request: Asked, table: GradingTable, client: int | None = None) -> dict[str, object]:
    lines = [line for line in table.lines if client is None or line.client_id == client]
    [found] = get_rows(table, lines, on=request.today)
    context = {"row": found, "table": table}
    return {
        "seen": found.line.seen,
        "grade": found.line.proposed or "",
        "because": found.line.because,
        "state": render_to_string("guarantee/parts/grading_state.html", context, request),
        "measure": render_to_string("guarantee/parts/grading_measure.html", context, request),
    }


def _back(request: Asked, table: GradingTable) -> HttpResponse:
    """Back to the grid as it was filtered."""
    answer = redirect("grading.table", quarter=table.quarter, department=table.department.pk)
    asked = request.GET.urlencode()
    if asked:
        answer["Location"] += f"?{asked}"
    return answer
