"""Reading notices: how many are unread, a page of them with what became of each outside, a person's wishes."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from baohou.kernel.notices import channels, kinds
from baohou.kernel.notices.channels import Way
from baohou.kernel.notices.kinds import NoticeKind
from baohou.kernel.notices.models import Address, Choice, Notice
from baohou.kernel.notices.reaching import default_channels
from baohou.kernel.notices.services import outside_key
from baohou.kernel.outbox.models import Message
from baohou.kernel.people.models import Staff
from baohou.kernel.prepared import prepared_count

PAGE = 50
MANY = 99


@dataclass(frozen=True)
class Line:
    """A notice, and its messages outside with their channel."""

    notice: Notice
    kind: NoticeKind
    sent: list[tuple[Way, Message]]


@dataclass(frozen=True)
class Listed:
    """A page of notices, the newest first; ``following`` is where the next page begins, 0 at the end."""

    lines: list[Line]
    following: int


@dataclass(frozen=True)
class Reached:
    """A channel, the person's address on it, and the message last sent there for trial."""

    way: Way
    address: Address | None
    trial: Message | None


def count_unread(staff_id: int) -> int:
    """How many notices a person has not read, counted up to MANY + 1; one query that an index answers."""
    return _unread(staff_id)


@prepared_count
def _unread(staff: int) -> QuerySet[Notice]:
    return Notice.objects.filter(staff=staff, read_at__isnull=True).order_by()[: MANY + 1]


def list_notices(*, staff_id: int, unread: bool = False, kind: str = "", before: int = 0, most: int = PAGE) -> Listed:
    """A person's notices, of a kind and unread when asked, older than a number. Two queries."""
    found = Notice.objects.filter(staff=staff_id).order_by("-pk")
    if unread:
        found = found.filter(read_at__isnull=True)
    if kind:
        found = found.filter(kind=kind)
    if before:
        found = found.filter(pk__lt=before)
    page = list(found[: most + 1])
    shown = page[:most]
    keys = [outside_key(one.key, way.code) for one in shown for way in channels.WAYS]
    messages = {one.key: one for one in Message.objects.filter(key__in=keys)}
    lines = [Line(one, kinds.get(one.kind), _outside(one, messages)) for one in shown]
    return Listed(lines, page[most - 1].pk if len(page) > most else 0)


def _outside(notice: Notice, messages: dict[str, Message]) -> list[tuple[Way, Message]]:
    keyed = [(way, messages.get(outside_key(notice.key, way.code))) for way in channels.WAYS]
    return [(way, message) for way, message in keyed if message is not None]


def list_reached(staff: Staff) -> list[Reached]:
    """The channels of this installation, and how a person is reached on each. Two queries."""
    held = {one.channel: one for one in Address.objects.filter(staff=staff).select_related("staff")}
    trials = Message.objects.in_bulk([one.trial_key for one in held.values() if one.trial_key], field_name="key")
    found = []
    for way in channels.ready():
        address = held.get(way.code)
        found.append(Reached(way, address, trials.get(address.trial_key) if address else None))
    return found


def get_chosen(staff: Staff) -> dict[str, list[str]]:
    """The channels of each kind, as a person has chosen them or by default."""
    chosen = {one.kind: one.channels for one in Choice.objects.filter(staff=staff)}
    return {kind.code: chosen.get(kind.code, default_channels(kind.code)) for kind in kinds.every()}
