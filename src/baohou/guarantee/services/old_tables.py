"""What sealed tables tell of clients, and for how long: classification tables, plans, lists of work handed over."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeVar

from django.db.models import Model, QuerySet

from baohou.core.period import quarter_of
from baohou.guarantee.models import (
    AcceptedVisit,
    Filing,
    FilingStep,
    GradeChange,
    Measure,
    MeasureAction,
    MovedAction,
    MovedDraft,
    MovedDuty,
    MovedGuarantee,
    PlannedDate,
    Proposal,
    WorkMove,
)
from baohou.guarantee.queries import plans, table_paper
from baohou.guarantee.rules.words import FilingKind
from baohou.guarantee.services import moves
from baohou.kernel.audit.capture import get_open, thin_rows
from baohou.kernel.audit.retention import Due, Keeping
from baohou.kernel.papers import records
from baohou.kernel.papers.models import Seal
from baohou.kernel.papers.records.kinds import Content

M = TypeVar("M", bound=Model)
DELETED: Final = "已按保管期限删除"
"""What stands in place of words that went because their time was over."""
_TITLES: Final = {table_paper.PAPER: "在保客户分类表", plans.PAPER: "回访计划表", moves.PAPER: "工作移交清单"}


def find_tables(on: date, years: int) -> list[Due]:
    """Sealed tables whose quarter ended so many years ago (of work handed over: from whose day it is so long)."""
    found = []
    for seal, what, end in _tables():
        since = years_before(end, -years)
        if since <= on:
            found.append(Due(seal.pk, f"{what} {seal.code}", since))
    return found


def thin_tables(rows: Sequence[int]) -> None:
    """Take away what these tables say of clients; sums, grades, days, who signed and the digest stay."""
    opened = get_open()
    assert opened is not None, "tables are thinned by an act"
    for pk in rows:
        seal = Seal.objects.get(pk=pk)
        records.let_go([seal], left=_said_without(_WITHOUT[seal.kind]), act=opened.act)
        if seal.kind == table_paper.PAPER:
            filing = FilingStep.objects.select_related("filing").get(pk=seal.subject_id).filing
            _thin_proposals(list(Proposal.objects.filter(department=filing.department_id, quarter=filing.quarter)))
        elif seal.kind == moves.PAPER:
            _thin_move(seal.subject_id)


def held_by_tables(client: int, on: date) -> str:
    """Why tables still have a client's name; empty when none has."""
    limit = years_before(on, TABLES.length)
    proposed = list(Proposal.objects.filter(client=client).values_list("department", "quarter"))
    if any(quarter > limit for _, quarter in proposed):
        return "季末分类表里有这位客户，还在保管期内"
    live = Seal.objects.filter(let_go__isnull=True)
    for department, quarter in proposed:
        filed = {"filing__department": department, "filing__quarter": quarter}
        steps = FilingStep.objects.filter(**filed, filing__kind=FilingKind.CLASSIFICATION_REPORT)
        if live.filter(kind=table_paper.PAPER, subject_id__in=steps.values("pk")).exists():
            return f"{quarter_of(quarter)} 的季末分类表已过保管期，须先执行 tables"
    planned = AcceptedVisit.objects.filter(client=client).values("filing")
    if live.filter(kind=plans.PAPER, subject_id__in=planned).exists():
        return "接收的回访计划表里有这位客户，保管期满后先执行 tables"
    moved = MovedGuarantee.objects.filter(guarantee__client=client).values("move")
    if live.filter(kind=moves.PAPER, subject_id__in=moved).exists():
        return "工作移交清单里有这位客户，保管期满后先执行 tables"
    return ""


def forget_words(clients: Collection[int]) -> None:
    """Take away what was written about clients whom no table holds: reasons, measures, appointments, their rows."""
    _thin_proposals(list(Proposal.objects.filter(client__in=clients)))
    thin(GradeChange.objects.filter(client__in=clients).exclude(because=""), because=DELETED)
    thin(Measure.objects.filter(client__in=clients), text=DELETED)
    thin(MeasureAction.objects.filter(measure__client__in=clients), text=DELETED)
    thin(PlannedDate.objects.filter(client__in=clients).exclude(note=""), note="")
    thin(PlannedDate.objects.filter(client__in=clients).exclude(contact=""), contact=DELETED)


