"""Acts that wait for a second pair of eyes: what waits, approving, refusing, withdrawing, which kinds are checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404
from ninja import Query, Status
from pydantic import Field

from baohou.core.errors import Refused
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import DOOR, Call, Room, require
from baohou.kernel.api.schemas import USUAL, Cursor, In, Limit, Out, Page, Pk, Ref, Text, Word, ref
from baohou.kernel.approvals import kinds, services
from baohou.kernel.approvals.models import Proposal, State
from baohou.kernel.approvals.of_settings import ask_setting
from baohou.kernel.approvals.queries import (
    Filters,
    Pending,
    Reset,
    find_visible,
    list_proposals,
    list_resets,
    list_settings,
    parts_for,
    why_not,
)
from baohou.kernel.approvals.services import Asked
from baohou.kernel.approvals.showing import show
from baohou.kernel.people.access import Right
from baohou.kernel.saying import in_words

room = Room("复核")
StateCode = Literal["pending", "approved", "refused", "withdrawn", "lapsed", "alone"]


class ProposalOut(Out):
    """An act that waits for a second pair of eyes, or its answer; ``reason`` says why it was refused or lapsed."""

    id: int
    kind: str
    kind_word: str
    title: str
    client: Ref | None
    about: Ref | None
    maker: str
    made_on: date
    made_at: datetime
    because: str
    state: StateCode
    checker: Ref | None
    decided_on: date | None
    reason: str
    may_check: bool


class PendingOut(Out):
    """What waits on a record; /approvals/{id} tells more to who asked for it, may check it or reads the audit."""

    id: int
    kind: str
    kind_word: str
    title: str
    maker: str
    made_on: date


class ChangedOut(Out):
    """What would change, in words."""

    what: str
    before: str
    after: str


class OneProposalOut(ProposalOut):
    """A proposal with what it would change, and the digest of what was asked for."""

    changes: list[ChangedOut]
    sha256: str


class ProposalQuery(In):
    """Which proposals; without ``part`` the part that a page opens with."""

    part: Literal["waiting", "mine", "decided", "all"] | None = None
    kind: Word = ""
    state: StateCode | None = None


class RefusalIn(In):
    """Why a proposal is refused."""

    because: Text


class SettingIn(In):
    """Whether a kind is to be checked from now on, and why."""

    kind: Word
    checked: bool
    because: Text


class SettingOut(Out):
    """A kind of act, and whether it is checked."""

    kind: Annotated[str, Field(max_length=32)]
    kind_word: str
    checked: bool


@room.reads("/approvals", Page[ProposalOut])
def list_all(
    request: Call, asked: Annotated[ProposalQuery, Query()], limit: Limit = USUAL, cursor: Cursor = ""
) -> Page[ProposalOut]:
    """复核：等我复核的、我提请的、我复核过的；看操作记录的人可看全部。"""
    part = asked.part or parts_for(request.person)[0]
    require(part in parts_for(request.person))
    filters = Filters(asked.kind.strip(), State[asked.state.upper()] if asked.state else None)
    after = opened(request, cursor)
    found = list_proposals(request.person, part, filters, after=int(after or 0), most=limit)
    resets = list_resets(request.person)
    items = [ProposalOut(**_told(request, one, resets)) for one in found.rows]
    return Page[ProposalOut](items=items, next=sealed(request, found.after or None))


@room.reads("/approvals/{proposal}", OneProposalOut)
def one(request: Call, proposal: Pk) -> OneProposalOut:
    """提请的一件事：改前与改后。"""
    return _one(request, proposal)


@room.writes("/approvals/{proposal}/approve", OneProposalOut)
def approve(request: Call, proposal: Pk) -> OneProposalOut:
    """批准并办理；记录已变动的不办，答 lapsed 和原因。"""
    services.approve(proposal=_found(request, proposal), by=request.person, on=request.today, door=DOOR)
    return _one(request, proposal)


@room.writes("/approvals/{proposal}/refuse", OneProposalOut)
def refuse(request: Call, proposal: Pk, body: RefusalIn) -> OneProposalOut:
    """退回并说明理由；记录保持原样。"""
    found = _found(request, proposal)
    services.refuse(proposal=found, because=body.because, by=request.person, on=request.today, door=DOOR)
    return _one(request, proposal)


@room.writes("/approvals/{proposal}/withdraw", OneProposalOut)
def withdraw(request: Call, proposal: Pk) -> OneProposalOut:
    """撤回自己提请的事。"""
    services.withdraw(proposal=_found(request, proposal), by=request.person, on=request.today, door=DOOR)
    return _one(request, proposal)


@room.reads("/approval-settings", list[SettingOut], right=Right.ADMINISTER, personal=False)
def settings(request: Call) -> list[SettingOut]:
    """哪些事须复核。"""
    return [SettingOut(kind=kind.code, kind_word=in_words(kind.title), checked=on) for kind, on in list_settings()]


@room.writes("/approval-settings", list[SettingOut], right=Right.ADMINISTER, method="PUT", waits=ProposalOut)
def set_check(request: Call, body: SettingIn) -> Status[Any]:
    """提请改动复核范围；改动本身也要复核。"""
    if body.kind not in {one.code for one, _on in list_settings()}:
        raise Refused("approvals.no_such_kind", "没有这种可改的事项。", where="kind")
    told = {"because": body.because, "by": request.person, "on": request.today, "door": DOOR}
    asked = ask_setting(kind=body.kind, checked=body.checked, **told)  # type: ignore[arg-type]
    return accepted(request, asked) or Status(200, settings(request))


def waiting(those: Iterable[Pending]) -> list[PendingOut]:
    """What waits on a record, as an answer says it."""
    return [
        PendingOut(
            id=one.id,
            kind=one.kind,
            kind_word=in_words(one.kind_word),
            title=in_words(one.title),
            maker=one.maker,
            made_on=one.made_on,
        )
        for one in those
    ]


def pending_of(proposals: Iterable[Proposal]) -> list[PendingOut]:
    """The same of proposals that are at hand; they know their makers."""
    return [
        PendingOut(
            id=one.pk,
            kind=one.kind,
            kind_word=in_words(kinds.get(one.kind).title),
            title=in_words(one.title),
            maker=one.maker.name if one.maker else one.made_by,
            made_on=one.made_on,
        )
        for one in proposals
    ]


def accepted(request: Call, asked: Asked) -> Status[ProposalOut] | None:
    """The answer to an act that waits (202 with its proposal); None when it was done."""
    if asked.proposal is None or not asked.waits:
        return None
    return Status(202, ProposalOut(**_told(request, asked.proposal)))


def _found(request: Call, pk: int) -> Proposal:
    found = find_visible(request.person, pk)
    if found is None:
        raise Http404
    return found


def _one(request: Call, pk: int) -> OneProposalOut:
    found = _found(request, pk)
    changes = [
        ChangedOut(what=in_words(what), before=in_words(before), after=in_words(after))
        for what, before, after in show(found).rows
    ]
    return OneProposalOut(**_told(request, found), changes=changes, sha256=found.digest)


def _told(request: Call, of: Proposal, resets: Sequence[Reset] | None = None) -> dict[str, Any]:
    return {
        **{name: getattr(of, name) for name in _SAME},
        "id": of.pk,
        "kind_word": in_words(kinds.get(of.kind).title),
        "title": in_words(of.title),
        "reason": in_words(of.reason),
        "client": ref(of.party),
        "about": ref(of.about),
        "maker": of.made_by,
        "state": State(of.state).name.lower(),
        "checker": ref(of.checker),
        "may_check": not why_not(request.person, of, resets),
    }


_SAME = ("kind", "made_on", "made_at", "because", "decided_on")
