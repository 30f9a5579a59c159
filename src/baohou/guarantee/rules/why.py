"""Why a duty is owed and what it costs: a short tree, result ← clause ← parameter ← fact, and one Chinese sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from baohou.core.money import format_yuan
from baohou.core.period import quarter_of
from baohou.core.rulebook import RuleBook, Version
from baohou.guarantee.rules.parameters import SPECS
from baohou.guarantee.rules.words import CLAUSE_OF, PENALTY_OF, DutyKind, Grade, Urgency

UNKNOWN: Final = "未知（没有记录）"
_TITLES: Final = {(spec.clause, spec.name): spec for spec in SPECS}
_UNITS: Final = {"days": "{} 天", "months": "{} 个月", "day_of_month": "{} 日"}


@dataclass(frozen=True)
class Node:
    """One line of the tree: what it is, what it says, and what it rests on."""

    label: str
    value: str
    children: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """A duty explained in one sentence and as a tree."""

    sentence: str
    tree: Node


@dataclass(frozen=True)
class Case:
    """A duty as seen on a day, with the facts that it rests on; names as people read them, None where unknown.

    ``facts`` are what the exceptions of the rule book may ask for (department, product).
    """

    kind: DutyKind
    on: date
    subject: str
    opens_on: date
    due_on: date
    done_on: date | None
    lapsed_on: date | None
    owner: str | None
    owner_because: str
    version: Version
    facts: Mapping[str, str | None]
    grade: Grade | None = None
    graded: str = ""
    urgency: Urgency | None = None
    ordered: str = ""
    done_by: str = ""
    ledger: tuple[Node, ...] = field(default_factory=tuple)


def explain(case: Case, book: RuleBook) -> Explanation:
    """The explanation of one duty."""
    state = _state(case)
    reasons = {
        DutyKind.ROUTINE_VISIT: _routine,
        DutyKind.REGULAR_VISIT: _regular,
        DutyKind.SPECIAL_VISIT: _special,
    }.get(case.kind, _report)(case, book)
    children = [_clause(case, CLAUSE_OF[case.kind], reasons), _outcome(case), _owner(case)]
    if _missed(case):
        children.append(_penalty(case, book))
    tree = Node(case.kind.zh, f"{case.subject}，{case.due_on} 截止：{state}", tuple(children))
    clause = case.version.clauses[CLAUSE_OF[case.kind]]
    sentence = (
        f"依据 {clause.code}《{clause.title}》（{case.version.name} 版），{case.subject}的“{case.kind.zh}”应由"
        f"{case.owner or '（责任人未定）'}在 {case.opens_on} 至 {case.due_on} 之间完成；截至 {case.on}，{state}。"
    )
    return Explanation(sentence=sentence, tree=tree)


def _state(case: Case) -> str:
    if case.lapsed_on:
        return f"已于 {case.lapsed_on} 失效"
    if case.done_on:
        late = (case.done_on - case.due_on).days
        return f"已于 {case.done_on} 完成" + (f"，逾期 {late} 天" if late > 0 else "，按期")
    days = (case.due_on - case.on).days
    if days < 0:
        return f"未完成，已逾期 {-days} 天"
    return "未完成，今天到期" if days == 0 else f"未完成，还有 {days} 天"


def _missed(case: Case) -> bool:
    """Whether the due day passed without the act and without its lapsing."""
    return case.lapsed_on is None and case.due_on < case.on and (case.done_on is None or case.done_on > case.due_on)


def _clause(case: Case, code: str, reasons: tuple[Node, ...]) -> Node:
    clause = case.version.clauses[code]
    since = Node(
        "版本", f"{case.version.name} 版，{case.version.effective_on} 起施行；以 {case.opens_on} 当日有效的版本为准"
    )
    text = Node("条文", clause.text, (Node("出处", clause.reference),))
    return Node("条款", f"{clause.code}《{clause.title}》", (since, text, *reasons))


def _parameter(case: Case, book: RuleBook, clause: str, name: str) -> tuple[int | str, Node]:
    """The value that holds for the case's facts, and the line that says it: value, since when, exception."""
    parameter = case.version.parameter(clause, name)
    spec = _TITLES[clause, name]
    facts = {fact: case.facts.get(fact) for fact in spec.facts}
    value, exception = parameter.value_for(facts), parameter.exception_for(facts)
    since = book.since(clause, name, case.opens_on, facts)
    children = [Node("自何时起", f"{since} 起一直是这个值")]
    if exception is not None:
        children.append(Node("例外", f"适用“{exception.label}”，一般为 {_shown(spec.kind, parameter.value)}"))
    unknown = [fact for fact, said in facts.items() if said is None and parameter.exceptions]
    children += [Node("事实", f"{fact}：{UNKNOWN}，其例外不适用") for fact in unknown]
    return value, Node(f"参数：{spec.title}", _shown(spec.kind, value), tuple(children))


