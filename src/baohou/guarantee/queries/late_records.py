"""Visits that were recorded after the due day of the duty they did in time (PGM.12): 补录, told wherever one is shown.

Such a record takes a penalty back by itself, as it should when somebody only wrote it down late; so it is never unseen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Final

from django.utils import timezone

from baohou.guarantee.models import Visit
from baohou.guarantee.rules.words import VISITS, DutyKind, VisitKind
from baohou.kernel.duties.models import Duty

RECORDED_ON: Final = "recorded_on"
"""Under this name the act of a visit says which day it was when the visit was recorded."""
_VERB: Final = "visits.record"


def recorded_on(visit: Visit) -> date | None:
    """The day on which a visit (fetched with its act) was recorded; None for one that was imported."""
    if visit.act is None or visit.act.verb != _VERB:
        return None
    said = visit.act.facts.get(RECORDED_ON)
    return date.fromisoformat(said) if said else timezone.localdate(visit.act.at)


def find_late(visits: Sequence[Visit]) -> dict[int, date]:
    """Of visits fetched with their acts: the due day that had passed before each was recorded, by the visit's number.

    A visit recorded on its own day costs no query, all others together one.
    """
    late = [(visit, on) for visit in visits if (on := recorded_on(visit)) is not None and on > visit.visited_on]
    if not late:
        return {}
    done: defaultdict[tuple[int | None, date | None], list[Duty]] = defaultdict(list)
    for duty in Duty.objects.filter(
        kind__in=VISITS,
        party__in={visit.client_id for visit, _ in late},
        done_on__in={visit.visited_on for visit, _ in late},
    ):
        done[duty.party_id, duty.done_on].append(duty)
    found = {}
    for visit, on in late:
        passed = [
            duty.due_on
            for duty in done[visit.client_id, visit.visited_on]
            if _does(visit, duty) and visit.visited_on <= duty.due_on < on
        ]
        if passed:
            found[visit.pk] = max(passed)
    return found


def find_recorded_on(duty: Duty) -> date | None:
    """The day on which the visit that did a duty was recorded: the earliest of several; None when none is known."""
    if duty.kind not in VISITS or duty.party_id is None or duty.done_on is None:
        return None
    visits = Visit.objects.filter(client=duty.party_id, visited_on=duty.done_on).select_related("act")
    return min((on for visit in visits if _does(visit, duty) and (on := recorded_on(visit)) is not None), default=None)


def _does(visit: Visit, duty: Duty) -> bool:
    """Whether a visit of the day on which a duty was done is of a kind that does it."""
    if duty.kind == DutyKind.ROUTINE_VISIT:
        return visit.kind == VisitKind.ROUTINE and visit.guarantee_id == duty.subject_id
    return duty.kind == DutyKind.REGULAR_VISIT or visit.kind == VisitKind.SPECIAL
