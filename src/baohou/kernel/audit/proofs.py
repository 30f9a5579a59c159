"""What `baohou verify` proves, as every app registers its own; of the audit itself: chain, heads outside, guards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from django.db.models import Exists, Max, Min, OuterRef
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.kernel.audit import chain, guards, heads
from baohou.kernel.audit.models import Act, Change, Concern, Link
from baohou.kernel.watch import checks

WAITING: Final = timedelta(minutes=10)
"""An act that has waited longer to be linked is a fault."""
_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Fault:
    """Something that does not hold: what is not as it ought to be, and since when it may be so (ISO), if known."""

    message: str
    since: str = ""


@dataclass
class Found:
    """What a proof went through: how many of its unit, and the faults, the first first."""

    proven: int = 0
    faults: list[Fault] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def fault(self, message: str, since: object = "") -> None:
        self.faults.append(Fault(message, str(since)))


@dataclass(frozen=True)
class Asked:
    """What is asked for: only what was done since a day, if given; heads from these files beside the usual ones."""

    since: date | None = None
    heads: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Proof:
    """``run`` only reads. ``title`` and ``unit`` are Chinese: 留痕链, 环."""

    code: str
    title: str
    unit: str
    run: Callable[[Asked], Found]
    order: int = 50


_PROOFS: dict[str, Proof] = {}


def register(proof: Proof) -> None:
    """Have something proven; called by an app's AppConfig.ready(). A restored installation has to pass it, too."""
    _PROOFS[proof.code] = proof
    checks.register(
        checks.Check(proof.code, proof.title, lambda: (one.message for one in carry_out(proof, Asked()).faults))
    )


def _said(proof: Proof) -> list[str]:
    """What does not hold, in sentences."""
    return [fault.message for fault in carry_out(proof, Asked()).faults]


def carry_out(proof: Proof, asked: Asked) -> Found:
    """Run a proof; what is so far from what the program writes that it can't be read is a fault as well."""
    try:
        return proof.run(asked)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, ArithmeticError) as fault:
        found = Found()
        found.fault(f"读到本程序写不出的数据，这一项没有证明完（{type(fault).__name__}：{fault}）。")
        return found


def list_proofs() -> list[Proof]:
    """Every proof, in the order in which they are told."""
    return sorted(_PROOFS.values(), key=lambda proof: (proof.order, proof.code))


def register_own() -> None:
    """What the audit proves of itself."""
    register(Proof("audit.chain", "留痕链", "环", _chain, order=0))
    register(Proof("audit.heads", "库外链头", "个", _heads, order=1))
    register(Proof("audit.guards", "只增不改的触发器", "个", _guards, order=2))


def _chain(asked: Asked) -> Found:
    """Every link against its act and the link before it; every act has its link."""
    found = Found()
    first, previous = _begin(asked)
    expected = first
    for link, act in _links(first):
        if link.position != expected:
            gap = f"第 {expected} 环" if link.position == expected + 1 else f"第 {expected} 至 {link.position - 1} 环"
            found.fault(f"{gap}不见了；链从这里断开。", _time(link.linked_at))
            return found
        if chain.hash_of(act, link, previous) != link.sha256:
            found.fault(_broken(link, act, previous), _time(act.at))
            return found
        previous, expected = link.sha256, expected + 1
        found.proven += 1
    _unlinked(found)
    _strays(found)
    return found


