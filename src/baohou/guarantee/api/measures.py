"""Disposal measures for clients graded watch or risk, and a quarter's reports."""

from __future__ import annotations

import io
from datetime import date
from typing import Any, Literal

from django.http import Http404, HttpResponse
from django.utils import timezone
from ninja import Status
from pydantic import Field

from baohou.core.errors import Refused
from baohou.core.masking import mask
from baohou.guarantee.api.shapes import FilingCode, GradeCode, PersonOut, Seen, code, person, person_or_none
from baohou.guarantee.exports import FORMS, list_papers, write_papers
from baohou.guarantee.models import Filing, Measure, MeasureAction
from baohou.guarantee.queries.actions import ActionRow, list_action_page
from baohou.guarantee.queries.measures import find_measure, get_watched_page
from baohou.guarantee.queries.pages.reports import get_quarter_reports, list_managers
from baohou.guarantee.rules.words import FilingKind
from baohou.guarantee.services import measures, reports
from baohou.guarantee.services.measures import Action
from baohou.guarantee.views.guards import action_for, client_for, department_for
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import DOOR, Call, Room, person_of, require
from baohou.kernel.api.schemas import (
    USUAL,
    Cursor,
    Day,
    In,
    Limit,
    Number,
    Out,
    Page,
    Pk,
    QuarterName,
    Ref,
    Text,
    quarter_of_path,
    ref,
)
from baohou.kernel.people.access import Right
from baohou.kernel.people.exports import CONTENT_TYPES, XLSX, hand_out
from baohou.kernel.people.models import Staff

room = Room("季度报送")


class ActionOut(Out):
    """One thing that a measure has someone do."""

    id: int
    text: str
    responsible: PersonOut
    due_on: date
    done_on: date | None


class ActionToDoOut(Out):
    """An action of a measure that is still to do, and who does it now; ``doer`` differs when it was handed over."""

    id: int
    client_id: int
    client_name: str
    quarter: date
    text: str
    doer: Ref
    due_on: date
    overdue: bool


class MeasureOut(Out):
    """A disposal measure; ``seen`` goes back with a new one, so that nobody overwrites what was not seen."""

    id: int
    client_id: int
    quarter: date
    text: str
    department_manager: PersonOut
    manager_a: PersonOut
    manager_b: PersonOut | None
    filed_on: date
    actions: list[ActionOut]
    seen: int


class WatchedOut(Out):
    """A client graded watch or risk at a quarter's end, and its measure; ``id_no`` with its middle hidden."""

    client: Ref
    id_no: str
    grade: GradeCode
    measure: MeasureOut | None


class ActionIn(In):
    """Who does what until when."""

    text: Text
    responsible: Number
    due_on: Day


class MeasureIn(In):
    """A measure, with those who conferred about it (PGM.10); ``seen`` is that of the measure it replaces, 0 for none.

    What is done of that measure stays and need not be written again.
    """

    text: Text
    department_manager: Number
    manager_a: Number
    manager_b: Number | None = None
    filed_on: Day
    actions: list[ActionIn] = Field(max_length=100)
    seen: Seen


class FilingOut(Out):
    """A report that was handed in."""

    kind: FilingCode
    filed_on: date
    by: PersonOut


class OwedOut(Out):
    """A report of a department: until when it is due, when it was handed in, and what was done with it last.

    ``step``: handed_in, returned or accepted; none while it was not handed in, and for what was imported as history.
    """

    kind: FilingCode
    duty: int | None
    due_on: date | None
    state: str
    filing: FilingOut | None
    step: str | None


class ReportsOut(Out):
    """A department's reports of a quarter."""

    department: Ref | None
    reports: list[OwedOut]


@room.reads("/clients/{client}/measures/{quarter}", MeasureOut)
def one(request: Call, client: Pk, quarter: QuarterName) -> MeasureOut:
    """一个客户一个季度的处置措施。"""
    found = find_measure(client_for(request, client), quarter_of_path(quarter).last)
    if found is None:
        raise Http404
    return measure_out(found)


@room.writes("/clients/{client}/measures/{quarter}", MeasureOut, right=Right.FILE_MEASURE, method="PUT")
def file_measure(request: Call, client: Pk, quarter: QuarterName, body: MeasureIn) -> MeasureOut:
    """填报或重写处置措施；人员只能从该客户的部门里选。"""
    chosen, of = quarter_of_path(quarter), client_for(request, client)
    conferring = list_managers(of, chosen.last)
    if conferring is None:
        raise Http404
    heads = {staff.pk: staff for staff in conferring.department_managers}
    people = {staff.pk: staff for staff in conferring.project_managers}
    made = measures.file(
        client=of,
        quarter=chosen.last,
        text=body.text,
        department_manager=_among(heads, body.department_manager, "department_manager"),
        manager_a=_among(people, body.manager_a, "manager_a"),
        manager_b=_among(people, body.manager_b, "manager_b") if body.manager_b is not None else None,
        filed_on=body.filed_on,
        actions=[
            Action(each.text, _among(heads | people, each.responsible, "actions"), each.due_on) for each in body.actions
        ],
        seen=body.seen,
        actor=request.person.actor,
        door=DOOR,
    )
    return measure_out(find_measure(of, made.quarter) or made)


@room.reads("/measure-actions", Page[ActionToDoOut])
def listto_do(
    request: Call, whose: Literal["mine", "reach"] = "reach", limit: Limit = USUAL, cursor: Cursor = ""
) -> Page[ActionToDoOut]:
    """处置措施里还没有办结的事，按期限排列；whose=mine 只列本人要办的，移交来的在内。"""
    page, after = list_action_page(
        request.person, on=request.today, mine=whose == "mine", after=opened(request, cursor), most=limit
    )
    return Page[ActionToDoOut](items=[to_do(row) for row in page], next=sealed(request, after))


