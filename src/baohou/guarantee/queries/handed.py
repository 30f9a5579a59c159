"""Open duties that passed from one person to another with a hand-over of work."""

from __future__ import annotations

from collections.abc import Iterable
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
    last = {key: (owner, to) for key, owner, to in _handed(sorted(wanted), on)}
    received = [key for key, (owner, to) in last.items() if to in wanted and owner not in wanted]
    given = [key for key, (owner, to) in last.items() if owner in wanted and to not in wanted]
    return received, given


@prepared
def _handed(staff: list[int], on: date) -> QuerySet[MovedDuty, tuple[int, int, int]]:
    still = Duty.objects.filter(
        key=OuterRef("duty_key"), owner=OuterRef("owner"), done_on__isnull=True, lapsed_on__isnull=True
    )
    concerned = MovedDuty.objects.filter(Q(to__in=staff) | Q(owner__in=staff) | Q(move__staff__in=staff))
    rows = concerned.filter(Exists(still), move__effective_on__lte=on).order_by("pk")
    return rows.values_list("duty_key", "owner_id", "to_id")
