"""What has happened since something was derived from the books: acts, and the clients whose facts were touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import Q, QuerySet

from baohou.day.models import StepRun
from baohou.guarantee.models import Touched
from baohou.kernel.audit.models import Act
from baohou.kernel.prepared import prepared

LATEST_ACTS: Final = 100
"""So many acts are looked at: one that commits after a later one has begun still changes what they say."""
_BESIDE_ALL: Final = ("login.", "exports.", "notices.", "outbox.", "hooks.", "mappings.", "audit.", "upkeep.")
"""How the verbs of acts begin that change nothing of the business."""


def latest_acts(*, beside: Sequence[str]) -> list[int]:
    """The latest acts (their numbers, newest first) but those of some verbs, which change nothing of what is asked."""
    return _latest_acts(list(beside))


def latest_step() -> int:
    """The latest step of a day; 0 when no day has run. One query."""
    return next(iter(_steps()), 0)


def latest_touched(most: int) -> list[tuple[int, int]]:
    """The latest marks (number, client) of facts that changed since the day last derived duties, newest first."""
    return _touched(most=most)


@prepared
def _latest_acts(beside: list[str]) -> QuerySet[Act, int]:
    acts = Act.objects.exclude(Q(*(Q(verb__startswith=beginning) for beginning in _BESIDE_ALL), _connector=Q.OR))
    return acts.exclude(verb__in=beside).order_by("-pk").values_list("pk", flat=True)[:LATEST_ACTS]


@prepared
def _steps() -> QuerySet[StepRun, int]:
    return StepRun.objects.order_by("-pk").values_list("pk", flat=True)[:1]


@prepared
def _touched(*, most: int) -> QuerySet[Touched, tuple[int, int]]:
    return Touched.objects.order_by("-pk").values_list("pk", "client_id")[:most]
