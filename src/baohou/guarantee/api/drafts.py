"""Drafts of visits: kept while they are written, continued by who has them in hand, thrown away."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import FileResponse, Http404
from ninja import Path, Query
from pydantic import Field

from baohou.guarantee.api.shapes import PersonOut, VisitKindCode, person_or_none
from baohou.guarantee.queries.drafts import HeldDraft, list_drafts
from baohou.guarantee.rules.words import VisitKind
from baohou.guarantee.services import drafts
from baohou.guarantee.services.drafts import MOST_FIELDS, Written
from baohou.guarantee.services.submissions import MOST_FILES
from baohou.guarantee.views.guards import draft_for, drafted_client_for
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import DOOR, Call, Room, person_of
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
    Ref,
    Sha256,
    Text,
    Word,
    first_of,
)
from baohou.kernel.people.access import Right
from baohou.kernel.people.exports import hand_out_kept

room = Room("回访草稿")


class DraftFileOut(Out):
    """A file of a draft that has arrived."""

    sha256: str
    name: str
    content_type: str


class DraftOut(Out):
    """A visit's report that is being written. ``version`` 0: files have arrived, the text is still on the device."""

    key: UUID
    client: Ref
    kind: VisitKindCode | None
    version: int
    begun_at: datetime
    changed_at: datetime
    received_from: PersonOut | None = Field(description="由谁移交来；自己写的没有")
    files: list[DraftFileOut]
    lacking: list[str] = Field(description="写明了、还在设备上没有送到的文件")


class SharedDraftOut(DraftOut):
    """A draft and who is to continue it."""

    to: PersonOut


class WholeDraftOut(DraftOut):
    """A draft with what was filled in: the fields of the form by their names, strokes of the signature, place."""

    fields: dict[str, str]
    signed: dict[str, Any] | None
    place: dict[str, Any] | None


class SavedOut(Out):
    """What was kept. ``overtook``: when another device had written what this later change took the place of."""

    draft: DraftOut
    overtook: datetime | None
    anew: bool = Field(description="这份草稿在别处删除过，又重新存入")


class DraftFileIn(In):
    """A file that a draft names; without ``sha256`` it has not been sent yet."""

    name: Word
    sha256: Sha256 | None = None


class DraftIn(In):
    """A form as far as it is filled in. ``device`` is the caller's own number, ``seen`` the version it knew."""

    device: UUID
    seen: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    changed_at: datetime
    kind: VisitKindCode
    visited_on: Day | None = Field(None, description="回访日；客户已移交给别人的，凭回访日那天归本人管")
    fields: dict[Word, Text] = Field(default_factory=dict, max_length=MOST_FIELDS)
    files: list[DraftFileIn] = Field(default_factory=list, max_length=MOST_FILES)
    signed: dict[str, Any] | None = None
    place: dict[str, Any] | None = None


class DiscardIn(In):
    """Why a draft is thrown away; of one that was received it has to be said."""

    because: Annotated[Word, Field(max_length=500)] = ""


class DraftQuery(In):
    """Which drafts."""

    client: Number | None = None


Key = Annotated[UUID, Path()]


@room.reads("/visit-drafts", Page[DraftOut], right=Right.RECORD_VISIT)
def list_all(
    request: Call, asked: Annotated[DraftQuery, Query()], limit: Limit = USUAL, cursor: Cursor = ""
) -> Page[DraftOut]:
    """本人手里没有提交的回访草稿，包括别人移交来的；最近改动的在前。"""
    staff = request.person.staff
    held = list_drafts(staff, on=request.today, client=asked.client) if staff else []
    rows, more = first_of(held, opened(request, cursor), limit=limit, key=lambda one: one.draft.key)
    return Page[DraftOut](items=[draft_out(one) for one in rows], next=sealed(request, more))


@room.reads("/visit-drafts/{draft}", WholeDraftOut, right=Right.RECORD_VISIT)
def one(request: Call, draft: Key) -> WholeDraftOut:
    """一份草稿已写的全部内容。"""
    held = draft_for(request, draft)
    content = held.draft.content
    return WholeDraftOut(
        **draft_out(held).model_dump(),
        fields=content.get("fields", {}),
        signed=content.get("signed"),
        place=content.get("place"),
    )


@room.serves("/visit-drafts/{draft}/files/{file}", "image/*", "application/*", right=Right.RECORD_VISIT)
def file(request: Call, draft: Key, file: Sha256) -> FileResponse:
    """草稿的一个已送到的文件，以摘要为名。"""
    held = draft_for(request, draft)
    found = held.find_file(file)
    if found is None:
        raise Http404
    return hand_out_kept(request, found.file, name=found.name, door=DOOR)


@room.writes("/clients/{client}/visit-drafts/{draft}", SavedOut, right=Right.RECORD_VISIT, method="PUT")
def save(request: Call, client: Pk, draft: Key, body: DraftIn) -> SavedOut:
    """存一份草稿；键与提交时的相同。别的设备后来又改过的，409。"""
    of = drafted_client_for(request, client, body.visited_on, draft)
    kind = VisitKind.read(body.kind)
    assert kind is not None
    written = Written(kind, body.fields, [(one.sha256 or "", one.name) for one in body.files], body.signed, body.place)
    how: dict[str, Any] = {"device": body.device, "seen": body.seen, "changed_at": body.changed_at}
    saved = drafts.save(key=draft, client=of, by=person_of(request), written=written, **how)
    held = draft_for(request, draft)
    return SavedOut(draft=draft_out(held), overtook=saved.overtook, anew=saved.anew)


@room.writes("/visit-drafts/{draft}/discard", DraftOut, right=Right.RECORD_VISIT)
def discard(request: Call, draft: Key, body: DiscardIn) -> DraftOut:
    """放弃一份草稿，连同照片和签名；别人移交来的须写明原因。"""
    held = draft_for(request, draft)
    told = draft_out(held)
    actor = request.person.actor
    drafts.discard(held=held, by=person_of(request), because=body.because, actor=actor, door=DOOR)
    return told


def draft_out(held: HeldDraft) -> DraftOut:
    """A draft without what was filled in."""
    draft = held.draft
    kind: Any = held.kind.code if held.kind else None
    return DraftOut(
        key=draft.key,
        client=Ref(id=draft.client_id, name=draft.client.name),
        kind=kind,
        version=draft.version,
        begun_at=draft.begun_at,
        changed_at=draft.changed_at,
        received_from=person_or_none(held.received_from),
        files=[
            DraftFileOut(sha256=one.file.sha256, name=one.name, content_type=one.file.content_type)
            for one in held.arrived
        ],
        lacking=held.lacking,
    )
