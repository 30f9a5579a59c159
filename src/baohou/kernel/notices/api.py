"""What one was told, how one wants to be told, and the company's hours."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Literal

from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Path
from pydantic import Field

from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import DOOR, Call, Room, person_of
from baohou.kernel.api.schemas import USUAL, Cursor, In, Limit, Number, Out, Page, Text, Word
from baohou.kernel.notices import channels, preferences
from baohou.kernel.notices.hours import Hours
from baohou.kernel.notices.models import Address, Habits
from baohou.kernel.notices.queries import count_unread, get_chosen, list_notices, list_reached
from baohou.kernel.notices.reaching import company_hours
from baohou.kernel.notices.services import mark_read
from baohou.kernel.people.access import Right
from baohou.kernel.people.models import Staff
from baohou.kernel.saying import in_words

room = Room("通知", personal=False)
Channel = Annotated[str, Path(max_length=32)]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class SentOut(Out):
    """What became of a notice on a channel outside."""

    channel: str
    state: str
    error: str


class NoticeOut(Out):
    """A notice; ``url`` is the page that it is about."""

    id: int
    kind: str
    title: str
    text: str
    url: str
    told_at: datetime
    read_at: datetime | None
    sent: list[SentOut]


class ReadIn(In):
    """Which notices were read; null is all."""

    notices: Annotated[list[Number], Field(max_length=500)] | None = None


class ReadOut(Out):
    """How many are unread now, counted up to 100."""

    unread: int


class HoursOut(Out):
    """When the morning's digest is sent, and between which hours nobody is disturbed."""

    digest_at: str
    quiet_from: str
    quiet_to: str


class HoursIn(In):
    """The company's hours."""

    digest_at: Clock
    quiet_from: Clock
    quiet_to: Clock


class ChannelOut(Out):
    """A channel, and what may be shown of one's address on it; empty without one."""

    code: str
    title: str
    shown: str


class HabitsOut(Out):
    """How one is told: channels, the channels of each kind, hours of one's own (null: the company's), the language.

    ``language`` is that of letters, empty when nobody has chosen: then it is Chinese.
    """

    channels: list[ChannelOut]
    chosen: dict[str, list[str]]
    digest_at: str | None
    quiet_from: str | None
    quiet_to: str | None
    language: str
    company: HoursOut


class HabitsIn(In):
    """What one wants; kinds left out stay as they are, and so does the language."""

    chosen: Annotated[dict[Word, list[Word]], Field(max_length=100)] = {}
    digest_at: Clock | None = None
    quiet_from: Clock | None = None
    quiet_to: Clock | None = None
    language: Literal["", "zh-hans", "en"] = ""


class AddressIn(In):
    """Where one is reached on a channel; ``secret`` for robots that sign."""

    said: Annotated[str, Field(max_length=500)]
    secret: Annotated[str, Field(max_length=128)] = ""


@room.reads("/notices", Page[NoticeOut])
def own(
    request: Call, unread: bool = False, kind: str = "", limit: Limit = USUAL, cursor: Cursor = ""
) -> Page[NoticeOut]:
    """本人的通知，新的在前。"""
    listed = list_notices(
        staff_id=request.person.staff_id,
        unread=unread,
        kind=kind[:32],
        before=int(opened(request, cursor) or 0),
        most=limit,
    )
    items = [
        NoticeOut(
            id=line.notice.pk,
            kind=line.notice.kind,
            title=in_words(line.notice.heading),
            text=in_words(line.notice.body),
            url=line.notice.url,
            told_at=line.notice.told_at,
            read_at=line.notice.read_at,
            sent=[SentOut(channel=way.code, state=one.state, error=in_words(one.error)) for way, one in line.sent],
        )
        for line in listed.lines
    ]
    return Page[NoticeOut](items=items, next=sealed(request, listed.following or None))


@room.writes("/notices/read", ReadOut)
def read(request: Call, body: ReadIn) -> ReadOut:
    """标为已读。"""
    staff = person_of(request)
    mark_read(staff_id=staff.pk, pks=body.notices)
    return ReadOut(unread=count_unread(staff.pk))


@room.reads("/me/notices", HabitsOut)
def habits(request: Call) -> HabitsOut:
    """怎样通知本人。"""
    return _habits(person_of(request))


@room.writes("/me/notices", HabitsOut, method="PUT")
def set_habits(request: Call, body: HabitsIn) -> HabitsOut:
    """改怎样通知本人；时间不填为全公司的。"""
    staff = person_of(request)
    preferences.set_habits(
        staff=staff,
        chosen={**get_chosen(staff), **body.chosen},
        digest_at=_time(body.digest_at),
        quiet_from=_time(body.quiet_from),
        quiet_to=_time(body.quiet_to),
        language=body.language,
        actor=request.person.actor,
        door=DOOR,
    )
    return _habits(staff)


@room.writes("/me/notices/{channel}", HabitsOut, method="PUT")
def set_address(request: Call, channel: Channel, body: AddressIn) -> HabitsOut:
    """登记本人在一个渠道上的地址。"""
    if channels.find(channel) is None:
        raise Http404
    staff = person_of(request)
    preferences.set_address(
        staff=staff, channel=channel, said=body.said, secret=body.secret, actor=request.person.actor, door=DOOR
    )
    return _habits(staff)


@room.writes("/me/notices/{channel}", HabitsOut, method="DELETE")
def remove_address(request: Call, channel: Channel) -> HabitsOut:
    """删除本人在一个渠道上的地址。"""
    preferences.remove_address(address=_address(request, channel), actor=request.person.actor, door=DOOR)
    return _habits(person_of(request))


@room.writes("/me/notices/{channel}/try", HabitsOut)
def try_address(request: Call, channel: Channel) -> HabitsOut:
    """试发一条。"""
    preferences.try_address(address=_address(request, channel), actor=request.person.actor, door=DOOR)
    return _habits(person_of(request))


@room.reads("/company-hours", HoursOut, right=Right.ADMINISTER)
def hours(request: Call) -> HoursOut:
    """全公司的晨报和免打扰时间。"""
    return _hours(company_hours())


@room.writes("/company-hours", HoursOut, right=Right.ADMINISTER, method="PUT")
def set_hours(request: Call, body: HoursIn) -> HoursOut:
    """定全公司的晨报和免打扰时间。"""
    told = {name: time.fromisoformat(getattr(body, name)) for name in HoursIn.model_fields}
    preferences.set_company_hours(**told, actor=request.person.actor, door=DOOR)
    return _hours(company_hours())


def _address(request: Call, channel: str) -> Address:
    found = Address.objects.select_related("staff")
    return get_object_or_404(found, staff=person_of(request), channel=channel)


def _habits(staff: Staff) -> HabitsOut:
    mine = Habits.objects.filter(staff=staff).first() or Habits(staff=staff)
    return HabitsOut(
        channels=[
            ChannelOut(
                code=one.way.code, title=str(one.way.title), shown=in_words(one.address.shown) if one.address else ""
            )
            for one in list_reached(staff)
        ],
        chosen=get_chosen(staff),
        digest_at=_said(mine.digest_at),
        quiet_from=_said(mine.quiet_from),
        quiet_to=_said(mine.quiet_to),
        language=mine.language,
        company=_hours(company_hours()),
    )


def _hours(held: Hours) -> HoursOut:
    return HoursOut(**{name: getattr(held, name).isoformat("minutes") for name in HoursOut.model_fields})


def _time(text: Text | None) -> time | None:
    return time.fromisoformat(text) if text else None


def _said(at: time | None) -> str | None:
    return at.isoformat("minutes") if at else None
