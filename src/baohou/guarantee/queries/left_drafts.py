"""What keeps a person at a post that visits clients: reports that the person has begun and not sent."""

from __future__ import annotations

from baohou.core.sayings import say
from baohou.guarantee.queries.drafts import list_drafts
from baohou.guarantee.queries.moves import MANAGING
from baohou.kernel.people.bonds import Change
from baohou.kernel.people.policy import RIGHTS, Right


def drafts_left(change: Change) -> list[str]:
    """What keeps a person from a post that manages nothing: drafts of visits that nobody could send."""
    if change.post in MANAGING or Right.RECORD_VISIT in RIGHTS.get(change.post, frozenset()):
        return []
    held = list_drafts(change.staff, on=change.on)
    if not held:
        return []
    return [
        say(
            "%(staff)s名下还有 %(many)s 份没有提交的回访草稿，请先移交给接手的人。",
            staff=change.staff.name,
            many=len(held),
        )
    ]
