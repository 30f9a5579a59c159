"""How many reports are on no hand-over list: the sum that is kept, and the visits since (PGM.11)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncQuarter

from baohou.core.period import quarter_of
from baohou.guarantee.models import Guarantee, ReportSlice, Summary, Visit
from baohou.guarantee.queries.hand_overs import say_departments
from baohou.guarantee.queries.summaries import REPORTS
from baohou.kernel.people.access import Person, Reach
from baohou.kernel.prepared import prepared


def count_unlisted(person: Person, *, spans: list[tuple[date, date]], on: date) -> list[tuple[date, int, int]]:
    """Quarter's last day, department, how many reports within the person's reach; a pair may come twice, to be added.

    Visits of the ``spans`` of days are counted, and as summed last those of other quarters too. Three queries.
    """
    return _counted_before(person) + _counted_since(person, spans, on)


def _counted_before(person: Person) -> list[tuple[date, int, int]]:
    """Reports on no list as summed last: quarter's last day, department, how many. One query."""
    slices = ReportSlice.objects.filter(department__in=person.department_ids)
    if person.reach is Reach.ALL:
        slices = ReportSlice.objects.all()
    elif person.reach is Reach.OWN:
        slices = ReportSlice.objects.filter(by=person.staff_id)
    return list(slices.values_list("quarter", "department").annotate(count=Sum("visits")).order_by())


def _counted_since(person: Person, spans: list[tuple[date, date]], on: date) -> list[tuple[date, int, int]]:
    """The same of visits that were left out of the sum: the latest ones, or all while there is no sum. Two queries."""
    summed = Summary.objects.filter(part=REPORTS).values_list("last_row", flat=True).first() or 0
    by = person.staff_id if person.reach is Reach.OWN else None
    departments = sorted(person.department_ids) if person.reach is Reach.DEPARTMENT else []
    days = [day for span in spans for day in span]
    found = _visits_since(summed, on, by, departments, *days, reach=person.reach) if spans else []
    return [(quarter_of(first).last, unit, count) for first, unit, count in found if unit is not None]


@prepared
def _visits_since(
    summed: int, on: date, by: int | None, departments: list[int], *days: date, reach: Reach
) -> QuerySet[Visit, Any]:
    """Quarter's first day, department, how many visits behind a row are on no list; ``days`` begin and end spans."""
    spans = [Q(visited_on__range=span) for span in zip(days[::2], days[1::2], strict=True)]
    made = Visit.objects.filter(hand_over_item__isnull=True, visited_on__lte=on, pk__gt=summed)
    made = made.filter(Q(*spans, _connector=Q.OR))
    if by is not None:
        made = made.filter(by=by)
    elif reach is Reach.DEPARTMENT:
        theirs = Guarantee.objects.filter(department__in=departments)
        made = made.filter(client__in=theirs.values("client_id"))
    # Who had no department is left out by the caller: asked for in the query, each visit's would be looked up twice.
    grouped: Any = say_departments(made.annotate(of=TruncQuarter("visited_on")))
    rows: QuerySet[Visit, Any] = grouped.values_list("of", "unit").annotate(count=Count("pk")).order_by()
    return rows
