"""Reading hooks: all of them, and the deliveries of one with how each stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Max, Q
from django.utils import timezone

from baohou.kernel.hooks.models import Delivery, Hook
from baohou.kernel.outbox.models import Message, State

PAGE: Final = 50
ARRIVED, HELD, ENDED = "arrived", "held", "ended"
STATES: Final = (ARRIVED, State.WAITING.value, State.FAILED.value, HELD, ENDED)
"""How a delivery stands: taken by the other side, to be sent, to be tried again, kept while paused, given up."""


@dataclass(frozen=True)
class Told:
    """A delivery as people see it; ``due_at`` is when it is tried next, None when it is not."""

    delivery: Delivery
    state: str
    due_at: datetime | None
    why: str


@dataclass(frozen=True)
class Deliveries:
    """A page of them, the newest first; ``following`` is where the next page begins, 0 at the end."""

    rows: list[Told]
    following: int


def list_hooks() -> list[Hook]:
    """All hooks with how many attempts failed in a row."""
    return list(Hook.objects.select_related("standing").order_by("name"))


def count_of_late(hooks: list[Hook]) -> dict[int, tuple[int, datetime | None]]:
    """Of each hook how many deliveries have not arrived, and when the last one did."""
    rows = Delivery.objects.filter(hook__in=hooks).order_by().values("hook")
    counted = rows.annotate(open=Count("pk", filter=Q(arrived_at__isnull=True)), last=Max("arrived_at"))
    return {one["hook"]: (one["open"], one["last"]) for one in counted}


def list_deliveries(hook: Hook, *, before: int = 0, limit: int = PAGE, arrived: bool | None = None) -> Deliveries:
    """Deliveries of a hook older than a number; of all, of those that have arrived, or of those that have not."""
    found = Delivery.objects.filter(hook=hook).order_by("-pk")
    if arrived is not None:
        found = found.filter(arrived_at__isnull=not arrived)
    if before:
        found = found.filter(pk__lt=before)
    page = list(found[: limit + 1])
    shown = page[:limit]
    return Deliveries(tell(shown), shown[-1].pk if len(page) > limit else 0)


def tell(deliveries: list[Delivery]) -> list[Told]:
    """How deliveries stand; one query for all."""
    messages = Message.objects.in_bulk([one.key for one in deliveries], field_name="key")
    return [_told(one, messages.get(one.key)) for one in deliveries]


def _told(delivery: Delivery, message: Message | None) -> Told:
    pending = message is not None and message.state in (State.WAITING, State.SENDING, State.FAILED)
    due = max(message.due_at, timezone.now()) if message is not None and pending else None
    if delivery.arrived_at is not None and not pending:
        return Told(delivery, ARRIVED, None, "")
    if message is None:
        return Told(delivery, HELD, None, "")
    if message.state in (State.GIVEN_UP, State.SENT):
        return Told(delivery, ENDED, None, message.error)
    state = State.FAILED.value if message.state == State.FAILED else State.WAITING.value
    return Told(delivery, state, due, message.error)
