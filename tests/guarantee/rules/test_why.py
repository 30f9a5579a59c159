"""Every duty explains itself: one sentence, and result ← clause ← parameter ← fact (PGM.0 and each duty's clause)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from baohou.core.rulebook import Clause, ExceptionTo, Parameter, RuleBook, Version
from baohou.guarantee.rules.why import Case, Node, explain
from baohou.guarantee.rules.words import DutyKind, Grade, Urgency
from tests.oracle.model import SHIPPED

ONE = "业务一部"


def version(number: int, name: str, begins: date, ends: date | None, **days: Any) -> Version:
    clauses: dict[str, dict[str, Parameter]] = {}
    for (clause, parameter), value in SHIPPED.items():
        clauses.setdefault(clause, {})[parameter] = Parameter(parameter, value, "第三条")
    clauses["PGM.3"]["days_after_issue"] = Parameter(
        "days_after_issue", days.get("days", 15), "第三条", days.get("exceptions", ())
    )
    made = {code: Clause(code, f"标题{code}", f"条文{code}", f"出处{code}", p) for code, p in clauses.items()}
    return Version(number, "PGM", name, begins, ends, made)


BILLS = ExceptionTo("票据", {"product": ("票据担保",)}, 7, "补充规定")
OLD = version(1, "2016", date(2016, 4, 1), date(2020, 1, 1))
NEW = version(2, "2020", date(2020, 1, 1), None, exceptions=(BILLS,))
BOOK = RuleBook((OLD, NEW))


def case(kind: DutyKind, **changes: Any) -> Case:
    given: dict[str, Any] = {
        "kind": kind,
        "on": date(2026, 7, 10),
        "subject": "甲公司",
        "opens_on": date(2026, 7, 1),
        "due_on": date(2026, 7, 16),
        "done_on": None,
        "lapsed_on": None,
        "owner": "李（S01）",
        "owner_because": "P-1 的 A 角",
        "version": NEW,
        "facts": {"department": ONE, "product": "流贷"},
    }
    return Case(**{**given, **changes})


def lines(node: Node, depth: int = 0) -> list[str]:
    return [f"{'  ' * depth}{node.label}：{node.value}", *(line for c in node.children for line in lines(c, depth + 1))]


@pytest.mark.clause("PGM.3")
def test_a_routine_visit_that_is_open() -> None:
    """Issued 1 July 2026, due on the 16th, seen on the 10th; 15 days since 1 April 2016 in both versions."""
    told = explain(case(DutyKind.ROUTINE_VISIT), BOOK)
    assert told.sentence == (
        "依据 PGM.3《标题PGM.3》（2020 版），甲公司的“例行回访”应由李（S01）在 2026-07-01 至 2026-07-16 之间完成；"
        "截至 2026-07-10，未完成，还有 6 天。"
    )
    assert lines(told.tree) == [
        "例行回访：甲公司，2026-07-16 截止：未完成，还有 6 天",
        "  条款：PGM.3《标题PGM.3》",
        "    版本：2020 版，2020-01-01 起施行；以 2026-07-01 当日有效的版本为准",
        "    条文：条文PGM.3",
        "      出处：出处PGM.3",
        "    参数：业务发生后几天内例行回访：15 天",
        "      自何时起：2016-04-01 起一直是这个值",
        "    事实：起始日：2026-07-01（担保台账，当日为第 0 天）",
        "    推算：截止日：2026-07-01 ＋ 15 天 ＝ 2026-07-16",
        "  结果：未办：截至 2026-07-10 没有符合的记录",
        "  责任人：李（S01）（以 2026-07-10 当日为准）",
        "    依据：P-1 的 A 角",
    ]


@pytest.mark.clause("PGM.3")
def test_an_exception_is_named_and_an_unknown_fact_is_said() -> None:
    bills = lines(explain(case(DutyKind.ROUTINE_VISIT, facts={"department": ONE, "product": "票据担保"}), BOOK).tree)
    assert "    参数：业务发生后几天内例行回访：7 天" in bills
    assert "      自何时起：2020-01-01 起一直是这个值" in bills
    assert "      例外：适用“票据”，一般为 15 天" in bills
    unknown = lines(explain(case(DutyKind.ROUTINE_VISIT, facts={"department": ONE, "product": None}), BOOK).tree)
    assert "      事实：product：未知（没有记录），其例外不适用" in unknown
    assert not any("product" in line for line in bills)


@pytest.mark.clause("PGM.12")
@pytest.mark.parametrize(
    ("changes", "state", "penalty"),
    [
        ({"on": date(2026, 7, 16)}, "未完成，今天到期", False),
        ({"on": date(2026, 7, 17)}, "未完成，已逾期 1 天", True),
        ({"on": date(2026, 7, 31), "done_on": date(2026, 7, 16)}, "已于 2026-07-16 完成，按期", False),
        ({"on": date(2026, 7, 31), "done_on": date(2026, 7, 18)}, "已于 2026-07-18 完成，逾期 2 天", True),
        ({"on": date(2026, 7, 31), "lapsed_on": date(2026, 7, 9)}, "已于 2026-07-09 失效", False),
    ],
)
def test_it_says_how_it_stands_and_what_it_costs(changes: dict[str, Any], state: str, penalty: bool) -> None:
    told = lines(explain(case(DutyKind.ROUTINE_VISIT, done_by="例行回访", **changes), BOOK).tree)
    assert told[0].endswith(f"：{state}")
    assert ("  处罚：PGM.12《标题PGM.12》：50.00 元" in told) is penalty
    assert ("    事实：到期未办：2026-07-16 前未完成" in told) is penalty
    assert "  责任人：李（S01）（以 2026-07-16 当日为准）" in told


@pytest.mark.clause("PGM.4")
@pytest.mark.clause("PGM.7")
def test_a_regular_visit_says_the_grade_of_the_first_day() -> None:
    quarter = {"opens_on": date(2026, 7, 1), "due_on": date(2026, 9, 30)}
    graded = case(DutyKind.REGULAR_VISIT, grade=Grade.WATCH, graded="王于 2026-06-30 评定", **quarter)
    told = lines(explain(graded, BOOK).tree)
    assert "    事实：风险分类：2026-07-01 为关注（王于 2026-06-30 评定）" in told
    assert "    参数：关注客户每几个月回访一次：1 个月" in told
    assert "    推算：期间：每 1 个月一次，本期 2026-07-01 至 2026-09-30，期首日的分类决定频率" in told
    unknown = lines(explain(case(DutyKind.REGULAR_VISIT, **quarter), BOOK).tree)
    assert "    事实：风险分类：2026-07-01 未知（没有记录）；按制度视为正常" in unknown
    assert "      参数：尚未分类的客户按哪一级：正常" in unknown
    assert "    参数：正常客户每几个月回访一次：3 个月" in unknown


@pytest.mark.clause("PGM.5")
def test_a_special_visit_says_who_ordered_it() -> None:
    ordered = case(DutyKind.SPECIAL_VISIT, urgency=Urgency.HIGH, ordered="孙", due_on=date(2026, 7, 4), owner=None)
    told = explain(ordered, BOOK)
    assert "    事实：下达：2026-07-01 由孙下达，较急" in lines(told.tree)
    assert "    推算：截止日：2026-07-01 ＋ 3 天 ＝ 2026-07-04" in lines(told.tree)
    assert "  责任人：无（以 2026-07-04 当日为准）" in lines(told.tree)
    assert "应由（责任人未定）在" in told.sentence


@pytest.mark.clause("PGM.9")
@pytest.mark.clause("PGM.11")
@pytest.mark.parametrize("kind", [DutyKind.VISIT_PLAN, DutyKind.CLASSIFICATION_REPORT, DutyKind.HAND_OVER])
def test_a_departments_duty_says_its_quarter(kind: DutyKind) -> None:
    report = case(kind, subject=ONE, opens_on=date(2026, 9, 30), due_on=date(2026, 10, 10), on=date(2026, 10, 11))
    told = lines(explain(report, BOOK).tree)
    assert "    事实：在保客户：2026-09-30（2026Q3 末日）该部门有在保客户" in told
    assert "    推算：截止日：2026Q4 的第 10 日 ＝ 2026-10-10（当日仍算按时）" in told
    assert ("    事实：回访：2026Q3 内回访过当时属于该部门的客户" in told) is (kind is DutyKind.HAND_OVER)
    clause = "PGM.14" if kind is DutyKind.HAND_OVER else "PGM.13"
    assert f"  处罚：{clause}《标题{clause}》：100.00 元" in told
