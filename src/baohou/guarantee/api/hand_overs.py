"""Handing over a quarter's visit reports: the list, its ticks, the two signatures, and the archive's volumes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Status
from pydantic import Field

from baohou.guarantee.api.shapes import Done, MediumCode, PersonOut, person_or_none
from baohou.guarantee.exports.hand_overs import print_receipt
from baohou.guarantee.models import HandOver, HandOverReceipt
from baohou.guarantee.queries.pages.hand_overs import (
    HandOverList,
    ItemRow,
    get_list,
    list_hand_overs,
    visible_items,
)
from baohou.guarantee.queries.pages.progress import Progress
from baohou.guarantee.queries.summaries import REPORTS
from baohou.guarantee.rules.words import Medium
from baohou.guarantee.services import hand_over_receipts, hand_overs
from baohou.guarantee.services.summaries import keep_up
from baohou.guarantee.views.guards import begun, hand_over_list_for
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import DOOR, Call, Room, person_of, require
from baohou.kernel.api.schemas import (
    Cursor,
    In,
    Number,
    Out,
    Page,
    Pk,
    QuarterName,
    Ref,
    Text,
    Word,
    ref,
)
from baohou.kernel.papers.archive import Place
from baohou.kernel.people.access import Right
from baohou.kernel.people.exports import PDF, hand_out
from baohou.kernel.people.policy import Thing
from baohou.kernel.saying import in_words

room = Room("移交归档", of={"department": Thing.HANDED_DEPARTMENT})

Items = Annotated[list[Number], Field(max_length=10_000)]
Papers = Annotated[
    list[Number], Field(max_length=100_000, description="核对过的随附资料；不填为全部，缺一件就不能移交、点收")
]
Short = Annotated[Word, Field(max_length=32)]
Years = Annotated[int, Field(ge=1, le=1000)]


class ProgressOut(Out):
    """How many reports are listed, given, received, archived; how many the list lacks."""

    total: int
    given: int
    received: int
    archived: int
    unlisted: int


class HandOverStateOut(Out):
    """A department's quarter and how far it is."""

    quarter: str
    department: Ref | None
    state: str
    due_on: date | None
    begun: bool
    progress: ProgressOut


class ReceiptOut(Out):
    """A receipt: signed by the department, accepted by the risk department or returned."""

    id: int
    signed_on: date
    signed_by: PersonOut | None
    accepted_on: date | None
    accepted_by: PersonOut | None
    returned_on: date | None
    because: str
    volume: Ref | None


class HandOverOut(Out):
    """One list as far as the caller sees it."""

    quarter: str
    department: Ref | None
    begun: bool
    progress: ProgressOut
    may_sign_over: bool
    may_sign_for: bool
    receipts: list[ReceiptOut]


class PaperOut(Out):
    """A paper that goes with a report: what the client gave, or the photos."""

    id: int
    title: str


class ItemOut(Out):
    """One report of the list."""

    id: int
    visit_id: int
    number: str
    client: str
    visited_on: date
    medium: MediumCode
    pages: int | None
    given_on: date | None
    given_by: PersonOut | None
    received_on: date | None
    received_by: PersonOut | None
    sent_back: str
    archived: bool
    papers: list[PaperOut]


class PagesOf(In):
    """How many pages a report has."""

    item: Number
    pages: Annotated[int, Field(ge=1, le=10_000)]


class GiveIn(In):
    """Reports given; without ``items`` all that are in one's hands."""

    items: Items | None = None
    papers: Papers | None = None
    medium: MediumCode = "paper"
    pages: list[PagesOf] = Field(default_factory=list, max_length=10_000)


class ItemsIn(In):
    """Some reports of the list."""

    items: Items


class ReceiveIn(In):
    """Reports received; without ``items`` all that were given."""

    items: Items | None = None
    papers: Papers | None = None


class BackIn(In):
    """Reports sent back with a reason; without ``items`` the receipt that was signed."""

    items: Items = Field(default_factory=list)
    because: Text


class VolumePlaceIn(In):
    """Where a volume stands."""

    cabinet: Short
    shelf: Short = ""


class AcceptIn(VolumePlaceIn):
    """Taking in: where the volume stands, how many years it is kept (null: for good)."""

    retention_years: Years | None


