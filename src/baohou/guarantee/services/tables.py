"""Handing in a classification table, signed, and taking it: then its grades hold and it is sealed (PGM.8 to PGM.10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from baohou.core.errors import Refused
from baohou.core.period import quarter_of
from baohou.core.sayings import listed, say
from baohou.guarantee.models import FilingStep, GradeChange, Proposal
from baohou.guarantee.queries.forms.classification import as_stated, classify
from baohou.guarantee.queries.grading import GradingTable, get_table
from baohou.guarantee.queries.grading_lines import Line
from baohou.guarantee.queries.table_paper import PAPER
from baohou.guarantee.rules.words import Grade
from baohou.guarantee.services import telling, verbs
from baohou.kernel.audit.capture import add_rows, set_rows
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.services import record_act, record_changes
from baohou.kernel.papers import records
from baohou.kernel.papers.models import StoredFile
from baohou.kernel.people.models import Department, Post, Staff
from baohou.kernel.people.queries import get_posting

ROLE = Post.DEPARTMENT_MANAGER.label
_AT_ONCE = 500
_NAMED = 10


@dataclass(frozen=True)
class Signing:
    """A department manager's signature under the table as it was seen: its digest, and what was drawn, if anything."""

    digest: str
    image: StoredFile | None = None


def require_ready(*, department: Department, quarter: date, signing: Signing | None, by: Staff, on: date) -> None:
    """Refuse to hand in a table that lacks grades, reasons, measures or the department manager's signature.

    Whoever is not the department's manager on the business day ``on`` is refused, with or without a signature: nobody
    stands in for that.
    A table for which nobody has proposed a grade says that all grades stay as they are.
    """
    Department.objects.select_for_update().get(pk=department.pk)
    _require_manager(department, by, on)
    table = get_table(department=department, quarter=quarter)
    if table.graded_count:
        _require_grades(table)
    _require_measures(table.lacking)
    if signing is not None:
        _require_seen(table, signing)
    elif table.to_sign:
        message = say(
            "有 %(many)s 户调入或调出关注、风险类，须部门经理签字：%(named)s。请在“季末分类”签字上报。",
            many=len(table.to_sign),
            named=_names(table.to_sign),
        )
        raise Refused("guarantee.grading.not_signed", message, where="签字")


def close(*, step: FilingStep, signing: Signing | None) -> None:
    """Write down the table's rows as they are handed in by ``step``, and who signed them; grades not proposed stay."""
    department, quarter = step.filing.department, quarter_of(step.filing.quarter)
    live = get_table(department=department, quarter=quarter.last, as_made=True)
    standing = {line.client_id: line for line in live.lines}
    rows, _ = classify(department=department, quarter=quarter)
    made = {one.client_id: one for one in Proposal.objects.filter(quarter=quarter.last, client__in=list(standing))}
    written = []
    for client, line in standing.items():
        grade = line.proposed or line.standing
        if grade is None:
            continue
        one = made.get(client) or Proposal(
            client_id=client, quarter=quarter.last, department=department, grade=grade, by=step.by, act=step.act
        )
        one.department = department
        one.stated = {**as_stated(rows[client]), "before": line.standing.code if line.standing else ""}
        written.append(one)
    add_rows(Proposal, [one for one in written if one.pk is None], batch_size=_AT_ONCE)
    kept = [one for one in written if one.client_id in made]
    set_rows(Proposal, kept, ["department", "stated"])
    if signing is not None:
        records.sign(
            kind=PAPER,
            subject_id=step.pk,
            role=ROLE,
            name=step.by.name,
            staff_no=step.by.staff_no,
            image=signing.image,
            act=step.act,
        )


def take(*, step: FilingStep, handed_in: FilingStep) -> None:
    """Let the grades of the accepted table hold from the quarter's last day, plan the visits that follow, and seal it.

    Refused when a grade was changed elsewhere since the table was handed in: the department has to look at it again.
    """
    filing = handed_in.filing
    Department.objects.select_for_update().get(pk=filing.department_id)
    proposals = list(_of_table(filing.department, filing.quarter))
    if not proposals:
        close(step=handed_in, signing=None)
        proposals = list(_of_table(filing.department, filing.quarter))
    _require_unmoved(filing.department, filing.quarter, proposals)
    changed = [one for one in proposals if Grade.read(one.stated["before"]) is not Grade(one.grade)]
    if changed:
        _write_grades(changed, effective_on=filing.quarter, act=_act_of(step, len(changed)))
        verbs.settle_many(clients=[one.client_id for one in changed], since=filing.quarter)
        telling.tell_table(step, changed)
    records.seal(kind=PAPER, subject_id=handed_in.pk, act=step.act)


