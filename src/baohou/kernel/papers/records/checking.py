"""Whether a sealed paper is still what was sealed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from baohou.core.sayings import Said, say
from baohou.kernel.audit.capture import snapshot
from baohou.kernel.audit.models import Change, Concern
from baohou.kernel.papers.models import Addendum, Seal
from baohou.kernel.papers.records import kinds
from baohou.kernel.papers.records.places import read_file
from baohou.kernel.papers.records.sealing import chained, digest, whole

NOUN: Final = "seal"
"""How the audit calls the seals that acts are about."""


@dataclass(frozen=True)
class Checked:
    """A seal and what is no longer as it was sealed, one sentence each; nothing when the paper is whole."""

    seal: Seal
    title: str
    faults: list[str]

    @property
    def unnamed(self) -> list[str]:
        """The same for a stranger: without the names of files, each once."""
        return list(dict.fromkeys(say("有文件缺失或被改动。") if _names(one) else one for one in self.faults))

    @property
    def intact(self) -> bool:
        return not self.faults

    @property
    def let_go(self) -> bool:
        """Whether its time was over and what it said was destroyed: nothing is left to compare."""
        return self.seal.let_go_id is not None


def _names(fault: str) -> bool:
    return isinstance(fault, Said) and "name" in fault.values


def check(seal: Seal) -> Checked:
    """Compare a seal with its own content, with the tables it was made from, with the bytes of its files."""
    known = {kind.code: kind for kind in kinds.list_kinds()}
    kind = known.get(seal.kind)
    if kind is None or not _is_formed(seal.content):
        return Checked(seal, kind.title if kind else seal.kind, [say("封存的种类或内容不是本程序写的样子。")])
    if seal.let_go_id is not None:
        return Checked(seal, kind.title, [] if _was_let_go(seal) else [_NOT_LET_GO])
    faults: list[str] = []
    if digest(seal.content) != seal.sha256:
        faults.append(say("封存的内容与封存时的摘要不符。"))
    now = whole(kind=seal.kind, subject_id=seal.subject_id)
    if now is None:
        faults.append(say("原记录已不存在。"))
    else:
        _leave_out_places(now, seal.content)
        parts = {"said": say("记录"), "files": say("附件清单"), "signatures": say("签名")}
        faults += [
            say("%(part)s在封存后被改动。", part=said)
            for part, said in parts.items()
            if now[part] != seal.content[part]
        ]
    named: list[tuple[str, str]] = [(file["name"], file["sha256"]) for file in seal.content["files"]]
    named += [
        (say("%(role)s签名", role=say(one["role"])), one["sha256"])
        for one in seal.content["signatures"]
        if one["sha256"]
    ]
    faults += [say("文件“%(name)s”缺失或被改动。", name=name) for name, sha256 in named if not _is_whole(sha256)]
    faults += _broken_addenda(seal)
    return Checked(seal, kind.title, faults)


_NOT_LET_GO = say("记作期满销毁，但没有一条留痕这样写过，或剩下的内容又被改动。")


def _was_let_go(seal: Seal) -> bool:
    """Whether the act that it names wrote down just what is left."""
    told = Change.objects.filter(act=seal.let_go_id, table=Seal._meta.label, row=seal.pk)
    return told.values_list("after", flat=True).first() == snapshot(seal)


def _is_formed(content: object) -> bool:
    return isinstance(content, dict) and {"said", "files", "signatures"} <= content.keys()


def _leave_out_places(now: kinds.Content, sealed: kinds.Content) -> None:
    """A seal of before the places of photos were sealed says nothing of them."""
    if not any("place" in file for file in sealed["files"]):
        for file in now["files"]:
            del file["place"]


def _is_whole(sha256: str) -> bool:
    try:
        return hashlib.sha256(read_file(sha256)).hexdigest() == sha256
    except OSError:
        return False


def _broken_addenda(seal: Seal) -> list[str]:
    before = seal.sha256
    faults: list[str] = []
    additions = list(seal.addenda.order_by("pk"))
    for place, one in enumerate(additions, 1):
        if one.sha256 != chained(before, one.text, one.staff_no, one.added_at):
            faults.append(say("第 %(n)s 条补充被改动。", n=place))
        before = one.sha256
    if missing := _told_of(seal) - {one.pk for one in additions}:
        faults.append(say("有 %(n)s 条补充不见了。", n=len(missing)))
    return faults


def _told_of(seal: Seal) -> set[int | None]:
    """The additions that the audit tells of, by number: that the last of them went, no other one shows."""
    about = Concern.objects.filter(noun=NOUN, number=seal.pk).values("act")
    added = Change.objects.filter(act__in=about, table=Addendum._meta.label, before__isnull=True)
    return {row for row, after in added.values_list("row", "after") if after and after["seal_id"] == seal.pk}
