"""The list of a quarter's visit reports, ticked item by item by giver and receiver (PGM.11)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from baohou.core.errors import Refused
from baohou.core.period import Quarter
from baohou.guarantee.models import Filing, Guarantee, HandOver, Visit
from baohou.guarantee.queries.forms import list_visit_reports
from baohou.guarantee.queries.hand_overs import reports_of, unlisted
from baohou.guarantee.rules.words import FilingKind, Medium
from baohou.guarantee.services import hand_over_receipts, hand_overs
from baohou.kernel.audit.models import Change
from baohou.kernel.notices.models import Notice
from baohou.kernel.people.models import Staff
from tests.cast import Portfolio, TakeIn
from tests.guarantee.conftest import THIRD, Visited
from tests.guarantee.handing import (
    EIGHTH,
    NINTH,
    TENTH,
    give_all,
    items,
    receive_all,
    refused,
    sign_for,
    sign_over,
    told_by,
)

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.11")]


def test_the_list_holds_the_visits_to_clients_that_were_the_departments(
    hand_over: HandOver, quarter_visits: list[Visit], portfolio: Portfolio
) -> None:
    """业务一部 has three visits of 2026Q3 on its list, in order; 湖滨食品 of 业务二部 is not there."""
    assert [item.visit for item in items(hand_over)] == quarter_visits
    assert {item.given_on for item in items(hand_over)} == {None}


@pytest.mark.parametrize("department", ["业务一部", "业务二部"])
def test_the_list_and_the_printed_reports_follow_one_rule(
    portfolio: Portfolio, quarter_visits: list[Visit], visited: Visited, take_in: TakeIn, department: str
) -> None:
    """南山纸业 released on 08-20; 东方钢铁 gets a later project of 业务二部 on 09-01; a visit to 南山纸业 came after its release."""
    rows = [
        (
            "BH-2026-009",
            "东方钢铁有限公司",
            portfolio.steel.id_no,
            "业务二部",
            "吴外",
            "",
            "100",
            "2026-09-01",
            "2027-08-31",
            "",
        )
    ]
    take_in("portfolio", rows)
    visited(portfolio.paper, date(2026, 8, 25), portfolio.cast.a)
    of = Guarantee.objects.filter(department__name=department)[0].department
    for quarter in (THIRD.previous(), THIRD, THIRD.next()):
        printed = [report.visit for report in list_visit_reports(department=of, quarter=quarter)]
        assert list(reports_of(of, quarter)) == printed


def test_reports_of_many_clients_are_found_in_one_query(
    hand_over: HandOver, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(1):
        assert list(unlisted(hand_over.department, THIRD, hand_over)) == []


def test_a_visit_recorded_later_comes_onto_the_list_open(
    hand_over: HandOver, portfolio: Portfolio, visited: Visited
) -> None:
    """李乙 writes down on 10-02 that the client was visited on 09-28: refresh adds it, and once only."""
    late = visited(portfolio.steel, date(2026, 9, 28), portfolio.cast.b)
    done = hand_overs.refresh(hand_over=hand_over, actor="M01", door="page")
    again = hand_overs.refresh(hand_over=hand_over, actor="M01", door="page")
    assert (done.added, again.added) == (1, 0)
    assert hand_over.items.get(visit=late).given_on is None


def test_a_visit_corrected_to_another_department_changes_lists(
    hand_over: HandOver, quarter_visits: list[Visit], portfolio: Portfolio
) -> None:
    """BH-2026-003 turns out to be 业务二部's: 南山纸业's report moves to that department's list."""
    other = portfolio.elsewhere.department
    Guarantee.objects.filter(pk=portfolio.released.pk).update(department=other)
    theirs = hand_overs.begin(department=other, quarter=THIRD, on=EIGHTH, actor="M02", door="page")
    assert quarter_visits[1] in [item.visit for item in items(theirs)]
    assert len(items(hand_over)) == 2
    Guarantee.objects.filter(pk=portfolio.released.pk).update(department=hand_over.department)
    assert hand_overs.refresh(hand_over=theirs, actor="M02", door="page").removed == 1
    assert hand_overs.refresh(hand_over=hand_over, actor="M01", door="page").added == 1


