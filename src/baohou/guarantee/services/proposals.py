"""Proposing grades for a quarter's last day: one client, several at once, or all that are left (PGM.8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from baohou.core.errors import Refused
from baohou.core.period import quarter_of
from baohou.core.sayings import Said, say
from baohou.guarantee.models import Proposal
from baohou.guarantee.queries.grading import GradingTable, State, get_table
from baohou.guarantee.queries.grading_lines import Line
from baohou.guarantee.rules.words import Grade
from baohou.guarantee.services.verbs import require_not_future
from baohou.kernel.audit.capture import add_rows
from baohou.kernel.audit.services import record_act, record_changes
from baohou.kernel.people.models import Department, Staff

_AT_ONCE = 500


@dataclass(frozen=True)
class Proposed:
    """What became of several: how many were written, and the lines that someone else had written meanwhile."""

    written: int
    overtaken: list[Line]


@transaction.atomic
def propose(
    *,
    department: Department,
    quarter: date,
    client: int,
    grade: Grade,
    because: str,
    seen: int,
    by: Staff,
    actor: str,
    door: str,
) -> Proposal:
    """Propose a client's grade for the quarter that ends on ``quarter``; ``seen`` is the act last seen, 0 for none.

    Refused: a client that is not on the table, a table handed in or accepted, a change without its reason, and a line
    that someone else has written since it was seen.
    """
    table = _open_table(department, quarter, [client])
    line = next(iter(table.lines), None)
    if line is None:
        raise Refused("guarantee.proposal.not_listed", "该客户不在本部门这一季的分类表里，请刷新页面。", where="客户")
    because = _require_reason(line, grade, because)
    if line.seen != seen and (line.proposed, line.because) != (grade, because):
        raise Refused("guarantee.proposal.overtaken", _overtaken(quarter, line), where=line.name)
    _write(table, [(line, grade, because)], by=by, actor=actor, door=door, verb="proposals.propose")
    return Proposal.objects.select_related("by", "act").get(client=client, quarter=table.quarter.last)


@transaction.atomic
def propose_many(
    *,
    department: Department,
    quarter: date,
    seen: Mapping[int, int],
    grade: Grade,
    because: str,
    by: Staff,
    actor: str,
    door: str,
) -> Proposed:
    """Propose one grade, for one reason, for several clients (number and act last seen).

    Lines that someone else has written meanwhile stay as they are and are told. Refused as ``propose``, and without a
    single client.
    """
    if not seen:
        raise Refused("guarantee.proposal.nobody", "请先勾选客户。", where="客户")
    table = _open_table(department, quarter, list(seen))
    overtaken = [line for line in table.lines if line.seen != seen[line.client_id]]
    written = [(line, grade, _require_reason(line, grade, because)) for line in table.lines if line not in overtaken]
    _write(table, written, by=by, actor=actor, door=door, verb="proposals.propose_many")
    return Proposed(len(written), overtaken)


@transaction.atomic
def keep_the_rest(
    *,
    department: Department,
    quarter: date,
    clients: Collection[int] | None,
    by: Staff,
    actor: str,
    door: str,
) -> int:
    """Propose the standing grade for all clients (None: of the table) that have no proposal yet; how many."""
    table = _open_table(department, quarter, clients)
    rest = [(line, line.standing, "") for line in table.ungraded if line.standing is not None]
    _write(table, rest, by=by, actor=actor, door=door, verb="proposals.keep_the_rest")
    return len(rest)


def require_open(table: GradingTable) -> None:
    """Refuse to change a table that is handed in, accepted, or history."""
    named = say("%(department)s的%(quarter)s在保客户分类表", department=table.department, quarter=table.quarter)
    if table.state is State.HANDED_IN:
        message = say("%(named)s已上报，等待接收；要修改请风险管理部先退回。", named=named)
        raise Refused("guarantee.grading.handed_in", message)
    if table.state is State.ACCEPTED:
        message = say("%(named)s已接收并封存；更正请到客户页“调整分类”，表上会标明接收后变更。", named=named)
        raise Refused("guarantee.grading.accepted", message)
    if table.state is State.HISTORY:
        raise Refused("guarantee.grading.history", "%(named)s是导入的历史记录，不在这里修改。", named=named)


def _open_table(department: Department, quarter: date, clients: Collection[int] | None) -> GradingTable:
    """The table, once nobody else is writing it: its department's row is the lock."""
    last = quarter_of(quarter).last
    require_not_future(last, what="季末", where="季度")
    Department.objects.select_for_update().get(pk=department.pk)
    table = get_table(department=department, quarter=last, clients=clients)
    require_open(table)
    return table


def _require_reason(line: Line, grade: Grade, because: str) -> str:
    """The reason without blanks around it; refused when there is none and the grade changes (PGM.7)."""
    because = because.strip()
    if grade is not line.standing and not because:
        standing = say(line.standing.zh if line.standing else "未分类")
        message = say(
            "%(client)s由%(standing)s调整为%(grade)s，请写明理由。",
            client=line.name,
            standing=standing,
            grade=say(grade.zh),
        )
        raise Refused("guarantee.proposal.no_reason", message, where="理由")
    return because


def _overtaken(quarter: date, line: Line) -> Said:
    proposal = Proposal.objects.select_related("by").filter(client=line.client_id, quarter=quarter).first()
    if proposal is None:
        return say("%(client)s的分类已被撤回，请看过再改。", client=line.name)
    who, grade = proposal.by.name, say(Grade(proposal.grade).zh)
    if not proposal.because:
        return say("%(who)s刚把%(client)s定为%(grade)s。请看过再改。", who=who, client=line.name, grade=grade)
    return say(
        "%(who)s刚把%(client)s定为%(grade)s，理由：%(because)s。请看过再改。",
        who=who,
        client=line.name,
        grade=grade,
        because=proposal.because,
    )


def _write(
    table: GradingTable, wanted: list[tuple[Line, Grade, str]], *, by: Staff, actor: str, door: str, verb: str
) -> None:
    """Write proposals that differ from what is written, as one act."""
    wanted = [
        (line, grade, because) for line, grade, because in wanted if (line.proposed, line.because) != (grade, because)
    ]
    if not wanted:
        return
    facts = {"department": table.department.name, "quarter": str(table.quarter), "clients": len(wanted)}
    if len(wanted) == 1:
        facts |= {"client": wanted[0][0].id_no, "grade": wanted[0][1].code}
    act = record_act(verb=verb, door=door, by=actor, because=wanted[0][2] if len(wanted) == 1 else "", facts=facts)
    before = [
        (
            f"{line.id_no} {table.quarter.last}",
            {"grade": line.proposed.code, "because": line.because},
            {"grade": grade.code, "because": because},
        )
        for line, grade, because in wanted
        if line.proposed is not None
    ]
    record_changes(act=act, table="guarantee_proposal", rows=before)
    add_rows(
        Proposal,
        [
            Proposal(
                client_id=line.client_id,
                quarter=table.quarter.last,
                department=table.department,
                grade=grade,
                because=because,
                by=by,
                act=act,
            )
            for line, grade, because in wanted
        ],
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["client", "quarter"],
        update_fields=["department", "grade", "because", "by", "act", "stated"],
    )
