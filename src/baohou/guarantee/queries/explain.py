"""Gathering what explains a duty: derived when asked for, from facts, version and day."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from baohou.core.columns import NOBODY, day_of, unpack_key
from baohou.core.errors import Refused
from baohou.core.money import format_yuan
from baohou.core.period import quarter_of
from baohou.core.sayings import say
from baohou.guarantee.models import Filing, GradeChange, Guarantee, SpecialOrder, Visit
from baohou.guarantee.queries.duties import derive_duties
from baohou.guarantee.rules.reports import DUTY_OF_FILING
from baohou.guarantee.rules.why import UNKNOWN, Case, Explanation, Node
from baohou.guarantee.rules.why import explain as told
from baohou.guarantee.rules.words import DutyKind, Grade, Urgency, VisitKind
from baohou.kernel.accountability.models import Entry, EntryKind
from baohou.kernel.duties.models import Duty
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department, Staff
from baohou.kernel.rulebook.queries import get_rule_book

_DONE_BY = {DutyKind.ROUTINE_VISIT: VisitKind.ROUTINE, DutyKind.SPECIAL_VISIT: VisitKind.SPECIAL}


class NotOwed(Refused):
    """No such duty is owed as seen on the day."""

    def __init__(self, on: date) -> None:
        super().__init__(
            "guarantee.duty.not_owed", "按截至 %(on)s 的业务数据，没有这一应办事项；它可能因数据更正已撤除。", on=on
        )


def explain(duty_key: int, on: date) -> Explanation:
    """Why a duty is owed as seen on a day, and what it costs; NotOwed when it is not."""
    kind, subject, first = unpack_key(duty_key)
    known = {kind.value for kind in DutyKind}
    if kind not in known or first > on:
        raise NotOwed(on)
    book = get_rule_book()
    build = _of_department if kind >= DutyKind.CLASSIFICATION_REPORT else _of_client
    return told(build(DutyKind(kind), subject, duty_key, on, book), book)


def _of_client(kind: DutyKind, subject: int, key: int, on: date, book: Any) -> Case:
    guarantee = Guarantee.objects.filter(pk=subject).first() if kind is DutyKind.ROUTINE_VISIT else None
    client = guarantee.client if guarantee else Party.objects.filter(pk=subject).first()
    rows: pl.DataFrame = derive_duties(on=on, clients=[client.pk] if client else [])
    rows = rows.filter(pl.col("key") == key)
    if not len(rows) or client is None:
        raise NotOwed(on)
    duty = rows.row(0, named=True)
    days = {name: day_of(duty[name]) for name in ("opens_on", "due_on", "done_on", "lapsed_on")}
    opens_on, due_on = days["opens_on"], days["due_on"]
    assert opens_on is not None and due_on is not None, "every duty opens and is due"
    grade = GradeChange.objects.filter(client=client, effective_on__lte=opens_on).order_by("-effective_on").first()
    order = SpecialOrder.objects.filter(client=client, ordered_on=opens_on).select_related("by").first()
    owner = Staff.objects.filter(pk=duty["owner_id"]).first()
    department = Department.objects.filter(pk=duty["department_id"]).first()
    return Case(
        kind=kind,
        on=on,
        subject=say("%(client)s（项目 %(project_no)s）", client=client.name, project_no=guarantee.project_no)
        if guarantee
        else client.name,
        opens_on=opens_on,
        due_on=due_on,
        done_on=days["done_on"],
        lapsed_on=days["lapsed_on"],
        owner=str(owner) if owner else None,
        owner_because=_whose(guarantee, duty["owner_id"]),
        version=book.version(duty["version_id"]),
        facts=_facts(guarantee, department),
        grade=Grade(grade.grade) if grade else None,
        graded=say(
            "自 %(effective_on)s 起，%(reason)s",
            effective_on=grade.effective_on,
            reason=grade.because or say("理由未填"),
        )
        if grade
        else "",
        urgency=Urgency(order.urgency) if order and kind is DutyKind.SPECIAL_VISIT else None,
        ordered=order.by.name if order else "",
        done_by=_visit(kind, client, guarantee, days["done_on"]),
        ledger=_ledger(key, on),
    )


def _facts(guarantee: Guarantee | None, department: Department | None) -> dict[str, str | None]:
    """What exceptions may ask for; the guarantee's own for a routine visit."""
    if guarantee is not None:
        return {"department": guarantee.department.name, "product": guarantee.product or None}
    return {"department": department.name if department else None, "product": None}


def _whose(guarantee: Guarantee | None, owner: int) -> str:
    if owner == NOBODY:
        return say("当日没有在保业务，因而没有责任人")
    if guarantee is not None:
        return say("项目 %(project_no)s 当日的 A 角", project_no=guarantee.project_no)
    return say("当日代表该客户的项目（在保项目中起始日最晚者）的 A 角")


def _visit(kind: DutyKind, client: Party, guarantee: Guarantee | None, done_on: date | None) -> str:
    if done_on is None:
        return ""
    visits = Visit.objects.filter(client=client, visited_on=done_on).select_related("by").order_by("pk")
    if kind in _DONE_BY:
        visits = visits.filter(kind=_DONE_BY[kind])
    if guarantee is not None:
        visits = visits.filter(guarantee=guarantee)
    visit = visits.first()
    return say("%(by)s 的%(kind)s回访记录", by=visit.by.name, kind=say(VisitKind(visit.kind).zh)) if visit else UNKNOWN


def _of_department(kind: DutyKind, subject: int, key: int, on: date, book: Any) -> Case:
    duty = Duty.objects.select_related("department", "owner").filter(pk=key).first()
    if duty is None or duty.department is None:
        raise NotOwed(on)
    filing_kind = next(filing for filing, owed in DUTY_OF_FILING.items() if owed is kind)
    filing = Filing.objects.filter(
        department_id=subject, quarter=duty.opens_on, kind=filing_kind, filed_on__lte=on
    ).first()
    return Case(
        kind=kind,
        on=on,
        subject=f"{duty.department.name} {quarter_of(duty.opens_on)}",
        opens_on=duty.opens_on,
        due_on=duty.due_on,
        done_on=filing.filed_on if filing else None,
        lapsed_on=None,
        owner=str(duty.owner) if duty.owner else None,
        owner_because=say("当日任该部门经理者；有两人时以后任命的为准")
        if duty.owner
        else say("当日该部门没有部门经理，因而没有责任人"),
        version=book.version(duty.version_id),
        facts={"department": duty.department.name},
        done_by=say("%(by)s 上报", by=filing.by.name) if filing else "",
        ledger=_ledger(key, on),
    )


def _ledger(key: int, on: date) -> tuple[Node, ...]:
    """What the ledger says of the duty by the end of the day."""
    entries = Entry.objects.filter(duty_key=key, dated__lte=on).select_related("staff")
    return tuple(
        Node(
            say("%(dated)s %(entry)s", dated=entry.dated, entry=say(EntryKind(entry.kind).label)),
            say(
                "%(staff)s %(yuan)s 元：%(because)s",
                staff=entry.staff,
                yuan=format_yuan(entry.amount_fen),
                because=entry.because,
            ),
        )
        for entry in entries.order_by("seq")
    )
