"""What waits besides duties: for whom it stands on My work, in the morning digest and as a number in the menu."""

from __future__ import annotations

import pytest

from baohou.guarantee.queries.digest import list_digests
from baohou.kernel.accountability.models import Entry, Verdict
from tests.cast import Portfolio
from tests.desk.conftest import TODAY, Enter
from tests.desk.reading import said
from tests.kernel.accountability.acts import appeal, decide, reverse

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.12")]

COUNTED = '<b class="num">1</b>'


@pytest.fixture
def penalty(evening: Portfolio) -> Entry:
    """50 yuan for a visit that 张甲 did not make."""
    return Entry.objects.filter(staff=evening.cast.a, clause="PGM.12").order_by("pk")[0]


def _menu(page: str) -> str:
    """The entry of the menu that leads to the appeals."""
    return page.partition('href="/appeals/"')[2].partition("</a>")[0]


def test_an_appeal_waits_on_the_page_of_who_decides_it(evening: Portfolio, penalty: Entry, enter: Enter) -> None:
    """张甲 appeals: 赵己 and 王庚 find it at home with a number in the menu, 张甲 that it waits; decided, it is gone."""
    cast = evening.cast
    judges = [enter(cast.risk_manager), enter(cast.general_manager)]
    assert all(COUNTED not in _menu(said(judge, "/clients/")) for judge in judges)
    filed = appeal(penalty, cast.a)
    for judge in judges:
        page = said(judge, "/")
        assert "张甲的申诉" in page and f"/appeals/{filed.pk}/decide/" in page
        assert COUNTED in _menu(said(judge, "/clients/"))
    page = said(enter(cast.a), "/")
    assert "我的申诉" in page and "等待裁定" in page and "等别人办" in page
    assert "申诉：" not in said(enter(cast.supervisor), "/")
    decide(filed, Verdict.UPHELD, cast.risk_manager)
    assert all("张甲的申诉" not in said(judge, "/") and COUNTED not in _menu(said(judge, "/")) for judge in judges)
    assert "我的申诉" not in said(enter(cast.a), "/")


def test_an_appeal_against_what_was_taken_back_waits_to_be_closed(
    evening: Portfolio, penalty: Entry, enter: Enter
) -> None:
    """The penalty was taken back: the line leads to where the appeal is closed."""
    appeal(penalty, evening.cast.a)
    reverse(penalty)
    page = said(enter(evening.cast.risk_manager), "/")
    assert "处罚已冲回，请结案" in page
    assert f"/penalties/{penalty.duty_key}/{evening.cast.a.pk}/" in page


def test_the_digest_of_who_decides_names_an_appeal(evening: Portfolio, penalty: Entry) -> None:
    """赵己's morning says that an appeal waits; 张甲's does not say that it is 张甲's turn."""
    cast = evening.cast
    appeal(penalty, cast.a)
    told = {one.person: one.text for one in list_digests([cast.risk_manager.pk, cast.a.pk], on=TODAY)}
    assert "张甲的申诉" in told[cast.risk_manager]
    assert "申诉" not in told[cast.a]
