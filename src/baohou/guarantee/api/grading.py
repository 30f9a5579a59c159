"""A department's classification table of a quarter: proposing grades, signing and handing in, accepting, returning."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from baohou.core.errors import Refused
from baohou.core.masking import mask
from baohou.guarantee.api.shapes import Done, GradeCode, PersonOut, Seen, StepOut, code, person, step
from baohou.guarantee.models import GradeChange
from baohou.guarantee.queries.grading import GradingTable, State
from baohou.guarantee.queries.pages.grading import Row, find_due, get_page, get_rows, list_tables, reachable
from baohou.guarantee.rules.words import FilingKind, Grade
from baohou.guarantee.services import proposals, reports
from baohou.guarantee.services.tables import Signing
from baohou.guarantee.views.grading import quarter_ended, table_for
from baohou.kernel.api.approvals import PendingOut, waiting
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import DOOR, Call, Room, person_of
from baohou.kernel.api.schemas import (
    USUAL,
    Cursor,
    In,
    Limit,
    Number,
    Out,
    Page,
    Pk,
    QuarterName,
    Ref,
    Sha256,
    Sums,
    Text,
    ref,
)
from baohou.kernel.people.access import Right

room = Room("季末分类")

Shown = Literal["open", "changed", "watched", "mine"]


class TableStateOut(Out):
    """A department and how far its table is: what was done with it last, until when it is to be handed in."""

    department: Ref | None
    state: str
    proposed: int
    due_on: date | None
    step: StepOut | None


class TableOut(Out):
    """How far a table is; ``digest`` stands for its grades and reasons and is what a signature is for."""

    quarter: str
    department: Ref | None
    state: str
    clients: int
    ungraded: int
    changed: int
    to_sign: int
    lacking_measures: int
    due_on: date | None
    digest: str
    steps: list[StepOut]
    seal: str


class ProposedOut(Out):
    """By whom and when a grade was proposed."""

    by: PersonOut
    at: datetime


class FiledMeasureOut(Out):
    """A disposal measure that was filed for the quarter, and how many actions it has."""

    id: int
    filed_on: date
    actions: int


class LaterGradeOut(Out):
    """A grade given by hand after the table was accepted."""

    grade: GradeCode
    effective_on: date
    because: str
    by: PersonOut


class GradingLineOut(Out):
    """A client on the table; ``seen`` goes back with a proposal, so that nobody overwrites what was not seen.

    ``since`` is the first day of the standing grade; ``visits`` were made in the quarter, ``late`` were due in it and
    made late or not at all; ``conclusion`` is the last that a visit of the quarter came to.
    """

    client: Ref
    id_no: str
    standing: GradeCode | None
    proposed: GradeCode | None
    because: str
    seen: int
    changed: bool
    to_sign: bool
    lacks_measure: bool
    manager: str
    amounts_fen: Sums
    since: date | None
    visits: int
    last_visit: date | None
    conclusion: str
    late: int
    proposed_by: ProposedOut | None
    measure: FiledMeasureOut | None
    later: LaterGradeOut | None
    pending: list[PendingOut]


class ProposalIn(In):
    """A client's grade at the quarter's end; the reason is needed when it changes."""

    grade: GradeCode
    because: Text = ""
    seen: Seen


class SeenClient(In):
    """A client and what was seen of it."""

    client: Number
    seen: Seen


class SeveralIn(In):
    """One grade for several clients."""

    grade: GradeCode
    because: Text = ""
    clients: list[SeenClient] = Field(max_length=10_000)


class SeveralOut(Out):
    """How many were written, and those that somebody else had written meanwhile."""

    written: int
    overtaken: list[Ref]


class SignIn(In):
    """The department manager's signature under the table of a digest."""

    digest: Sha256


class GradingVerdictIn(In):
    """Accepting, or returning with a reason, what was handed in by ``step``, the last of the table's steps as seen."""

    verdict: Literal["accept", "return"]
    step: Number
    because: Text = ""


@room.reads("/gradings/{quarter}", list[TableStateOut])
def list_states(request: Call, quarter: QuarterName) -> list[TableStateOut]:
    """一个季度各部门的分类表到了哪一步。"""
    found = list_tables(request.person, quarter_ended(request, quarter))
    return [
        TableStateOut(
            department=ref(one.department),
            state=one.state.value,
            proposed=one.proposed,
            due_on=one.due_on,
            step=step(one.step) if one.step else None,
        )
        for one in found
    ]


@room.reads("/gradings/{quarter}/{department}", TableOut)
def one(request: Call, quarter: QuarterName, department: Pk) -> TableOut:
    """一个部门的分类表。"""
    return _table(table_for(request, quarter, department))


@room.reads("/gradings/{quarter}/{department}/clients", Page[GradingLineOut])
def list_lines(
    request: Call,
    quarter: QuarterName,
    department: Pk,
    show: Shown | None = None,
    limit: Limit = USUAL,
    cursor: Cursor = "",
) -> Page[GradingLineOut]:
    """分类表上的客户和这一季发生的事；show：open 还没分的、changed 有调整的、watched 关注和风险、mine 我经办的。"""
    table, after = table_for(request, quarter, department), opened(request, cursor)
    page = get_page(table, request.person, show=show or "", after=after, on=request.today, most=limit)
    return Page[GradingLineOut](items=[_line(row) for row in page.rows], next=sealed(request, page.after))


