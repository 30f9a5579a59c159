"""Telling people: one verb for all rooms, in the transaction of what is told; and marking what was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from baohou.core.sayings import as_kept, say
from baohou.kernel.notices import kinds
from baohou.kernel.notices.models import Notice
from baohou.kernel.notices.reaching import Reaching, reach
from baohou.kernel.outbox.services import Draft, put
from baohou.kernel.people.access import may_stand_for
from baohou.kernel.people.models import Deputy, Post, Staff
from baohou.kernel.people.queries import get_postings

_AT_ONCE = 500


@dataclass(frozen=True)
class Telling:
    """What one person is to be told; ``key`` names it, so that it is told once. ``url`` is a page of this site."""

    person: Staff
    kind: str
    key: str
    title: str
    text: str = ""
    url: str = ""


def tell(*, person: Staff, kind: str, title: str, on: date, text: str = "", url: str = "", key: str = "") -> None:
    """Tell one person; see tell_many. Without a ``key`` it is told each time."""
    tell_many([Telling(person, kind, key or uuid4().hex, title, text, url)], on=on)


def tell_everyone(
    people: Iterable[Staff], *, kind: str, title: str, on: date, key: str, text: str = "", url: str = ""
) -> None:
    """Tell several people the same."""
    unique = {person.pk: person for person in people}
    tell_many([Telling(person, kind, key, title, text, url) for person in unique.values()], on=on)


def tell_many(tellings: Sequence[Telling], *, on: date) -> None:
    """Tell people, and those who stand in for them on ``on``: in the app, and on the channels that each has chosen.

    Called in the transaction of what is told: undone with it, kept with it. What was told already adds nothing; people
    who have left, or hold no post, are told nothing. A bounded number of queries for some hundred tellings.
    """
    assert transaction.get_connection().in_atomic_block, "a notice is written with what it tells of"
    if not tellings:
        return
    notices = _fresh(_addressed(tellings, on))
    for start in range(0, len(notices), _AT_ONCE):
        Notice.objects.bulk_create(notices[start : start + _AT_ONCE], ignore_conflicts=True)
    reaching = reach({notice.staff_id for notice in notices})
    put([draft for notice in notices for draft in _drafts(notice, reaching)])


def _addressed(tellings: Sequence[Telling], on: date) -> list[Notice]:
    """One notice for each person, and one for each deputy; not for those who are not in service."""
    people = {one.person.pk for one in tellings}
    deputies: defaultdict[int, list[Staff]] = defaultdict(list)
    standing = Deputy.objects.filter(staff__in=people, first_on__lte=on, last_on__gte=on).select_related("deputy")
    for named in standing:
        deputies[named.staff_id].append(named.deputy)
    everyone = people | {one.pk for those in deputies.values() for one in those}
    held = get_postings(staff_ids=everyone, on=max(on, timezone.localdate()))
    posts = {pk: Post(posting.post) for pk, posting in held.items() if posting.post != Post.LEFT}
    found = []
    for one in tellings:
        own = posts.get(one.person.pk)
        if own is None:
            continue
        found.append(_notice(one, one.person, None))
        for deputy in deputies[one.person.pk]:
            post = posts.get(deputy.pk)
            if post is not None and may_stand_for(own, post):
                found.append(_notice(one, deputy, one.person))
    return found


def _notice(telling: Telling, to: Staff, absent: Staff | None) -> Notice:
    of = f":{absent.pk}" if absent else ""
    title = say("（代%(name)s）%(title)s", name=absent.name, title=telling.title) if absent else telling.title
    return Notice(
        staff=to,
        for_absent=absent,
        kind=kinds.get(telling.kind).code,
        key=f"{telling.key[:120]}:{to.pk}{of}",
        title=title[:255],
        text=telling.text,
        said={"title": as_kept(title), "text": as_kept(telling.text)},
        url=telling.url,
    )


def _fresh(notices: list[Notice]) -> list[Notice]:
    """Those that nobody has been told yet."""
    unique = {notice.key: notice for notice in notices}
    keys = list(unique)
    known: set[str] = set()
    for start in range(0, len(keys), _AT_ONCE):
        there = Notice.objects.filter(key__in=keys[start : start + _AT_ONCE])
        known.update(there.values_list("key", flat=True))
    return [notice for key, notice in unique.items() if key not in known]


def _drafts(notice: Notice, reaching: Reaching) -> Iterable[Draft]:
    for channel in reaching.channels(notice.staff_id, notice.kind):
        yield Draft(
            channel=channel,
            key=outside_key(notice.key, channel),
            to=str(notice.staff),
            title=notice.heading,
            payload={"staff": notice.staff_id, "kind": notice.kind, "text": notice.said["text"], "url": notice.url},
            due_at=reaching.next_moment(notice.staff_id, notice.kind),
        )


def outside_key(key: str, channel: str) -> str:
    """The key in the outbox of a notice on a channel."""
    return f"{key}|{channel}"


def mark_read(*, staff_id: int, pks: Collection[int] | None = None) -> int:
    """Mark a person's own notices as read: these, or (None) all; how many were unread."""
    unread = Notice.objects.filter(staff=staff_id, read_at__isnull=True)
    if pks is not None:
        unread = unread.filter(pk__in=pks)
    return unread.update(read_at=timezone.now())
