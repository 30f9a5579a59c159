"""Whether every kept file and every sealed paper is as it was, as the whole installation is checked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from baohou.kernel.papers.models import Seal, StoredFile
from baohou.kernel.papers.records.checking import check
from baohou.kernel.papers.records.places import read_file
from baohou.kernel.watch.checks import Check


def _lost_files() -> Iterator[str]:
    for sha256 in StoredFile.objects.order_by("pk").values_list("sha256", flat=True).iterator():
        try:
            whole = hashlib.sha256(read_file(sha256)).hexdigest() == sha256
        except FileNotFoundError:
            yield f"文件 {sha256} 缺失。"
        else:
            if not whole:
                yield f"文件 {sha256} 的内容被改动过。"


def _broken_seals() -> Iterator[str]:
    for seal in Seal.objects.order_by("pk").iterator():
        checked = check(seal)
        yield from (f"{checked.title} {seal.code}：{fault}" for fault in checked.faults)


CHECKS = (Check("papers.files", "文件", _lost_files), Check("papers.seals", "封存的文书", _broken_seals))
