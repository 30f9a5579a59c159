"""The morning digest: one message per person and channel, at the hour the person has chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from baohou.core.sayings import as_kept
from baohou.kernel.notices.kinds import DIGEST
from baohou.kernel.notices.reaching import Reaching
from baohou.kernel.outbox.services import Draft, put
from baohou.kernel.people.models import Staff


@dataclass(frozen=True)
class Digest:
    """What one person is to read in the morning."""

    person: Staff
    title: str
    text: str
    url: str


def put_digests(digests: Iterable[Digest], *, reaching: Reaching, on: date) -> None:
    """Write a day's digests into the outbox, in the day's transaction; a day's second digest adds nothing.

    A digest is over with its day: one that could not be sent by midnight is not sent the day after.
    """
    zone = timezone.get_default_timezone()
    over = datetime.combine(on + timedelta(days=1), time(0), zone)
    put(
        [
            Draft(
                channel=channel,
                key=f"digest:{on}:{one.person.pk}|{channel}",
                to=str(one.person),
                title=one.title,
                payload={"staff": one.person.pk, "kind": DIGEST.code, "text": as_kept(one.text), "url": one.url},
                due_at=reaching.hours(one.person.pk).digest_of(on, zone),
                expires_at=over,
            )
            for one in digests
            for channel in reaching.channels(one.person.pk, DIGEST.code)
        ]
    )
