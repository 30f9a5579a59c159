"""Drafts of visits in a hand-over of work: who continues each, and how the signed list tells them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from baohou.core.errors import Refused
from baohou.core.sayings import listed
from baohou.guarantee.models import WorkMove
from baohou.guarantee.queries.drafts import HeldDraft
from baohou.guarantee.queries.moves import managers_of_clients
from baohou.guarantee.rules.words import VisitKind
from baohou.guarantee.services.moving import Passing
from baohou.kernel.people.models import Post, Staff
from baohou.kernel.people.queries import get_posting, list_holders

_NAMED: Final = 10


def share_drafts(
    staff: Staff, drafts: Sequence[HeldDraft], passing: Sequence[Passing], people: Mapping[int, Staff], *, on: date
) -> list[tuple[HeldDraft, Staff]]:
    """Who continues each draft: the new A of its guarantee, the client's A, else the head of the person's department.

    Refused when that is nobody who may take over: ``people``.
    """
    if not drafts:
        return []
    of_guarantee = {row.holding.guarantee.pk: row.a for row in passing}
    clients = {one.draft.client_id for one in drafts}
    of_client = managers_of_clients(clients, on=on)[1]
    for row in sorted(passing, key=lambda one: (one.holding.guarantee.issued_on, one.holding.guarantee.project_no)):
        of_client[row.holding.guarantee.client_id] = row.a
    posting = get_posting(staff=staff, on=on)
    department = posting.department if posting is not None else None
    heads = list_holders(post=Post.DEPARTMENT_MANAGER, on=on, department=department) if department else []
    shared, left = [], []
    for one in drafts:
        named = str(one.draft.content.get("fields", {}).get("guarantee", ""))
        first = of_guarantee.get(int(named)) if one.kind is VisitKind.ROUTINE and named.isdecimal() else None
        chosen = (first, of_client.get(one.draft.client_id), *heads)
        to = next((who for who in chosen if who is not None and who.pk in people), None)
        if to is None:
            left.append(one.draft.client.name)
        else:
            shared.append((one, to))
    if left:
        raise Refused(
            "guarantee.move.draft_left",
            "以下客户的回访草稿没有接收人：%(left)s。请先提交或放弃这些草稿，或给客户定下在岗的 A 角。",
            left=listed(left[:_NAMED]),
        )
    return shared


def tell_drafts(move: WorkMove) -> dict[str, Any]:
    """What the list of a hand-over says of drafts; nothing when there were none."""
    rows = move.drafts.select_related("owner", "to").order_by("begun_at", "pk")
    told = [
        {
            "key": str(row.key),
            "client": row.what,
            "kind": VisitKind(row.kind).code if row.kind else "",
            "begun_at": row.begun_at.isoformat(),
            "changed_at": row.changed_at.isoformat(),
            "files": row.files,
            "lacking": row.lacking,
            "owner": str(row.owner),
            "to": str(row.to),
        }
        for row in rows
    ]
    return {"drafts": told} if told else {}
