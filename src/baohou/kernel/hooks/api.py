"""Hooks for who administers: the same verbs as on their pages; and how each event reads."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from django.shortcuts import get_object_or_404
from ninja import Status
from pydantic import Field

from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import DOOR, Call, Room
from baohou.kernel.api.schemas import USUAL, Cursor, In, Limit, Out, Page, Pk, Text, Word
from baohou.kernel.hooks import queries, services
from baohou.kernel.hooks.models import Delivery, Hook
from baohou.kernel.people.access import Right
from baohou.kernel.saying import in_words

room = Room("对外推送", personal=False)
StateCode = Literal["", "arrived", "open"]


class HookIn(In):
    """Where to, what of, and which fields about persons; ``events`` are types of the description's ``webhooks``."""

    name: Word
    url: Text
    events: Annotated[list[Word], Field(max_length=200)]
    scopes: Annotated[list[Word], Field(max_length=20)] = []


class HookOut(Out):
    """A hook; ``failures`` is how many attempts failed in a row."""

    id: int
    name: str
    url: str
    events: list[str]
    scopes: list[str]
    paused_at: datetime | None
    paused_because: str
    failures: int


class HookMadeOut(HookOut):
    """A hook with its secret, told this once."""

    secret: str


class PauseIn(In):
    """Why nothing is sent for now."""

    because: Word = ""


class ResumedOut(HookOut):
    """A hook that goes on; ``queued`` is how many deliveries were kept for it."""

    queued: int


class RotateIn(In):
    """How many hours the former secret goes on signing."""

    hours: Annotated[int, Field(ge=0, le=168)] = 24


class DeliveryOut(Out):
    """A delivery: ``state`` is arrived, waiting, failed (tried again), held (paused) or ended."""

    id: int
    event: str
    type: str
    state: str
    written_at: datetime
    attempts: int
    status: int
    answer: str
    took_ms: int
    arrived_at: datetime | None
    due_at: datetime | None


class OneDeliveryOut(DeliveryOut):
    """A delivery with what is sent."""

    body: dict[str, Any]


@room.reads("/hooks", Page[HookOut], right=Right.ADMINISTER)
def hooks(request: Call, limit: Limit = USUAL, cursor: Cursor = "") -> Page[HookOut]:
    """全部推送，按名称。"""
    after = opened(request, cursor)
    found = [hook for hook in queries.list_hooks() if not after or hook.name > after][: limit + 1]
    more = found[limit - 1].name if len(found) > limit else None
    return Page[HookOut](items=[HookOut(**_told(hook)) for hook in found[:limit]], next=sealed(request, more))


@room.writes("/hooks", HookMadeOut, right=Right.ADMINISTER, status=201, secret=True)
def add(request: Call, body: HookIn) -> Status[HookMadeOut]:
    """登记一个推送；密钥只在这次回答里。"""
    made = services.add_hook(**_said(body), actor=request.person.actor, door=DOOR)
    return Status(201, _made(made))


@room.reads("/hooks/{hook}", HookOut, right=Right.ADMINISTER)
def one(request: Call, hook: Pk) -> HookOut:
    """一个推送。"""
    return HookOut(**_told(_hook(hook)))


@room.writes("/hooks/{hook}", HookOut, right=Right.ADMINISTER, method="PUT")
def change(request: Call, hook: Pk, body: HookIn) -> HookOut:
    """改名称、网址、事件和范围；等着的按写下时的内容发到新网址。"""
    services.change_hook(hook=_hook(hook), **_said(body), actor=request.person.actor, door=DOOR)
    return HookOut(**_told(_hook(hook)))


@room.writes("/hooks/{hook}", None, right=Right.ADMINISTER, method="DELETE", status=204)
def remove(request: Call, hook: Pk) -> Status[None]:
    """删除推送和它的发送记录。"""
    services.remove_hook(hook=_hook(hook), actor=request.person.actor, door=DOOR)
    return Status(204, None)


@room.writes("/hooks/{hook}/pause", HookOut, right=Right.ADMINISTER)
def pause(request: Call, hook: Pk, body: PauseIn) -> HookOut:
    """暂停；期间的事件留着。"""
    services.pause_hook(hook=_hook(hook), because=body.because, actor=request.person.actor, door=DOOR)
    return HookOut(**_told(_hook(hook)))


