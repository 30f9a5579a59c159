"""The departments' duties to report, found by their keys: a few thousand among millions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from baohou.core.columns import pack_key
from baohou.guarantee.rules.reports import DUTY_OF_FILING
from baohou.guarantee.rules.words import DutyKind
from baohou.kernel.duties.models import Duty


def report_duties(*kinds: DutyKind, lasts: Iterable[date]) -> QuerySet[Duty]:
    """The duties of these kinds (all of them when none is named) that opened on a quarter's last day.

    A key begins with the kind and the day, so that each kind and day is a short stretch of the primary key.
    """
    wanted = Q(pk__in=[])
    for kind in kinds or DUTY_OF_FILING.values():
        assert kind in DUTY_OF_FILING.values(), kind
        for last in lasts:
            following = pack_key(kind.value, 0, last + timedelta(days=1))
            wanted |= Q(key__gte=pack_key(kind.value, 0, last), key__lt=following)
    return Duty.objects.filter(wanted)