@room.writes(
    "/gradings/{quarter}/{department}/clients/{client}", GradingLineOut, right=Right.PROPOSE_GRADE, method="PUT"
)
def propose(request: Call, quarter: QuarterName, department: Pk, client: Pk, body: ProposalIn) -> GradingLineOut:
    """拟定一个客户的分类。"""
    table = table_for(request, quarter, department, only=client)
    proposals.propose(
        department=table.department,
        quarter=table.quarter.last,
        client=client,
        grade=_grade(body.grade),
        because=body.because,
        seen=body.seen,
        **_by(request),
    )
    table = table_for(request, quarter, department, only=client)
    return _line(get_rows(table, table.lines, on=request.today)[0])


@room.writes("/gradings/{quarter}/{department}/propose", SeveralOut, right=Right.PROPOSE_GRADE)
def propose_many(request: Call, quarter: QuarterName, department: Pk, body: SeveralIn) -> SeveralOut:
    """几个客户拟定同一分类。"""
    table = table_for(request, quarter, department)
    own = {line.client_id for line in table.lines}
    done = proposals.propose_many(
        department=table.department,
        quarter=table.quarter.last,
        seen={each.client: each.seen for each in body.clients if each.client in own},
        grade=_grade(body.grade),
        because=body.because,
        **_by(request),
    )
    overtaken = [Ref(id=line.client_id, name=line.name) for line in done.overtaken]
    return SeveralOut(written=done.written, overtaken=overtaken)


@room.writes("/gradings/{quarter}/{department}/keep-rest", Done, right=Right.PROPOSE_GRADE)
def keep_the_rest(request: Call, quarter: QuarterName, department: Pk) -> Done:
    """其余客户维持原分类。"""
    table = table_for(request, quarter, department)
    kept = proposals.keep_the_rest(
        department=table.department,
        quarter=table.quarter.last,
        clients=reachable(request.person, on=request.today),
        **_by(request),
    )
    return Done(changed=kept)


@room.writes("/gradings/{quarter}/{department}/hand-in", TableOut, right=Right.FILE_REPORT)
def hand_in(request: Call, quarter: QuarterName, department: Pk, body: SignIn) -> TableOut:
    """部门经理签字上报；退回后改好再报也用它。"""
    table = table_for(request, quarter, department)
    signing = Signing(body.digest)
    if table.state is State.RETURNED and table.filing is not None:
        reports.hand_in_again(filing=table.filing, on=request.today, signing=signing, **_by(request))
    else:
        reports.file(
            department=table.department,
            quarter=table.quarter.last,
            kind=FilingKind.CLASSIFICATION_REPORT,
            filed_on=request.today,
            signing=signing,
            **_by(request),
        )
    return _table(table_for(request, quarter, department))


@room.writes("/gradings/{quarter}/{department}/review", TableOut, right=Right.REVIEW_REPORT)
def review(request: Call, quarter: QuarterName, department: Pk, body: GradingVerdictIn) -> TableOut:
    """接收（分类即生效、表即封存）或退回。"""
    table = table_for(request, quarter, department)
    if table.filing is None:
        raise Refused("guarantee.grading.not_handed_in", "这张分类表还没有上报。")
    if body.verdict == "accept":
        reports.accept(filing=table.filing, on=request.today, seen=body.step, **_by(request))
    else:
        reports.return_(filing=table.filing, because=body.because, on=request.today, seen=body.step, **_by(request))
    return _table(table_for(request, quarter, department))


def _by(request: Call) -> dict[str, Any]:
    return {"by": person_of(request), "actor": request.person.actor, "door": DOOR}


def _grade(said: str) -> Grade:
    found = Grade.read(said)
    assert found is not None
    return found


def _table(table: GradingTable) -> TableOut:
    seal = table.seal
    return TableOut(
        quarter=str(table.quarter),
        department=ref(table.department),
        state=table.state.value,
        clients=len(table.lines),
        ungraded=len(table.ungraded),
        changed=len(table.changed),
        to_sign=len(table.to_sign),
        lacking_measures=len(table.lacking),
        due_on=find_due(table),
        digest=table.digest,
        steps=[step(each) for each in table.steps],
        seal=seal.code if seal else "",
    )


def _line(row: Row) -> GradingLineOut:
    line, proposal, measure, later = row.line, row.proposal, row.measure, row.later
    return GradingLineOut(
        client=Ref(id=line.client_id, name=line.name),
        id_no=mask(line.id_no),
        standing=code(line.standing),
        proposed=code(line.proposed),
        because=line.because,
        seen=line.seen,
        changed=line.changed,
        to_sign=line.to_sign,
        lacks_measure=line.lacks_measure,
        manager=row.manager,
        amounts_fen=row.amounts,
        since=row.since,
        visits=row.visits,
        last_visit=row.last_visit,
        conclusion=row.note,
        late=row.late,
        proposed_by=ProposedOut(by=person(proposal.by), at=proposal.act.at) if proposal else None,
        measure=FiledMeasureOut(id=measure.pk, filed_on=measure.filed_on, actions=row.actions) if measure else None,
        later=_later(later) if later else None,
        pending=waiting(row.pending),
    )


def _later(given: GradeChange) -> LaterGradeOut:
    return LaterGradeOut(
        grade=code(Grade(given.grade)),
        effective_on=given.effective_on,
        because=given.because,
        by=person(given.by),
    )
