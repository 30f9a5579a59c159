"""The page of a disposal measure: two people at it, and what is done stays (PGM.10)."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from baohou.guarantee.models import Measure, MeasureAction
from tests.cast import Portfolio
from tests.desk.conftest import Enter
from tests.desk.reading import department_id
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


@pytest.mark.clause("GPM.3")
def test_whoever_accepts_the_table_reads_the_measures_whole(evening: Portfolio, enter: Enter) -> None:
    """孙戊 and 赵己 open every link of the review page; the page says who conferred and who does what by when."""
    cast, steel = evening.cast, evening.steel
    text = "客户主要应收账款账期拉长到一百八十天以上，两家主要客户减少订单；压降敞口，到期不再续保，并追加法定代表人连带责任保证、机器设备抵押。"
    _hand_in(evening, enter, text)
    for who in (cast.supervisor, cast.risk_manager):
        browser = enter(who)
        said = read(browser, f"{_table()}review/")
        for told in (text, "钱丙、李乙、张甲", "每周核对回款", "2026-11-30"):
            assert told in said, told
        assert _page(evening) in said
        assert [link for link in _links(said) if browser.get(link).status_code not in (200, 302)] == []
    for who in (cast.general_manager, cast.supervisor):
        said = read(enter(who), _page(evening))
        assert text in said and "每周核对回款" in said and "<textarea" not in said
        assert _write(enter(who), evening, "另一份", "另一件", Measure.objects.get().act_id or 0).status_code == 403
    assert enter(cast.outsider).get(_page(evening)).status_code == 404
    other = f"/clients/{steel.pk}/measure/2026Q2/"
    assert "还没有填报处置措施" in read(enter(cast.supervisor), other)


def test_who_signs_reads_the_measures_whole(evening: Portfolio, enter: Enter) -> None:
    """钱丙 signs for grades and measures, and follows every link of the page."""
    browser = enter(evening.cast.manager)
    _propose(browser, evening)
    _write(enter(evening.cast.b), evening, "压降敞口", "每周核对回款", 0)
    said = read(browser, f"{_table()}sign/")
    assert "每周核对回款" in said and "钱丙、李乙、张甲" in said
    assert [link for link in _links(said) if browser.get(link).status_code not in (200, 302)] == []


def test_a_table_that_came_back_meanwhile_is_neither_taken_nor_returned(evening: Portfolio, enter: Enter) -> None:
    """孙戊 reads; 赵己 returns the table, and it comes back otherwise: 孙戊 is shown it anew, and keeps the reason typed."""
    _hand_in(evening, enter, "压降敞口")
    supervisor, review = enter(evening.cast.supervisor), f"{_table()}review/"
    seen = supervisor.get(review).context["table"].handed_in.pk
    enter(evening.cast.risk_manager).post(review, {"verb": "return", "because": "太少", "step": seen})
    manager = enter(evening.cast.manager)
    _write(manager, evening, "追加抵押", "办理抵押登记", Measure.objects.get().act_id or 0)
    digest = manager.get(f"{_table()}sign/").context["table"].digest
    manager.post(f"{_table()}sign/", {"digest": digest, "signed": "on"})
    for sent in ({"verb": "accept"}, {"verb": "return", "because": "还差一份评估"}, {"verb": "accept", "step": "x"}):
        answer = supervisor.post(review, {"step": seen, **sent})
        told = answer.content.decode()
        assert "已重新上报，请看过现在的内容再办" in told and "追加抵押" in told
        assert sent.get("because", "") in told
        now = answer.context["table"].handed_in.pk
        assert f'name="step" value="{now}"' in told
    assert supervisor.post(review, {"verb": "accept", "step": now}).status_code == 302


def _table() -> str:
    return f"/grading/2026Q3/{department_id('业务一部')}/"


def _propose(browser: Client, evening: Portfolio) -> None:
    said = {"grade": 3, "because": "回款变慢", "seen": 0}
    assert "refused" not in browser.post(f"{_table()}rows/{evening.steel.pk}/", said).json()


def _hand_in(evening: Portfolio, enter: Enter, text: str) -> None:
    manager = enter(evening.cast.manager)
    _propose(manager, evening)
    assert _write(manager, evening, text, "每周核对回款", 0).status_code == 302
    digest = manager.get(f"{_table()}sign/").context["table"].digest
    assert manager.post(f"{_table()}sign/", {"digest": digest, "signed": "on"}).status_code == 302


def _links(page: str) -> list[str]:
    """Every address of the house that a page leads to."""
    return sorted({html.unescape(found) for found in re.findall(r'<a [^>]*href="(/[^"#]*)', page)})
