"""Visit reports that are still being written: whose they are on a day, from whom they came, what has arrived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from baohou.guarantee.models import Guarantee, MovedDraft, VisitDraft, VisitUpload
from baohou.guarantee.queries.access import managed_guarantees
from baohou.guarantee.queries.moves import managers_of_clients
from baohou.guarantee.queries.pages.clients import managers_on
from baohou.guarantee.rules.words import VisitKind
from baohou.kernel.people.access import may_stand_for
from baohou.kernel.people.models import Deputy, Post, Staff
from baohou.kernel.people.policy import REACH, RIGHTS, Reach, Right
from baohou.kernel.people.queries import get_postings


@dataclass(frozen=True)
class HeldDraft:
    """A draft and whose it is on a day; ``received_from`` when somebody else began it.

    ``arrived`` are the files that it names and the server has, ``lacking`` the names of those that it has not.
    """

    draft: VisitDraft
    holder: int
    received_from: Staff | None
    arrived: list[VisitUpload]
    lacking: list[str]

    @property
    def kind(self) -> VisitKind | None:
        return VisitKind(self.draft.kind) if self.draft.kind else None

    def find_file(self, sha256: str) -> VisitUpload | None:
        """A file that has arrived, by its digest."""
        return next((one for one in self.arrived if one.file.sha256 == sha256), None)

    @property
    def is_on_the_device(self) -> bool:
        """Whether something of it is known to have not arrived."""
        return not self.draft.version or bool(self.lacking)


def list_drafts(staff: Staff, *, on: date, client: int | None = None) -> list[HeldDraft]:
    """The drafts in a person's hands on a day, the latest changed first: one's own, and those that were received."""
    return _list(staff, on, {"client": client} if client is not None else {})


def find_draft(staff: Staff, key: UUID, *, on: date) -> HeldDraft | None:
    """A draft that is in a person's hands on a day."""
    return next(iter(_list(staff, on, {"key": key})), None)


def holder_of(draft: VisitDraft, *, on: date) -> Staff:
    """In whose hands a draft is on a day."""
    return _holders([draft], on)[draft.pk][0]


def began(staff: Staff, key: UUID, *, client: int) -> bool:
    """Whether a person wrote at a draft about a client, in whosever hands it is now."""
    draft = VisitDraft.objects.filter(key=key, client=client)
    return draft.filter(by=staff).exists() or (
        draft.exists() and MovedDraft.objects.filter(key=key, owner=staff).exists()
    )


def former_writers(staff: Staff, *, client: int, on: date) -> list[Staff]:
    """Those whose drafts about a client a person received: who made the visit may be one of them."""
    return [one.received_from for one in list_drafts(staff, on=on, client=client) if one.received_from is not None]


def digests_lacking(draft: VisitDraft) -> list[str]:
    """The digests of files that a draft names and whose bytes have not arrived. One query."""
    named = {one["sha256"] for one in named_files(draft.content)} - {""}
    waiting = VisitUpload.objects.filter(key=draft.key, by=draft.by_id, is_signature=False)
    return sorted(named - set(waiting.values_list("file__sha256", flat=True)))


