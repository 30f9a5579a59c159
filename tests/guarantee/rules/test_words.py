"""Code words, the matters of a visit's form and the methods: read as people write them, nothing lost."""

from __future__ import annotations

import pytest

from baohou.guarantee.rules import matters
from baohou.guarantee.rules.matters import CLIENT_OPINION, METHODS, asked_of, finding, matters_told, methods_used
from baohou.guarantee.rules.parameters import (
    CLAUSES,
    FEWEST_TOO_MANY,
    MEASURES_AHEAD,
    SPECS,
    TOO_MANY_TIMES,
    UNSIGNED_DAYS,
)
from baohou.guarantee.rules.words import CLAUSE_OF, PENALTY_OF, DutyKind, FilingKind, Grade, Urgency, VisitKind
from tests.oracle import oracle
from tests.oracle.model import SHIPPED


@pytest.mark.clause("PGM.7")
@pytest.mark.parametrize("written", ["watch", "WATCH", " 关注 ", "关注"])
def test_a_grade_is_read_in_chinese_or_by_its_code(written: str) -> None:
    assert Grade.read(written) is Grade.WATCH


@pytest.mark.clause("PGM.7")
@pytest.mark.parametrize("written", ["", "3", "关", "watchful"])
def test_other_words_are_no_grade(written: str) -> None:
    assert Grade.read(written) is None


def test_the_numbers_that_stand_in_the_database() -> None:
    """They must never change: rows hold them."""
    assert {w.code: w.value for w in Grade} == {"good": 1, "normal": 2, "watch": 3, "risk": 4}
    assert {w.code: w.value for w in VisitKind} == {"routine": 1, "regular": 2, "special": 3}
    assert {w.code: w.value for w in Urgency} == {"urgent": 1, "high": 2, "normal": 3}
    assert {w.code: w.value for w in FilingKind} == {"classification_report": 1, "visit_plan": 2, "hand_over": 3}
    assert [w.value for w in DutyKind] == [1, 2, 3, 4, 5, 6] == DutyKind.numbers()
    assert Grade.choices() == [(1, "良好"), (2, "正常"), (3, "关注"), (4, "风险")]


def test_each_duty_has_the_clauses_of_the_oracle() -> None:
    assert {kind.code: clause for kind, clause in CLAUSE_OF.items()} == oracle.CLAUSE
    assert {kind.code: clause for kind, clause in PENALTY_OF.items()} == oracle.PENALTY


def test_the_rule_book_is_asked_for_every_parameter_and_no_other() -> None:
    assert {(spec.clause, spec.name) for spec in SPECS if spec.default is None} == set(SHIPPED)
    later = [UNSIGNED_DAYS, FEWEST_TOO_MANY, TOO_MANY_TIMES, MEASURES_AHEAD]
    assert [spec for spec in SPECS if spec.default is not None] == later
    assert {spec.clause for spec in SPECS} <= set(CLAUSES)
    exceptions = {(spec.clause, spec.name): spec.facts for spec in SPECS if spec.facts}
    assert exceptions == {
        ("PGM.3", "days_after_issue"): ("department", "product"),
        ("PGM.12", "yuan"): ("department",),
        ("PGM.13", "yuan"): ("department",),
        ("PGM.14", "yuan"): ("department",),
    }


def test_the_ranges_that_a_version_must_keep() -> None:
    """Days up to a year and a day, a day of the month that every month has, a penalty from one fen to 100,000 yuan."""
    ranges = {(spec.clause, spec.name): (spec.low, spec.high) for spec in SPECS if spec.high is not None}
    days, quarter, fen = (0, 366), (1, 28), (1, 10_000_000)
    assert ranges == {
        ("PGM.3", "days_after_issue"): days,
        **{("PGM.5", f"{urgency}_days"): days for urgency in ("urgent", "high", "normal")},
        **{(clause, "day_of_quarter"): quarter for clause in ("PGM.9", "PGM.11")},
        **{(clause, "yuan"): fen for clause in ("PGM.12", "PGM.13", "PGM.14")},
        **{("PGM.8", name): (1, 99) for name in ("too_many_visits", "too_many_times")},
        ("PGM.10", "remind_days"): (0, 92),
        ("PGM.2", "unsigned_days"): days,
    }
    kinds = {spec.name: spec.kind for spec in SPECS if spec.high is None}
    assert kinds == {**{f"{grade.code}_months": "months" for grade in Grade}, "default_grade": "code"}


@pytest.mark.clause("PGM.3a")
def test_the_routine_form_asks_what_the_rules_name() -> None:
    """Its five matters, 流向 and 效果 of the third on lines of their own; the client's opinion is the fifth."""
    asked = [matter.zh for matter in asked_of(VisitKind.ROUTINE)]
    assert asked == [
        "借款使用情况",
        "资金真实流向",
        "资金使用效果",
        "生产经营情况",
        "资产及负债发展变化情况",
        "客户意见及建议",
    ]


@pytest.mark.clause("PGM.5a")
def test_the_special_form_asks_what_the_rules_name() -> None:
    asked = [matter.zh for matter in asked_of(VisitKind.SPECIAL)]
    assert asked[:4] == ["行业动态", "企业管理", "生产经营情况", "市场及销售"]
    assert asked[4:] == ["财务状况", "高管人事变动", "体制变化", "偿债能力", "履约情况", "客户意见及建议"]


@pytest.mark.clause("PGM.3a")
def test_no_finding_is_lost() -> None:
    """A routine visit with one asked matter, one of the special form, one that nobody knows, an empty one, an opinion."""
    found = {
        "loan_use": "买钢材",
        "market": "萎缩",
        "别的": "有",
        "finances": "",
        "client_opinion": "好",
        "methods": {},
    }
    told = [(matter.zh, text) for matter, text in matters_told(VisitKind.ROUTINE, found)]
    assert told == [
        ("借款使用情况", "买钢材"),
        ("资金真实流向", ""),
        ("资金使用效果", ""),
        ("生产经营情况", ""),
        ("资产及负债发展变化情况", ""),
        ("市场及销售", "萎缩"),
        ("别的", "有"),
    ]
    assert finding(found, CLIENT_OPINION) == "好"
    assert finding({}, CLIENT_OPINION) == ""


@pytest.mark.clause("PGM.6")
def test_methods_are_known_by_code_label_and_finding() -> None:
    first, second, third, fourth = METHODS
    text = f"{first.code}，{second.zh}、{third.short}"
    assert methods_used(text, {}) == {first.code, second.code, third.code}
    assert methods_used("", {"methods": {fourth.code: "问过"}}) == {fourth.code}
    assert methods_used("", {}) == frozenset()
    assert matters.method_finding({"methods": {fourth.code: "问过"}}, fourth) == "问过"
    assert matters.method_finding({"methods": {fourth.code: "问过"}}, first) == ""
    assert matters.method_finding({}, first) == ""


@pytest.mark.clause("PGM.6")
def test_what_is_none_of_the_four_methods_is_told_apart() -> None:
    first, second, *_ = METHODS
    assert matters.other_methods(f"{first.zh}、电话、{second.code}，视频") == "电话、视频"
    assert matters.other_methods(f"{first.zh}") == matters.other_methods("") == ""