def _begin(asked: Asked) -> tuple[int, str]:
    """The first position to prove, and the hash it follows (that of the link before the day asked for)."""
    if asked.since is None:
        return 1, chain.GENESIS
    first = Link.objects.filter(act__at__gte=_midnight(asked.since)).aggregate(first=Min("position"))["first"]
    if first is None:
        first = (Link.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    before = Link.objects.filter(position=first - 1).first()
    return first, before.sha256 if before else chain.GENESIS


def _links(first: int) -> Iterator[tuple[Link, Act]]:
    """Links from a position on with their acts in full; some hundreds at a time."""
    while True:
        some = list(Link.objects.filter(position__gte=first).order_by("position")[:_AT_ONCE])
        acts = chain.in_full(Act.objects.all()).in_bulk([link.act_id for link in some])
        for link in some:
            yield link, acts.get(link.act_id) or Act(pk=link.act_id, verb="?", at=link.linked_at)
        if len(some) < _AT_ONCE:
            return
        first = some[-1].position + 1


def _broken(link: Link, act: Act, previous: str) -> str:
    """What of a link differs, as far as it can be told."""
    where = f"第 {link.position} 环（留痕 {act.pk}）"
    if act.verb == "?":
        return f"{where}：这条留痕不见了。"
    if act.form and act.mac != chain.mac_of(act):
        return f"{where}：{act.verb} 由 {act.by or act.door} 于 {_time(act.at)} 所做，内容被改动过。"
    changes, concerns = len(act.changes.all()), len(act.concerns.all())
    return (
        f"{where}：{act.verb} 由 {act.by or act.door} 于 {_time(act.at)} 所做；它的前后内容（现有 {changes} 行）、"
        f"涉及对象（现有 {concerns} 个）或本环被增、删、改过，或它前面的一环被换过。"
    )


def _unlinked(found: Found) -> None:
    """Acts without a link: those of this moment wait, all others ought not to be there."""
    newest = Link.objects.select_related("act").order_by("-position").first()
    has_begun = newest is not None and newest.act.form > 0
    waiting = 0
    for act in Act.objects.filter(link__isnull=True).order_by("pk").iterator():
        if not chain.is_ours(act, chain_has_begun=has_begun):
            found.fault(f"留痕 {act.pk}（{act.verb}，自称 {_time(act.at)}）不是本程序写的，没有入链。", _time(act.at))
        elif timezone.now() - act.at > WAITING:
            found.fault(f"留痕 {act.pk}（{act.verb}，{_time(act.at)}）一直没有入链。", _time(act.at))
        else:
            waiting += 1
    if waiting:
        found.said.append(f"另有 {waiting} 条刚写入，等待入链")


def _strays(found: Found) -> None:
    """Rows of acts that are not there (foreign keys that somebody switched off)."""
    for model, zh in ((Change, "前后内容"), (Concern, "涉及对象")):
        lost = model._default_manager.filter(~Exists(Act.objects.filter(pk=OuterRef("act_id"))))
        stray = lost.values_list("pk", "act_id").first()
        if stray is not None:
            found.fault(f"{zh} {stray[0]} 所属的留痕 {stray[1]} 不存在。")


def _heads(asked: Asked) -> Found:
    """Every head outside against the link of its position."""
    found = Found()
    files = [file for file in heads.places() if file.exists()]
    files += [file for file in asked.heads if file not in files]
    try:
        lines = heads.read(files)
    except Refused as refusal:
        found.fault(f"{refusal.where}：{refusal.message}")
        return found
    if not lines:
        last = Link.objects.order_by("-position").first()
        found.said.append("库外还没有链头" if last else "链还没有开始")
        return found
    stored = chain.hashes_at(head.position for _, _, head in lines)
    last_on = ""
    for file, number, head in sorted(lines, key=lambda line: (line[2].position, line[2].at)):
        place = f"{file} 第 {number} 行"
        if head.position not in stored:
            since = last_on or "开头"
            end = Link.objects.aggregate(last=Max("position"))["last"] or 0
            message = f"链现在只到第 {end} 环，而 {head.on} 的链头是第 {head.position} 环（{place}）：链尾被截去。"
            found.fault(message, since)
        elif stored[head.position] != head.sha256:
            message = f"第 {head.position} 环与 {head.on} 写到库外的链头不符（{place}）：链被重写，或文件被改。"
            found.fault(message, last_on or "开头")
        else:
            found.proven += 1
            last_on = head.on
    return found


def _guards(_: Asked) -> Found:
    found = Found()
    standing = guards.list_standing()
    found.proven = len(standing)
    for name in guards.names():
        if name not in standing:
            found.fault(f"触发器 {name} 不在了：有人撤下过它，留痕可以被改。运行 baohou migrate 重新装上。")
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))


def _time(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"
