"""Disposal measures by API: two who write the same one (PGM.10)."""

from __future__ import annotations

from typing import Any

import pytest

from baohou.guarantee.models import Measure
from tests.api.conftest import CallAs
from tests.cast import Portfolio

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.10")]


def body_of(evening: Portfolio, text: str, seen: int) -> dict[str, Any]:
    cast = evening.cast
    action = {"text": "核对", "responsible": cast.b.pk, "due_on": "2026-11-30"}
    people = {"department_manager": cast.manager.pk, "manager_a": cast.b.pk}
    return {"text": text, **people, "filed_on": "2026-10-20", "actions": [action], "seen": seen}


def test_the_second_of_two_is_told(evening: Portfolio, call_as: CallAs) -> None:
    """李乙's program has seen no measure when 钱丙's writes one: refused, and written once the new one is seen."""
    manager, second = call_as(evening.cast.manager), call_as(evening.cast.b)
    path = f"/clients/{evening.steel.pk}/measures/2026Q3"
    first = manager.put(path, body_of(evening, "压降敞口", 0))
    assert first.status_code == 200, first.json()
    refused = second.put(path, body_of(evening, "追加抵押", 0))
    assert (refused.status_code, refused.json()["code"]) == (409, "guarantee.measure.overtaken")
    assert Measure.objects.get().text == "压降敞口"
    seen = second.get(path).json()["seen"]
    assert seen == first.json()["seen"] != 0
    assert second.put(path, body_of(evening, "追加抵押", seen)).status_code == 200
    assert Measure.objects.get().text == "追加抵押"