def test_it_rejects_a_list_of_nothing_twice_too_early_and_of_history(hand_over: HandOver, portfolio: Portfolio) -> None:
    ours, theirs = hand_over.department, portfolio.elsewhere.department
    who: dict[str, Any] = {"actor": "M01", "door": "page"}
    with refused("guarantee.hand_over.begun"):
        hand_overs.begin(department=ours, quarter=THIRD, on=EIGHTH, **who)
    with refused("guarantee.hand_over.too_early"):
        hand_overs.begin(department=ours, quarter=Quarter(2026, 4), on=date(2026, 9, 30), **who)
    with refused("guarantee.hand_over.nothing"):
        hand_overs.begin(department=ours, quarter=Quarter(2026, 1), on=EIGHTH, **who)
    Filing.objects.create(
        department=theirs,
        quarter=THIRD.last,
        kind=FilingKind.HAND_OVER,
        filed_on=EIGHTH,
        by=portfolio.cast.other_manager,
    )
    with refused("guarantee.hand_over.history"):
        hand_overs.begin(department=theirs, quarter=THIRD, on=EIGHTH, **who)


def test_a_project_manager_gives_ones_own_reports_the_department_manager_all(
    hand_over: HandOver, quarter_visits: list[Visit], portfolio: Portfolio
) -> None:
    """张甲 gives two of one's own with their pages, not 李乙's; 钱丙 the rest."""
    cast = portfolio.cast
    with refused("guarantee.hand_over.not_own"):
        hand_overs.give(hand_over=hand_over, items=items(hand_over), medium=Medium.PAPER, on=EIGHTH, **told_by(cast.a))
    own = items(hand_over, quarter_visits[1:])
    pages = {item.pk: 4 for item in own}
    assert (
        hand_overs.give(hand_over=hand_over, items=own, medium=Medium.PAPER, on=EIGHTH, pages=pages, **told_by(cast.a))
        == 2
    )
    give_all(hand_over, cast)
    assert [(item.given_by, item.given_on, item.pages) for item in items(hand_over)] == [
        (cast.manager, NINTH, None),
        (cast.a, EIGHTH, 4),
        (cast.a, EIGHTH, 4),
    ]


def test_another_departments_manager_gives_and_signs_nothing(hand_over: HandOver, portfolio: Portfolio) -> None:
    """周丁 of 业务二部 gives no report of 业务一部 and does not sign; neither does 张甲, who manages nothing."""
    cast = portfolio.cast
    with refused("guarantee.hand_over.not_own"):
        hand_overs.give(
            hand_over=hand_over, items=items(hand_over), medium=Medium.PAPER, on=NINTH, **told_by(cast.other_manager)
        )
    give_all(hand_over, cast)
    for staff in (cast.other_manager, cast.a, cast.supervisor):
        with refused("guarantee.hand_over.not_manager"):
            hand_over_receipts.sign_over(hand_over=hand_over, on=NINTH, **told_by(staff))


def test_it_rejects_another_lists_report(hand_over: HandOver, portfolio: Portfolio) -> None:
    other = hand_overs.begin(
        department=portfolio.elsewhere.department, quarter=THIRD, on=EIGHTH, actor="M02", door="page"
    )
    with refused("guarantee.hand_over.other_list"):
        hand_overs.give(
            hand_over=hand_over, items=items(other), medium=Medium.PAPER, on=NINTH, **told_by(portfolio.cast.manager)
        )


def test_a_giver_withdraws_until_it_is_received(hand_over: HandOver, portfolio: Portfolio) -> None:
    cast = portfolio.cast
    give_all(hand_over, cast)
    first, second = items(hand_over)[:2]
    hand_overs.withdraw(hand_over=hand_over, items=[first], **told_by(cast.manager))
    assert items(hand_over)[0].given_on is None
    assert Change.objects.filter(act__verb="hand_overs.withdraw").get().before["given_by"] == "M01"
    hand_overs.receive(hand_over=hand_over, items=[second], on=TENTH, **told_by(cast.supervisor))
    with refused("guarantee.hand_over.taken"):
        hand_overs.withdraw(hand_over=hand_over, items=[second], **told_by(cast.manager))


