"""现场回访: whom somebody goes to see, and so what a device takes along without a network."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from baohou.day import engine
from baohou.guarantee.queries.moves import list_holdings
from baohou.guarantee.queries.pages import visits
from baohou.guarantee.services import moves
from baohou.kernel.people import deputies
from tests.cast import Portfolio, TakeIn, issue_more
from tests.desk.conftest import TODAY, Enter
from tests.desk.reading import said

pytestmark = [pytest.mark.django_db, pytest.mark.clause("GPM.5", "PGM.2")]


def _clients(browser: Client, address: str = "/onsite/") -> set[str]:
    """The clients whose forms the page offers to take along."""
    return {client.client_name for client in browser.get(address).context["clients"]}


def test_a_deputy_takes_along_what_the_absent_one_owes(evening: Portfolio, enter: Enter) -> None:
    """吴外 is away and 周丁 stands in: 周丁 finds 湖滨食品 with 吴外's name beside."""
    cast = evening.cast
    assert _clients(enter(cast.other_manager)) == set()
    deputies.name_deputy(
        staff=cast.outsider,
        deputy=cast.other_manager,
        first_on=TODAY,
        last_on=TODAY,
        because="年假",
        actor="M02",
        door="page",
    )
    page = said(enter(cast.other_manager), "/onsite/")
    assert "湖滨食品有限公司" in page and "代 吴外" in page
    assert f'data-taken="/clients/{evening.food.pk}/visit/"' in page


def test_what_was_handed_over_is_taken_along_by_who_has_it_now(evening: Portfolio, enter: Enter) -> None:
    """张甲 hands all to 钱丙: 钱丙 finds the overdue visits that are still 张甲's by the rules, 张甲 finds none."""
    cast = evening.cast
    assert _clients(enter(cast.manager)) == set() != _clients(enter(cast.a))
    held = list_holdings(cast.a, on=TODAY, owing=[evening.paper.pk])
    moves.move_work(
        staff=cast.a,
        effective_on=TODAY,
        choices={one.guarantee.pk: (cast.manager.pk if one.as_a else None, None) for one in held},
        because="离职",
        today=TODAY,
        actor="M01",
        door="page",
    )
    page = said(enter(cast.manager), "/onsite/")
    assert "东方钢铁有限公司" in page and "接自张甲" in page
    assert _clients(enter(cast.a)) == set()


def test_a_b_manager_finds_the_visits_of_a_by_a_filter(evening: Portfolio, enter: Enter) -> None:
    """李乙 is B of BH-2026-001 and of paper's: the filter lists what 张甲 owes there, the usual list does not."""
    browser = enter(evening.cast.b)
    keys = {row.owner for client in browser.get("/onsite/").context["clients"] for row in client.rows}
    assert keys <= {"李乙"}
    page = said(browser, "/onsite/?of=b")
    rows = [row for client in browser.get("/onsite/?of=b").context["clients"] for row in client.rows]
    assert {row.owner for row in rows} == {"张甲"} and "责任人 张甲" in page
    assert {row.project_no for row in rows} >= {"BH-2026-001"} and "BH-2026-002" not in page
    assert 'data-shown="/onsite/?of=b"' in page


def test_more_visits_than_a_page_holds_are_reached_and_not_cut(
    evening: Portfolio, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With three a page: each of 张甲's visits stands on some page, and the first says that there are more."""
    browser = enter(evening.cast.a)
    every = [row.key for client in browser.get("/onsite/").context["clients"] for row in client.rows]
    monkeypatch.setattr(visits, "MOST_TO_TAKE", 2)
    page = browser.get("/onsite/")
    assert "这一页" in page.content.decode()
    found: list[int] = []
    after = ""
    while True:
        context = browser.get(f"/onsite/?after={after}").context
        found += [row.key for client in context["clients"] for row in client.rows]
        after = context["after"]
        if not after:
            break
    assert sorted(found) == sorted(every) and len(every) > 2
    assert browser.get("/onsite/?after=what&of=who").status_code == 200


def test_the_list_takes_few_queries_however_much_there_is(
    evening: Portfolio, enter: Enter, take_in: TakeIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Forty more clients of 张甲 and 李乙: not one query more, whoever's visits are asked for."""
    issue_more(take_in, manager_b="李乙")
    engine.run(on=TODAY)
    for staff, address in ((evening.cast.a, "/onsite/"), (evening.cast.b, "/onsite/?of=b")):
        browser = enter(staff)
        with django_assert_max_num_queries(14):
            assert browser.get(address).context["after"]
