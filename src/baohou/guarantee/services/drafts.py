"""Drafts of visit reports, kept while they are written: the last change holds, and whoever was overtaken is told."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.day.queries import get_today
from baohou.guarantee.models import Visit, VisitDraft, VisitSubmission, VisitUpload
from baohou.guarantee.queries.drafts import HeldDraft, holder_of, named_files
from baohou.guarantee.rules.words import VisitKind
from baohou.guarantee.services import verbs
from baohou.guarantee.services.retention import TEXTS, delete_texts
from baohou.guarantee.services.retention import discard as discard_files
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Staff
from baohou.kernel.watch.readonly import require_writable

MOST_BYTES: Final = 512 << 10
"""Of one draft, its files apart."""
MOST_FIELDS: Final = 200
_DEEPEST: Final = 8
_LONG_AGO: Final = 3650


@dataclass(frozen=True)
class Written:
    """A form as far as a device has it filled in.

    ``fields`` are the form's, by their names; ``signed`` the strokes of the client's signature as the device draws
    them, ``place`` where the device was. ``files`` are digest and name of each; one not sent yet has no digest.
    """

    kind: VisitKind
    fields: Mapping[str, str]
    files: Sequence[tuple[str, str]] = ()
    signed: Mapping[str, Any] | None = None
    place: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Saved:
    """A draft that was kept.

    ``overtook`` is when another device had written what this change, the later one, took the place of; ``anew`` when
    the draft had meanwhile been thrown away elsewhere.
    """

    draft: VisitDraft
    overtook: datetime | None = None
    anew: bool = False


class Overtaken(Refused):
    """Another device wrote later: ``draft`` is what stands."""

    def __init__(self, draft: VisitDraft) -> None:
        self.draft = draft
        super().__init__(
            "guarantee.draft.overtaken",
            "另一台设备在 %(at)s 又改过这份草稿，服务器上留的是那一份；这台设备上的还在，请选用其中一份。",
            where="seen",
            at=f"{timezone.localtime(draft.changed_at):%Y-%m-%d %H:%M}",
        )


class SentAlready(Refused):
    """The visit of this draft was sent: ``visit``."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        super().__init__("guarantee.draft.done", "这份回访已经提交，草稿不再保存。请打开那份报告核对。")


@transaction.atomic
def save(
    *, key: UUID, client: Party, by: Staff, written: Written, device: UUID, seen: int = 0, changed_at: datetime
) -> Saved:
    """Keep a draft as a device has it; the same once more changes nothing.

    ``seen`` is the version that the device knew, 0 for none. Refused: a draft whose visit was sent (SentAlready), of
    another client or in somebody else's hands, one that another device changed later (Overtaken), too large a one.
    """
    require_writable()
    discard_files(forget_old())
    sent = VisitSubmission.objects.select_related("visit").filter(key=key).first()
    if sent is not None:
        raise SentAlready(sent.visit)
    content = _content(written)
    digest = _digest(written.kind, content)
    now = timezone.now()
    changed_at = _said_at(changed_at, now)
    _, new = VisitDraft.objects.get_or_create(
        key=key, defaults={"by": by, "client": client, "changed_at": changed_at, "saved_at": now}
    )
    draft = _take_up(key, by, client, new=new)
    foreign = draft.version > seen and draft.device != device
    if draft.digest == digest:
        draft.saved_at = now
        draft.save(update_fields=["saved_at"])
        return Saved(draft)
    if foreign and changed_at <= draft.changed_at:
        raise Overtaken(draft)
    overtook, anew = draft.changed_at if foreign else None, not draft.version and seen > 0
    _drop_files(draft, content)
    draft.kind, draft.content, draft.digest = written.kind, content, digest
    draft.version = max(draft.version, seen) + 1
    draft.device, draft.changed_at, draft.saved_at = device, changed_at, now
    draft.save()
    return Saved(draft, overtook, anew)


@transaction.atomic
def begin(*, key: UUID, client: Party, by: Staff) -> None:
    """Note that files of a visit have arrived whose text is still on the device; a known draft stays as it is."""
    if VisitSubmission.objects.filter(key=key).exists():
        return
    now = timezone.now()
    defaults = {"by": by, "client": client, "changed_at": now, "saved_at": now}
    draft, new = VisitDraft.objects.get_or_create(key=key, defaults=defaults)
    if not new and holder_of(draft, on=get_today()) == by:
        _hand(draft, by)


@transaction.atomic
def discard(*, held: HeldDraft, by: Staff, because: str = "", actor: str, door: str) -> None:
    """Throw a draft in one's hands away, with its files. Refused without a reason when somebody else began it."""
    draft = VisitDraft.objects.select_for_update().select_related("client", "by").get(pk=held.draft.pk)
    if holder_of(draft, on=get_today()) != by:
        raise _others(draft)
    if held.received_from is not None or because:
        because = verbs.require_text(because, what="放弃草稿的原因")
    facts = {
        "kind": held.kind.code if held.kind else "",
        "begun_on": str(timezone.localtime(draft.begun_at).date()),
        "version": draft.version,
        "files": len(held.arrived),
        **({"owner": held.received_from.staff_no} if held.received_from else {}),
    }
    verbs.act_on(verb="drafts.discard", client=draft.client, actor=actor, door=door, because=because, facts=facts)
    delete_texts([draft.pk])


