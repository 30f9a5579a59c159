"""The month's statement on the page and as files."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.period import month_first, period_of
from baohou.kernel.accountability.guards import month_named, staff_for
from baohou.kernel.accountability.statement import PAGE, get_personal, get_statement
from baohou.kernel.accountability.statement_papers import KINDS, list_papers
from baohou.kernel.people.access import Reach
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.exports import CONTENT_TYPES, hand_out
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words


@door()
def statement_now(request: Asked) -> HttpResponse:
    """To the month that was picked, or the current one; who sees only oneself goes to one's own statement."""
    picked = request.GET.get("month", "")
    month = f"{month_named(picked) if picked else request.today:%Y-%m}"
    staff = request.GET.get("staff", "")
    if staff.isdecimal():
        return redirect("penalties.statement.person", month=month, staff=int(staff))
    if request.person.reach is Reach.OWN:
        return redirect("penalties.statement.person", month=month, staff=request.person.staff_id)
    return redirect("penalties.statement.month", month=month)


@door()
def month_page(request: Asked, month: str) -> HttpResponse:
    """The month of everyone within reach."""
    first = month_named(month)
    statement = get_statement(
        request.person, month=first, on=request.today, after=request.GET.get("after", ""), most=PAGE
    )
    context = {"statement": statement, **_around(first, request.today)}
    return render(request, "accountability/statement.html", context)


@door(None, Thing.FINED)
def person_page(request: Asked, month: str, staff: int) -> HttpResponse:
    """The month of one person, entry by entry."""
    first, of = month_named(month), staff_for(request, staff)
    personal = get_personal(request.person, staff=of, month=first, on=request.today)
    context = {"personal": personal, "line": personal.line, **_around(first, request.today)}
    return render(request, "accountability/personal.html", context)


@door(None, Thing.FINED)
def statement_file(request: Asked, month: str, ending: str, staff: int | None = None) -> HttpResponse:
    """The statement as PDF or Excel, of everyone within reach or of one person."""
    if ending not in CONTENT_TYPES:
        raise Http404
    first = month_named(month)
    of = staff_for(request, staff) if staff is not None else None
    out = io.BytesIO()
    try:
        papers = list_papers(request.person, month=first, on=request.today, printed_on=timezone.localdate(), staff=of)
        KINDS[ending](papers=papers, out=out)
    except Refused as refusal:
        messages.warning(request, in_words(refusal.message), extra_tags="warn")
        return redirect("penalties.statement.month", month=month)
    name = f"献爱心对账单-{month}{f'-{of.staff_no}' if of else ''}.{ending}"
    told: dict[str, Any] = {
        "name": name,
        "content_type": CONTENT_TYPES[ending],
        "kind": "penalties",
        "rows": len(papers),
    }
    return hand_out(request, out.getvalue(), **told)


def _around(month: date, today: date) -> dict[str, date | None]:
    """The month, the one before, and the one after unless it has not begun."""
    after = period_of(1, month).last + timedelta(days=1)
    return {
        "month": month,
        "earlier": month_first(month - timedelta(days=1)),
        "later": after if after <= today else None,
    }