@room.reads("/handovers", list[HandOverStateOut])
def list_states(request: Call, part: Literal["open", "done", "all"] = "open") -> list[HandOverStateOut]:
    """各部门各季度的移交到了哪一步。"""
    keep_up(on=request.today, parts=[REPORTS])
    found = list_hand_overs(request.person, on=request.today, part=part)
    return [
        HandOverStateOut(
            quarter=str(row.quarter),
            department=ref(row.department),
            state=row.state,
            due_on=row.due_on,
            begun=row.begun,
            progress=_progress(row.progress),
        )
        for row in found.rows
    ]


@room.reads("/handovers/{quarter}/{department}", HandOverOut)
def one(request: Call, quarter: QuarterName, department: Pk) -> HandOverOut:
    """一份移交清单。"""
    return _list(hand_over_list_for(request, quarter, department))


@room.reads("/handovers/{quarter}/{department}/items", Page[ItemOut])
def list_items(request: Call, quarter: QuarterName, department: Pk, cursor: Cursor = "") -> Page[ItemOut]:
    """清单上的报告，每页 200 份。"""
    found = hand_over_list_for(request, quarter, department)
    after = opened(request, cursor)
    page = get_list(request.person, found.department, found.quarter, part="all", after=after)
    if page is None:
        raise Http404
    return Page[ItemOut](items=[_item(row) for row in page.rows], next=sealed(request, page.after))


@room.writes("/handovers/{quarter}/{department}/begin", HandOverOut, status=201)
def begin(request: Call, quarter: QuarterName, department: Pk) -> Status[HandOverOut]:
    """列出清单。"""
    found = hand_over_list_for(request, quarter, department)
    require(found.gives)
    hand_overs.begin(
        department=found.department,
        quarter=found.quarter,
        on=timezone.localdate(),
        actor=request.person.actor,
        door=DOOR,
    )
    return Status(201, _list(hand_over_list_for(request, quarter, department)))


@room.writes("/handovers/{quarter}/{department}/refresh", HandOverOut)
def refresh(request: Call, quarter: QuarterName, department: Pk) -> HandOverOut:
    """把之后记录的报告补进清单。"""
    found = hand_over_list_for(request, quarter, department)
    require(found.gives or found.receives)
    hand_overs.refresh(hand_over=begun(found), actor=request.person.actor, door=DOOR)
    return _list(hand_over_list_for(request, quarter, department))


@room.writes("/handovers/{quarter}/{department}/give", Done)
def give(request: Call, quarter: QuarterName, department: Pk, body: GiveIn) -> Done:
    """移交报告。"""
    found = hand_over_list_for(request, quarter, department)
    require(found.gives)
    hand_over = begun(found)
    items = visible_items(request.person, hand_over).filter(given_on__isnull=True)
    items = items if body.items is None else items.filter(pk__in=body.items)
    done = hand_overs.give(
        hand_over=hand_over,
        items=list(items),
        medium=Medium.read(body.medium) or Medium.PAPER,
        pages={each.item: each.pages for each in body.pages},
        papers=body.papers,
        **_by(request),
    )
    return Done(changed=done)


@room.writes("/handovers/{quarter}/{department}/withdraw", Done)
def withdraw(request: Call, quarter: QuarterName, department: Pk, body: ItemsIn) -> Done:
    """撤回自己的移交。"""
    found = hand_over_list_for(request, quarter, department)
    require(found.gives)
    hand_over = begun(found)
    items = list(visible_items(request.person, hand_over).filter(pk__in=body.items))
    by = person_of(request)
    done = hand_overs.withdraw(hand_over=hand_over, items=items, by=by, actor=request.person.actor, door=DOOR)
    return Done(changed=done)


@room.writes("/handovers/{quarter}/{department}/receive", Done, right=Right.REVIEW_REPORT)
def receive(request: Call, quarter: QuarterName, department: Pk, body: ReceiveIn) -> Done:
    """点收报告。"""
    hand_over = _hand_over(request, quarter, department)
    items = hand_over.items.filter(received_on__isnull=True)
    items = items.filter(given_on__isnull=False) if body.items is None else items.filter(pk__in=body.items)
    return Done(changed=hand_overs.receive(hand_over=hand_over, items=list(items), papers=body.papers, **_by(request)))