@room.writes("/hooks/{hook}/resume", ResumedOut, right=Right.ADMINISTER)
def resume(request: Call, hook: Pk) -> ResumedOut:
    """恢复，补发留着的。"""
    queued = services.resume_hook(hook=_hook(hook), actor=request.person.actor, door=DOOR)
    return ResumedOut(**_told(_hook(hook)), queued=queued)


@room.writes("/hooks/{hook}/secret", HookMadeOut, right=Right.ADMINISTER, secret=True)
def rotate(request: Call, hook: Pk, body: RotateIn) -> HookMadeOut:
    """换一个密钥；旧的再用几小时，期间两个都签名。"""
    return _made(services.rotate_secret(hook=_hook(hook), hours=body.hours, actor=request.person.actor, door=DOOR))


@room.writes("/hooks/{hook}/ping", DeliveryOut, right=Right.ADMINISTER)
def ping(request: Call, hook: Pk) -> DeliveryOut:
    """试推送一条，暂停时也发。"""
    delivery = services.ping_hook(hook=_hook(hook), actor=request.person.actor, door=DOOR)
    return DeliveryOut(**_sent(queries.tell([delivery])[0]))


@room.reads("/hooks/{hook}/deliveries", Page[DeliveryOut], right=Right.ADMINISTER)
def deliveries(
    request: Call, hook: Pk, state: StateCode = "", limit: Limit = USUAL, cursor: Cursor = ""
) -> Page[DeliveryOut]:
    """发送记录，新的在前；state 可以只要已送达的（arrived）或没送达的（open）。"""
    arrived = {"arrived": True, "open": False}.get(state)
    before = int(opened(request, cursor) or 0)
    page = queries.list_deliveries(_hook(hook), before=before, limit=limit, arrived=arrived)
    items = [DeliveryOut(**_sent(row)) for row in page.rows]
    return Page[DeliveryOut](items=items, next=sealed(request, page.following or None))


@room.reads("/hooks/{hook}/deliveries/{delivery}", OneDeliveryOut, right=Right.ADMINISTER)
def delivery(request: Call, hook: Pk, delivery: Pk) -> OneDeliveryOut:
    """一条发送记录和发送的内容。"""
    found = _delivery(hook, delivery)
    return OneDeliveryOut(**_sent(queries.tell([found])[0]), body=json.loads(found.body))


@room.writes("/hooks/{hook}/deliveries/{delivery}/again", DeliveryOut, right=Right.ADMINISTER)
def again(request: Call, hook: Pk, delivery: Pk) -> DeliveryOut:
    """重发一条，内容和编号不变。"""
    found = services.resend(delivery=_delivery(hook, delivery), actor=request.person.actor, door=DOOR)
    return DeliveryOut(**_sent(queries.tell([found])[0]))


def _hook(pk: int) -> Hook:
    return get_object_or_404(Hook.objects.select_related("standing"), pk=pk)


def _delivery(hook: int, pk: int) -> Delivery:
    return get_object_or_404(Delivery.objects.select_related("hook"), pk=pk, hook=hook)


def _said(body: HookIn) -> dict[str, Any]:
    return {"name": body.name, "url": body.url, "kinds": body.events, "scopes": body.scopes}


def _told(hook: Hook) -> dict[str, Any]:
    told = {name: getattr(hook, name) for name in ("name", "url", "events", "scopes", "paused_at")}
    return {"id": hook.pk, **told, "paused_because": in_words(hook.paused_because), "failures": hook.standing.failures}


def _made(made: services.Made) -> HookMadeOut:
    return HookMadeOut(**_told(_hook(made.hook.pk)), secret=made.secret)


def _sent(row: queries.Told) -> dict[str, Any]:
    same = ("event", "type", "written_at", "attempts", "status", "took_ms", "arrived_at")
    told = {name: getattr(row.delivery, name) for name in same}
    return {
        "id": row.delivery.pk,
        **told,
        "answer": in_words(row.delivery.answer),
        "state": row.state,
        "due_at": row.due_at,
    }