def named_files(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The files that a draft's content names: {sha256, name}; without a digest while they are on the device only."""
    files: list[dict[str, Any]] = content.get("files", [])
    return files


def _list(staff: Staff, on: date, only: dict[str, Any]) -> list[HeldDraft]:
    received = MovedDraft.objects.filter(to=staff, move__effective_on__lte=on).values("key")
    managed = managed_guarantees(staff.pk, on=on, as_a_only=True).values("client_id")
    near = VisitDraft.objects.filter(Q(by=staff) | Q(key__in=received) | Q(client__in=managed), **only)
    drafts = list(near.select_related("by", "client").order_by("-changed_at", "-pk"))
    holders = _holders(drafts, on)
    mine = [draft for draft in drafts if holders[draft.pk][0].pk == staff.pk]
    return [_held(draft, *holders[draft.pk], files) for draft, files in _with_files(mine)]


def _holders(drafts: Collection[VisitDraft], on: date) -> dict[int, tuple[Staff, Staff | None]]:
    """Who has each draft (its number) on a day, and from whom: the last hand-over says it, else its writer has it.

    What is in the hands of somebody whom the client has left, or who may send no visit any more, is its A manager's.
    """
    rows = MovedDraft.objects.filter(key__in=[one.key for one in drafts], move__effective_on__lte=on)
    last = {row.key: (row.to, row.owner) for row in rows.select_related("to", "owner").order_by("pk")}
    found: dict[int, tuple[Staff, Staff | None]] = {one.pk: last.get(one.key, (one.by, None)) for one in drafts}
    near = _reach({found[one.pk][0].pk for one in drafts}, {one.client_id for one in drafts}, on)
    left = [one for one in drafts if (found[one.pk][0].pk, one.client_id) not in near]
    managers = managers_of_clients({one.client_id for one in left}, on=on)[1] if left else {}
    for one in left:
        to, before = managers.get(one.client_id), found[one.pk][0]
        if to is not None and to.pk != before.pk:
            found[one.pk] = (to, before)
    return found


def _reach(staff: Collection[int], clients: Collection[int], on: date) -> set[tuple[int, int]]:
    """Who of these may record a visit to which of these clients on a day, also as a deputy. Four queries."""
    guarantees = list(Guarantee.objects.filter(client__in=clients).select_related("manager_a", "manager_b"))
    managers = managers_on(guarantees, on=on)
    absent = Deputy.objects.filter(deputy__in=staff, first_on__lte=on, last_on__gte=on)
    hands = {(one, one) for one in staff} | set(absent.values_list("deputy_id", "staff_id"))
    posts = get_postings(staff_ids={one for pair in hands for one in pair}, on=on)
    found: set[tuple[int, int]] = set()
    for deputy, who in hands:
        if deputy not in posts or who not in posts:
            continue
        mine, theirs = Post(posts[deputy].post), Post(posts[who].post)
        if Right.RECORD_VISIT not in RIGHTS.get(mine, ()) or (deputy != who and not may_stand_for(theirs, mine)):
            continue
        if REACH[mine] is Reach.ALL:
            found |= {(deputy, client) for client in clients}
            continue
        of = posts[who].department_id if REACH[theirs] is Reach.DEPARTMENT else None
        for one in guarantees:
            named = {held.pk for held in managers[one.pk] if held is not None}
            if who in named or (of is not None and one.department_id == of):
                found.add((deputy, one.client_id))
    return found


def _with_files(drafts: Iterable[VisitDraft]) -> Iterable[tuple[VisitDraft, list[VisitUpload]]]:
    wanted = list(drafts)
    uploads: dict[tuple[UUID, int], list[VisitUpload]] = defaultdict(list)
    waiting = VisitUpload.objects.filter(key__in=[one.key for one in wanted], is_signature=False)
    for one in waiting.select_related("file").order_by("pk"):
        uploads[one.key, one.by_id].append(one)
    return [(one, uploads[one.key, one.by_id]) for one in wanted]


def _held(draft: VisitDraft, holder: Staff, received_from: Staff | None, uploads: list[VisitUpload]) -> HeldDraft:
    """What has arrived is known by its digest; by its name while the device has not said the digest yet."""
    named = named_files(draft.content)
    wanted = {file["sha256"] or file["name"] for file in named}
    if draft.version:
        uploads = [one for one in uploads if wanted & {one.file.sha256, one.name}]
    here = {one.file.sha256 for one in uploads} | {one.name for one in uploads}
    lacking = [file["name"] for file in named if (file["sha256"] or file["name"]) not in here]
    return HeldDraft(draft, holder.pk, received_from, uploads, lacking)