@room.writes("/handovers/{quarter}/{department}/send-back", HandOverOut, right=Right.REVIEW_REPORT)
def send_back(request: Call, quarter: QuarterName, department: Pk, body: BackIn) -> HandOverOut:
    """把报告（或整份回执）退回部门。"""
    hand_over = _hand_over(request, quarter, department)
    items = list(hand_over.items.filter(pk__in=body.items))
    hand_overs.send_back(hand_over=hand_over, items=items, because=body.because, **_by(request))
    return _list(hand_over_list_for(request, quarter, department))


@room.writes("/handovers/{quarter}/{department}/sign", HandOverOut, right=Right.FILE_REPORT)
def sign_over(request: Call, quarter: QuarterName, department: Pk) -> HandOverOut:
    """部门经理签字移交。"""
    found = hand_over_list_for(request, quarter, department)
    require(found.signs)
    hand_over_receipts.sign_over(hand_over=begun(found), **_by(request))
    return _list(hand_over_list_for(request, quarter, department))


@room.writes("/handovers/{quarter}/{department}/accept", HandOverOut, right=Right.REVIEW_REPORT)
def sign_for(request: Call, quarter: QuarterName, department: Pk, body: AcceptIn) -> HandOverOut:
    """风险管理部签收，立卷归档。"""
    hand_over_receipts.sign_for(
        hand_over=_hand_over(request, quarter, department),
        place=Place(body.cabinet, body.shelf),
        retention_years=body.retention_years,
        **_by(request),
    )
    return _list(hand_over_list_for(request, quarter, department))


@room.serves("/handover-receipts/{receipt}.pdf", "application/pdf")
def receipt_file(request: Call, receipt: Pk) -> HttpResponse:
    """移交回执。"""
    receipts = HandOverReceipt.objects.select_related("hand_over__department", "volume")
    found = get_object_or_404(receipts, pk=receipt)
    if not request.person.sees_department(found.hand_over.department_id):
        raise Http404
    content, of = print_receipt(found, printed_on=timezone.localdate()), found.hand_over
    name = f"{of.department.name}-{of.quarter}-移交回执.pdf"
    rows = found.items.count()
    return hand_out(request, content, name=name, rows=rows, content_type=PDF, kind="receipts", door=DOOR)


def _hand_over(request: Call, quarter: str, department: int) -> HandOver:
    return begun(hand_over_list_for(request, quarter, department))


def _by(request: Call) -> dict[str, Any]:
    return {"on": timezone.localdate(), "by": person_of(request), "actor": request.person.actor, "door": DOOR}


def _progress(progress: Progress) -> ProgressOut:
    names = ("total", "given", "received", "archived", "unlisted")
    return ProgressOut(**{name: getattr(progress, name) for name in names})


def _list(found: HandOverList) -> HandOverOut:
    return HandOverOut(
        quarter=str(found.quarter),
        department=ref(found.department),
        begun=found.hand_over is not None,
        progress=_progress(found.progress),
        may_sign_over=found.signs and found.may_sign_over,
        may_sign_for=found.receives and found.may_sign_for,
        receipts=[_receipt(row.receipt) for row in found.receipts],
    )


def _receipt(receipt: HandOverReceipt) -> ReceiptOut:
    volume = receipt.volume
    return ReceiptOut(
        id=receipt.pk,
        signed_on=receipt.signed_on,
        signed_by=person_or_none(receipt.signed_by),
        accepted_on=receipt.accepted_on,
        accepted_by=person_or_none(receipt.accepted_by),
        returned_on=receipt.returned_on,
        because=receipt.because,
        volume=Ref(id=volume.pk, name=volume.number) if volume else None,
    )


def _item(row: ItemRow) -> ItemOut:
    item = row.item
    return ItemOut(
        id=item.pk,
        visit_id=item.visit_id,
        number=row.number,
        client=item.visit.client.name,
        visited_on=item.visit.visited_on,
        medium=row.medium.code,  # type: ignore[arg-type]
        pages=item.pages,
        given_on=item.given_on,
        given_by=person_or_none(item.given_by),
        received_on=item.received_on,
        received_by=person_or_none(item.received_by),
        sent_back=item.sent_back,
        archived=row.archived,
        papers=[PaperOut(id=paper.key, title=in_words(paper.title)) for paper, _ in row.papers],
    )
