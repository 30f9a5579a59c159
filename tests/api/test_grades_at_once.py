"""Two programs that change one client's grade for the same day: the second is told (PGM.7)."""

from __future__ import annotations

import pytest

from baohou.guarantee.models import GradeChange
from tests.api.conftest import CallAs
from tests.cast import Portfolio

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.7")]


def test_the_second_of_two_is_told(evening: Portfolio, call_as: CallAs) -> None:
    """钱丙's says watch for 2026-10-19; 赵己's program knows nothing of it and says good: refused until it was read."""
    head, second = call_as(evening.cast.manager), call_as(evening.cast.risk_manager)
    path = f"/clients/{evening.steel.pk}/grades"
    watch = {"grade": "watch", "effective_on": "2026-10-19", "because": "欠息一期"}
    given = head.send(path, watch)
    assert given.status_code == 201
    refused = second.send(path, {**watch, "grade": "good", "because": "已还清"})
    assert (refused.status_code, refused.json()["code"]) == (409, "guarantee.grade.overtaken")
    assert GradeChange.objects.get().because == "欠息一期"
    [latest] = second.get(path).json()["items"]
    assert latest["seen"] == given.json()["seen"] != 0
    body = {**watch, "grade": "good", "because": "已还清", "seen": latest["seen"]}
    assert second.send(path, body).status_code == 201
    assert GradeChange.objects.get().because == "已还清"