def test_nothing_is_received_before_it_is_given(hand_over: HandOver, portfolio: Portfolio) -> None:
    """孙戊 ticks a report that nobody gave, or as received the day before it was given: refused."""
    cast = portfolio.cast
    with refused("guarantee.hand_over.not_given"):
        receive_all(hand_over, cast)
    give_all(hand_over, cast)
    with refused("guarantee.hand_over.before_given"):
        receive_all(hand_over, cast, on=EIGHTH)
    with refused("guarantee.hand_over.not_receiver"):
        hand_overs.receive(hand_over=hand_over, items=items(hand_over), on=TENTH, **told_by(cast.manager))


def test_the_database_keeps_that_nobody_receives_what_one_gave(hand_over: HandOver, portfolio: Portfolio) -> None:
    staff = portfolio.cast.supervisor
    marks = {"given_by": staff, "given_on": NINTH, "received_by": staff, "received_on": TENTH}
    with pytest.raises(IntegrityError, match="nobody_receives_what_one_gave"), transaction.atomic():
        hand_over.items.update(**marks)


def test_nothing_is_handed_over_while_an_item_is_missing(
    hand_over: HandOver, quarter_visits: list[Visit], portfolio: Portfolio
) -> None:
    """Two of three given: no signature, and the sentence names the third; the duty stays open."""
    cast = portfolio.cast
    two = items(hand_over, quarter_visits[:2])
    hand_overs.give(hand_over=hand_over, items=two, medium=Medium.PAPER, on=NINTH, **told_by(cast.manager))
    with pytest.raises(Refused) as told:
        sign_over(hand_over, cast)
    assert "还有 1 份没有移交" in told.value.message
    assert "东方钢铁有限公司 2026-09-15" in told.value.message
    assert not Filing.objects.exists()


def test_a_visit_recorded_after_the_list_began_is_missed(
    hand_over: HandOver, portfolio: Portfolio, visited: Visited
) -> None:
    """All three given, then a visit of 09-28 is written down: neither side can sign until it is on the list."""
    cast = portfolio.cast
    give_all(hand_over, cast)
    visited(portfolio.steel, date(2026, 9, 28), cast.b)
    with refused("guarantee.hand_over.unlisted"):
        sign_over(hand_over, cast)
    hand_overs.refresh(hand_over=hand_over, actor="M01", door="page")
    with refused("guarantee.hand_over.missing"):
        sign_over(hand_over, cast)
    give_all(hand_over, cast)
    sign_over(hand_over, cast)
    visited(portfolio.steel, date(2026, 9, 29), cast.b)
    receive_all(hand_over, cast)
    with refused("guarantee.hand_over.unlisted"):
        sign_for(hand_over, cast)
    hand_overs.refresh(hand_over=hand_over, actor="M01", door="page")
    with refused("guarantee.hand_over.missing"):
        sign_for(hand_over, cast)
    with pytest.raises(Refused, check=lambda refused: refused.code == "guarantee.hand_over.waits"):
        sign_over(hand_over, cast)


def _told(staff: Staff) -> list[str]:
    return [one.title for one in Notice.objects.filter(staff=staff, kind="hand_over.sent_back")]


@pytest.mark.clause("PGM.11")
def test_who_made_the_visit_is_told_that_its_report_came_back(hand_over: HandOver, portfolio: Portfolio) -> None:
    """孙戊 sends the report of 张甲's visit to 南山纸业 back: 张甲 reads it, and 钱丙 that one of the list came back."""
    cast = portfolio.cast
    item = hand_over.items.get(visit__client=portfolio.paper)
    day, acts = date(2026, 10, 9), {"door": "page"}
    hand_overs.give(
        hand_over=hand_over, items=[item], medium=Medium.PAPER, on=day, by=cast.manager, actor="M01", **acts
    )
    hand_overs.send_back(
        hand_over=hand_over, items=[item], because="缺照片", on=day, by=cast.supervisor, actor="S01", **acts
    )
    (title,) = _told(cast.a)
    assert "南山纸业有限公司 2026-08-12" in title
    assert "缺照片" in Notice.objects.get(staff=cast.a, kind="hand_over.sent_back").text
    (title,) = _told(cast.manager)
    assert "1 份" in title
    assert _told(cast.b) == []
