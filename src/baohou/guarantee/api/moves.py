"""Handing over a person's work: who takes each guarantee from a day on, and who signs the list."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Status
from pydantic import Field

from baohou.guarantee.api.drafts import DraftOut, SharedDraftOut, draft_out
from baohou.guarantee.api.shapes import PersonOut, VisitKindCode, person, person_or_none
from baohou.guarantee.exports.moves import list_paper
from baohou.guarantee.models import MoveSigner, WorkMove
from baohou.guarantee.queries.actions import list_open_actions
from baohou.guarantee.queries.drafts import list_drafts
from baohou.guarantee.queries.moves import list_holdings, list_open_duties, list_receivers
from baohou.guarantee.queries.pages.people import visible_moves
from baohou.guarantee.rules.words import DutyKind, VisitKind
from baohou.guarantee.services import moves
from baohou.guarantee.views.guards import may_move_work, move_for, staff_for
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import DOOR, Call, Room, person_of, require
from baohou.kernel.api.schemas import USUAL, Cursor, Day, In, Limit, Number, Out, Page, Pk, Ref, Text
from baohou.kernel.papers.printing import write_pdf
from baohou.kernel.people.access import Reach, Right
from baohou.kernel.people.exports import PDF, hand_out
from baohou.kernel.people.models import Posting
from baohou.kernel.people.queries import get_postings

room = Room("工作移交")


class HoldingOut(Out):
    """A guarantee that has to pass to somebody."""

    guarantee: Ref
    client: Ref
    a: PersonOut
    b: PersonOut | None
    as_a: bool
    as_b: bool


class ToMoveOut(Out):
    """What someone manages and owes from a day on, and who may take it."""

    holdings: list[HoldingOut]
    duties: int
    actions: int
    drafts: list[DraftOut]
    receivers: list[PersonOut]


class ChoiceIn(In):
    """Who becomes manager A and B of a guarantee."""

    guarantee: Number
    a: Number | None = None
    b: Number | None = None


class MoveIn(In):
    """From which day, why, and who takes each guarantee."""

    effective_on: Day
    because: Text
    choices: list[ChoiceIn] = Field(max_length=20_000)


class PreviewOut(Out):
    """What a hand-over would do."""

    guarantees: int
    duties: int
    actions: int
    drafts: list[SharedDraftOut]
    receivers: list[PersonOut]
    supervisor: PersonOut | None


class SignerOut(Out):
    """Someone who has to sign."""

    id: int
    role: str
    staff: PersonOut
    signed_on: date | None


class MoveOut(Out):
    """A hand-over of work."""

    id: int
    staff: PersonOut
    effective_on: date
    decided_on: date
    because: str


class OneMoveOut(MoveOut):
    """A hand-over with its guarantees and signatures."""

    guarantees: list[Ref]
    duties: int
    actions: int
    drafts: int
    signers: list[SignerOut]


class MovedGuaranteeOut(Out):
    """A guarantee of a list: whose it was and whose it is."""

    id: int
    guarantee: Ref
    client: Ref
    was_a: PersonOut
    was_b: PersonOut | None
    now_a: PersonOut
    now_b: PersonOut | None


class MovedDutyOut(Out):
    """A duty that was open at the hand-over: who owned it, who is to do it; ``key`` as /duties has it."""

    key: int
    kind: str
    what: str
    due_on: date
    owner: PersonOut
    to: PersonOut


class MovedActionOut(Out):
    """An action of a disposal measure that was still to be done at the hand-over."""

    action: int
    what: str
    text: str
    due_on: date
    owner: PersonOut
    to: PersonOut


class MovedDraftOut(Out):
    """A visit's draft that was not sent at the hand-over; ``key`` as /visit-drafts has it."""

    key: UUID
    what: str
    kind: VisitKindCode | None
    begun_at: datetime
    changed_at: datetime
    files: int
    lacking: int = Field(description="写明了、还在设备上没有送到的文件")
    owner: PersonOut
    to: PersonOut


class OnQuery(In):
    """From which day; the business day unless said."""

    on: Day | None = None


