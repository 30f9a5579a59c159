"""The room's code words: one number in the database, one English code in files, one Chinese word on screen."""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class Word(IntEnum):
    """A code word with its English code and its Chinese word."""

    code: str
    zh: str

    def __new__(cls, number: int, code: str = "", zh: str = "") -> Self:
        word = int.__new__(cls, number)
        word._value_ = number
        word.code = code
        word.zh = zh
        return word

    @classmethod
    def choices(cls) -> list[tuple[int, str]]:
        """Pairs of number and Chinese word, as a database column wants them."""
        return [(word.value, word.zh) for word in cls]

    @classmethod
    def numbers(cls) -> list[int]:
        return [word.value for word in cls]

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The word that a person wrote, in Chinese or as a code; None when it is neither."""
        wanted = text.strip().lower()
        return next((word for word in cls if wanted in (word.code, word.zh)), None)


class Grade(Word):
    """Risk grades (PGM.7)."""

    GOOD = 1, "good", "良好"
    NORMAL = 2, "normal", "正常"
    WATCH = 3, "watch", "关注"
    RISK = 4, "risk", "风险"


class VisitKind(Word):
    """Kinds of visit (PGM.3 to PGM.5)."""

    ROUTINE = 1, "routine", "例行"
    REGULAR = 2, "regular", "定期"
    SPECIAL = 3, "special", "特别"


class Urgency(Word):
    """Urgency of an ordered special visit (PGM.5)."""

    URGENT = 1, "urgent", "紧急"
    HIGH = 2, "high", "较急"
    NORMAL = 3, "normal", "一般"


class FilingKind(Word):
    """What a department files each quarter (PGM.9, PGM.11)."""

    CLASSIFICATION_REPORT = 1, "classification_report", "在保客户分类表"
    VISIT_PLAN = 2, "visit_plan", "回访计划表"
    HAND_OVER = 3, "hand_over", "客户回访报告移交"


class FilingVerb(Word):
    """What happens to a filing between the department and the risk department (PGM.9)."""

    HANDED_IN = 1, "handed_in", "已上报"
    RETURNED = 2, "returned", "已退回"
    ACCEPTED = 3, "accepted", "已接收"


class Medium(Word):
    """In what a report is handed over (PGM.11)."""

    PAPER = 1, "paper", "纸质原件"
    ELECTRONIC = 2, "electronic", "电子件"


class DutyKind(Word):
    """Kinds of duty that this room derives."""

    ROUTINE_VISIT = 1, "routine_visit", "例行回访"
    REGULAR_VISIT = 2, "regular_visit", "定期回访"
    SPECIAL_VISIT = 3, "special_visit", "特别回访"
    CLASSIFICATION_REPORT = 4, "classification_report", "上报在保客户分类表"
    VISIT_PLAN = 5, "visit_plan", "上报回访计划表"
    HAND_OVER = 6, "hand_over", "移交客户回访报告"


CLAUSE_OF = {
    DutyKind.ROUTINE_VISIT: "PGM.3",
    DutyKind.REGULAR_VISIT: "PGM.4",
    DutyKind.SPECIAL_VISIT: "PGM.5",
    DutyKind.CLASSIFICATION_REPORT: "PGM.9",
    DutyKind.VISIT_PLAN: "PGM.9",
    DutyKind.HAND_OVER: "PGM.11",
}
"""The clause that a duty comes from."""

PENALTY_OF = {
    DutyKind.ROUTINE_VISIT: "PGM.12",
    DutyKind.REGULAR_VISIT: "PGM.12",
    DutyKind.SPECIAL_VISIT: "PGM.12",
    DutyKind.CLASSIFICATION_REPORT: "PGM.13",
    DutyKind.VISIT_PLAN: "PGM.13",
    DutyKind.HAND_OVER: "PGM.14",
}
"""The clause under which a duty not done in time is penalised."""


class Dimension(Word):
    """What the portfolio is cut by."""

    WHOLE = 1, "grade", "风险分类"
    DEPARTMENT = 2, "department", "部门"
    PRODUCT = 3, "product", "业务品种"
    BANK = 4, "bank", "合作银行"
    INDUSTRY = 5, "industry", "行业"


class DutyState(Word):
    """How a duty stands on the business day."""

    ON_TIME = 1, "done", "按时办结"
    LATE = 2, "late", "逾期办结"
    OVERDUE = 3, "overdue", "逾期未办"
    OPEN = 4, "open", "待办"
    LAPSED = 5, "lapsed", "已失效"


VISITS = (DutyKind.ROUTINE_VISIT, DutyKind.REGULAR_VISIT, DutyKind.SPECIAL_VISIT)
"""The kinds of duty that a visit does."""
REPORTS = (DutyKind.CLASSIFICATION_REPORT, DutyKind.VISIT_PLAN, DutyKind.HAND_OVER)
"""The kinds of duty that a department owes."""
