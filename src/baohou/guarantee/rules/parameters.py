"""The parameters of the rule set PGM that this room computes with, and the clauses that it knows."""

from __future__ import annotations

from baohou.core.rulebook import ParameterSpec, Version
from baohou.guarantee.rules.words import Grade

CLAUSES = (
    *("PGM.0", "PGM.1", "PGM.2", "PGM.3", "PGM.3a", "PGM.4", "PGM.5", "PGM.5a", "PGM.6", "PGM.7", "PGM.8"),
    *("PGM.9", "PGM.10", "PGM.11", "PGM.12", "PGM.13", "PGM.14", "PGM.15", "PGM.16", "PGM.17", "PGM.18"),
)

YEAR = 366
LARGEST_PENALTY_FEN = 100_000_00


def _rhythm(grade: Grade) -> ParameterSpec:
    return ParameterSpec("PGM.4", f"{grade.code}_months", "months", title=f"{grade.zh}客户每几个月回访一次")


def _limit(name: str, urgency: str) -> ParameterSpec:
    return ParameterSpec("PGM.5", name, "days", low=0, high=YEAR, title=f"{urgency}的特别回访，自下达起几天内完成")


def _filing(clause: str, title: str) -> ParameterSpec:
    return ParameterSpec(clause, "day_of_quarter", "day_of_month", low=1, high=28, title=title)


def _penalty(clause: str, title: str) -> ParameterSpec:
    return ParameterSpec(clause, "yuan", "fen", low=1, high=LARGEST_PENALTY_FEN, facts=("department",), title=title)


UNSIGNED_DAYS = ParameterSpec(
    "PGM.2",
    "unsigned_days",
    "days",
    low=0,
    high=YEAR,
    title="工作移交清单几天没签齐，提醒能办移交的人",
    default=3,
)
FEWEST_TOO_MANY = ParameterSpec(
    "PGM.8",
    "too_many_visits",
    "count",
    low=1,
    high=99,
    title="一人一天排到几次回访才可能算过多",
    default=3,
)
TOO_MANY_TIMES = ParameterSpec(
    "PGM.8",
    "too_many_times",
    "times",
    low=1,
    high=99,
    title="一人一天的回访超过本季日均的几倍算过多",
    default=2,
)
MEASURES_AHEAD = ParameterSpec(
    "PGM.10",
    "remind_days",
    "days",
    low=0,
    high=92,
    title="季末前几天起提醒还缺的处置措施",
    default=15,
)
"""Numbers that later versions may say; an earlier version that says nothing of them is read with these defaults."""

SPECS = (
    ParameterSpec(
        "PGM.3",
        "days_after_issue",
        "days",
        low=0,
        high=YEAR,
        facts=("department", "product"),
        title="业务发生后几天内例行回访",
    ),
    *(_rhythm(grade) for grade in Grade),
    _limit("urgent_days", "紧急"),
    _limit("high_days", "较急"),
    _limit("normal_days", "一般"),
    ParameterSpec(
        "PGM.7", "default_grade", "code", choices=tuple(g.code for g in Grade), title="尚未分类的客户按哪一级"
    ),
    _filing("PGM.9", "分类表、计划表最迟在下季首月几日上报（当日仍算按时）"),
    _filing("PGM.11", "客户回访报告最迟在下季首月几日移交（当日仍算按时）"),
    _penalty("PGM.12", "每户每次未按时回访，由项目责任人承担多少元"),
    _penalty("PGM.13", "每次未按时上报，由部门经理承担多少元"),
    _penalty("PGM.14", "每次未按时移交，由部门经理承担多少元"),
    UNSIGNED_DAYS,
    FEWEST_TOO_MANY,
    TOO_MANY_TIMES,
    MEASURES_AHEAD,
)
"""Money is in fen in the core, in yuan in the file."""


def number_in(version: Version | None, spec: ParameterSpec) -> int:
    """What a version gives for a numeric parameter that has a default: the default where it is silent, or is none."""
    assert spec.default is not None
    return int(spec.default if version is None else version.value_of(spec))
