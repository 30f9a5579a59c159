"""The archive: volumes, where they stand, what lies in them, who has borrowed them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Status
from pydantic import Field

from baohou.guarantee.api.hand_overs import VolumePlaceIn, Years
from baohou.guarantee.exports.hand_overs import destroyed_name, print_contents, print_destroyed
from baohou.guarantee.queries.destructions import DestroyedList, list_waiting
from baohou.guarantee.queries.hand_overs import VOLUMES
from baohou.guarantee.queries.pages.volumes import list_visible_items, visible_volumes
from baohou.guarantee.services.destroying import ask_destruction
from baohou.guarantee.views.guards import destruction_for, volume_for, volumes_for
from baohou.kernel.api.approvals import PendingOut, ProposalOut, accepted, pending_of
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import DOOR, Call, Room
from baohou.kernel.api.schemas import USUAL, Cursor, Day, In, Limit, Number, Out, Page, Pk, Ref, Text, Word
from baohou.kernel.approvals.models import Proposal
from baohou.kernel.papers import archive
from baohou.kernel.papers.archive import Place
from baohou.kernel.people.access import Right
from baohou.kernel.people.exports import PDF, hand_out
from baohou.kernel.people.models import Staff

room = Room("档案")


class RuleIn(In):
    """How volumes are numbered and kept from now on."""

    prefix: Annotated[Word, Field(max_length=16)]
    retention_years: Years | None


class RuleOut(Out):
    """How volumes are numbered and kept."""

    prefix: str
    retention_years: int | None


class LoanIn(In):
    """Lending a volume to a member of staff until a day."""

    borrower: Number
    purpose: Word
    borrowed_on: Day
    due_on: Day


class BackOnIn(In):
    """The day a volume came back."""

    returned_on: Day


class LoanOut(Out):
    """Who has, or had, a volume."""

    borrower_no: str
    borrower_name: str
    purpose: str
    borrowed_on: date
    due_on: date
    returned_on: date | None


class VolumeOut(Out):
    """A volume of the archive; ``destroyed_on`` and ``destruction``, its list, are null while it is there."""

    id: int
    number: str
    title: str
    unit: str
    period: str
    opened_on: date
    cabinet: str
    shelf: str
    retention_years: int | None
    kept_through: date | None
    loan: LoanOut | None
    destroyed_on: date | None
    destruction: int | None
    pending: list[PendingOut]


class InsideOut(Out):
    """A paper in a volume."""

    position: int
    number: str
    title: str
    dated: date
    pages: int | None


class OneVolumeOut(VolumeOut):
    """A volume with what lies in it and who had it."""

    items: list[InsideOut]
    loans: list[LoanOut]


class DestroyIn(In):
    """Volumes whose time is over, and why they are destroyed."""

    volumes: Annotated[list[Number], Field(min_length=1, max_length=1000)]
    because: Text


class DestroyedOut(Out):
    """Volumes that were destroyed together: when, why, who asked and who agreed (empty: nobody could)."""

    id: int
    on: date
    because: str
    by_no: str
    by_name: str
    checked_no: str
    checked_name: str
    volumes: list[Ref]


class VolumeQuery(In):
    """The same filters as the page's."""

    q: Word = ""
    unit: Word = ""
    period: Word = ""
    state: Literal["", "in", "out", "overdue", "expired", "destroyed"] = ""


@room.reads("/volumes", Page[VolumeOut])
def list_volumes(
    request: Call, asked: Annotated[VolumeQuery, Query()], limit: Limit = USUAL, cursor: Cursor = ""
) -> Page[VolumeOut]:
    """案卷，新的在前。"""
    filters = archive.VolumeFilters(asked.q.strip(), asked.unit, asked.period, asked.state)
    page = archive.list_volumes(
        visible_volumes(request.person),
        filters=filters,
        on=timezone.localdate(),
        after=opened(request, cursor),
        most=limit,
    )
    waiting = list_waiting() if any(row.expired for row in page.rows) else {}
    items = [VolumeOut(**_volume(row, waiting)) for row in page.rows]
    return Page[VolumeOut](items=items, next=sealed(request, page.after))


@room.reads("/volumes/{volume}", OneVolumeOut)
def one_volume(request: Call, volume: Pk) -> OneVolumeOut:
    """一卷：在哪里、保管到何时、里面有什么、谁借过。"""
    return _one_volume(request, volume)


@room.serves("/volumes/{volume}/contents.pdf", "application/pdf")
def contents_file(request: Call, volume: Pk) -> HttpResponse:
    """卷内目录。"""
    found = volume_for(request, volume)
    if not request.person.sees_department(found.unit_id):
        raise Http404
    content = print_contents(found, printed_on=timezone.localdate())
    told: dict[str, Any] = {
        "name": f"{found.number}-卷内目录.pdf",
        "rows": len(list_visible_items(request.person, found)),
    }
    return hand_out(request, content, **told, content_type=PDF, kind="contents", door=DOOR)


@room.writes("/volumes/{volume}/place", OneVolumeOut, right=Right.KEEP_ARCHIVE, method="PUT")
def move_volume(request: Call, volume: Pk, body: VolumePlaceIn) -> OneVolumeOut:
    """换存放位置。"""
    place = Place(body.cabinet, body.shelf)
    archive.move(volume=volume_for(request, volume), place=place, actor=request.person.actor, door=DOOR)
    return _one_volume(request, volume)


