"""What `baohou verify` proves of papers: files byte by byte, sealed papers word by word, and that none is missing."""

from __future__ import annotations

import hashlib
from datetime import datetime, time

from django.utils import timezone

from baohou.kernel.audit import proofs, standing
from baohou.kernel.audit.models import Change
from baohou.kernel.audit.proofs import Asked, Found, Proof
from baohou.kernel.papers.archive.destroying import DESTROYED
from baohou.kernel.papers.models import (
    Addendum,
    Attachment,
    Destruction,
    Seal,
    Signature,
    StoredFile,
    Volume,
    VolumeItem,
)
from baohou.kernel.papers.records.checking import check
from baohou.kernel.papers.records.places import read_file


def register() -> None:
    """Have files and sealed papers proven."""
    proofs.register(Proof("papers.files", "文件", "个", _files, order=20))
    proofs.register(Proof("papers.seals", "封存的文书", "份", _seals, order=21))
    rows = standing.prove(Seal, Signature, Attachment, Addendum, Destruction)
    proofs.register(Proof("papers.destroyed", "销毁的案卷", "卷", _destroyed, order=23))
    proofs.register(Proof("papers.rows", "封存、签名、附件、补充、销毁清册的记录", "行", rows, order=22))


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
    found, gone = Found(), 0
    seals = Seal.objects.order_by("pk")
    if asked.since is not None:
        seals = seals.filter(sealed_at__gte=timezone.make_aware(datetime.combine(asked.since, time.min)))
    for seal in seals.iterator():
        checked = check(seal)
        for fault in checked.faults:
            found.fault(f"{checked.title} {seal.code}：{fault}", f"{timezone.localtime(seal.sealed_at):%Y-%m-%d %H:%M}")
        found.proven += checked.intact
        gone += checked.intact and checked.let_go
    if gone:
        found.said.append(f"其中 {gone} 份已过保管期、内容按规定销毁，证明的是销毁有留痕")
    return found


def _destroyed(_: Asked) -> Found:
    """Every volume that is marked destroyed was so by the act of its list, and every one that an act destroyed is."""
    found = Found()
    listed = dict(Destruction.objects.values_list("pk", "act"))
    told = Change.objects.filter(act__in=listed.values(), table=Volume._meta.label, row__isnull=False)
    by_act = {
        (row, act): after["destruction_id"]
        for row, act, after in told.values_list("row", "act", "after")
        if after is not None
    }
    titled = set(
        VolumeItem.objects.filter(volume__destruction__isnull=False)
        .exclude(title=DESTROYED)
        .values_list("volume", flat=True)
    )
    for volume in Volume.objects.filter(destruction__isnull=False).order_by("pk"):
        pk, number, destruction = volume.pk, volume.number, volume.destruction_id or 0
        if by_act.pop((pk, listed[destruction]), None) != destruction:
            found.fault(f"案卷 {number} 记作已销毁，但没有一条留痕这样写过。")
        elif pk in titled:
            found.fault(f"案卷 {number} 已销毁，卷内目录却还有题名。")
        else:
            found.proven += 1
    for row, act in by_act:
        found.fault(f"案卷第 {row} 行由留痕 {act} 销毁，现在却没有销毁的记录。")
    return found
