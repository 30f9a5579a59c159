"""What `baohou verify` proves of papers: files byte by byte, sealed papers word by word, and that none is missing."""

from __future__ import annotations

import hashlib
from datetime import datetime, time

from django.utils import timezone

from baohou.kernel.audit import proofs, standing
from baohou.kernel.audit.proofs import Asked, Found, Proof
from baohou.kernel.papers.models import Addendum, Attachment, Seal, Signature, StoredFile
from baohou.kernel.papers.records.checking import check
from baohou.kernel.papers.records.places import read_file


def register() -> None:
    """Have files and sealed papers proven."""
    proofs.register(Proof("papers.files", "文件", "个", _files, order=20))
    proofs.register(Proof("papers.seals", "封存的文书", "份", _seals, order=21))
    rows = standing.prove(Seal, Signature, Attachment, Addendum)
    proofs.register(Proof("papers.rows", "封存、签名、附件、补充的记录", "行", rows, order=22))


def _files(asked: Asked) -> Found:
    found = Found()
    files = StoredFile.objects.order_by("pk")
    if asked.since is not None:
        files = files.filter(kept_at__gte=timezone.make_aware(datetime.combine(asked.since, time.min)))
    for file in files.iterator():
        since = f"{timezone.localtime(file.kept_at):%Y-%m-%d}"
        try:
            content = read_file(file.sha256)
        except FileNotFoundError:
            found.fault(f"文件 {file.sha256} 缺失。", since)
            continue
        if hashlib.sha256(content).hexdigest() != file.sha256:
            found.fault(f"文件 {file.sha256} 的内容被改动过。", since)
        elif len(content) != file.size:
            found.fault(f"文件 {file.sha256} 登记的大小 {file.size} 与实际 {len(content)} 不符。", since)
        else:
            found.proven += 1
    return found


def _seals(asked: Asked) -> Found:
    found = Found()
    seals = Seal.objects.order_by("pk")
    if asked.since is not None:
        seals = seals.filter(sealed_at__gte=timezone.make_aware(datetime.combine(asked.since, time.min)))
    for seal in seals.iterator():
        checked = check(seal)
        for fault in checked.faults:
            found.fault(f"{checked.title} {seal.code}：{fault}", f"{timezone.localtime(seal.sealed_at):%Y-%m-%d %H:%M}")
        found.proven += checked.intact
    return found
