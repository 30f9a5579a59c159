"""Signing papers, sealing them, and adding to what is sealed."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.audit.capture import thin_rows
from baohou.kernel.audit.models import Act
from baohou.kernel.papers.models import Addendum, Attachment, Seal, Signature, StoredFile
from baohou.kernel.papers.records import kinds

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Of a code on paper: without letters that are taken for one another."""


def sign(
    *, kind: str, subject_id: int, role: str, name: str, act: Act, staff_no: str = "", image: StoredFile | None = None
) -> Signature:
    """Write down that someone signed a paper in a role, now. Refused when sealed already or signed in that role."""
    if find_seal(kind=kind, subject_id=subject_id) is not None:
        raise Refused("papers.sealed", "%(title)s已经封存，不能再签。", title=say(kinds.get(kind).title))
    if Signature.objects.filter(kind=kind, subject_id=subject_id, role=role).exists():
        raise Refused("papers.signed_already", "“%(role)s”已经签过。", role=role)
    return Signature.objects.create(
        kind=kind,
        subject_id=subject_id,
        role=role,
        name=name,
        staff_no=staff_no,
        image=image,
        signed_at=timezone.now(),
        act=act,
    )


def attach(
    *, kind: str, subject_id: int, file: StoredFile, name: str, act: Act, taken_at: datetime | None = None, **place: Any
) -> Attachment:
    """Attach a file to a paper that is not sealed; the same file twice is attached once.

    ``place``: latitude and longitude in degrees, when known.
    """
    if find_seal(kind=kind, subject_id=subject_id) is not None:
        raise Refused("papers.sealed", "%(title)s已经封存，不能再加文件。", title=say(kinds.get(kind).title))
    attached, _ = Attachment.objects.get_or_create(
        kind=kind, subject_id=subject_id, file=file, defaults={"name": name, "taken_at": taken_at, "act": act, **place}
    )
    return attached


@transaction.atomic
def seal(*, kind: str, subject_id: int, act: Act) -> Seal:
    """Close a paper for good over what it says now, its files and its signatures. Refused a second time."""
    if find_seal(kind=kind, subject_id=subject_id) is not None:
        raise Refused("papers.sealed", "%(title)s已经封存。", title=say(kinds.get(kind).title))
    content = whole(kind=kind, subject_id=subject_id)
    assert content is not None, "a room seals only papers it has"
    return Seal.objects.create(
        code="-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3)),
        kind=kind,
        subject_id=subject_id,
        sha256=digest(content),
        content=content,
        sealed_at=timezone.now(),
        act=act,
    )


@transaction.atomic
def add(*, seal: Seal, text: str, name: str, staff_no: str, act: Act) -> Addendum:
    """Add a correction to a sealed paper. Refused without words, and when the same person just added the same."""
    text = text.strip()
    if not text:
        raise Refused("papers.addendum.empty", "请写明补充或更正的内容。", where="补充")
    if Seal.objects.select_for_update().get(pk=seal.pk).let_go_id is not None:
        raise Refused("papers.let_go", "这份文书已过保管期，内容已经销毁，不能再补充。", where="补充")
    before = seal.addenda.order_by("-pk").first()
    if before is not None and (before.text, before.staff_no) == (text, staff_no):
        message = say(
            "这条补充 %(localtime)s 已经加过，没有再加一次。", localtime=f"{timezone.localtime(before.added_at):%H:%M}"
        )
        raise Refused("papers.addendum.twice", message, where="补充")
    at = timezone.now()
    return Addendum.objects.create(
        seal=seal,
        text=text,
        name=name,
        staff_no=staff_no,
        added_at=at,
        sha256=chained(before.sha256 if before else seal.sha256, text, staff_no, at),
        act=act,
    )


def let_go(seals: Sequence[Seal], *, left: Callable[[kinds.Content], kinds.Content], act: Act) -> None:
    """The time of these papers is over: of each stays what ``left`` makes of its content, with its digest and its code.

    Their additions go. Files and signatures are the room's to keep or to take. Inside ``capture.forgetting``.
    """
    Addendum.objects.filter(seal__in=seals).delete()
    for seal in seals:
        seal.content, seal.let_go = left(seal.content), act
    thin_rows(Seal, seals, ["content", "let_go"])


def find_seal(*, kind: str, subject_id: int) -> Seal | None:
    """The seal of a paper, when it has one."""
    return Seal.objects.filter(kind=kind, subject_id=subject_id).first()


def list_signatures(*, kind: str, subject_id: int) -> list[Signature]:
    """Who signed a paper, in the order of signing."""
    return list(Signature.objects.filter(kind=kind, subject_id=subject_id).select_related("image").order_by("pk"))


def list_attachments(*, kind: str, subject_id: int) -> list[Attachment]:
    """The files of a paper, in the order they came."""
    return list(Attachment.objects.filter(kind=kind, subject_id=subject_id).select_related("file").order_by("pk"))


def whole(*, kind: str, subject_id: int) -> kinds.Content | None:
    """All that a seal covers, read anew: what the paper says, its files by digest, its signatures."""
    said = kinds.get(kind).tell(subject_id)
    if said is None:
        return None
    files = list_attachments(kind=kind, subject_id=subject_id)
    signatures = list_signatures(kind=kind, subject_id=subject_id)
    content = {
        "said": said,
        "files": [
            {
                "name": one.name,
                "sha256": one.file.sha256,
                "taken_at": one.taken_at,
                "place": None if one.latitude is None else [one.latitude, one.longitude],
            }
            for one in files
        ],
        "signatures": [
            {
                "role": one.role,
                "name": one.name,
                "staff_no": one.staff_no,
                "sha256": one.image.sha256 if one.image else None,
                "signed_at": one.signed_at,
            }
            for one in signatures
        ],
    }
    plain: kinds.Content = json.loads(_canonical(content))
    return plain


def digest(content: kinds.Content) -> str:
    """SHA-256 of a content in its one canonical writing."""
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def chained(before: str, text: str, staff_no: str, at: datetime) -> str:
    """SHA-256 of an addition and of all that stood before it."""
    return digest({"before": before, "text": text, "staff_no": staff_no, "at": at.isoformat()})


def _canonical(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), cls=DjangoJSONEncoder)
