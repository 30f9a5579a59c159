"""The receipt of a hand-over: the department signs for what it gave, the risk department for what it received (PGM.11).

The duty is done on the day the department signs with every report of the quarter given. The risk department's
signature seals the receipt and binds the reports into a volume of the archive.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from baohou.core.errors import Refused
from baohou.core.period import quarter_of
from baohou.core.sayings import say
from baohou.guarantee.models import HandOver, HandOverItem, HandOverReceipt, Visit
from baohou.guarantee.queries.hand_over_papers import PAPER, Paper, papers_of
from baohou.guarantee.queries.hand_overs import (
    GIVER,
    RECEIPT,
    RECEIVER,
    REPORT,
    VOLUMES,
    name_reports,
    number_of,
    unlisted,
    waiting_receipt,
)
from baohou.guarantee.rules.words import FilingKind, FilingVerb, Medium, VisitKind
from baohou.guarantee.services import reports, telling
from baohou.guarantee.services.hand_overs import lock, require_manager, require_receiver, stands, told
from baohou.guarantee.services.verbs import require_not_future
from baohou.kernel.audit.capture import change_rows
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.services import record_act
from baohou.kernel.papers import archive, records
from baohou.kernel.papers.archive import Contents, Place
from baohou.kernel.papers.models import Volume
from baohou.kernel.people.models import Staff


@transaction.atomic
def sign_over(*, hand_over: HandOver, on: date, by: Staff, actor: str, door: str) -> HandOverReceipt:
    """The department manager signs that every report not in the archive yet has been given.

    The first signature files the hand-over on that day, one after a return hands it in again; what is handed over
    after the archive had the rest changes no duty. Refused: a day to come or before the quarter's last day, anyone but
    the department's manager, a report missing from the list or not given, nothing to sign for, and a receipt that
    waits already.
    """
    require_not_future(on, what="移交日期", where="移交日期")
    hand_over = lock(hand_over)
    quarter = quarter_of(hand_over.quarter)
    if on < quarter.last:
        raise Refused(
            "guarantee.hand_over.too_early",
            "%(quarter)s 尚未结束，%(last)s 起可签字移交。",
            quarter=quarter,
            last=quarter.last,
        )
    require_manager(by, hand_over.department, on)
    if waiting_receipt(hand_over) is not None:
        raise Refused("guarantee.hand_over.waits", "已经签字移交，正等风险管理部签收。")
    _require_all_listed(hand_over)
    items = list(hand_over.items.filter(receipt__isnull=True).select_related("visit__client"))
    if not items:
        raise Refused("guarantee.hand_over.nothing", "没有待签字移交的报告。")
    _require_given(items)
    act = record_act(verb="hand_overs.sign_over", door=door, by=actor, facts={**told(hand_over), "reports": len(items)})
    receipt = HandOverReceipt.objects.create(hand_over=hand_over, signed_on=on, signed_by=by, act=act)
    change_rows(hand_over.items.filter(receipt__isnull=True), receipt=receipt)
    records.sign(kind=RECEIPT, subject_id=receipt.pk, role=GIVER, name=by.name, staff_no=by.staff_no, act=act)
    if hand_over.filing is None:
        hand_over.filing = reports.file(
            department=hand_over.department,
            quarter=hand_over.quarter,
            kind=FilingKind.HAND_OVER,
            filed_on=on,
            by=by,
            actor=actor,
            door=door,
        )
        hand_over.save(update_fields=["filing"])
    elif stands(hand_over.filing) is FilingVerb.RETURNED:
        reports.hand_in_again(filing=hand_over.filing, on=on, by=by, actor=actor, door=door)
    else:
        telling.tell_signed_over(receipt)
    return receipt


@transaction.atomic
def sign_for(
    *,
    hand_over: HandOver,
    place: Place,
    retention_years: int | None,
    on: date,
    by: Staff,
    actor: str,
    door: str,
) -> HandOverReceipt:
    """The risk department signs that it received every report: the volume is bound, the receipt sealed.

    Refused: a day to come or before the department signed, one who is not of the risk department or signed for the
    department, a receipt not signed by the department, a report missing from the receipt or not received.
    """
    require_not_future(on, what="签收日期", where="签收日期")
    hand_over = lock(hand_over)
    require_receiver(by, on)
    receipt = waiting_receipt(hand_over)
    if receipt is None:
        raise Refused("guarantee.hand_over.not_signed", "部门还没有签字移交，不能签收；请等部门经理签字。")
    if receipt.signed_by_id == by.pk:
        raise Refused("guarantee.hand_over.same_person", "%(by)s已作为移交人签字，请由另一人签收。", by=by.name)
    if on < receipt.signed_on:
        raise Refused(
            "guarantee.hand_over.before_given",
            "签收日期 %(on)s 早于签字移交的 %(signed_on)s，请核对。",
            on=on,
            signed_on=receipt.signed_on,
        )
    _require_all_listed(hand_over, hint=say("请退回部门，补交后再签收"))
    late = list(hand_over.items.filter(receipt__isnull=True).select_related("visit__client"))
    if late:
        named = name_reports([item.visit for item in late])
        message = say("以下报告不在移交人签字的回执上：%(named)s。请退回部门，补交后再签收。", named=named)
        raise Refused("guarantee.hand_over.missing", message)
    items = list(receipt.items.select_related("visit__client").order_by("visit__visited_on", "visit"))
    unticked = [item.visit for item in items if item.received_on is None]
    if unticked:
        message = say(
            "还有 %(many)s 份没有点收：%(named)s。请逐份点收，缺的退回部门。",
            many=len(unticked),
            named=name_reports(unticked),
        )
        raise Refused("guarantee.hand_over.missing", message)
    act = record_act(verb="hand_overs.sign_for", door=door, by=actor, facts={**told(hand_over), "reports": len(items)})
    volume = _bind(hand_over, items, place=place, retention_years=retention_years, on=on, act=act)
    receipt.accepted_on, receipt.accepted_by, receipt.volume = on, by, volume
    receipt.save(update_fields=["accepted_on", "accepted_by", "volume"])
    if hand_over.filing is not None and stands(hand_over.filing) is FilingVerb.HANDED_IN:
        reports.accept(filing=hand_over.filing, on=on, by=by, actor=actor, door=door)
    records.sign(kind=RECEIPT, subject_id=receipt.pk, role=RECEIVER, name=by.name, staff_no=by.staff_no, act=act)
    records.seal(kind=RECEIPT, subject_id=receipt.pk, act=act)
    return receipt


_FIRST = say("请先补进清单")


def _require_all_listed(hand_over: HandOver, *, hint: str = _FIRST) -> None:
    lacking = list(unlisted(hand_over.department, quarter_of(hand_over.quarter), hand_over).select_related("client"))
    if lacking:
        message = say(
            "有 %(many)s 份报告不在清单上：%(named)s。%(hint)s。",
            many=len(lacking),
            named=name_reports(lacking),
            hint=hint,
        )
        raise Refused("guarantee.hand_over.unlisted", message)


def _require_given(items: list[HandOverItem]) -> None:
    missing: list[Visit] = [item.visit for item in items if item.given_on is None]
    if missing:
        message = say(
            "还有 %(many)s 份没有移交，不能签字：%(named)s。",
            many=len(missing),
            named=name_reports(missing),
        )
        raise Refused("guarantee.hand_over.missing", message)


def _bind(
    hand_over: HandOver, items: list[HandOverItem], *, place: Place, retention_years: int | None, on: date, act: Act
) -> Volume:
    """Bind the reports of a receipt into a volume, each followed by the papers that came with it (GPM.9)."""
    department, quarter = hand_over.department, quarter_of(hand_over.quarter)
    papers = papers_of([item.visit_id for item in items])
    return archive.open_volume(
        kind=VOLUMES,
        title=f"{department.name} {quarter.year}年第{quarter.number}季度客户回访报告",
        unit=department.name,
        unit_id=department.pk,
        period=str(quarter),
        contents=[one for item in items for one in _contents(item, papers.get(item.visit_id, []))],
        place=place,
        retention_years=retention_years,
        on=on,
        act=act,
    )


def _contents(item: HandOverItem, papers: list[Paper]) -> list[Contents]:
    """A report and its papers as the contents page lists them; papers are numbered after their report."""
    visit, number = item.visit, number_of(item)
    note = "" if item.medium == Medium.PAPER else Medium(item.medium).zh
    title = f"{visit.client.name} {VisitKind(visit.kind).zh}回访报告"
    report = Contents(
        kind=REPORT,
        subject_id=item.visit_id,
        number=number,
        title=title,
        dated=visit.visited_on,
        pages=item.pages,
        note=note,
    )
    return [report] + [
        Contents(
            kind=PAPER,
            subject_id=paper.key,
            number=f"{number}-{place}",
            title=paper.title,
            dated=visit.visited_on,
            pages=None,
            note=note,
        )
        for place, paper in enumerate(papers, 1)
    ]
