"""What the address of my work says: whose duties, which filters; the same for the list and the calendar."""

from __future__ import annotations

from datetime import date
from typing import Any

from baohou.guarantee.queries.pages.clients import list_managers
from baohou.guarantee.queries.pages.filters import WorkFilters
from baohou.guarantee.queries.pages.worklist import views_of
from baohou.guarantee.rules.words import DutyKind, Grade
from baohou.kernel.people.doors import Asked

_FIRST, _LAST = date(1950, 1, 1), date(2150, 12, 31)


def whose_of(request: Asked) -> str:
    """Whose duties the address asks for, among those the person can look at."""
    views, whose = views_of(request.person), request.GET.get("of", "")
    return whose if whose in views else views[0]


def filters_of(request: Asked) -> WorkFilters:
    """The filters of the address; what is none is left out."""
    asked = request.GET
    owner = asked.get("owner", "")
    return WorkFilters(
        kind=DutyKind.read(asked.get("kind", "")),
        grade=Grade.read(asked.get("grade", "")),
        owner_id=int(owner) if owner.isdecimal() and len(owner) < 18 else None,
        words=asked.get("q", "").strip(),
        due_on=day_of(asked.get("due", "")),
    )


def day_of(text: str) -> date | None:
    """The day "2026-10-20"; None for anything else, and for days beyond any guarantee."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST <= day <= _LAST else None


def surroundings_of(request: Asked) -> dict[str, Any]:
    """What the filters of both pages show."""
    whose = whose_of(request)
    owners = list_managers(request.person, on=request.today) if whose in ("department", "all") else []
    return {
        "views": views_of(request.person),
        "whose": whose,
        "filters": filters_of(request),
        "kinds": list(DutyKind),
        "grades": list(Grade),
        "owners": owners,
    }
