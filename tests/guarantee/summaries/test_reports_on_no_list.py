"""Reports on no hand-over list: the sum that is kept, with the visits since, is what one finds visit by visit (PGM.11)."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baohou.day import engine
from baohou.guarantee.models import Guarantee, ReportSlice, Summary, Visit
from baohou.guarantee.queries import summaries as sums
from baohou.guarantee.queries.pages.hand_overs import list_hand_overs
from baohou.guarantee.queries.summaries import REPORTS, is_up_to_date
from baohou.guarantee.services import hand_overs
from baohou.guarantee.services.summaries import keep_up
from baohou.kernel.people.access import Person
from baohou.kernel.people.models import Post, Staff
from tests.cast import Portfolio, TakeIn
from tests.guarantee.conftest import THIRD, Visited
from tests.guarantee.handing import told_by

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.11")]
TODAY = date(2026, 10, 20)
EVERYONE = Person(None, Post.AUDITOR, None, "")


@pytest.fixture(autouse=True)
def october(monkeypatch: pytest.MonkeyPatch, portfolio: Portfolio, quarter_visits: list[Visit]) -> None:
    """The hand-overs of the third quarter are owed; all visits there are come into the sum."""
    engine.run(on=TODAY)
    monkeypatch.setattr(sums, "_STILL_UNDER_WAY", 0)


def _said(person: Person) -> dict[tuple[str, str], int]:
    found = list_hand_overs(person, on=TODAY, part="all")
    counts = {(str(row.quarter), row.department.name): row.progress.unlisted for row in found.rows}
    return {pair: count for pair, count in counts.items() if count}


def _one_by_one(by: Staff | None = None) -> dict[tuple[str, str], int]:
    """By asking of each visit which guarantee in force was issued last."""
    found: Counter[tuple[str, str]] = Counter()
    for visit in Visit.objects.filter(hand_over_item__isnull=True, visited_on__lte=TODAY):
        held = [
            one
            for one in Guarantee.objects.filter(client=visit.client, issued_on__lte=visit.visited_on)
            if one.released_on is None or one.released_on > visit.visited_on
        ]
        if held and by in (None, visit.by):
            voice = max(held, key=lambda one: (one.issued_on, one.project_no))
            quarter = f"{visit.visited_on.year}Q{(visit.visited_on.month + 2) // 3}"
            found[quarter, voice.department.name] += 1
    return dict(found)


def test_the_sum_and_the_visits_since_are_all_visits(
    portfolio: Portfolio, quarter_visits: list[Visit], visited: Visited
) -> None:
    """Four visits of the third quarter are summed, one of October comes after: five, for everyone and for each person."""
    assert not ReportSlice.objects.exists()
    assert _said(EVERYONE) == _one_by_one() == {("2026Q3", "业务一部"): 3, ("2026Q3", "业务二部"): 1}
    keep_up(on=TODAY, parts=[REPORTS])
    assert _said(EVERYONE) == _one_by_one()
    later = visited(portfolio.steel, date(2026, 10, 12), portfolio.cast.a)
    assert is_up_to_date(REPORTS, on=TODAY)
    assert Summary.objects.get(part=REPORTS).last_row < later.pk
    assert _said(EVERYONE) == _one_by_one()
    assert _said(EVERYONE)["2026Q4", "业务一部"] == 1
    cast = portfolio.cast
    own = Person(cast.a, Post.PROJECT_MANAGER, portfolio.first.department_id, "业务一部")
    assert _said(own) == _one_by_one(cast.a) == {("2026Q3", "业务一部"): 2, ("2026Q4", "业务一部"): 1}
    head = Person(cast.manager, Post.DEPARTMENT_MANAGER, portfolio.first.department_id, "业务一部")
    assert _said(head) == {("2026Q3", "业务一部"): 3, ("2026Q4", "业务一部"): 1}
    keep_up(on=TODAY, parts=[REPORTS])
    assert _said(EVERYONE) == _one_by_one()


def test_a_list_a_guarantee_or_a_new_day_make_the_sum_old_and_a_tick_does_not(
    portfolio: Portfolio, quarter_visits: list[Visit], visited: Visited, take_in: TakeIn
) -> None:
    """业务一部 begins its list, gives one report, and its client gets a later project of 业务二部."""
    visited(portfolio.steel, date(2026, 10, 12), portfolio.cast.a)
    keep_up(on=TODAY, parts=[REPORTS])
    of = portfolio.first.department
    made = hand_overs.begin(department=of, quarter=THIRD, on=TODAY, actor="M01", door="page")
    assert not is_up_to_date(REPORTS, on=TODAY)
    keep_up(on=TODAY, parts=[REPORTS])
    assert _said(EVERYONE) == _one_by_one() == {("2026Q3", "业务二部"): 1, ("2026Q4", "业务一部"): 1}
    hand_overs.give(
        hand_over=made, items=list(made.items.all()[:1]), medium=1, on=TODAY, **told_by(portfolio.cast.manager)
    )
    assert is_up_to_date(REPORTS, on=TODAY)
    rows = [
        (
            "BH-2026-009",
            "东方钢铁有限公司",
            portfolio.steel.id_no,
            "业务二部",
            "吴外",
            "",
            "100",
            "2026-10-01",
            "2027-08-31",
            "",
        )
    ]
    take_in("portfolio", rows)
    assert not is_up_to_date(REPORTS, on=TODAY)
    keep_up(on=TODAY, parts=[REPORTS])
    assert _said(EVERYONE) == _one_by_one() == {("2026Q3", "业务二部"): 1, ("2026Q4", "业务二部"): 1}
    assert not is_up_to_date(REPORTS, on=date(2026, 10, 21))


def test_visits_that_are_summed_are_not_read_again(portfolio: Portfolio, quarter_visits: list[Visit]) -> None:
    """The only query of visits asks for rows above the last that was summed."""
    keep_up(on=TODAY, parts=[REPORTS])
    with CaptureQueriesContext(connection) as asked:
        list_hand_overs(EVERYONE, on=TODAY, part="all")
    of_visits = [one["sql"] for one in asked.captured_queries if 'FROM "guarantee_visit"' in one["sql"]]
    assert len(of_visits) == 1
    assert f'"guarantee_visit"."id" > {Summary.objects.get(part=REPORTS).last_row}' in of_visits[0]
    assert len(asked.captured_queries) <= 8
