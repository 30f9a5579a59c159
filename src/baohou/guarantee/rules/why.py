"""Why a duty is owed and what it costs: a short tree, result ← clause ← parameter ← fact, and one Chinese sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from baohou.core.money import format_yuan
from baohou.core.period import quarter_of
from baohou.core.rulebook import Clause, RuleBook, Version
from baohou.core.sayings import Said, say
from baohou.guarantee.rules.parameters import SPECS
from baohou.guarantee.rules.words import CLAUSE_OF, PENALTY_OF, DutyKind, Grade, Urgency

UNKNOWN: Final = say("未知（没有记录）")
_TITLES: Final = {(spec.clause, spec.name): spec for spec in SPECS}
_UNITS: Final[Mapping[str, Callable[[int | str], Said]]] = {
    "days": lambda value: say("%(value)s 天", value=value),
    "months": lambda value: say("%(value)s 个月", value=value),
    "day_of_month": lambda value: say("%(value)s 日", value=value),
}


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
    tree = Node(
        case.kind.zh,
        say("%(subject)s，%(due_on)s 截止：%(state)s", subject=case.subject, due_on=case.due_on, state=state),
        tuple(children),
    )
    clause = case.version.clauses[CLAUSE_OF[case.kind]]
    owner = case.owner or say("（责任人未定）")
    sentence = say(
        "依据 %(clause_no)s《%(clause)s》（%(version)s 版），%(subject)s的“%(kind)s”应由%(owner)s在 %(opens_on)s 至 "
        "%(due_on)s 之间完成；截至 %(on)s，%(state)s。",
        clause_no=clause.code,
        clause=say(clause.title),
        version=case.version.name,
        subject=case.subject,
        kind=say(case.kind.zh),
        owner=owner,
        opens_on=case.opens_on,
        due_on=case.due_on,
        on=case.on,
        state=state,
    )
    return Explanation(sentence=sentence, tree=tree)


def _state(case: Case) -> Said:
    if case.lapsed_on:
        return say("已于 %(lapsed_on)s 失效", lapsed_on=case.lapsed_on)
    if case.done_on:
        late = (case.done_on - case.due_on).days
        if late > 0:
            return say("已于 %(done_on)s 完成，逾期 %(late)s 天", done_on=case.done_on, late=late)
        return say("已于 %(done_on)s 完成，按期", done_on=case.done_on)
    days = (case.due_on - case.on).days
    if days < 0:
        late = -days
        return say("未完成，已逾期 %(late)s 天", late=late)
    return say("未完成，今天到期") if days == 0 else say("未完成，还有 %(days)s 天", days=days)


def _missed(case: Case) -> bool:
    """Whether the due day passed without the act and without its lapsing."""
    return case.lapsed_on is None and case.due_on < case.on and (case.done_on is None or case.done_on > case.due_on)


def _clause(case: Case, code: str, reasons: tuple[Node, ...]) -> Node:
    since = say(
        "%(version)s 版，%(effective_on)s 起施行；以 %(opens_on)s 当日有效的版本为准",
        version=case.version.name,
        effective_on=case.version.effective_on,
        opens_on=case.opens_on,
    )
    return clause_node(case.version.clauses[code], since, reasons)


def clause_node(clause: Clause, version: Said, reasons: tuple[Node, ...] = ()) -> Node:
    """A clause as a tree shows it: its number and title, of which version, its words and their source."""
    named = say("%(clause_no)s《%(clause)s》", clause_no=clause.code, clause=say(clause.title))
    text = Node("条文", clause.text, (Node("出处", clause.reference),))
    return Node("条款", named, (Node("版本", version), text, *reasons))


def _parameter(case: Case, book: RuleBook, clause: str, name: str) -> tuple[int | str, Node]:
    """The value that holds for the case's facts, and the line that says it: value, since when, exception."""
    parameter = case.version.parameter(clause, name)
    spec = _TITLES[clause, name]
    facts = {fact: case.facts.get(fact) for fact in spec.facts}
    value, exception = parameter.value_for(facts), parameter.exception_for(facts)
    since = book.since(clause, name, case.opens_on, facts)
    children = [Node("自何时起", say("%(since)s 起一直是这个值", since=since))]
    if exception is not None:
        children.append(
            Node(
                "例外",
                say(
                    "适用“%(exception)s”，一般为 %(usual)s",
                    exception=say(exception.label),
                    usual=_shown(spec.kind, parameter.value),
                ),
            )
        )
    unknown = [fact for fact, said in facts.items() if said is None and parameter.exceptions]
    children += [
        Node("事实", say("%(fact)s：%(unknown)s，其例外不适用", fact=fact, unknown=UNKNOWN)) for fact in unknown
    ]
    return value, Node(say("参数：%(spec)s", spec=say(spec.title)), _shown(spec.kind, value), tuple(children))


