"""Code words in cells: grades, kinds of visit, urgencies, kinds of filing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from baohou.core.sayings import listed, say
from baohou.guarantee.rules.words import FilingKind, Grade, Urgency, VisitKind, Word
from baohou.kernel.papers.reading import Cell, Unreadable, read_code
from baohou.kernel.papers.reading.cells import Reader


def zh_of(words: type[Word]) -> Callable[[int], str]:
    """Gives the Chinese word of a number."""
    return dict(words.choices()).__getitem__


def _reader(words: type[Word], others: Mapping[str, Word]) -> Reader:
    """A reader of the words' codes and Chinese words, and of other words that offices use for them."""
    wanted = listed(say("%(word)s（%(code)s）", word=say(word.zh), code=word.code) for word in words)

    def read(cell: Cell) -> Word:
        text = read_code(cell)
        word = words.read(text) or words.read(text.replace(" ", "_")) or others.get(text)
        if word is None:
            raise Unreadable(say("不认识；请填 %(wanted)s 之一", wanted=wanted))
        return word

    return read


read_grade = _reader(
    Grade,
    {"优良": Grade.GOOD, "良好类": Grade.GOOD, "正常类": Grade.NORMAL, "关注类": Grade.WATCH, "风险类": Grade.RISK},
)
read_visit_kind = _reader(
    VisitKind,
    {"例行回访": VisitKind.ROUTINE, "定期回访": VisitKind.REGULAR, "特别回访": VisitKind.SPECIAL},
)
read_urgency = _reader(Urgency, {"特急": Urgency.URGENT})
read_filing_kind = _reader(
    FilingKind,
    {
        "分类表": FilingKind.CLASSIFICATION_REPORT,
        "风险分类表": FilingKind.CLASSIFICATION_REPORT,
        "计划表": FilingKind.VISIT_PLAN,
        "回访计划": FilingKind.VISIT_PLAN,
        "回访报告移交": FilingKind.HAND_OVER,
        "移交": FilingKind.HAND_OVER,
    },
)
