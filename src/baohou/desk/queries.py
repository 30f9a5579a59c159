"""Reads that join rooms and kernel: how well each clause is kept, and what an empty installation still needs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Count, F, Q

from baohou.guarantee.models import Guarantee
from baohou.guarantee.rules.words import CLAUSE_OF, DutyKind
from baohou.kernel.accountability.models import GoLive
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.models import Staff
from baohou.kernel.rulebook.models import RuleVersion


@dataclass(frozen=True)
class Kept:
    """How the duties of one clause went, as seen on a day."""

    on_time: int = 0
    late: int = 0
    overdue: int = 0
    open: int = 0
    lapsed: int = 0

    @property
    def judged(self) -> int:
        """Duties of which it is known whether they were done in time."""
        return self.on_time + self.late + self.overdue

    @property
    def rate(self) -> int | None:
        """Per cent done in time, rounded down; None when nothing was due yet."""
        return self.on_time * 100 // self.judged if self.judged else None


@dataclass(frozen=True)
class Readiness:
    """What an installation has already."""

    users: bool
    rules: bool
    staff: bool
    guarantees: bool
    go_live_decided: bool

    @property
    def complete(self) -> bool:
        return self.users and self.rules and self.staff and self.guarantees


def get_kept(*, on: date) -> dict[str, Kept]:
    """How well each clause is kept, over all duties that have opened by ``on``. One query over all duties."""
    done = Q(done_on__isnull=False)
    owed = Q(done_on__isnull=True, lapsed_on__isnull=True)
    counts = (
        Duty.objects.filter(opens_on__lte=on)
        .values("kind")
        .annotate(
            on_time=Count("pk", filter=done & Q(done_on__lte=F("due_on"))),
            late=Count("pk", filter=done & Q(done_on__gt=F("due_on"))),
            overdue=Count("pk", filter=owed & Q(due_on__lt=on)),
            open=Count("pk", filter=owed & Q(due_on__gte=on)),
            lapsed=Count("pk", filter=Q(lapsed_on__isnull=False)),
        )
    )
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in counts:
        of_clause = sums[CLAUSE_OF[DutyKind(row["kind"])]]
        for name in ("on_time", "late", "overdue", "open", "lapsed"):
            of_clause[name] += row[name]
    return {clause: Kept(**numbers) for clause, numbers in sums.items()}


def get_readiness() -> Readiness:
    """Five short queries."""
    return Readiness(
        users=User.objects.exists(),
        rules=RuleVersion.objects.exists(),
        staff=Staff.objects.exists(),
        guarantees=Guarantee.objects.exists(),
        go_live_decided=GoLive.objects.exists(),
    )
