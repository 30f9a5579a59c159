"""A department's filings of a quarter: classification table, visit plan, hand-over (PGM.9, PGM.10, PGM.11).

A department hands in; the risk department accepts, or returns with a reason; the department hands in again.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from django.db import transaction

from baohou.core.errors import Refused
from baohou.core.period import quarter_of
from baohou.core.sayings import say
from baohou.day.queries import get_business_day
from baohou.guarantee.models import Filing, FilingStep, HandOver, HandOverReceipt
from baohou.guarantee.rules.reports import DUTY_OF_FILING
from baohou.guarantee.rules.words import FilingKind, FilingVerb
from baohou.guarantee.services import events, tables, telling
from baohou.guarantee.services.accepted_plans import freeze
from baohou.guarantee.services.replan import mark_for_recheck
from baohou.guarantee.services.tables import Signing
from baohou.guarantee.services.verbs import require_not_future, require_text
from baohou.kernel.audit.services import record_act
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.models import Department, Staff


@transaction.atomic
def file(
    *,
    department: Department,
    quarter: date,
    kind: FilingKind,
    filed_on: date,
    by: Staff,
    actor: str,
    door: str,
    signing: Signing | None = None,
) -> Filing:
    """File what a department owes for the quarter that ends on ``quarter``; its duty is done on that day at once.

    Every door gives the business day as ``filed_on``: a day that can be typed could take a penalty back unseen. Older
    filings come by import, which is checked.

    Refused: a day to come or before the quarter's last day, a second time, and a classification table that is not
    ready or not handed in by the department's manager: a client graded watch or risk without its measure (PGM.10), a
    change to or from watch or risk without the ``signing``, clients left without a grade where others have one
    proposed. A hand-over (PGM.11) is filed by signing its list only.
    """
    last = quarter_of(quarter).last
    require_not_future(filed_on, what="上报日期", where="上报日期")
    if filed_on < last:
        raise Refused(
            "guarantee.filing.too_early",
            "%(quarter)s 尚未结束，%(last)s 起可上报。",
            where="上报日期",
            quarter=quarter_of(last),
            last=last,
        )
    if Filing.objects.filter(department=department, quarter=last, kind=kind).exists():
        raise Refused(
            "guarantee.filing.twice",
            "%(department)s的%(last)s%(kind)s已经上报过。",
            department=department,
            last=quarter_of(last),
            kind=say(kind.zh),
        )
    if kind is FilingKind.CLASSIFICATION_REPORT:
        tables.require_ready(department=department, quarter=last, signing=signing, by=by, on=filed_on)
    if kind is FilingKind.HAND_OVER and not _is_signed(department, last):
        message = say("客户回访报告须在移交清单上逐份移交，全部移交后由部门经理签字；请到“移交归档”办理。")
        raise Refused("guarantee.filing.by_list", message)
    facts = {"department": department.name, "quarter": str(quarter_of(last)), "kind": kind.code}
    act = record_act(verb="reports.file", door=door, by=actor, facts=facts)
    filing = Filing.objects.create(department=department, quarter=last, kind=kind, filed_on=filed_on, by=by, act=act)
    step = FilingStep.objects.create(filing=filing, verb=FilingVerb.HANDED_IN, on=filed_on, by=by, act=act)
    telling.tell_step(step)
    events.tell_filing(step)
    if kind is FilingKind.CLASSIFICATION_REPORT:
        tables.close(step=step, signing=signing)
    _meet_duty(department, kind, opened_on=last, done_on=filed_on)
    return filing


def _meet_duty(department: Department, kind: FilingKind, *, opened_on: date, done_on: date) -> None:
    """The duty is done; when it was due before the business day, what it cost is looked at again."""
    duties = Duty.objects.filter(kind=DUTY_OF_FILING[kind], department=department, opens_on=opened_on)
    duties = duties.filter(done_on__isnull=True)
    day = get_business_day()
    past = list(duties.filter(due_on__lt=day).values_list("key", flat=True)) if day else []
    duties.update(done_on=done_on)
    mark_for_recheck(pl.DataFrame({"key": past}, schema={"key": pl.Int64}))


@transaction.atomic
def accept(*, filing: Filing, on: date, by: Staff, actor: str, door: str, seen: int | None = None) -> FilingStep:
    """The risk department takes what was handed in; refused unless it is handed in and waits.

    ``seen`` is the step by which it was handed in when it was looked at: refused when it came back otherwise since.
    A plan is frozen and sealed; the grades of a classification table hold from then on, and the table is sealed.
    """
    told: dict[str, Any] = {"on": on, "by": by, "actor": actor, "door": door, "seen": seen}
    step = _step(filing, FilingVerb.ACCEPTED, expected=FilingVerb.HANDED_IN, **told)
    if filing.kind == FilingKind.VISIT_PLAN:
        freeze(filing=filing, act=step.act)
    if filing.kind == FilingKind.CLASSIFICATION_REPORT:
        handed_in = FilingStep.objects.filter(filing=filing, verb=FilingVerb.HANDED_IN).order_by("-pk")
        tables.take(step=step, handed_in=handed_in.select_related("filing__department", "by", "act")[0])
    return step


@transaction.atomic
def return_(
    *, filing: Filing, because: str, on: date, by: Staff, actor: str, door: str, seen: int | None = None
) -> FilingStep:
    """The risk department sends back what was handed in, with the reason. The duty stays done on its day.

    ``seen`` as ``accept``.
    """
    because = require_text(because, what="退回理由")
    return _step(
        filing,
        FilingVerb.RETURNED,
        expected=FilingVerb.HANDED_IN,
        on=on,
        by=by,
        actor=actor,
        door=door,
        because=because,
        seen=seen,
    )


@transaction.atomic
def hand_in_again(
    *, filing: Filing, on: date, by: Staff, actor: str, door: str, signing: Signing | None = None
) -> FilingStep:
    """The department hands in what was returned; refused unless it was, and a table unless it is ready, as ``file``."""
    is_table = filing.kind == FilingKind.CLASSIFICATION_REPORT
    if is_table:
        about: dict[str, Any] = {"department": filing.department, "quarter": filing.quarter}
        tables.require_ready(**about, signing=signing, by=by, on=on)
    step = _step(filing, FilingVerb.HANDED_IN, expected=FilingVerb.RETURNED, on=on, by=by, actor=actor, door=door)
    if is_table:
        tables.close(step=step, signing=signing)
    return step


def _step(
    filing: Filing,
    verb: FilingVerb,
    *,
    expected: FilingVerb,
    on: date,
    by: Staff,
    actor: str,
    door: str,
    because: str = "",
    seen: int | None = None,
) -> FilingStep:
    filing = Filing.objects.select_for_update().select_related("department").get(pk=filing.pk)
    kind, quarter = FilingKind(filing.kind), quarter_of(filing.quarter)
    last = filing.steps.order_by("-pk").first()
    if last is None or last.verb != expected:
        standing = say(FilingVerb(last.verb).zh if last else "历史记录")
        message = say(
            "%(department)s的%(quarter)s%(kind)s现在是“%(standing)s”，不能%(act)s；请刷新后再看。",
            department=filing.department,
            quarter=quarter,
            kind=say(kind.zh),
            standing=standing,
            act=say(verb.zh.removeprefix("已")),
        )
        raise Refused("guarantee.filing.not_so", message)
    if seen is not None and seen != last.pk:
        message = say(
            "您打开本页之后，%(department)s的%(quarter)s%(kind)s已重新上报，请看过现在的内容再办。",
            department=filing.department,
            quarter=quarter,
            kind=say(kind.zh),
        )
        raise Refused("guarantee.filing.overtaken", message)
    by_list = kind is FilingKind.HAND_OVER and HandOver.objects.filter(filing=filing).exists()
    if by_list and _is_signed(filing.department, filing.quarter) is not (verb is FilingVerb.HANDED_IN):
        raise Refused("guarantee.filing.by_list", "客户回访报告请在移交清单上签字、签收或退回。")
    facts = {"department": filing.department.name, "quarter": str(quarter), "kind": kind.code}
    act = record_act(verb=f"reports.{verb.code}", door=door, by=actor, because=because, facts=facts)
    step = FilingStep.objects.create(filing=filing, verb=verb, on=on, by=by, because=because, act=act)
    telling.tell_step(step)
    events.tell_filing(step)
    return step


def _is_signed(department: Department, quarter: date) -> bool:
    """Whether the department has signed its list of a quarter and waits for the risk department's answer (PGM.11)."""
    waiting = HandOverReceipt.objects.filter(returned_on__isnull=True, accepted_on__isnull=True)
    return waiting.filter(hand_over__department=department, hand_over__quarter=quarter).exists()
