"""Finding volumes: by number, unit, period, place or contents; who has them; until when they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import ExtractYear

from baohou.core.errors import Refused
from baohou.core.places import turn_through
from baohou.kernel.papers.archive import kinds
from baohou.kernel.papers.models import Loan, Volume, VolumeItem, VolumeRule

PAGE = 50
MANY = 1000
"""Volumes are counted up to here."""
PLACED = ("in", "out", "overdue", "expired", "destroyed")
"""By what a list of volumes can be narrowed: in its place, lent, lent too long, kept long enough, destroyed."""


@dataclass(frozen=True)
class VolumeFilters:
    """What the address of the list says; empty means everything."""

    words: str = ""
    unit: str = ""
    period: str = ""
    state: str = ""

    @property
    def any(self) -> bool:
        return bool(self.words or self.unit or self.period or self.state)


@dataclass(frozen=True)
class Standing:
    """A volume, its open loan (None: it is in its place), and the last day it must be kept (None: for good)."""

    volume: Volume
    loan: Loan | None
    kept_through: date | None
    today: date

    @property
    def overdue(self) -> bool:
        return self.loan is not None and self.loan.due_on < self.today

    @property
    def expired(self) -> bool:
        """Whether it need not be kept any longer and is there still."""
        return not self.destroyed and self.kept_through is not None and self.kept_through < self.today

    @property
    def destroyed(self) -> bool:
        return self.volume.destruction_id is not None


@dataclass(frozen=True)
class VolumePage:
    rows: list[Standing]
    count: int
    after: str
    units: list[str]
    periods: list[str]

    @property
    def is_many(self) -> bool:
        """Whether there may be more than were counted."""
        return self.count >= MANY


def kept_through(volume: Volume) -> date | None:
    """The last day a volume must be kept: its years count from the first of January after it was opened.

    None: for good.
    """
    if volume.retention_years is None:
        return None
    return date(volume.opened_on.year + volume.retention_years, 12, 31)


def rule_of(kind: str) -> VolumeRule:
    """How volumes of a kind are numbered and kept; unsaved, with the defaults, until somebody decided."""
    known = kinds.get(kind)
    return VolumeRule.objects.filter(kind=kind).first() or VolumeRule(kind=kind, prefix=known.prefix)


def find_loan(volume: Volume) -> Loan | None:
    """Who has a volume now; None when it is in its place."""
    return Loan.objects.filter(volume=volume, returned_on__isnull=True).first()


def require_there(volume: Volume) -> None:
    """Refuse what is asked of a volume that was destroyed."""
    if volume.destruction is not None:
        on = volume.destruction.on
        raise Refused("papers.volume.destroyed", "%(volume)s 已于 %(on)s 销毁。", volume=volume.number, on=on)


def list_loans(volume: Volume) -> list[Loan]:
    """All loans of a volume, the latest first."""
    return list(volume.loans.order_by("-borrowed_on", "-pk"))


def list_newly_overdue(*, after: date, on: date) -> list[Loan]:
    """Loans not come back that were due on ``after`` or later and are past on ``on``, with volume and act."""
    late = Loan.objects.filter(returned_on__isnull=True, due_on__gte=after, due_on__lt=on)
    return list(late.select_related("volume", "act").order_by("due_on", "pk"))


def list_overdue(volumes: QuerySet[Volume], *, on: date) -> list[Loan]:
    """Loans of these volumes that should have come back before a day, the longest overdue first."""
    late = Loan.objects.filter(volume__in=volumes, returned_on__isnull=True, due_on__lt=on)
    return list(late.select_related("volume").order_by("due_on", "pk"))


def list_items(volume: Volume) -> list[VolumeItem]:
    """What lies in a volume, in order."""
    return list(volume.items.order_by("position"))


def standing_of(volume: Volume, *, on: date) -> Standing:
    """How a volume stands on a day."""
    return Standing(volume, find_loan(volume), kept_through(volume), on)


def list_volumes(
    within: QuerySet[Volume], *, filters: VolumeFilters, on: date, after: str = "", most: int = PAGE
) -> VolumePage:
    """One page of the volumes within a reach, the newest first, behind the volume ``after`` (its row)."""
    known = list(within.order_by().values_list("unit", "period").distinct())
    found = _filtered(within, filters, on)
    last = within.filter(pk=int(after)).first() if after.isdecimal() else None
    rows, more = _page(found, on, last, most)
    return VolumePage(
        rows=rows,
        count=found.order_by()[:MANY].count(),
        after=str(more.pk) if more else "",
        units=sorted({unit for unit, _ in known}),
        periods=sorted({period for _, period in known}, reverse=True),
    )


def iterate_volumes(within: QuerySet[Volume], *, filters: VolumeFilters, on: date, most: int) -> Iterator[Standing]:
    """The first ``most`` volumes of the list in its order."""
    return turn_through(partial(_page, _filtered(within, filters, on), on), begin=None, most=most)


def _page(found: QuerySet[Volume], on: date, last: Volume | None, most: int) -> tuple[list[Standing], Volume | None]:
    """A stretch of volumes behind one of them (None: from the first), and the last of it when more follow."""
    if last is not None:
        found = found.filter(Q(opened_on__lt=last.opened_on) | Q(opened_on=last.opened_on, pk__lt=last.pk))
    open_loans = Prefetch("loans", Loan.objects.filter(returned_on__isnull=True), to_attr="open_loans")
    page = list(
        found.select_related("destruction").prefetch_related(open_loans).order_by("-opened_on", "-pk")[: most + 1]
    )
    rows = [Standing(one, next(iter(one.open_loans), None), kept_through(one), on) for one in page[:most]]
    return rows, page[most - 1] if len(page) > most else None


def _filtered(found: QuerySet[Volume], filters: VolumeFilters, on: date) -> QuerySet[Volume]:
    for word in filters.words.split():
        inside = VolumeItem.objects.filter(Q(title__icontains=word) | Q(number__icontains=word), volume=OuterRef("pk"))
        own = Q(number__icontains=word) | Q(title__icontains=word) | Q(unit__icontains=word)
        place = Q(cabinet__icontains=word) | Q(shelf__icontains=word)
        found = found.filter(own | Q(period__iexact=word) | place | Exists(inside))
    if filters.unit:
        found = found.filter(unit=filters.unit)
    if filters.period:
        found = found.filter(period=filters.period)
    out = Loan.objects.filter(volume=OuterRef("pk"), returned_on__isnull=True)
    match filters.state:
        case "in":
            found = found.filter(~Exists(out), destruction__isnull=True)
        case "out":
            found = found.filter(Exists(out))
        case "overdue":
            found = found.filter(Exists(out.filter(due_on__lt=on)))
        case "expired":
            there = found.filter(destruction__isnull=True)
            found = there.annotate(until=ExtractYear("opened_on") + F("retention_years")).filter(until__lt=on.year)
        case "destroyed":
            found = found.filter(destruction__isnull=False)
    return found
