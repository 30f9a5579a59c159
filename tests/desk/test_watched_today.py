"""The risk view's list of those who are watch or risk today, with their measures and who does what by when (GPM.3)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baohou.guarantee.models import GradeChange, Guarantee
from baohou.guarantee.queries.pages import watched
from baohou.guarantee.rules.words import Grade
from baohou.guarantee.services import grades, measures
from baohou.kernel.parties.models import Party
from tests.cast import Portfolio
from tests.desk.conftest import TODAY, Enter
from tests.desk.reading import said as read

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.10", "GPM.3")]


def _grade(client: Party, grade: Grade, on: date, evening: Portfolio) -> None:
    by = evening.cast.risk_manager
    grades.change(client=client, grade=grade, effective_on=on, because="停产", by=by, actor="R01", door="page")


def _measure(client: Party, evening: Portfolio, *actions: measures.Action) -> None:
    cast = evening.cast
    measures.file(
        client=client,
        quarter=date(2026, 9, 30),
        text="查封存货，每周上门",
        department_manager=cast.other_manager,
        manager_a=cast.outsider,
        manager_b=None,
        filed_on=date(2026, 10, 8),
        actions=actions,
        seen=0,
        actor="M02",
        door="page",
    )


def test_who_is_watch_or_risk_today_stands_on_the_risk_view(evening: Portfolio, enter: Enter) -> None:
    """东方钢铁 became watch today; 湖滨食品 is risk since September with an action overdue, and comes first."""
    browser = enter(evening.cast.supervisor)
    assert "今日没有关注、风险类客户" in read(browser, "/risk/")
    _grade(evening.food, Grade.RISK, date(2026, 9, 20), evening)
    _grade(evening.steel, Grade.WATCH, TODAY, evening)
    outsider = evening.cast.outsider
    late = measures.Action("查封存货", outsider, date(2026, 10, 15))
    _measure(evening.food, evening, late, measures.Action("每周上门", outsider, date(2026, 12, 31)))
    said = read(browser, "/risk/").split('id="watched-today"')[1].split("</section>")[0]
    assert said.index("湖滨食品有限公司") < said.index("东方钢铁有限公司")
    food, steel = said.split("湖滨食品有限公司</a>")[1].split("东方钢铁有限公司</a>")
    for told in ("风险", "查封存货，每周上门", "吴外", "2026-10-15", "逾期 5 天", "2026-12-31"):
        assert told in food, told
    assert f'href="/clients/{evening.food.pk}/measure/2026Q3/"' in food
    assert "2026-10-20" in steel and "还没有" in steel
    assert 'href="/clients/?grade=watched"' in said
    for grade in ("risk", "watch"):
        assert f'href="/clients/?grade={grade}"' in said


def test_who_is_not_any_more_is_left_out(evening: Portfolio) -> None:
    """Risk in September and good again in October; risk and released; watch from tomorrow on; none of them stands."""
    _grade(evening.steel, Grade.RISK, date(2026, 9, 20), evening)
    _grade(evening.steel, Grade.GOOD, date(2026, 10, 10), evening)
    _grade(evening.food, Grade.RISK, date(2026, 9, 20), evening)
    _measure(evening.food, evening, measures.Action("查封存货", evening.cast.outsider, date(2026, 10, 15)))
    assert [row.client.name for row in watched.list_watched_today(on=TODAY)] == ["湖滨食品有限公司"]
    Guarantee.objects.filter(client=evening.food).update(released_on=TODAY)
    GradeChange.objects.create(client=evening.steel, grade=3, effective_on=date(2026, 10, 21), by=evening.cast.a)
    assert watched.list_watched_today(on=TODAY) == []


def test_the_list_is_short_and_asks_little(evening: Portfolio, enter: Enter) -> None:
    """Two clients or two hundred: as many queries and at most twelve rows, risk first, then watch, the latest first."""
    browser = enter(evening.cast.supervisor)
    _many(evening, 2)
    browser.get("/risk/")
    with CaptureQueriesContext(connection) as few:
        assert len(watched.list_watched_today(on=TODAY)) == 2
    _many(evening, 200)
    with CaptureQueriesContext(connection) as many:
        rows = watched.list_watched_today(on=TODAY)
    assert len(many) <= len(few) <= 16
    assert len(rows) == 12
    assert [row.client.grade for row in rows] == [Grade.RISK] * 8 + [Grade.WATCH] * 4
    assert [row.since for row in rows[8:]] == sorted((row.since for row in rows[8:]), reverse=True)


def _many(evening: Portfolio, number: int) -> None:
    """So many clients more, each 25th risk and the others watch."""
    firms = Party.objects.bulk_create(Party(id_no=f"Y:{number}:{n}", name=f"客户{number}-{n}") for n in range(number))
    Guarantee.objects.bulk_create(
        Guarantee(
            project_no=f"Y-{one.pk}",
            client=one,
            department=evening.first.department,
            manager_a=evening.cast.a,
            amount_fen=1,
            issued_on=date(2026, 8, 3),
        )
        for one in firms
    )
    GradeChange.objects.bulk_create(
        GradeChange(
            client=one,
            grade=4 if number > 2 and n % 25 == 0 else 3,
            effective_on=date(2026, 9, 1 + n % 28),
            by=evening.cast.a,
        )
        for n, one in enumerate(firms)
    )
