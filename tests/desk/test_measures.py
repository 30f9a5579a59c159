"""The page of a disposal measure: two people at it, and what is done stays (PGM.10)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from baohou.guarantee.models import Measure, MeasureAction
from tests.cast import Portfolio
from tests.desk.conftest import Enter
from tests.desk.reading import said as read

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.10")]


def _write(browser: Client, evening: Portfolio, text: str, action: str, seen: int) -> Any:
    cast = evening.cast
    people = {"department_manager": cast.manager.pk, "manager_a": cast.b.pk, "manager_b": cast.a.pk}
    told = {"text-0": action, "responsible-0": cast.b.pk, "due_on-0": "2026-11-30", "seen": seen}
    return browser.post(_page(evening), {"text": text, **people, "filed_on": "2026-10-20", **told})


def _page(evening: Portfolio) -> str:
    return f"/clients/{evening.steel.pk}/measure/2026Q3/"


def test_the_second_of_two_sees_both_texts(evening: Portfolio, enter: Enter) -> None:
    """钱丙 and 李乙 have the page open; 钱丙 writes first: 李乙 reads it beside the own words, and then decides."""
    manager, second = enter(evening.cast.manager), enter(evening.cast.b)
    seen = second.get(_page(evening)).context["form"]["seen"].value()
    assert _write(manager, evening, "压降敞口", "每周核对回款", 0).status_code == 302
    answer = _write(second, evening, "追加抵押", "办理抵押登记", seen)
    said = answer.content.decode()
    assert answer.status_code == 200
    assert "钱丙已为东方钢铁有限公司填报了处置措施" in said
    for text in ("压降敞口", "每周核对回款", "追加抵押", "办理抵押登记"):
        assert text in said
    assert Measure.objects.get().text == "压降敞口"
    assert (
        _write(second, evening, "追加抵押", "办理抵押登记", answer.context["form"]["seen"].value()).status_code == 302
    )
    assert Measure.objects.get().text == "追加抵押"


def test_what_is_done_is_not_asked_again(evening: Portfolio, enter: Enter) -> None:
    """李乙 has done the only action: the form leaves it out, says so, and takes a new text without another action."""
    browser = enter(evening.cast.b)
    _write(browser, evening, "压降敞口", "每周核对回款", 0)
    browser.post(f"/measures/actions/{MeasureAction.objects.get().pk}/done/")
    page = browser.get(_page(evening))
    assert "每周核对回款" not in [one.text.value() for one in page.context["form"].actions]
    assert "已办结的照旧保留" in read(browser, _page(evening))
    seen = page.context["form"]["seen"].value()
    people = {"department_manager": evening.cast.manager.pk, "manager_a": evening.cast.b.pk}
    sent = {"text": "回款已恢复", **people, "filed_on": "2026-10-20", "text-0": "", "seen": seen}
    assert browser.post(_page(evening), sent).status_code == 302
    assert (Measure.objects.get().text, MeasureAction.objects.get().text) == ("回款已恢复", "每周核对回款")
