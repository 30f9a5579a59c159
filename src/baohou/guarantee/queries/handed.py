"""Open duties that passed from one person to another with a hand-over of work."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from baohou.guarantee.models import MovedDuty
from baohou.kernel.duties.models import Duty
from baohou.kernel.prepared import prepared


def handed_keys(staff_ids: Iterable[int], *, on: date) -> tuple[list[int], list[int]]:
    """Open duties that others handed over to these people, and such of their own as they handed over. One query.

    Of several hand-overs of a duty the last counts, and only while the rules still name the owner of that moment.
    """
    wanted = set(staff_ids)
    return received_and_given(_handed(sorted(wanted), on), wanted)


def received_and_given(rows: Iterable[tuple[int, int, int]], staff: Collection[int]) -> tuple[list[int], list[int]]:
    """Of work that was handed over (its number, whose it was, whose it is; in order): what came to these people, and
    what of theirs went. Of several hand-overs the last counts."""
    last = {number: (owner, to) for number, owner, to in rows}
    received = [number for number, (owner, to) in last.items() if to in staff and owner not in staff]
    given = [number for number, (owner, to) in last.items() if owner in staff and to not in staff]
    return received, given


@prepared
def _handed(staff: list[int], on: date) -> QuerySet[MovedDuty, tuple[int, int, int]]:
    still = Duty.objects.filter(
        key=OuterRef("duty_key"), owner=OuterRef("owner"), done_on__isnull=True, lapsed_on__isnull=True
    )
    concerned = MovedDuty.objects.filter(Q(to__in=staff) | Q(owner__in=staff) | Q(move__staff__in=staff))
    rows = concerned.filter(Exists(still), move__effective_on__lte=on).order_by("pk")
    return rows.values_list("duty_key", "owner_id", "to_id")