def take_up(*, key: UUID, by: Staff) -> None:
    """Before a visit is sent: what was received of its draft becomes the sender's, files too."""
    draft = VisitDraft.objects.select_for_update(of=("self",)).select_related("by", "client").filter(key=key).first()
    if draft is not None and draft.by_id != by.pk and holder_of(draft, on=get_today()) == by:
        _hand(draft, by)


def close(*, key: UUID, client: Party) -> None:
    """After a visit was sent: its draft goes, with the files that it did not take."""
    VisitDraft.objects.filter(key=key, client=client).delete()
    VisitUpload.objects.filter(key=key).delete()


def forget_old() -> set[int]:
    """Forget drafts that nobody touched for as long as they are kept, and files that waited so long without one.

    Answers which kept files these were, for whoever knows when nothing refers to them. What a device has stays there.
    """
    before = timezone.now() - timedelta(days=TEXTS.length)
    old = VisitDraft.objects.filter(saved_at__lt=before)
    gone = VisitUpload.objects.filter(Q(key__in=old.values("key")) | Q(kept_at__lt=before))
    gone = gone.exclude(key__in=VisitDraft.objects.filter(saved_at__gte=before).values("key"))
    files = set(gone.values_list("file_id", flat=True))
    gone.delete()
    old.delete()
    return files


def _take_up(key: UUID, by: Staff, client: Party, *, new: bool) -> VisitDraft:
    """The draft of a key, held until the transaction ends; refused unless it is in a person's hands.

    A new one is not: whoever handed the client over has its text come up once, for who manages the client now.
    """
    draft = VisitDraft.objects.select_for_update(of=("self",)).select_related("by", "client").get(key=key)
    if draft.client_id != client.pk:
        message = say("这份草稿是另一户客户的，没有保存；内容还在这台设备上。")
        raise Refused("guarantee.draft.other_client", message)
    if not new and holder_of(draft, on=get_today()) != by:
        raise _others(draft)
    _hand(draft, by)
    return draft


def _hand(draft: VisitDraft, by: Staff) -> None:
    """Make a received draft and its files the receiver's own."""
    if draft.by_id == by.pk:
        return
    known = set(VisitUpload.objects.filter(key=draft.key, by=by).values_list("file_id", "is_signature"))
    for upload in VisitUpload.objects.filter(key=draft.key, by=draft.by_id):
        if (upload.file_id, upload.is_signature) in known:
            upload.delete()
        else:
            upload.by = by
            upload.save(update_fields=["by"])
    draft.by = by
    draft.save(update_fields=["by"])


def _others(draft: VisitDraft) -> Refused:
    return Refused(
        "guarantee.draft.others",
        "这份草稿现在由%(name)s接着写，没有保存；内容还在这台设备上。需要补充的，请告诉对方。",
        name=holder_of(draft, on=get_today()).name,
    )


def _drop_files(draft: VisitDraft, content: dict[str, Any]) -> None:
    """Forget the files that the draft named before and names no more."""
    named = {one["sha256"] for one in named_files(content)}
    gone = {one["sha256"] for one in named_files(draft.content)} - named
    VisitUpload.objects.filter(key=draft.key, by=draft.by_id, is_signature=False, file__sha256__in=gone).delete()


def _content(written: Written) -> dict[str, Any]:
    """What is kept of a form; refused when it is too large or cannot be kept."""
    content = {
        "fields": dict(written.fields),
        "files": [{"sha256": sha256, "name": name} for sha256, name in written.files],
        "signed": written.signed,
        "place": written.place,
    }
    kept: dict[str, Any] = _plain(content, _DEEPEST)
    if len(written.fields) > MOST_FIELDS or len(json.dumps(kept, ensure_ascii=False).encode()) > MOST_BYTES:
        raise Refused(
            "guarantee.draft.too_large",
            "这份草稿超过 %(most)s KB，服务器上不再保存；内容还在这台设备上，提交不受影响。",
            where="fields",
            most=MOST_BYTES >> 10,
        )
    return kept


def _plain(value: Any, deep: int) -> Any:
    """A value as every database keeps it: without NUL, without numbers that are none, not too deep."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if deep and isinstance(value, Mapping):
        return {_plain(str(name), deep): _plain(one, deep - 1) for name, one in value.items()}
    if deep and isinstance(value, list | tuple):
        return [_plain(one, deep - 1) for one in value]
    raise Refused("guarantee.draft.unreadable", "草稿的内容读不出来，没有保存；内容还在这台设备上。", where="content")


def _said_at(said: datetime, now: datetime) -> datetime:
    """When a device says that it wrote, no later than now, and no earlier than anything here."""
    if timezone.is_naive(said):
        said = timezone.make_aware(said)
    return min(max(said, now - timedelta(days=_LONG_AGO)), now)


def _digest(kind: VisitKind, content: dict[str, Any]) -> str:
    told = json.dumps([kind.code, content], ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
