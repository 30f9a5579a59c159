"""A department's filings of a quarter: classification table, visit plan, hand-over (PGM.9, PGM.10, PGM.11)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from baohou.core.errors import Refused
from baohou.core.period import quarter_of
from baohou.guarantee.models import Filing
from baohou.guarantee.queries.measures import Watched, list_watched
from baohou.guarantee.rules.reports import DUTY_OF_FILING
from baohou.guarantee.rules.words import FilingKind
from baohou.guarantee.services.verbs import require_not_future
from baohou.kernel.audit.services import record_act
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.models import Department, Staff


@transaction.atomic
def file(
    *, department: Department, quarter: date, kind: FilingKind, filed_on: date, by: Staff, actor: str, door: str
) -> Filing:
    """File what a department owes for the quarter that ends on ``quarter``; its duty is done on that day at once.

    Refused: a day to come or before the quarter's last day, a second time, and (PGM.10) a classification table while
    a client graded watch or risk on the quarter's last day has no measure with the names of those who conferred.
    """
    last = quarter_of(quarter).last
    require_not_future(filed_on, what="上报日期", where="上报日期")
    if filed_on < last:
        raise Refused("guarantee.filing.too_early", f"{quarter_of(last)} 尚未结束，{last} 起可上报。", where="上报日期")
    if Filing.objects.filter(department=department, quarter=last, kind=kind).exists():
        raise Refused("guarantee.filing.twice", f"{department}的{quarter_of(last)}{kind.zh}已经上报过。")
    if kind is FilingKind.CLASSIFICATION_REPORT:
        _require_measures(list_watched(department=department, quarter=last))
    facts = {"department": department.name, "quarter": str(quarter_of(last)), "kind": kind.code}
    act = record_act(verb="reports.file", door=door, by=actor, facts=facts)
    filing = Filing.objects.create(department=department, quarter=last, kind=kind, filed_on=filed_on, by=by, act=act)
    duty = DUTY_OF_FILING[kind]
    Duty.objects.filter(kind=duty, department=department, opens_on=last, done_on__isnull=True).update(done_on=filed_on)
    return filing


def _require_measures(watched: list[Watched]) -> None:
    missing = [one.client.name for one in watched if one.measure is None]
    if missing:
        named = "、".join(missing[:10]) + (f" 等 {len(missing)} 户" if len(missing) > 10 else "")
        message = f"以下关注、风险类客户尚未填报处置措施，分类表不能上报：{named}。请先会商并填报。"
        raise Refused("guarantee.classification.measure_missing", message, where="处置措施")
