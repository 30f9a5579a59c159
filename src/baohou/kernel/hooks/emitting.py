"""Telling partners: one verb for all rooms, in the transaction of what is told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any, Final
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from baohou.kernel.hooks.events import Event, told_to
from baohou.kernel.hooks.models import Delivery, Hook, key_of
from baohou.kernel.outbox.services import Draft, put

CHANNEL: Final = "hook"
_AT_ONCE: Final = 100


def list_wanting(*kinds: type[Event]) -> list[Hook]:
    """The hooks that are told of any of these events; one query, of a table of some rows."""
    types = {kind.type for kind in kinds}
    return [hook for hook in Hook.objects.order_by("pk") if types & set(hook.events)]


def is_wanted(*kinds: type[Event]) -> bool:
    """Whether any hook is told of one of these events: what is costly to gather is gathered for somebody only."""
    return bool(list_wanting(*kinds))


def emit(*events: Event) -> None:
    """Tell every hook that wants them of some events; undone with the caller's transaction, kept with it."""
    if events:
        emit_all(events, hooks=list_wanting(*{type(event) for event in events}))


def emit_all(events: Iterable[Event], *, hooks: Sequence[Hook]) -> None:
    """Tell these hooks; in pieces, so that a day with a hundred thousand rows holds no more than a piece of them."""
    assert transaction.get_connection().in_atomic_block, "an event is written with what it tells of"
    if not hooks:
        return
    waiting: list[tuple[Hook, Delivery]] = []
    for event in events:
        waiting += _deliveries(event, hooks)
        if len(waiting) >= _AT_ONCE:
            _write(waiting)
            waiting = []
    _write(waiting)


def _deliveries(event: Event, hooks: Sequence[Hook]) -> list[tuple[Hook, Delivery]]:
    number, now = f"evt_{uuid4().hex}", timezone.now()
    bodies: dict[tuple[str, ...], str] = {}
    found = []
    for hook in hooks:
        if event.type not in hook.events and event.type != "ping":
            continue
        scopes = tuple(sorted(hook.scopes))
        if scopes not in bodies:
            bodies[scopes] = _body(number, event, now.astimezone(UTC).isoformat(timespec="milliseconds"), scopes)
        found.append(
            (hook, Delivery(hook=hook, event=number, type=event.type, body=bodies[scopes], written_at=now)),
        )
    return found


def _body(number: str, event: Event, at: str, scopes: tuple[str, ...]) -> str:
    said: dict[str, Any] = {"id": number, "type": event.type, "timestamp": at, "data": told_to(event, scopes)}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _write(waiting: Sequence[tuple[Hook, Delivery]]) -> None:
    """The deliveries, and a turn in the outbox for each whose hook is not paused; those of a paused one wait."""
    Delivery.objects.bulk_create([delivery for _, delivery in waiting])
    queue([(hook, delivery) for hook, delivery in waiting if hook.paused_at is None or delivery.type == "ping"])


def queue(waiting: Iterable[tuple[Hook, Delivery]]) -> None:
    """Give deliveries a turn in the outbox."""
    put(
        [
            Draft(CHANNEL, key_of(hook.pk, delivery.event), hook.name, delivery.type, {"hook": hook.pk})
            for hook, delivery in waiting
        ]
    )
