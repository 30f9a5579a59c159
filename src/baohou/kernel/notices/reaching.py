"""How people are reached: their channels for each kind, and when; for many people at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time

from django.utils import timezone

from baohou.kernel.notices import channels, kinds
from baohou.kernel.notices.hours import Hours
from baohou.kernel.notices.models import Address, Choice, CompanyHours, Habits


def company_hours() -> Hours:
    """The company's hours: what was decided last, or what is shipped."""
    held = CompanyHours.objects.order_by("-pk").first()
    default = CompanyHours()
    one = held or default
    return Hours(one.digest_at, one.quiet_from, one.quiet_to)


def default_channels(kind: str) -> list[str]:
    """The channels of a kind for people who have not chosen: all that are free, and SMS when it is urgent."""
    return [way.code for way in channels.WAYS if not way.costs or kinds.get(kind).urgent]


@dataclass(frozen=True)
class Reaching:
    """What some people have chosen."""

    company: Hours
    addresses: dict[int, list[str]]
    choices: dict[tuple[int, str], list[str]]
    habits: dict[int, Habits]

    def channels(self, staff_id: int, kind: str) -> list[str]:
        """The channels on which a person is told of a kind: chosen, with an address."""
        wanted = self.choices.get((staff_id, kind))
        if wanted is None:
            wanted = default_channels(kind)
        return [code for code in self.addresses.get(staff_id, ()) if code in wanted]

    def hours(self, staff_id: int) -> Hours:
        """A person's hours: the own, or the company's."""
        own = self.habits.get(staff_id)
        if own is None:
            return self.company
        quiet: tuple[time, time] = (self.company.quiet_from, self.company.quiet_to)
        if own.quiet_from is not None and own.quiet_to is not None:
            quiet = (own.quiet_from, own.quiet_to)
        return Hours(own.digest_at or self.company.digest_at, *quiet)

    def next_moment(self, staff_id: int, kind: str) -> datetime:
        """Now, or the end of the person's quiet hours; urgent kinds do not wait."""
        now = timezone.localtime()
        return now if kinds.get(kind).urgent else self.hours(staff_id).loud_from(now)


def reach(staff_ids: Collection[int] | None) -> Reaching:
    """How these people (None: everybody with an address) are reached. Four queries, one when nobody has an address."""
    usable = [way.code for way in channels.ready()]
    held = Address.objects.filter(channel__in=usable)
    if staff_ids is not None:
        held = held.filter(staff__in=staff_ids)
    addresses: dict[int, list[str]] = {}
    for staff, channel in held.values_list("staff", "channel"):
        addresses.setdefault(staff, []).append(channel)
    if not addresses:
        return Reaching(Hours(time(8), time(0), time(0)), {}, {}, {})
    chosen = Choice.objects.filter(staff__in=list(addresses))
    return Reaching(
        company_hours(),
        addresses,
        {(one.staff_id, one.kind): one.channels for one in chosen},
        {one.staff_id: one for one in Habits.objects.filter(staff__in=list(addresses))},
    )