def _shown(kind: str, value: int | str) -> str:
    if kind == "fen":
        return f"{format_yuan(int(value))} 元"
    if kind == "code":
        grade = Grade.read(str(value))
        return grade.zh if grade else str(value)
    return _UNITS[kind].format(value)


def _routine(case: Case, book: RuleBook) -> tuple[Node, ...]:
    days, said = _parameter(case, book, "PGM.3", "days_after_issue")
    issued = Node("事实：起始日", f"{case.opens_on}（担保台账，当日为第 0 天）")
    return said, issued, Node("推算：截止日", f"{case.opens_on} ＋ {days} 天 ＝ {case.due_on}")


def _regular(case: Case, book: RuleBook) -> tuple[Node, ...]:
    default, default_said = _parameter(case, book, "PGM.7", "default_grade")
    if case.grade is None:
        grade = Grade.read(str(default))
        basis = Node(
            "事实：风险分类", f"{case.opens_on} {UNKNOWN}；按制度视为{grade.zh if grade else default}", (default_said,)
        )
    else:
        grade, basis = case.grade, Node("事实：风险分类", f"{case.opens_on} 为{case.grade.zh}（{case.graded}）")
    assert grade is not None, "the loader takes no default grade but one of the four"
    months, said = _parameter(case, book, "PGM.4", f"{grade.code}_months")
    force = Node("事实：在保", f"{case.opens_on} 该客户有在保业务")
    period = Node("推算：期间", f"每 {months} 个月一次，本期 {case.opens_on} 至 {case.due_on}，期首日的分类决定频率")
    return said, basis, force, period


def _special(case: Case, book: RuleBook) -> tuple[Node, ...]:
    assert case.urgency is not None, "an order has an urgency"
    days, said = _parameter(case, book, "PGM.5", f"{case.urgency.code}_days")
    ordered = Node("事实：下达", f"{case.opens_on} 由{case.ordered}下达，{case.urgency.zh}")
    return said, ordered, Node("推算：截止日", f"{case.opens_on} ＋ {days} 天 ＝ {case.due_on}")


def _report(case: Case, book: RuleBook) -> tuple[Node, ...]:
    day, said = _parameter(case, book, CLAUSE_OF[case.kind], "day_of_quarter")
    quarter = quarter_of(case.opens_on)
    serving = Node("事实：在保客户", f"{case.opens_on}（{quarter} 末日）该部门有在保客户")
    visited = Node("事实：回访", f"{quarter} 内回访过当时属于该部门的客户")
    due = Node("推算：截止日", f"{quarter.next()} 的第 {day} 日 ＝ {case.due_on}（当日仍算按时）")
    return (said, serving, visited, due) if case.kind is DutyKind.HAND_OVER else (said, serving, due)


def _outcome(case: Case) -> Node:
    if case.lapsed_on:
        return Node("结果：失效", f"{case.lapsed_on} 起已无在保业务，此前未办，该事项失效")
    if case.done_on:
        return Node("结果：完成", f"{case.done_on}：{case.done_by}")
    return Node("结果：未办", f"截至 {case.on} 没有符合的记录")


def _owner(case: Case) -> Node:
    day = min(case.on, case.due_on)
    return Node("责任人", f"{case.owner or '无'}（以 {day} 当日为准）", (Node("依据", case.owner_because),))


def _penalty(case: Case, book: RuleBook) -> Node:
    clause = case.version.clauses[PENALTY_OF[case.kind]]
    _, said = _parameter(case, book, clause.code, "yuan")
    missed = Node("事实：到期未办", f"{case.due_on} 前未完成")
    return Node("处罚", f"{clause.code}《{clause.title}》：{said.value}", (said, missed, *case.ledger))
