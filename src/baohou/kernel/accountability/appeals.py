"""Acts upon appeals: filing one against a penalty of one's own, deciding it, withdrawing it, closing what is void."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from baohou.core.errors import Refused
from baohou.core.money import format_yuan
from baohou.core.sayings import say
from baohou.kernel.accountability import events, telling
from baohou.kernel.accountability.models import Appeal, AppealDecision, Entry, Verdict
from baohou.kernel.accountability.services import hold, require_another, waive
from baohou.kernel.audit.services import record_act
from baohou.kernel.papers import records
from baohou.kernel.people.models import Staff

PAPER = "appeal"
"""The kind of paper that an appeal's files belong to."""
MOST_FILES = 9
DECIDED = (Verdict.UPHELD, Verdict.REDUCED, Verdict.CANCELLED)
"""The verdicts that someone with the right may come to."""


@dataclass(frozen=True)
class Evidence:
    """A file that the person hands in with an appeal: a photo, a PDF."""

    name: str
    content: bytes


@transaction.atomic
def file_appeal(
    *, duty_key: int, by: Staff, text: str, on: date, actor: str, door: str, files: Sequence[Evidence] = ()
) -> Appeal:
    """Appeal against what a duty costs oneself (PGM.12), with or without files.

    Refused without words, to anyone but the person concerned, when nothing is left of the penalty, and a second time
    while an appeal is open.
    """
    text = text.strip()
    if not text:
        raise Refused("accountability.appeal.no_words", "请写明申诉的理由。", where="申诉理由")
    if len(files) > MOST_FILES:
        raise Refused(
            "accountability.appeal.many_files",
            "一次申诉最多附 %(most_files)s 个文件。",
            where="附件",
            most_files=MOST_FILES,
        )
    last, left = hold(duty_key=duty_key, staff=by)
    if last is None:
        raise Refused("accountability.appeal.not_yours", "这一处罚不是您的，只有受处罚的本人可以申诉。")
    if left <= 0:
        raise Refused("accountability.appeal.nothing_left", "这一处罚已全部冲回或减免，不必申诉。")
    if Appeal.objects.filter(duty_key=duty_key, staff=by, closed_on__isnull=True).exists():
        raise Refused("accountability.appeal.open_already", "这一处罚已有申诉在等待裁定，裁定前不能再次申诉。")
    facts = {"duty_key": duty_key, "staff_no": by.staff_no, "left_fen": left}
    act = record_act(verb="accountability.appeal", door=door, by=actor, because=text, facts=facts)
    appeal = Appeal.objects.create(
        duty_key=duty_key, staff=by, department_id=last.department_id, text=text, filed_on=on, act=act
    )
    for file in files:
        kept = records.keep(file.content, name=file.name)
        records.attach(kind=PAPER, subject_id=appeal.pk, file=kept.file, name=file.name, act=act)
    telling.tell_filed(appeal)
    events.tell_filed(appeal)
    return appeal


@transaction.atomic
def decide(
    *,
    appeal: Appeal,
    verdict: Verdict,
    because: str,
    by: Staff,
    on: date,
    actor: str,
    door: str,
    amount_fen: int = 0,
) -> AppealDecision:
    """Decide an open appeal; a verdict that grants writes its waiver at once. Who may is the door's guard to say.

    ``amount_fen`` counts for REDUCED only: more than nothing and less than what is left. Refused to the person
    concerned, without a reason, twice, and when nothing is left to decide about.
    """
    appeal = _open(appeal, on)
    require_another(appeal.staff, by.staff_no)
    because = because.strip()
    if not because:
        raise Refused("accountability.decision.no_reason", "裁定须写明理由。", where="理由")
    _, left = hold(duty_key=appeal.duty_key, staff=appeal.staff)
    if left <= 0:
        raise Refused("accountability.decision.nothing_left", "这一处罚已冲回，没有可裁定的余额，请直接结案。")
    granted = _granted(verdict, amount_fen, left)
    return _close(appeal, verdict=verdict, because=because, by=by, on=on, actor=actor, door=door, granted=granted)


@transaction.atomic
def withdraw(*, appeal: Appeal, by: Staff, on: date, actor: str, door: str) -> AppealDecision:
    """Take one's own open appeal back; the penalty stays."""
    appeal = _open(appeal, on)
    if appeal.staff_id != by.pk:
        raise Refused("accountability.appeal.not_yours", "只有申诉人本人可以撤回申诉。")
    return _close(appeal, verdict=Verdict.WITHDRAWN, because="", by=by, on=on, actor=actor, door=door)


@transaction.atomic
def close_void(*, appeal: Appeal, by: Staff, on: date, actor: str, door: str) -> AppealDecision:
    """Close an open appeal against a penalty that has been taken back meanwhile; refused while anything is left."""
    appeal = _open(appeal, on)
    _, left = hold(duty_key=appeal.duty_key, staff=appeal.staff)
    if left > 0:
        message = say("这一处罚还有 %(left)s 元没有冲回，须裁定，不能直接结案。", left=format_yuan(left))
        raise Refused("accountability.decision.something_left", message)
    return _close(appeal, verdict=Verdict.VOID, because="", by=by, on=on, actor=actor, door=door)


def _open(appeal: Appeal, on: date) -> Appeal:
    """The appeal as it stands, held; refused when closed already or not yet filed on the day."""
    found = Appeal.objects.select_for_update(of=("self",)).select_related("staff").get(pk=appeal.pk)
    if found.closed_on is not None:
        raise Refused(
            "accountability.appeal.closed", "这一申诉已于 %(closed_on)s 结案，不能再办。", closed_on=found.closed_on
        )
    if on < found.filed_on:
        raise Refused(
            "accountability.appeal.later",
            "申诉提出于 %(filed_on)s，不能在 %(on)s 结案。",
            filed_on=found.filed_on,
            on=on,
        )
    return found


def _granted(verdict: Verdict, amount_fen: int, left: int) -> int:
    """What a verdict waives of what is left, in fen."""
    if verdict is Verdict.UPHELD:
        return 0
    if verdict is Verdict.CANCELLED:
        return left
    if verdict is not Verdict.REDUCED:
        raise Refused("accountability.decision.verdict", "裁定只能是维持、部分减免或全部减免。", where="裁定")
    if not 0 < amount_fen < left:
        message = say(
            "部分减免的金额须大于零、小于现余额 %(left)s 元；要全部减免请选“全部减免”。", left=format_yuan(left)
        )
        raise Refused("accountability.decision.amount", message, where="减免金额")
    return amount_fen


def _close(
    appeal: Appeal, *, verdict: Verdict, because: str, by: Staff, on: date, actor: str, door: str, granted: int = 0
) -> AppealDecision:
    facts = {"appeal": appeal.pk, "duty_key": appeal.duty_key, "staff_no": appeal.staff.staff_no}
    facts |= {"verdict": verdict.name.lower(), "amount_fen": granted}
    act = record_act(verb="accountability.decide_appeal", door=door, by=actor, because=because, facts=facts)
    appeal.closed_on = on
    appeal.save(update_fields=["closed_on"])
    waiver: Entry | None = None
    if granted:
        waiver = waive(
            duty_key=appeal.duty_key,
            staff=appeal.staff,
            amount_fen=granted,
            because=because,
            on=on,
            actor=actor,
            door=door,
        )
    decision = AppealDecision.objects.create(
        appeal=appeal, verdict=verdict, amount_fen=granted, because=because, by=by, on=on, waiver=waiver, act=act
    )
    telling.tell_decided(decision)
    events.tell_decided(decision)
    return decision
