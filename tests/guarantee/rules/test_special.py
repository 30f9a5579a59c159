"""Worked examples of special visits (PGM.5)."""

from __future__ import annotations

import pytest

from tests.oracle.cast import LI, WANG, booked, day, facts, graded, issued, only, ordered, seen, visited
from tests.oracle.model import version

pytestmark = [pytest.mark.clause("PGM.5"), pytest.mark.usefixtures("rules")]
SPECIAL = "special_visit"
BASE = (issued("2026-01-01"), graded("risk", "2026-01-15"))


@pytest.mark.parametrize(
    ("urgency", "due"), [("urgent", "2026-03-01"), ("high", "2026-03-03"), ("normal", "2026-03-07")]
)
def test_urgency_gives_one_three_or_seven_days(urgency, due):
    """Ordered on 28 February 2026."""
    world = facts(*BASE, ordered("2026-02-28", urgency))
    assert seen(world, "2026-02-28", SPECIAL) == [("2026-02-28", due, "open", "")]
    assert seen(world, due, SPECIAL)[0][2] == "open"
    assert seen(world, "2026-03-08", SPECIAL)[0][2] == "overdue"
    assert booked(world, "2026-03-08", SPECIAL) == [("2026-02-28", LI, 5000)]


def test_only_a_special_visit_meets_it():
    world = facts(
        *BASE, ordered("2026-02-20", "normal"), visited("2026-02-21"), visited("2026-02-22", "routine", "P-1")
    )
    assert seen(world, "2026-02-27", SPECIAL)[0][2] == "open"


@pytest.mark.parametrize(("visit", "state"), [("2026-02-20", "done"), ("2026-02-23", "done"), ("2026-02-24", "late")])
def test_a_special_visit_meets_it_from_the_order_day_on(visit, state):
    world = facts(*BASE, ordered("2026-02-20", "high"), visited("2026-02-19", "special"), visited(visit, "special"))
    assert seen(world, "2026-03-31", SPECIAL) == [("2026-02-20", "2026-02-23", state, visit)]


def test_two_orders_met_by_one_visit_are_two_duties():
    """Ordered twice, 20 and 21 February 2026, urgent: the visit of the 22nd is late for the first, in time for the second."""
    world = facts(
        *BASE, ordered("2026-02-20", "urgent"), ordered("2026-02-21", "urgent"), visited("2026-02-22", "special")
    )
    assert [s[2] for s in seen(world, "2026-03-31", SPECIAL)] == ["late", "done"]
    assert booked(world, "2026-03-31", SPECIAL) == [("2026-02-20", LI, 5000)]


def test_it_lapses_as_a_regular_visit_does():
    world = facts(issued("2026-01-01", released="2026-02-22"), ordered("2026-02-20", "high"))
    assert seen(world, "2026-03-31", SPECIAL)[0][2] == "lapsed"
    world = facts(issued("2026-01-01", released="2026-02-24"), ordered("2026-02-20", "high"))
    assert seen(world, "2026-03-31", SPECIAL)[0][2] == "overdue"


def test_ordered_for_a_client_with_nothing_in_force_it_lapses_at_once():
    """Released on 10 February 2026, ordered on the 20th, visited on the 20th: nothing was in force any more."""
    world = facts(
        issued("2026-01-01", released="2026-02-10"), ordered("2026-02-20", "high"), visited("2026-02-20", "special")
    )
    assert seen(world, "2026-02-20", SPECIAL) == [("2026-02-20", "2026-02-23", "lapsed", "")]


def test_its_owner_is_the_speaking_guarantees_manager():
    world = facts(*BASE, issued("2026-02-22", no="P-2", by=WANG), ordered("2026-02-20", "high"))
    assert only(world, "2026-02-21", SPECIAL)["owner"] == LI
    assert only(world, "2026-03-31", SPECIAL)["owner"] == WANG
    duty = only(world, "2026-03-31", SPECIAL)
    assert (duty["project_no"], duty["period_first"], duty["quarter"]) == (None, None, None)


def test_the_version_of_the_order_day_decides():
    versions = [
        version(ends_on=day("2026-02-21")),
        version(name="2026-02", effective_on=day("2026-02-21"), PGM_5__high_days=5),
    ]
    world = facts(*BASE, ordered("2026-02-20", "high"), ordered("2026-02-21", "high"), versions=versions)
    assert [s[1] for s in seen(world, "2026-02-21", SPECIAL)] == ["2026-02-23", "2026-02-26"]


def test_no_version_on_the_order_day_no_duty():
    world = facts(issued("2015-01-01"), ordered("2016-03-31", "high"))
    assert seen(world, "2016-04-30", SPECIAL) == []