@room.writes("/measure-actions/{action}/done", ActionOut, right=Right.FILE_MEASURE)
def finish(request: Call, action: Pk) -> ActionOut:
    """措施里的一项今天办结。"""
    done = measures.finish(
        action=action_for(request, action),
        on=request.today,
        by=person_of(request),
        actor=request.person.actor,
        door=DOOR,
    )
    return _action(done)


@room.reads("/reports/{quarter}", list[ReportsOut])
def list_reports(request: Call, quarter: QuarterName) -> list[ReportsOut]:
    """一个季度各部门的三种报送。"""
    found = get_quarter_reports(request.person, quarter_of_path(quarter), on=request.today)
    return [
        ReportsOut(
            department=ref(row.department),
            reports=[
                OwedOut(
                    kind=cell.kind.code,  # type: ignore[arg-type]
                    duty=cell.duty.key if cell.duty else None,
                    due_on=cell.duty.due_on if cell.duty else None,
                    state=cell.duty.state if cell.duty else "",
                    filing=_filing(cell.filing) if cell.filing else None,
                    step=cell.step.code if cell.step else None,
                )
                for cell in row.cells
            ],
        )
        for row in found.rows
    ]


@room.reads("/watched-clients/{quarter}/{department}", Page[WatchedOut])
def list_watched(
    request: Call, quarter: QuarterName, department: Pk, limit: Limit = USUAL, cursor: Cursor = ""
) -> Page[WatchedOut]:
    """一个部门季末的关注、风险类客户和处置措施，风险类在前；没有措施的不能上报分类表。"""
    chosen, of = quarter_of_path(quarter), department_for(request, department)
    page = get_watched_page(
        department=of,
        quarter=chosen.last,
        after=int(opened(request, cursor) or 0),
        most=limit,
        also="actions__responsible",
    )
    items = [
        WatchedOut(
            client=Ref(id=row.client.pk, name=row.client.name),
            id_no=mask(row.client.id_no),
            grade=code(row.grade),
            measure=measure_out(row.measure) if row.measure else None,
        )
        for row in page.rows
    ]
    return Page[WatchedOut](items=items, next=sealed(request, page.after))


@room.writes("/reports/{quarter}/{department}/{kind}", FilingOut, right=Right.FILE_REPORT, status=201)
def file_report(
    request: Call, quarter: QuarterName, department: Pk, kind: Literal["classification_report"]
) -> Status[FilingOut]:
    """报送没有改动的分类表；有签字的用 /gradings，计划用 /plans，移交用 /handovers。"""
    of, report = department_for(request, department), FilingKind.read(kind)
    assert report is not None
    require(request.person.signs_for(of.pk))
    filing = reports.file(
        department=of,
        quarter=quarter_of_path(quarter).last,
        kind=report,
        filed_on=request.today,
        by=person_of(request),
        actor=request.person.actor,
        door=DOOR,
    )
    return Status(201, _filing(filing))


@room.serves("/reports/{quarter}/{department}/forms/{form}.{ending}", "application/pdf", XLSX)
def form_file(
    request: Call, quarter: QuarterName, department: Pk, form: str, ending: Literal["pdf", "xlsx"]
) -> HttpResponse:
    """制度所附的三种表。"""
    of, out = department_for(request, department), io.BytesIO()
    if form not in FORMS:
        raise Http404
    papers = list_papers(
        form=form,
        department=of.name,
        quarter=quarter_of_path(quarter),
        printed_on=timezone.localdate(),
        kind=ending,
    )
    write_papers(papers=papers, kind=ending, out=out)
    name = f"{of.name}-{quarter}-{form}.{ending}"
    told: dict[str, Any] = {"name": name, "content_type": CONTENT_TYPES[ending], "kind": form, "rows": len(papers)}
    return hand_out(request, out.getvalue(), **told, door=DOOR)


def _among(people: dict[int, Staff], number: int, where: str) -> Staff:
    if number not in people:
        raise Refused("guarantee.measure.not_theirs", "这个人不在该客户可选的人员里。", where=where)
    return people[number]


def _filing(filing: Filing) -> FilingOut:
    kind = FilingKind(filing.kind).code
    return FilingOut(kind=kind, filed_on=filing.filed_on, by=person(filing.by))  # type: ignore[arg-type]


def _action(one: MeasureAction) -> ActionOut:
    return ActionOut(
        id=one.pk, text=one.text, responsible=person(one.responsible), due_on=one.due_on, done_on=one.done_on
    )


def to_do(row: ActionRow) -> ActionToDoOut:
    """An action of a list."""
    return ActionToDoOut(
        id=row.pk,
        client_id=row.client_id,
        client_name=row.client_name,
        quarter=row.quarter.last,
        text=row.text,
        doer=Ref(id=row.owner_id, name=row.owner),
        due_on=row.due_on,
        overdue=row.due_on < row.today,
    )


def measure_out(measure: Measure) -> MeasureOut:
    """A measure with its actions."""
    return MeasureOut(
        id=measure.pk,
        client_id=measure.client_id,
        quarter=measure.quarter,
        text=measure.text,
        department_manager=person(measure.department_manager),
        manager_a=person(measure.manager_a),
        manager_b=person_or_none(measure.manager_b),
        filed_on=measure.filed_on,
        actions=[_action(each) for each in measure.actions.all()],
        seen=measure.act_id or 0,
    )