def _shown(kind: str, value: int | str) -> str:
    if kind == "fen":
        return say("%(value)s 元", value=format_yuan(int(value)))
    if kind == "code":
        grade = Grade.read(str(value))
        return say(grade.zh) if grade else str(value)
    return _UNITS[kind](value)


def _routine(case: Case, book: RuleBook) -> tuple[Node, ...]:
    days, said = _parameter(case, book, "PGM.3", "days_after_issue")
    issued = Node("事实：起始日", say("%(opens_on)s（担保台账，当日为第 0 天）", opens_on=case.opens_on))
    return (
        said,
        issued,
        Node(
            "推算：截止日",
            say("%(opens_on)s ＋ %(days)s 天 ＝ %(due_on)s", opens_on=case.opens_on, days=days, due_on=case.due_on),
        ),
    )


def _regular(case: Case, book: RuleBook) -> tuple[Node, ...]:
    default, default_said = _parameter(case, book, "PGM.7", "default_grade")
    if case.grade is None:
        grade = Grade.read(str(default))
        assumed = say(grade.zh) if grade else default
        basis = Node(
            "事实：风险分类",
            say(
                "%(opens_on)s %(unknown)s；按制度视为%(assumed)s",
                opens_on=case.opens_on,
                unknown=UNKNOWN,
                assumed=assumed,
            ),
            (default_said,),
        )
    else:
        grade, basis = (
            case.grade,
            Node(
                "事实：风险分类",
                say(
                    "%(opens_on)s 为%(grade)s（%(graded)s）",
                    opens_on=case.opens_on,
                    grade=say(case.grade.zh),
                    graded=case.graded,
                ),
            ),
        )
    assert grade is not None, "the loader takes no default grade but one of the four"
    months, said = _parameter(case, book, "PGM.4", f"{grade.code}_months")
    force = Node("事实：在保", say("%(opens_on)s 该客户有在保业务", opens_on=case.opens_on))
    period = Node(
        "推算：期间",
        say(
            "每 %(months)s 个月一次，本期 %(opens_on)s 至 %(due_on)s，期首日的分类决定频率",
            months=months,
            opens_on=case.opens_on,
            due_on=case.due_on,
        ),
    )
    return said, basis, force, period


def _special(case: Case, book: RuleBook) -> tuple[Node, ...]:
    assert case.urgency is not None, "an order has an urgency"
    days, said = _parameter(case, book, "PGM.5", f"{case.urgency.code}_days")
    ordered = Node(
        "事实：下达",
        say(
            "%(opens_on)s 由%(ordered)s下达，%(urgency)s",
            opens_on=case.opens_on,
            ordered=case.ordered,
            urgency=say(case.urgency.zh),
        ),
    )
    return (
        said,
        ordered,
        Node(
            "推算：截止日",
            say("%(opens_on)s ＋ %(days)s 天 ＝ %(due_on)s", opens_on=case.opens_on, days=days, due_on=case.due_on),
        ),
    )


def _report(case: Case, book: RuleBook) -> tuple[Node, ...]:
    day, said = _parameter(case, book, CLAUSE_OF[case.kind], "day_of_quarter")
    quarter = quarter_of(case.opens_on)
    after = quarter.next()
    serving = Node(
        "事实：在保客户",
        say("%(opens_on)s（%(quarter)s 末日）该部门有在保客户", opens_on=case.opens_on, quarter=quarter),
    )
    visited = Node("事实：回访", say("%(quarter)s 内回访过当时属于该部门的客户", quarter=quarter))
    due = Node(
        "推算：截止日",
        say("%(after)s 的第 %(day)s 日 ＝ %(due_on)s（当日仍算按时）", after=after, day=day, due_on=case.due_on),
    )
    return (said, serving, visited, due) if case.kind is DutyKind.HAND_OVER else (said, serving, due)


def _outcome(case: Case) -> Node:
    if case.lapsed_on:
        return Node("结果：失效", say("%(lapsed_on)s 起已无在保业务，此前未办，该事项失效", lapsed_on=case.lapsed_on))
    if case.done_on:
        return Node("结果：完成", say("%(done_on)s：%(done_by)s", done_on=case.done_on, done_by=case.done_by))
    return Node("结果：未办", say("截至 %(on)s 没有符合的记录", on=case.on))


def _owner(case: Case) -> Node:
    day = min(case.on, case.due_on)
    owner = case.owner or say("无")
    return Node(
        "责任人", say("%(owner)s（以 %(day)s 当日为准）", owner=owner, day=day), (Node("依据", case.owner_because),)
    )


def _penalty(case: Case, book: RuleBook) -> Node:
    clause = case.version.clauses[PENALTY_OF[case.kind]]
    _, said = _parameter(case, book, clause.code, "yuan")
    missed = Node("事实：到期未办", say("%(due_on)s 前未完成", due_on=case.due_on))
    return Node(
        "处罚",
        say("%(clause_no)s《%(clause)s》：%(said)s", clause_no=clause.code, clause=say(clause.title), said=said.value),
        (said, missed, *case.ledger),
    )
