"""What waits to be sent and what became of it, for the administrator."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.shortcuts import get_object_or_404

from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import DOOR, Call, Room
from baohou.kernel.api.schemas import USUAL, Cursor, Limit, Out, Page, Pk, Word
from baohou.kernel.outbox.models import Message, State
from baohou.kernel.outbox.queries import count_by_state, list_messages
from baohou.kernel.outbox.services import give_up, send_again
from baohou.kernel.people.access import Right
from baohou.kernel.saying import in_words

room = Room("发件箱", personal=False)
StateCode = Literal["", "waiting", "sending", "sent", "failed", "given_up"]


class MessageOut(Out):
    """A message on a channel: whom it is for in words, how it stands, why the last attempt failed."""

    id: int
    channel: str
    to: str
    title: str
    state: str
    attempts: int
    due_at: datetime
    sent_at: datetime | None
    error: str


class CountsOut(Out):
    """How many messages stand in each state."""

    waiting: int
    sending: int
    sent: int
    failed: int
    given_up: int


@room.reads("/outbox", Page[MessageOut], right=Right.ADMINISTER)
def messages(
    request: Call, state: StateCode = "", channel: Word = "", limit: Limit = USUAL, cursor: Cursor = ""
) -> Page[MessageOut]:
    """待发和已发的消息，新的在前。"""
    filed = list_messages(state=state, channel=channel, before=int(opened(request, cursor) or 0), most=limit)
    return Page[MessageOut](items=[_told(one) for one in filed.messages], next=sealed(request, filed.following or None))


@room.reads("/outbox/counts", CountsOut, right=Right.ADMINISTER)
def counts(request: Call) -> CountsOut:
    """每种状态有多少条。"""
    found = count_by_state()
    return CountsOut(**{state.value: found[state.value] for state in State})


@room.writes("/outbox/{message}/again", MessageOut, right=Right.ADMINISTER)
def again(request: Call, message: Pk) -> MessageOut:
    """重发一条没有发成的消息。"""
    send_again(message=get_object_or_404(Message, pk=message), actor=request.person.actor, door=DOOR)
    return _told(Message.objects.get(pk=message))


@room.writes("/outbox/{message}/stop", MessageOut, right=Right.ADMINISTER)
def stop(request: Call, message: Pk) -> MessageOut:
    """停发一条等着的消息。"""
    give_up(message=get_object_or_404(Message, pk=message), actor=request.person.actor, door=DOOR)
    return _told(Message.objects.get(pk=message))


def _told(message: Message) -> MessageOut:
    told = {name: getattr(message, name) for name in MessageOut.model_fields if name not in ("id", "title", "error")}
    return MessageOut(id=message.pk, title=in_words(message.title), error=in_words(message.error), **told)
