"""What the address of a worklist or a calendar narrows it to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from baohou.guarantee.models import GradeChange, Guarantee
from baohou.guarantee.rules.words import DutyKind, Grade
from baohou.kernel.duties.models import Duty
from baohou.kernel.parties.models import Party
from baohou.kernel.rulebook.queries import get_rule_book


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
        latest = GradeChange.objects.filter(client=OuterRef("party"), effective_on__lte=on).order_by("-effective_on")
        wanted = Q(grade_on=filters.grade)
        version = get_rule_book().in_force(on)
        if version is not None and str(version.parameter("PGM.7", "default_grade").value) == filters.grade.code:
            wanted |= Q(grade_on__isnull=True)
        duties = duties.filter(party__isnull=False).annotate(grade_on=Subquery(latest.values("grade")[:1]))
        duties = duties.filter(wanted)
    return duties


def _named(words: str) -> Q:
    parties = Party.objects.filter(pk=OuterRef("party"))
    text = Q(name__icontains=words) | Q(id_no__istartswith=words)
    if words.isascii():
        text |= Q(initials__istartswith=words)
    project = Guarantee.objects.filter(pk=OuterRef("subject_id"), project_no__istartswith=words)
    return Q(Exists(parties.filter(text))) | (Q(kind=DutyKind.ROUTINE_VISIT) & Q(Exists(project)))