@room.reads("/staff/{staff}/work", ToMoveOut, right=Right.MOVE_WORK)
def to_move(request: Call, staff: Pk, asked: Annotated[OnQuery, Query()]) -> ToMoveOut:
    """一个人自某日起要移交的业务，和可以接手的人。"""
    of, posting = staff_for(request, staff)
    require(may_move_work(request, of, posting) or request.person.reads_only)
    on = max(asked.on or request.today, request.today)
    owed = list_open_duties(of, on=request.today)
    holdings = list_holdings(of, on=on, owing={duty.party_id for duty in owed if duty.party_id})
    return ToMoveOut(
        holdings=[
            HoldingOut(
                guarantee=Ref(id=each.guarantee.pk, name=each.guarantee.project_no),
                client=Ref(id=each.guarantee.client_id, name=each.guarantee.client.name),
                a=person(each.a),
                b=person_or_none(each.b),
                as_a=each.as_a,
                as_b=each.as_b,
            )
            for each in holdings
        ],
        duties=len(owed),
        actions=len(list_open_actions(of, on=request.today)),
        drafts=[draft_out(one) for one in list_drafts(of, on=on)],
        receivers=[person(one.staff) for one in list_receivers(on=on, leaver=of)],
    )


@room.writes("/staff/{staff}/moves/preview", PreviewOut, right=Right.MOVE_WORK)
def preview(request: Call, staff: Pk, body: MoveIn) -> PreviewOut:
    """试算：照此移交会怎样，什么也不写。"""
    of, posting = staff_for(request, staff)
    require(may_move_work(request, of, posting))
    plan = moves.plan_move(staff=of, effective_on=body.effective_on, choices=_choices(body), today=request.today)
    return PreviewOut(
        guarantees=len(plan.passing),
        duties=len(plan.duties),
        actions=len(plan.actions),
        drafts=[SharedDraftOut(**draft_out(one).model_dump(), to=person(to)) for one, to in plan.drafts],
        receivers=[person(one) for one in plan.receivers],
        supervisor=person_or_none(plan.supervisor),
    )


@room.writes("/staff/{staff}/moves", OneMoveOut, right=Right.MOVE_WORK, status=201)
def move_work(request: Call, staff: Pk, body: MoveIn) -> Status[OneMoveOut]:
    """移交一个人的全部业务和未办事项。"""
    of, posting = staff_for(request, staff)
    require(may_move_work(request, of, posting))
    done = moves.move_work(
        staff=of,
        effective_on=body.effective_on,
        because=body.because,
        choices=_choices(body),
        today=request.today,
        actor=request.person.actor,
        door=DOOR,
    )
    return Status(201, _one(done))


@room.reads("/moves", Page[MoveOut])
def list_all(request: Call, limit: Limit = USUAL, cursor: Cursor = "") -> Page[MoveOut]:
    """工作移交，新的在前。"""
    found, after = visible_moves(request.person).order_by("-pk"), opened(request, cursor)
    found = found.filter(pk__lt=int(after)) if after else found
    rows = list(found[: limit + 1])
    more = rows[limit - 1].pk if len(rows) > limit else None
    return Page[MoveOut](
        items=[MoveOut(**_move(row)) for row in _seen(request, rows[:limit])], next=sealed(request, more)
    )


@room.reads("/moves/{move}", OneMoveOut)
def one(request: Call, move: Pk) -> OneMoveOut:
    """一份移交清单和签字。"""
    return _one(move_for(request, move))


@room.reads("/moves/{move}/guarantees", Page[MovedGuaranteeOut])
def list_guarantees(request: Call, move: Pk, limit: Limit = USUAL, cursor: Cursor = "") -> Page[MovedGuaranteeOut]:
    """一次移交的担保项目：原来的和现在的 A、B 角。"""
    people = ("was_a", "was_b", "now_a", "now_b")
    found = move_for(request, move).guarantees.select_related("guarantee__client", *people)
    rows, more = _turned(request, found, cursor, limit)
    items = [
        MovedGuaranteeOut(
            id=row.pk,
            guarantee=Ref(id=row.guarantee_id, name=row.guarantee.project_no),
            client=Ref(id=row.guarantee.client_id, name=row.guarantee.client.name),
            was_a=person(row.was_a),
            was_b=person_or_none(row.was_b),
            now_a=person(row.now_a),
            now_b=person_or_none(row.now_b),
        )
        for row in rows
    ]
    return Page[MovedGuaranteeOut](items=items, next=more)


@room.reads("/moves/{move}/duties", Page[MovedDutyOut])
def list_duties(request: Call, move: Pk, limit: Limit = USUAL, cursor: Cursor = "") -> Page[MovedDutyOut]:
    """一次移交的未办事项：责任人和接办人。"""
    rows, more = _turned(request, move_for(request, move).duties.select_related("owner", "to"), cursor, limit)
    items = [
        MovedDutyOut(
            key=row.duty_key,
            kind=DutyKind(row.kind).code,
            what=row.what,
            due_on=row.due_on,
            owner=person(row.owner),
            to=person(row.to),
        )
        for row in rows
    ]
    return Page[MovedDutyOut](items=items, next=more)


