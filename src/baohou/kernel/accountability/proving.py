"""What `baohou verify` proves of the ledger: every entry and every sum, against what the audit says was booked."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Sum

from baohou.core.money import format_yuan
from baohou.kernel.accountability import booking
from baohou.kernel.accountability.models import AppealDecision, Entry, GoLive
from baohou.kernel.audit import bulk, proofs, standing
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.proofs import Asked, Found, Proof

_DAY = "day"


def register() -> None:
    """Have the ledger proven."""
    proofs.register(Proof("accountability.ledger", "处罚账（日终记的账）", "笔", _booked, order=30))
    rows = standing.prove(Entry, AppealDecision, GoLive, only=_one_by_one)
    proofs.register(Proof("accountability.rows", "减免、申诉裁定", "行", rows, order=31))
    proofs.register(Proof("accountability.sums", "处罚账各事项余额", "项", _sums, order=32))


def _one_by_one(rows: Any) -> Any:
    return rows.filter(act__isnull=False) if rows.model is Entry else rows


def _told(asked: Asked) -> dict[str, tuple[Act, dict[str, Any]]]:
    """What the day's acts say they booked, by the moment they booked it."""
    told = {}
    for act in Act.objects.filter(door=_DAY).order_by("pk").iterator():
        for one in act.facts.get("written", ()):
            if one.get("table") == Entry._meta.db_table:
                told[one["recorded_at"]] = act, one
    return told


def _booked(asked: Asked) -> Found:
    """Entries that the day booked: as many, with the same values, words and sum as its act says."""
    found = Found()
    told = _told(asked)
    first, earlier = min(told, default=""), 0
    for at, entries, words in booking.read_written():
        if asked.since is not None and at < str(asked.since):
            told.pop(at, None)
            continue
        if at not in told:
            if not first or at < first:
                earlier += len(entries)
            else:
                found.fault(f"处罚账有 {len(entries)} 笔记于 {at} 的账，没有一次日终记过它们。", at)
            continue
        act, said = told.pop(at)
        fault = _differs(entries, words, said)
        if fault:
            found.fault(f"留痕 {act.pk} 于 {at} 记的账：{fault}", at)
        else:
            found.proven += len(entries)
    for at, (act, said) in told.items():
        if asked.since is None or at >= str(asked.since):
            found.fault(f"留痕 {act.pk} 于 {at} 记的 {said['rows']} 笔账不见了。", at)
    if earlier:
        found.said.append(f"{earlier} 笔早于留痕链，不在证明之内")
    return found


def _differs(entries: Any, words: set[tuple[int, int, str, str]], said: dict[str, Any]) -> str:
    if len(entries) != said["rows"]:
        return f"当时 {said['rows']} 笔，现在 {len(entries)} 笔。"
    fen = int(entries["fen"].sum())
    if fen != said["fen"]:
        return f"当时合计 {format_yuan(said['fen'])} 元，现在 {format_yuan(fen)} 元。"
    if bulk.digest(entries) != said["sha256"]:
        return "笔数和合计相符，但有一笔的内容被改动过。"
    if sorted(map(list, words)) != said["words"]:
        return "有一笔的条款或事由被改动过。"
    return ""


def _sums(asked: Asked) -> Found:
    """No duty costs a person less than nothing, and turns are counted without a gap."""
    found = Found()
    sums = Entry.objects.order_by().values("duty_key", "staff_id").annotate(fen=Sum("amount_fen"), n=Count("pk"))
    for one in sums.iterator():
        if one["fen"] < 0:
            found.fault(
                f"事项 {one['duty_key']} 上员工 {one['staff_id']} 的余额是 {format_yuan(one['fen'])} 元，小于零。"
            )
        else:
            found.proven += 1
    return found
