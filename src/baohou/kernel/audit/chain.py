"""The chain: acts are written in their own transactions, side by side, and linked in order once they are committed.

A chain written by the acts themselves would make every writer wait for the one before it to commit, and a night's step
fail on PostgreSQL because the head had moved since its snapshot. Linking afterwards costs no writer anything; what it
gives up is nothing that a chain alone could give: until its head is outside, whoever owns the database can compute all
of it anew. An act is linked a moment after it is committed; should that fail, the next act or the day links it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from django.db import OperationalError, connection, transaction
from django.db.models import Prefetch
from django.utils import timezone

from baohou.kernel.audit.masking import keyed
from baohou.kernel.audit.models import BEFORE_THE_CHAIN, FORM, Act, Change, Concern, Link

GENESIS: Final = "0" * 64
"""What the first link follows."""
_LOCK: Final = 0x62616F686F75 + 16
"""The advisory lock that whoever links holds: "baohou" in ASCII and some."""
_AT_ONCE: Final = 200
_BEHIND: Final = 500
"""So many numbers behind the head an act that has just been committed looks for others."""


def canonical(value: Any) -> str:
    """The one writing of a value: JSON, names in order, nothing between."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def moment(at: datetime) -> str:
    """A moment in UTC to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def written(act: Act) -> dict[str, Any]:
    """What an act says, without its number."""
    names = ("by", "door", "verb", "because", "facts", "ip", "request", "agent", "form")
    return {"at": moment(act.at), **{name: getattr(act, name) for name in names}}


def mac_of(act: Act) -> str:
    """What only this program, with this installation's key, can write under an act."""
    return keyed(canonical(written(act)), "act")


def lines_of(act: Act, changes: Iterable[Change], concerns: Iterable[Concern]) -> Iterator[str]:
    """All columns of an act and of its rows, in form 1: a line for each row in the order of their numbers."""
    yield canonical(["act", act.pk, act.mac, written(act)])
    for one in changes:
        yield canonical(["change", one.pk, one.act_id, one.table, one.key, one.row, one.before, one.after])
    for about in concerns:
        yield canonical(["concern", about.pk, about.act_id, about.noun, about.number])


def link_hash(previous: str, *, position: int, form: int, linked_at: datetime, lines: Iterable[str]) -> str:
    """SHA-256 of a link, in lower-case hexadecimal; ``previous`` is the hash of the link before."""
    found = hashlib.sha256(canonical(["link", form, position, moment(linked_at), previous]).encode())
    for line in lines:
        found.update(b"\n")
        found.update(line.encode())
    return found.hexdigest()


def in_full(acts: Any) -> Any:
    """A query of acts with all that their links cover, in the order it is covered."""
    return acts.prefetch_related(
        Prefetch("changes", Change.objects.order_by("pk")), Prefetch("concerns", Concern.objects.order_by("pk"))
    )


def hash_of(act: Act, link: Link, previous: str) -> str:
    """What the link of an act ought to say: one read ``in_full``, or its rows read as they are hashed."""
    if hasattr(act, "_prefetched_objects_cache"):
        lines = lines_of(act, act.changes.all(), act.concerns.all())
    else:
        changes, concerns = act.changes.order_by("pk"), act.concerns.order_by("pk")
        lines = lines_of(act, changes.iterator(_BEHIND), concerns.iterator(_BEHIND))
    return link_hash(previous, position=link.position, form=link.form, linked_at=link.linked_at, lines=lines)


def link_pending(*, everything: bool = False) -> int:
    """Link committed acts that are not linked; their number. Does nothing while somebody else is linking.

    Looked for a little way behind the head, or among all acts: a long transaction's act commits long after its number
    was given. An act that this program did not write (its mac is wrong) stays outside, for verify to name.
    """
    done = 0
    place: int | None = -1 if everything else None
    while True:
        with _alone() as mine:
            if not mine:
                return done
            linked, place = _link_some(place)
        done += linked
        if place is None:
            return done


def _link_some(place: int | None) -> tuple[int, int | None]:
    """Link some of the acts behind a place; how many, and the place to go on from, if there may be more."""
    head = Link.objects.select_related("act").order_by("-position").first()
    position, previous = (head.position, head.sha256) if head else (0, GENESIS)
    if place is None:
        place = head.act_id - _BEHIND if head else -1
    has_begun = head is not None and head.act.form > BEFORE_THE_CHAIN
    acts = list(Act.objects.filter(link__isnull=True, pk__gt=place).order_by("pk")[:_AT_ONCE])
    links = []
    for act in acts:
        if not is_ours(act, chain_has_begun=has_begun):
            continue
        has_begun = has_begun or act.form > BEFORE_THE_CHAIN
        position += 1
        link = Link(position=position, act=act, form=FORM, linked_at=timezone.now())
        link.sha256 = previous = hash_of(act, link, previous)
        links.append(link)
    Link.objects.bulk_create(links)
    return len(links), acts[-1].pk if len(acts) == _AT_ONCE else None


def is_ours(act: Act, *, chain_has_begun: bool) -> bool:
    """Whether this program wrote an act; acts from before the chain count only until the chain has begun."""
    if act.form == BEFORE_THE_CHAIN:
        return not chain_has_begun
    return hmac.compare_digest(act.mac, mac_of(act))


@contextmanager
def _alone() -> Iterator[bool]:
    """A transaction in which nobody else links; False when somebody does, or when SQLite is being written to."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            yield bool(cursor.fetchone()[0])
        return
    with _without_waiting() as mine:
        yield mine


@contextmanager
def _without_waiting() -> Iterator[bool]:
    """SQLite: the one writer's place, or False at once when it is taken; the next act links what is left over."""
    if connection.in_atomic_block:
        yield True
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        patience = cursor.fetchone()[0]
        cursor.execute("PRAGMA busy_timeout = 50")
    entered = False
    try:
        with transaction.atomic():
            entered = True
            yield True
    except OperationalError:
        if entered:
            raise
        yield False
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {int(patience)}")


def hashes_at(positions: Iterable[int]) -> dict[int, str]:
    """The hash of the link at each of some positions; those where there is none are left out."""
    wanted = sorted(set(positions))
    pieces = [wanted[start : start + _BEHIND] for start in range(0, len(wanted), _BEHIND)]
    return {
        position: sha256
        for piece in pieces
        for position, sha256 in Link.objects.filter(position__in=piece).values_list("position", "sha256")
    }