def thin(rows: QuerySet[M], **values: Any) -> None:
    """Put these values in place of what rows said; the act tells what is left of each."""
    found = list(rows)
    for row in found:
        for name, value in values.items():
            setattr(row, name, value)
    thin_rows(rows.model, found, list(values))


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _tables() -> Iterator[tuple[Seal, str, date]]:
    """Each sealed table that is whole, what it is without naming a client, and the day from which its time runs."""
    seals = list(Seal.objects.filter(kind__in=_TITLES, let_go__isnull=True).order_by("pk"))
    of = {kind: [seal.subject_id for seal in seals if seal.kind == kind] for kind in _TITLES}
    steps = FilingStep.objects.select_related("filing__department").in_bulk(of[table_paper.PAPER])
    filings = Filing.objects.select_related("department").in_bulk(of[plans.PAPER])
    handed = WorkMove.objects.select_related("staff").in_bulk(of[moves.PAPER])
    for seal in seals:
        title = _TITLES[seal.kind]
        if seal.kind == moves.PAPER and (move := handed.get(seal.subject_id)):
            yield seal, f"{move.staff.staff_no} {move.effective_on} {title}", move.effective_on
        elif seal.kind == table_paper.PAPER and (step := steps.get(seal.subject_id)):
            quarter = quarter_of(step.filing.quarter)
            yield seal, f"{step.filing.department} {quarter} {title}", quarter.last
        elif seal.kind == plans.PAPER and (filing := filings.get(seal.subject_id)):
            quarter = quarter_of(filing.quarter).next()
            yield seal, f"{filing.department} {quarter} {title}", quarter.last


def _said_without(without: Callable[[Content], Content]) -> Callable[[Content], Content]:
    return lambda content: {**content, "said": without(content["said"])}


def _table_without(said: Content) -> Content:
    rows = [
        {
            **_stated_without(row),
            "id_no": "",
            "reason": DELETED if row["reason"] else "",
            "measure": row["measure"] and {**row["measure"], "text": DELETED, "actions": []},
        }
        for row in said["rows"]
    ]
    return {**said, "rows": rows}


def _stated_without(row: Mapping[str, Any]) -> dict[str, Any]:
    """A client's row of a classification table without what names anybody and without reasons; sums and grades stay."""
    graded = {
        name: row[name] and {**row[name], "because": DELETED if row[name]["because"] else ""}
        for name in ("previous", "graded")
    }
    return {**row, **graded, "client": DELETED, "project_no": "", "manager_a": "", "manager_b": ""}


def _plan_without(said: Content) -> Content:
    return {**said, "visits": [{**visit, "client": "", "project_no": ""} for visit in said["visits"]]}


def _move_without(said: Content) -> Content:
    named = {
        "guarantees": ("client", "project_no"),
        "duties": ("what",),
        "actions": ("what", "text"),
        "drafts": ("client",),
    }
    return said | {
        part: [{**row, **dict.fromkeys(names, DELETED)} for row in said[part]]
        for part, names in named.items()
        if part in said
    }


def _thin_proposals(proposals: Sequence[Proposal]) -> None:
    for one in proposals:
        one.because = DELETED if one.because else ""
        one.stated = _stated_without(one.stated) if one.stated else {}
    thin_rows(Proposal, proposals, ["because", "stated"])


def _thin_move(move: int) -> None:
    thin(MovedDuty.objects.filter(move=move), what=DELETED)
    thin(MovedDraft.objects.filter(move=move), what=DELETED)
    thin(MovedAction.objects.filter(move=move), what=DELETED, text=DELETED)


_WITHOUT: Final = {table_paper.PAPER: _table_without, plans.PAPER: _plan_without, moves.PAPER: _move_without}
TABLES = Keeping(
    "tables",
    "接收的季末分类表、回访计划表，工作移交清单",
    "年",
    "档案法第二十一条、个人信息保护法第十九条：期满的表不再写明是谁；期限自季末（移交清单自移交日）起算，取与案卷相同的十年，由本单位档案管理制度核定。",
    find_tables,
    thin_tables,
)
