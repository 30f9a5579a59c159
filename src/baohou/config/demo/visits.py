"""Visits of the last days, sent from a telephone: with photo, signature and seal."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from baohou.config.demo.company import DOOR, Company
from baohou.config.demo.pictures import draw_signature, draw_site
from baohou.guarantee.models import Guarantee, Visit
from baohou.guarantee.queries.forms.visit_plan import KIND_OF
from baohou.guarantee.rules.appointments import Appointment, Channel
from baohou.guarantee.rules.matters import METHODS, METHODS_KEY, asked_of
from baohou.guarantee.rules.words import DutyKind, VisitKind
from baohou.guarantee.services.submissions import Report, keep_file, submit
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.models import Department

FOUND = {
    "loan_use": "购进原材料，与借款合同一致，已看发票和入库单",
    "funds_flow": "受托支付给供应商，流水与合同相符",
    "use_effect": "原料到位，产量较上月增加",
    "business": "开工正常，订单排到下月底",
    "assets_and_liabilities": "应收账款较上期略增，无新增借款",
    "repayment": "按月付息，本金到期日前一月归集资金",
    "security": "抵押设备在位，铭牌与清单相符",
    "changes": "没有重大事项",
    "performance": "履约正常",
    "industry": "行业价格回落，开工率七成",
    "management": "管理人员稳定，账目齐全",
    "market": "两家主要客户减少订单",
    "finances": "毛利下降两个百分点，现金够付三个月",
    "executives": "没有变动",
    "structure": "没有变化",
    "solvency": "现金流可以覆盖本期利息",
    "client_opinion": "希望续保时简化资料",
}
"""What was found on each matter."""
SITE, TALK = "成品库盘点与账面相符", "与财务负责人座谈，核对了上月报表"
SUMMARY = "生产经营正常，借款用途与约定一致，未见异常。"
SIGNERS = ("王建国", "李秀英", "陈志强", "刘国庆", "赵丽华")
"""Who signs for a firm; a person signs for himself."""
_DAYS_BACK = 4


def visit_some(company: Company, department: Department, *, count: int) -> list[Visit]:
    """Make so many of the visits that a department owes, within the last days; those still in time come first."""
    random = Random(f"{company.on} {department.name}")  # noqa: S311  (drawings need no secrets)
    return [visit for duty in _owed(company, department)[:count] if (visit := _make(company, duty, random))]


def _owed(company: Company, department: Department) -> Sequence[Duty]:
    """One of each project manager in turn, those still in time first; whoever is shown first leads."""
    owed = Duty.objects.filter(
        kind__in=list(KIND_OF),
        department=department,
        owner__isnull=False,
        done_on__isnull=True,
        lapsed_on__isnull=True,
        opens_on__lte=company.on,
    )
    duties = sorted(owed.select_related("party", "owner"), key=lambda duty: (duty.due_on < company.on, duty.due_on))
    turns: Counter[int | None] = Counter()
    turn = {}
    for duty in duties:
        turn[duty.key] = turns[duty.owner_id]
        turns[duty.owner_id] += 1
    first = company.managers(department)[0].pk
    return sorted(duties, key=lambda duty: (turn[duty.key], duty.owner_id != first, duty.due_on, duty.key))


def _make(company: Company, duty: Duty, random: Random) -> Visit | None:
    client, owner = duty.party, duty.owner
    assert client is not None and owner is not None, "owed to a client, by somebody"
    on = max(company.on - timedelta(days=random.randrange(_DAYS_BACK)), duty.opens_on)
    kind = KIND_OF[DutyKind(duty.kind)]
    about = Guarantee.objects.get(pk=duty.subject_id or 0) if kind is VisitKind.ROUTINE else None
    if Visit.objects.filter(client=client, visited_on=on, kind=kind).exists():
        return None
    key = uuid5(NAMESPACE_URL, f"{company.on} {duty.key}")
    photo, signature = draw_site(random), draw_signature(random)
    moment = _moment(on, random)
    keep_file(key=key, sender=owner, content=photo, name="厂区.jpg", taken_at=moment)
    keep_file(key=key, sender=owner, content=signature, name="签名.png", is_signature=True)
    signer = random.choice(SIGNERS) if "公司" in client.name else client.name
    report = Report(
        client=client,
        guarantee=about,
        on=on,
        kind=kind,
        by=owner,
        methods="、".join(method.short for method in METHODS[:2]),
        summary=SUMMARY,
        findings=_findings(kind),
        signer=signer,
        signature=hashlib.sha256(signature).hexdigest(),
        files=[(hashlib.sha256(photo).hexdigest(), "厂区.jpg")],
        finished_at=moment + timedelta(minutes=40),
        appointment=Appointment(on - timedelta(days=2), signer, Channel.PHONE)
        if kind is not VisitKind.SPECIAL
        else None,
    )
    return submit(key=key, sender=owner, report=report, actor=owner.staff_no, door=DOOR).visit


def _findings(kind: VisitKind) -> dict[str, object]:
    told = {matter.code: FOUND[matter.code] for matter in asked_of(kind)}
    return {**told, METHODS_KEY: {METHODS[0].code: SITE, METHODS[1].code: TALK}}


def _moment(on: date, random: Random) -> datetime:
    """Some time of a working day's morning."""
    return timezone.make_aware(datetime.combine(on, time(9, random.randrange(60))))
