"""Worked examples of penalties, waivers and going live (PGM.12 to PGM.14)."""

from __future__ import annotations

import pytest

from tests.oracle.cast import FIRM, LI, ONE, TWO, WANG, appointed, booked, day, facts, graded, issued, visited
from tests.oracle.model import ExceptionTo, Parameter, Waiver, version

pytestmark = [pytest.mark.clause("PGM.12"), pytest.mark.usefixtures("rules")]
MISSED = ("regular_visit", FIRM, None, None, day("2026-01-01"))


def test_nothing_is_booked_on_the_due_day():
    world = facts(issued("2025-12-01"), visited("2025-12-02", "routine", "P-1"))
    assert booked(world, "2026-03-31") == []
    assert booked(world, "2026-04-01") == [("2026-01-01", LI, 5000)]


def test_a_visit_in_time_that_is_recorded_later_takes_it_back():
    missed = facts(issued("2025-12-01"), visited("2025-12-02", "routine", "P-1"))
    assert booked(missed.but(visits=(*missed.visits, visited("2026-03-31"))), "2026-04-30") == []
    assert booked(missed.but(visits=(*missed.visits, visited("2026-04-01"))), "2026-04-30") == [
        ("2026-01-01", LI, 5000)
    ]


def test_a_release_in_time_that_is_recorded_later_takes_it_back():
    assert booked(facts(issued("2025-12-01", released="2026-03-31")), "2026-04-30", "regular_visit") == []


def test_a_corrected_manager_moves_it():
    world = facts(issued("2025-12-01"), appointed(WANG, "2026-03-01"))
    assert booked(world, "2026-04-30", "regular_visit") == [("2026-01-01", WANG, 5000)]


def test_a_corrected_grade_takes_it_back():
    """Good on 1 January 2026: no quarter was owed, the half-year is due on 30 June."""
    world = facts(issued("2025-12-01"), graded("good", "2025-12-31"))
    assert booked(world, "2026-04-30", "regular_visit") == []


@pytest.mark.parametrize(("go_live", "sum_"), [("2026-04-01", 0), ("2026-03-31", 5000)])
def test_nothing_due_before_the_go_live_day_is_booked(go_live, sum_):
    world = facts(issued("2025-12-01"), go_live=day(go_live))
    assert sum(fen for _, _, fen in booked(world, "2026-06-30")) == sum_


def test_a_waiver_takes_off_and_never_gives():
    world = facts(issued("2025-12-01"))
    part = world.but(waivers=(Waiver(MISSED, LI, 2000),))
    assert booked(part, "2026-06-30", "regular_visit") == [("2026-01-01", LI, 3000)]
    whole = world.but(waivers=(Waiver(MISSED, LI, 2000), Waiver(MISSED, LI, 3000)))
    assert booked(whole, "2026-06-30", "regular_visit") == []
    visited_after_all = part.but(visits=(visited("2026-02-01"),))
    assert booked(visited_after_all, "2026-06-30", "regular_visit") == []


def test_a_waiver_stays_with_the_person():
    """Waived for Li; then it turns out that Wang had taken over: Wang owes the whole sum."""
    world = facts(issued("2025-12-01"), appointed(WANG, "2026-03-01"), waivers=(Waiver(MISSED, LI, 5000),))
    assert booked(world, "2026-06-30", "regular_visit") == [("2026-01-01", WANG, 5000)]


def test_an_exception_looks_at_the_department_of_the_due_day():
    """Department two (60 yuan) speaks for the firm since 31 March 2026, the due day."""
    yuan = Parameter(5000, (ExceptionTo("二部", {"department": (TWO,)}, 6000),))
    world = facts(
        issued("2025-12-01"), issued("2026-03-31", no="P-2", of=TWO, by=WANG), versions=[version(PGM_12__yuan=yuan)]
    )
    assert booked(world, "2026-04-01", "regular_visit") == [("2026-01-01", WANG, 6000)]
    assert booked(world, "2026-04-01", "routine_visit") == [("2025-12-01", LI, 5000)]
    assert {g.department for g in world.guarantees} == {ONE, TWO}