@room.writes("/volumes/{volume}/loans", OneVolumeOut, right=Right.KEEP_ARCHIVE, status=201)
def lend(request: Call, volume: Pk, body: LoanIn) -> Status[OneVolumeOut]:
    """借出。"""
    found, borrower = volume_for(request, volume), get_object_or_404(Staff, pk=body.borrower)
    archive.lend(
        volume=found,
        borrower_no=borrower.staff_no,
        borrower_name=borrower.name,
        purpose=body.purpose,
        borrowed_on=body.borrowed_on,
        due_on=body.due_on,
        actor=request.person.actor,
        door=DOOR,
    )
    return Status(201, _one_volume(request, volume))


@room.writes("/volumes/{volume}/return", OneVolumeOut, right=Right.KEEP_ARCHIVE)
def take_back(request: Call, volume: Pk, body: BackOnIn) -> OneVolumeOut:
    """收回入库。"""
    archive.take_back(
        volume=volume_for(request, volume), returned_on=body.returned_on, actor=request.person.actor, door=DOOR
    )
    return _one_volume(request, volume)


@room.writes("/volume-destructions", DestroyedOut, right=Right.KEEP_ARCHIVE, status=201, waits=ProposalOut)
def destroy(request: Call, body: DestroyIn) -> Status[Any]:
    """销毁保管到期的案卷，几卷一份清册；答 202 和提请的事，另一人批准后才销毁。"""
    volumes = [one.pk for one in volumes_for(request, body.volumes)]
    asked = ask_destruction(volumes=volumes, because=body.because, by=request.person, on=request.today, door=DOOR)
    return accepted(request, asked) or Status(201, _destroyed(destruction_for(request, asked.result.pk)))


@room.reads("/volume-destructions/{destruction}", DestroyedOut)
def one_destruction(request: Call, destruction: Pk) -> DestroyedOut:
    """一份销毁清册：哪天、为什么、谁提请、谁批准、哪几卷。"""
    return _destroyed(destruction_for(request, destruction))


@room.serves("/volume-destructions/{destruction}/list.pdf", "application/pdf")
def destroyed_file(request: Call, destruction: Pk) -> HttpResponse:
    """销毁清册。"""
    found = destruction_for(request, destruction)
    content = print_destroyed(found, printed_on=timezone.localdate())
    told: dict[str, Any] = {"name": destroyed_name(found), "content_type": PDF, "kind": "destroyed", "door": DOOR}
    return hand_out(request, content, **told, rows=len(found.volumes))


@room.reads("/volume-rule", RuleOut)
def volume_rule(request: Call) -> RuleOut:
    """卷怎么编号、保管多久。"""
    rule = archive.rule_of(VOLUMES)
    return RuleOut(prefix=rule.prefix, retention_years=rule.retention_years)


@room.writes("/volume-rule", RuleOut, right=Right.KEEP_ARCHIVE, method="PUT")
def set_rule(request: Call, body: RuleIn) -> RuleOut:
    """定以后立的卷怎么编号、保管多久。"""
    archive.set_rule(
        kind=VOLUMES,
        prefix=body.prefix,
        retention_years=body.retention_years,
        actor=request.person.actor,
        door=DOOR,
    )
    return volume_rule(request)


def _destroyed(found: DestroyedList) -> DestroyedOut:
    made = found.destruction
    same = ("on", "because", "by_no", "by_name", "checked_no", "checked_name")
    told = {name: getattr(made, name) for name in same}
    return DestroyedOut(id=made.pk, **told, volumes=[Ref(id=one.pk, name=one.number) for one in found.volumes])


def _loan(loan: Any) -> LoanOut | None:
    if loan is None:
        return None
    return LoanOut(
        borrower_no=loan.borrower_no,
        borrower_name=loan.borrower_name,
        purpose=loan.purpose,
        borrowed_on=loan.borrowed_on,
        due_on=loan.due_on,
        returned_on=loan.returned_on,
    )


def _volume(standing: Any, waiting: Mapping[int, Proposal]) -> dict[str, Any]:
    volume = standing.volume
    proposal = waiting.get(volume.pk)
    same = ("number", "title", "unit", "period", "opened_on", "cabinet", "shelf", "retention_years")
    return {
        "id": volume.pk,
        **{name: getattr(volume, name) for name in same},
        "kept_through": standing.kept_through,
        "loan": _loan(standing.loan),
        "destroyed_on": volume.destruction.on if volume.destruction else None,
        "destruction": volume.destruction_id,
        "pending": pending_of([proposal] if proposal else []),
    }


def _one_volume(request: Call, pk: int) -> OneVolumeOut:
    volume = volume_for(request, pk)
    whole = request.person.sees_department(volume.unit_id)
    loans = archive.list_loans(volume) if whole else []
    return OneVolumeOut(
        **_volume(archive.standing_of(volume, on=timezone.localdate()), list_waiting()),
        items=[
            InsideOut(position=each.position, number=each.number, title=each.title, dated=each.dated, pages=each.pages)
            for each in list_visible_items(request.person, volume)
        ],
        loans=[told for loan in loans if (told := _loan(loan)) is not None],
    )
