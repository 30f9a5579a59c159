"""Reading the outbox: a page of messages, and how many stand in which state."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from baohou.kernel.outbox.models import Message, State

PAGE = 50


@dataclass(frozen=True)
class Filed:
    """A page of messages, the newest first; ``following`` is where the next page begins, 0 at the end."""

    messages: list[Message]
    following: int


def count_by_state() -> dict[str, int]:
    """How many messages stand in each state; one query that an index answers."""
    counted = dict(Message.objects.order_by().values_list("state").annotate(Count("pk")))
    return {state.value: counted.get(state.value, 0) for state in State}


def list_messages(*, state: str = "", channel: str = "", before: int = 0, most: int = PAGE) -> Filed:
    """Messages in a state and of a channel, when one is asked for, older than a number."""
    found: QuerySet[Message] = Message.objects.order_by("-pk")
    if state:
        found = found.filter(state=state)
    if channel:
        found = found.filter(channel=channel)
    if before:
        found = found.filter(pk__lt=before)
    page = list(found[: most + 1])
    return Filed(page[:most], page[most - 1].pk if len(page) > most else 0)
