"""Two people who change one client's grade for the same day: the second is told (PGM.7)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from baohou.guarantee.models import GradeChange
from baohou.kernel.approvals.models import Proposal
from tests.cast import Portfolio
from tests.desk.conftest import Enter

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.7")]


def _give(browser: Client, evening: Portfolio, grade: int, because: str, seen: int) -> Any:
    sent = {"grade": grade, "effective_on": "2026-10-19", "because": because, "seen": seen}
    return browser.post(f"/clients/{evening.steel.pk}/grade/", sent)


@pytest.mark.parametrize("grade", [2, 4])
def test_the_second_of_two_sees_what_the_first_gave(evening: Portfolio, enter: Enter, grade: int) -> None:
    """钱丙 and 赵己 have the page open; 钱丙 says watch first: 赵己's normal, or risk, waits until 赵己 has read that."""
    head, second, _ = (enter(who) for who in (evening.cast.manager, evening.cast.risk_manager, evening.cast.supervisor))
    seen = second.get(f"/clients/{evening.steel.pk}/grade/").context["form"]["seen"].value()
    assert _give(head, evening, 3, "欠息一期", 0).status_code == 302
    answer = _give(second, evening, grade, "现场核实后的看法", seen)
    said = answer.content.decode()
    assert "钱丙已把东方钢铁有限公司 2026-10-19 的分类定为关注，理由：欠息一期" in said
    assert "现场核实后的看法" in said
    assert (GradeChange.objects.get().because, Proposal.objects.count()) == ("欠息一期", 0)
    assert _give(second, evening, grade, "现场核实后的看法", answer.context["form"]["seen"].value()).status_code == 302
    assert (GradeChange.objects.get().grade, Proposal.objects.count()) == ((2, 0) if grade == 2 else (3, 1))


def test_who_gave_a_grade_corrects_it(evening: Portfolio, enter: Enter) -> None:
    """钱丙 takes back what 钱丙 gave the same day, from a page opened before."""
    head = enter(evening.cast.manager)
    _give(head, evening, 3, "欠息一期", 0)
    assert _give(head, evening, 1, "写错了客户", 0).status_code == 302
    assert GradeChange.objects.get().grade == 1
