"""Who did what, when, from where, before and after: looked up, read act by act, and taken along as a workbook."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from baohou.desk.audit_cells import facts_of, rows_of
from baohou.desk.audit_export import write_acts
from baohou.desk.audit_words import DOORS, name_of
from baohou.desk.views.asked import day_of
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.queries import Filters, get_place, iterate_acts, list_acts, list_rows, list_verbs
from baohou.kernel.parties.models import Party
from baohou.kernel.parties.queries import find_named
from baohou.kernel.people.access import Right
from baohou.kernel.people.doors import Asked, door
from baohou.kernel.people.exports import XLSX, hand_out
from baohou.kernel.people.models import Staff
from baohou.kernel.people.policy import Thing

NOUNS: Final = ("client", "guarantee", "duty", "department", "staff")
MOST_ROWS: Final = 200
MOST_EXPORTED: Final = 20_000
_LONGEST: Final = 64
_PLACE: Final = re.compile(r"\d{1,17}(\.\d{1,4})?", re.ASCII)


@dataclass(frozen=True)
class Shown:
    """An act in a list."""

    act: Act
    name: Any
    who: str
    door: Any


@door(Right.SEE_AUDIT)
def audit_page(request: Asked) -> HttpResponse:
    """Acts, the latest first, under the filters of the address."""
    filters = filters_of(request)
    before = request.GET.get("before", "")
    page = list_acts(filters, before=int(before) if before.isdecimal() and len(before) < 18 else None)
    context = {
        "filters": filters,
        "acts": _shown(page.acts),
        "more": page.more,
        "verbs": sorted(((verb, str(name_of(verb))) for verb in list_verbs()), key=lambda one: one[1]),
        "doors": DOORS.items(),
        "about": _about(filters),
    }
    return render(request, "desk/audit.html", context)


@door(Right.SEE_AUDIT, Thing.ACT)
def act_page(request: Asked, pk: int) -> HttpResponse:
    """One act: from where, what it was about, its rows before and after, its place in the chain."""
    act = Act.objects.filter(pk=pk).first()
    if act is None:
        raise Http404
    after = request.GET.get("after", "")
    changes, more = list_rows(act, after=after if _PLACE.fullmatch(after) else "", limit=MOST_ROWS)
    context = {
        "shown": _shown([act])[0],
        "facts": facts_of(act.facts),
        "rows": rows_of(changes),
        "after": after,
        "more": more,
        "place": get_place(act),
    }
    return render(request, "desk/act.html", context)


@require_safe
@door(Right.SEE_AUDIT)
def audit_export(request: Asked) -> HttpResponse:
    """The acts under the filters as a workbook, the latest first, at most MOST_EXPORTED."""
    names, out = dict(Staff.objects.values_list("staff_no", "name")), io.BytesIO()
    rows = write_acts(iterate_acts(filters_of(request), limit=MOST_EXPORTED), names=names, out=out)
    name = _("操作记录-%(on)s.xlsx") % {"on": timezone.localdate()}
    return hand_out(request, out.getvalue(), name=name, content_type=XLSX, kind="audit", rows=rows)


def filters_of(request: Asked) -> Filters:
    """The filters of the address; what is none is left out."""
    asked = request.GET
    words = asked.get("q", "").strip()[:_LONGEST]
    about = next(
        ((noun, int(asked[noun])) for noun in NOUNS if asked.get(noun, "").isdecimal() and len(asked[noun]) < 19), None
    )
    return Filters(
        by=asked.get("by", "").strip()[:_LONGEST],
        verb=asked.get("verb", "")[:_LONGEST],
        door=asked.get("door", "") if asked.get("door", "") in DOORS else "",
        since=day_of(asked.get("since", "")),
        until=day_of(asked.get("until", "")),
        words=words,
        about=about,
        clients=find_named(words),
    )


def _shown(acts: list[Act]) -> list[Shown]:
    names = dict(Staff.objects.filter(staff_no__in={act.by for act in acts}).values_list("staff_no", "name"))
    return [Shown(act, name_of(act.verb), names.get(act.by, ""), DOORS.get(act.door, act.door)) for act in acts]


def _about(filters: Filters) -> str:
    """What the acts looked at are about, in words."""
    if filters.about is None:
        return ""
    noun, number = filters.about
    if noun == "client":
        return Party.objects.filter(pk=number).values_list("name", flat=True).first() or ""
    words = {"guarantee": _("担保项目"), "duty": _("事项"), "department": _("部门"), "staff": _("人员")}
    return f"{words[noun]} {number}"
