"""A department's filings of a quarter: classification table, visit plan, hand-over (PGM.9, PGM.10, PGM.11).

A department hands in; the risk department accepts, or returns with a reason; the department hands in again.
"""

from __future__ import annotations

from datetime import date

import polars as pl
from django.db import transaction

from baohou.core.errors import Refused
from baohou.core.period import quarter_of
from baohou.guarantee.models import Filing, FilingStep, HandOver, HandOverReceipt
from baohou.guarantee.queries.measures import Watched, list_watched
from baohou.guarantee.rules.reports import DUTY_OF_FILING
from baohou.guarantee.rules.words import FilingKind, FilingVerb
from baohou.guarantee.services.replan import mark_for_recheck
from baohou.guarantee.services.verbs import require_not_future, require_text
from baohou.kernel.audit.services import record_act
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.models import Department, Staff


@transaction.atomic
def file(
    *, department: Department, quarter: date, kind: FilingKind, filed_on: date, by: Staff, actor: str, door: str
) -> Filing:
    """File what a department owes for the quarter that ends on ``quarter``; its duty is done on that day at once.

    Refused: a day to come or before the quarter's last day, a second time, and (PGM.10) a classification table while
    a client graded watch or risk on the quarter's last day has no measure with the names of those who conferred. A
    hand-over (PGM.11) is filed by signing its list only. A penalty booked meanwhile is looked at again by the next day.
    """
    last = quarter_of(quarter).last
    require_not_future(filed_on, what="上报日期", where="上报日期")
    if filed_on < last:
        raise Refused("guarantee.filing.too_early", f"{quarter_of(last)} 尚未结束，{last} 起可上报。", where="上报日期")
    if Filing.objects.filter(department=department, quarter=last, kind=kind).exists():
        raise Refused("guarantee.filing.twice", f"{department}的{quarter_of(last)}{kind.zh}已经上报过。")
    if kind is FilingKind.CLASSIFICATION_REPORT:
        _require_measures(list_watched(department=department, quarter=last))
    if kind is FilingKind.HAND_OVER and not _is_signed(department, last):
        message = "客户回访报告须在移交清单上逐份移交，全部移交后由部门经理签字；请到“移交归档”办理。"
        raise Refused("guarantee.filing.by_list", message)
    facts = {"department": department.name, "quarter": str(quarter_of(last)), "kind": kind.code}
    act = record_act(verb="reports.file", door=door, by=actor, facts=facts)
    filing = Filing.objects.create(department=department, quarter=last, kind=kind, filed_on=filed_on, by=by, act=act)
    FilingStep.objects.create(filing=filing, verb=FilingVerb.HANDED_IN, on=filed_on, by=by, act=act)
    duty = DUTY_OF_FILING[kind]
    owed = Duty.objects.filter(kind=duty, department=department, opens_on=last, done_on__isnull=True)
    keys = list(owed.values_list("key", flat=True))
    Duty.objects.filter(key__in=keys).update(done_on=filed_on)
    mark_for_recheck(pl.DataFrame({"key": keys}, schema={"key": pl.Int64}))
    return filing


@transaction.atomic
def accept(*, filing: Filing, on: date, by: Staff, actor: str, door: str) -> FilingStep:
    """The risk department takes what was handed in; refused unless it is handed in and waits."""
    return _step(filing, FilingVerb.ACCEPTED, expected=FilingVerb.HANDED_IN, on=on, by=by, actor=actor, door=door)


@transaction.atomic
def return_(*, filing: Filing, because: str, on: date, by: Staff, actor: str, door: str) -> FilingStep:
    """The risk department sends back what was handed in, with the reason. The duty stays done on its day."""
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
    )


@transaction.atomic
def hand_in_again(*, filing: Filing, on: date, by: Staff, actor: str, door: str) -> FilingStep:
    """The department hands in what was returned; refused unless it was. A table still needs its measures (PGM.10)."""
    if filing.kind == FilingKind.CLASSIFICATION_REPORT:
        _require_measures(list_watched(department=filing.department, quarter=filing.quarter))
    return _step(filing, FilingVerb.HANDED_IN, expected=FilingVerb.RETURNED, on=on, by=by, actor=actor, door=door)


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
) -> FilingStep:
    filing = Filing.objects.select_for_update().select_related("department").get(pk=filing.pk)
    kind, quarter = FilingKind(filing.kind), quarter_of(filing.quarter)
    last = filing.steps.order_by("-pk").first()
    if last is None or last.verb != expected:
        standing = FilingVerb(last.verb).zh if last else "历史记录"
        act_zh = verb.zh.removeprefix("已")
        message = f"{filing.department}的{quarter}{kind.zh}现在是“{standing}”，不能{act_zh}；请刷新后再看。"
        raise Refused("guarantee.filing.not_so", message)
    by_list = kind is FilingKind.HAND_OVER and HandOver.objects.filter(filing=filing).exists()
    if by_list and _is_signed(filing.department, filing.quarter) is not (verb is FilingVerb.HANDED_IN):
        raise Refused("guarantee.filing.by_list", "客户回访报告请在移交清单上签字、签收或退回。")
    facts = {"department": filing.department.name, "quarter": str(quarter), "kind": kind.code}
    act = record_act(verb=f"reports.{verb.code}", door=door, by=actor, because=because, facts=facts)
    return FilingStep.objects.create(filing=filing, verb=verb, on=on, by=by, because=because, act=act)


def _is_signed(department: Department, quarter: date) -> bool:
    """Whether the department has signed its list of a quarter and waits for the risk department's answer (PGM.11)."""
    waiting = HandOverReceipt.objects.filter(returned_on__isnull=True, accepted_on__isnull=True)
    return waiting.filter(hand_over__department=department, hand_over__quarter=quarter).exists()


def _require_measures(watched: list[Watched]) -> None:
    missing = [one.client.name for one in watched if one.measure is None]
    if missing:
        named = "、".join(missing[:10]) + (f" 等 {len(missing)} 户" if len(missing) > 10 else "")
        message = f"以下关注、风险类客户尚未填报处置措施，分类表不能上报：{named}。请先会商并填报。"
        raise Refused("guarantee.classification.measure_missing", message, where="处置措施")
