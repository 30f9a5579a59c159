"""What the address of a worklist or a calendar narrows it to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from baohou.guarantee.models import Guarantee
from baohou.guarantee.queries.pages.clients import of_grade
from baohou.guarantee.queries.standing import default_grade
from baohou.guarantee.rules.words import DutyKind, Grade
from baohou.kernel.duties.models import Duty
from baohou.kernel.parties.models import Party


@dataclass(frozen=True)
class WorkFilters:
    """Empty means everything; ``due_on`` is one day, ``words`` part of the client's name or its pinyin initials."""

    kind: DutyKind | None = None
    grade: Grade | None = None
    owner_id: int | None = None
    words: str = ""
    due_on: date | None = None

    @property
    def any(self) -> bool:
        return self != EVERYTHING


EVERYTHING: Final = WorkFilters()
Days = tuple[date | None, date | None]
"""The first and the last day; None where there is no end."""


def overlap(*those: Days) -> Days:
    """The days that lie within all of these."""
    firsts, lasts = zip(*those, strict=True)
    return max(filter(None, firsts), default=None), min(filter(None, lasts), default=None)


def narrowed(duties: QuerySet[Duty], filters: WorkFilters, *, on: date) -> QuerySet[Duty]:
    """The duties that a filter keeps. A grade is the client's on the day; departments' own duties have none."""
    if filters.kind is not None:
        duties = duties.filter(kind=filters.kind)
    if filters.owner_id is not None:
        duties = duties.filter(owner_id=filters.owner_id)
    if filters.due_on is not None:
        duties = duties.filter(due_on=filters.due_on)
    if filters.words:
        duties = duties.filter(_named(filters.words))
    if filters.grade is not None:
        duties = duties.filter(party__isnull=False)
        duties = of_grade(duties, filters.grade, on=on, unless=default_grade(on), client="party")
    return duties


def of_client(words: str, *, client: str) -> Exists:
    """Rows whose ``client`` is named so: by part of the name, its whole number, or the beginning of its initials."""
    text = Q(name__icontains=words) | Q(id_no=words.upper())
    if words.isascii():
        text |= Q(initials__istartswith=words)
    return Exists(Party.objects.filter(text, pk=OuterRef(client)))


def _named(words: str) -> Q:
    project = Guarantee.objects.filter(pk=OuterRef("subject_id"), project_no__istartswith=words)
    return Q(of_client(words, client="party")) | (Q(kind=DutyKind.ROUTINE_VISIT) & Q(Exists(project)))