def _require_grades(table: GradingTable) -> None:
    if table.ungraded:
        message = say(
            "还有 %(many)s 户没有分类：%(named)s。请逐户分类，或选“其余维持原分类”。",
            many=len(table.ungraded),
            named=_names(table.ungraded),
        )
        raise Refused("guarantee.grading.ungraded", message, where="风险分类")
    unexplained = [line for line in table.changed if not line.because]
    if unexplained:
        raise Refused(
            "guarantee.proposal.no_reason",
            "请写明调整理由：%(unexplained)s。",
            where="理由",
            unexplained=_names(unexplained),
        )


def _require_measures(lacking: Sequence[Line]) -> None:
    if lacking:
        message = say(
            "以下关注、风险类客户尚未填报处置措施，分类表不能上报：%(lacking)s。请先会商并填报。",
            lacking=_names(lacking),
        )
        raise Refused("guarantee.classification.measure_missing", message, where="处置措施")


def _require_manager(department: Department, by: Staff, on: date) -> None:
    posting = get_posting(staff=by, on=on)
    if posting is None or posting.post != Post.DEPARTMENT_MANAGER or posting.department_id != department.pk:
        message = say(
            "%(by)s不是%(department)s的部门经理，不能签字；请部门经理本人登录后签字上报。",
            by=by.name,
            department=department,
        )
        raise Refused("guarantee.grading.not_the_manager", message, where="签字")


def _require_seen(table: GradingTable, signing: Signing) -> None:
    if signing.digest != table.digest:
        message = say("您打开本页之后分类或处置措施又有变动，签字对应的内容已失效；请重新核对后签字。")
        raise Refused("guarantee.grading.moved_on", message, where="签字")


def _require_unmoved(department: Department, quarter: date, proposals: list[Proposal]) -> None:
    """Refuse when a client's grade on that day is no longer what the table was handed in against."""
    live = get_table(department=department, quarter=quarter, as_made=True)
    standing = {line.client_id: line.standing for line in live.lines}
    moved = [
        one.stated["client"]
        for one in proposals
        if one.client_id in standing and standing[one.client_id] is not Grade.read(one.stated["before"])
    ]
    if moved:
        named = listed(moved[:_NAMED])
        message = say("上报以后，以下客户的分类已另行变更：%(named)s。请退回，由部门重新核对后签字上报。", named=named)
        raise Refused("guarantee.grading.changed_since", message)


def _of_table(department: Department, quarter: date) -> list[Proposal]:
    made = Proposal.objects.filter(department=department, quarter=quarter).exclude(stated={})
    return list(made.select_related("client", "by").order_by("client"))


def _act_of(step: FilingStep, clients: int) -> Act:
    facts = {
        "department": step.filing.department.name,
        "quarter": str(quarter_of(step.filing.quarter)),
        "clients": clients,
    }
    return record_act(verb="grades.take_table", door=step.act.door, by=step.act.by, facts=facts)


def _write_grades(proposals: list[Proposal], *, effective_on: date, act: Act) -> None:
    """One grade change each, as of that day; a grade of that very day is replaced and stays in the history."""
    clients = [one.client_id for one in proposals]
    there = GradeChange.objects.filter(client__in=clients, effective_on=effective_on).select_related("by")
    old = {change.client_id: change for change in there}
    rows = [
        (f"{one.client.id_no} {effective_on}", _said(old[one.client_id]), _said(one))
        for one in proposals
        if one.client_id in old
    ]
    record_changes(act=act, table="guarantee_gradechange", rows=rows)
    new = [
        GradeChange(
            client_id=one.client_id,
            grade=one.grade,
            effective_on=effective_on,
            because=one.because,
            by=one.by,
            act=act,
        )
        for one in proposals
    ]
    add_rows(
        GradeChange,
        new,
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["client", "effective_on"],
        update_fields=["grade", "because", "by", "act"],
    )


def _said(given: GradeChange | Proposal) -> dict[str, str]:
    return {"grade": Grade(given.grade).code, "because": given.because, "by": given.by.staff_no}


def _names(lines: Sequence[Line]) -> str:
    named = listed(line.name for line in lines[:_NAMED])
    return say("%(names)s 等 %(n)s 户", names=named, n=len(lines)) if len(lines) > _NAMED else named