@room.reads("/moves/{move}/actions", Page[MovedActionOut])
def list_actions(request: Call, move: Pk, limit: Limit = USUAL, cursor: Cursor = "") -> Page[MovedActionOut]:
    """一次移交的处置措施里的事：负责人和接办人。"""
    rows, more = _turned(request, move_for(request, move).actions.select_related("owner", "to"), cursor, limit)
    items = [
        MovedActionOut(
            action=row.action,
            what=row.what,
            text=row.text,
            due_on=row.due_on,
            owner=person(row.owner),
            to=person(row.to),
        )
        for row in rows
    ]
    return Page[MovedActionOut](items=items, next=more)


@room.reads("/moves/{move}/drafts", Page[MovedDraftOut])
def list_moved_drafts(request: Call, move: Pk, limit: Limit = USUAL, cursor: Cursor = "") -> Page[MovedDraftOut]:
    """一次移交的回访草稿：谁写的和由谁接着写。"""
    rows, more = _turned(request, move_for(request, move).drafts.select_related("owner", "to"), cursor, limit)
    told = ("key", "what", "begun_at", "changed_at", "files", "lacking")
    kinds: dict[int | None, Any] = {kind.value: kind.code for kind in VisitKind}
    items = [
        MovedDraftOut(
            **{name: getattr(row, name) for name in told},
            kind=kinds.get(row.kind),
            owner=person(row.owner),
            to=person(row.to),
        )
        for row in rows
    ]
    return Page[MovedDraftOut](items=items, next=more)


@room.writes("/moves/{move}/signers/{signer}/sign", OneMoveOut)
def sign(request: Call, move: Pk, signer: Pk) -> OneMoveOut:
    """以自己的身份签字。"""
    found = move_for(request, move)
    place = get_object_or_404(MoveSigner, pk=signer, move=found)
    moves.sign(move=found, signer=place, by=person_of(request), actor=request.person.actor, door=DOOR)
    return _one(found)


@room.serves("/moves/{move}/list.pdf", "application/pdf")
def paper_file(request: Call, move: Pk) -> HttpResponse:
    """移交清单。"""
    out = io.BytesIO()
    found = move_for(request, move)
    write_pdf(papers=[list_paper(found)], out=out)
    name = f"移交清单-{found.staff.name}-{found.effective_on}.pdf"
    rows = found.guarantees.count()
    return hand_out(request, out.getvalue(), name=name, content_type=PDF, kind="moves", rows=rows, door=DOOR)


def _choices(body: MoveIn) -> dict[int, tuple[int | None, int | None]]:
    return {each.guarantee: (each.a, each.b) for each in body.choices}


def _seen(request: Call, moves: list[WorkMove]) -> list[WorkMove]:
    """Those of somebody within reach or to be signed; a department's manager sees no other's. Two queries."""
    person = request.person
    if person.reach is Reach.ALL:
        return moves
    signs = set(MoveSigner.objects.filter(move__in=moves, staff=person.staff_id).values_list("move_id", flat=True))
    held = get_postings(staff_ids={move.staff_id for move in moves}, on=request.today)
    return [
        move
        for move in moves
        if move.pk in signs or person.sees_staff(move.staff_id, _department(held.get(move.staff_id)))
    ]


def _department(posting: Posting | None) -> int | None:
    return posting.department_id if posting else None


def _turned(request: Call, found: QuerySet[Any], cursor: str, limit: int) -> tuple[list[Any], str | None]:
    """A page of the lines of a list in the order in which they were written, and the cursor of the next."""
    after = opened(request, cursor)
    found = found.filter(pk__gt=int(after)) if after else found
    rows = list(found.order_by("pk")[: limit + 1])
    return rows[:limit], sealed(request, rows[limit - 1].pk if len(rows) > limit else None)


def _move(move: WorkMove) -> dict[str, Any]:
    return {
        "id": move.pk,
        "staff": person(move.staff),
        "effective_on": move.effective_on,
        "decided_on": move.decided_on,
        "because": move.because,
    }


def _one(move: WorkMove) -> OneMoveOut:
    guarantees = move.guarantees.select_related("guarantee").order_by("guarantee__project_no")
    return OneMoveOut(
        **_move(move),
        guarantees=[Ref(id=row.guarantee_id, name=row.guarantee.project_no) for row in guarantees],
        duties=move.duties.count(),
        actions=move.actions.count(),
        drafts=move.drafts.count(),
        signers=[
            SignerOut(id=row.pk, role=row.role, staff=person(row.staff), signed_on=row.signed_on)
            for row in move.signers.select_related("staff").order_by("pk")
        ],
    )
