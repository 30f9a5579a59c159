"""Worked examples of what departments owe each quarter (PGM.9, PGM.11, PGM.10)."""

from __future__ import annotations

import pytest

from tests.oracle import cast
from tests.oracle.cast import (
    ONE,
    QIAN,
    SECOND,
    SUN,
    TWO,
    WANG,
    booked,
    day,
    facts,
    filed,
    graded,
    issued,
    only,
    posted,
    seen,
    visited,
)
from tests.oracle.model import ExceptionTo, Parameter, version
from tests.oracle.oracle import department_manager, without_measure

pytestmark = pytest.mark.usefixtures("rules")

PLAN, TABLE, HAND_OVER = "visit_plan", "classification_report", "hand_over"


@pytest.mark.clause("PGM.9")
@pytest.mark.parametrize(
    ("quarter", "due"),
    [
        ("2025-12-31", "2026-01-10"),
        ("2026-03-31", "2026-04-10"),
        ("2026-06-30", "2026-07-10"),
        ("2026-09-30", "2026-10-10"),
    ],
)
@pytest.mark.parametrize("kind", [PLAN, TABLE])
def test_table_and_plan_open_on_the_last_day_and_are_due_on_day_ten(kind, quarter, due):
    world = facts(issued("2025-12-31"), posted(QIAN))
    found = [d for d in cast.duties(world, day(due)) if d["kind"] == kind and d["opens_on"] == quarter]
    assert [(d["due_on"], d["state"], d["owner"], d["department"]) for d in found] == [(due, "open", QIAN, ONE)]


@pytest.mark.clause("PGM.9")
def test_day_ten_counts_and_day_eleven_costs_a_hundred_yuan():
    """The table of the third quarter of 2026, filed on 10 October; the plan, filed on the 11th."""
    world = facts(
        issued("2026-09-01"),
        posted(QIAN),
        filed(TABLE, "2026-09-30", "2026-10-10"),
        filed(PLAN, "2026-09-30", "2026-10-11"),
    )
    assert seen(world, "2026-10-31", TABLE) == [("2026-09-30", "2026-10-10", "done", "2026-10-10")]
    assert seen(world, "2026-10-31", PLAN) == [("2026-09-30", "2026-10-10", "late", "2026-10-11")]
    assert booked(world, "2026-10-31", TABLE) == []
    assert booked(world, "2026-10-31", PLAN) == [("2026-09-30", QIAN, 10000)]


@pytest.mark.clause("PGM.9")
def test_filed_before_the_quarter_ends_is_done_when_it_opens():
    world = facts(issued("2026-09-01"), posted(QIAN), filed(PLAN, "2026-09-30", "2026-09-28"))
    assert seen(world, "2026-09-29", PLAN) == []
    assert seen(world, "2026-09-30", PLAN) == [("2026-09-30", "2026-10-10", "done", "2026-09-28")]


@pytest.mark.clause("PGM.9")
def test_a_filing_of_another_quarter_or_department_counts_not():
    world = facts(
        issued("2026-09-01"),
        posted(QIAN),
        filed(PLAN, "2026-06-30", "2026-10-01"),
        filed(PLAN, "2026-09-30", "2026-10-01", TWO),
    )
    assert seen(world, "2026-10-11", PLAN)[0][2] == "overdue"


@pytest.mark.clause("PGM.9")
def test_only_departments_that_speak_for_a_client_on_the_last_day_owe():
    """Department one's guarantee is released on 30 September 2026; the client's older one is department two's."""
    world = facts(issued("2026-08-01", released="2026-09-30"), issued("2026-07-01", no="P-0", of=TWO))
    assert [d["department"] for d in cast.duties(world, day("2026-09-30")) if d["kind"] == PLAN] == [TWO]
    world = facts(issued("2026-08-01"), issued("2026-07-01", no="P-0", of=TWO))
    assert [d["department"] for d in cast.duties(world, day("2026-09-30")) if d["kind"] == PLAN] == [ONE]


@pytest.mark.clause("PGM.9")
def test_it_does_not_lapse():
    world = facts(issued("2026-09-01", released="2026-10-01"), posted(QIAN))
    assert seen(world, "2026-10-11", PLAN)[0][2] == "overdue"


@pytest.mark.clause("PGM.9")
def test_the_version_of_the_quarters_last_day_decides():
    versions = [
        version(ends_on=day("2026-09-30")),
        version(name="b", effective_on=day("2026-09-30"), PGM_9__day_of_quarter=5, PGM_13__yuan=20000),
    ]
    world = facts(issued("2026-05-01"), posted(QIAN), versions=versions)
    assert [s[1] for s in seen(world, "2026-12-30", PLAN)] == ["2026-07-10", "2026-10-05"]
    assert booked(world, "2026-12-30", PLAN) == [("2026-06-30", QIAN, 10000), ("2026-09-30", QIAN, 20000)]


@pytest.mark.clause("PGM.9")
def test_no_version_on_the_last_day_no_duty():
    """31 March 2016 is the day before the rules."""
    assert [s[0] for s in seen(facts(issued("2016-01-01")), "2016-07-31", PLAN)] == ["2016-06-30"]


@pytest.mark.clause("PGM.11")
def test_the_hand_over_is_owed_when_the_departments_clients_were_visited_in_the_quarter():
    world = facts(issued("2026-01-05"), posted(QIAN), visited("2026-07-01"), visited("2026-12-31"))
    assert [s[0] for s in seen(world, "2027-01-11", HAND_OVER)] == ["2026-09-30", "2026-12-31"]
    duty = [d for d in cast.duties(world, day("2027-01-11")) if d["kind"] == HAND_OVER][1]
    assert (duty["clause"], duty["quarter"], duty["client_id_no"], duty["state"]) == (
        "PGM.11",
        "2026Q4",
        None,
        "overdue",
    )
    assert booked(world, "2027-01-11", HAND_OVER)[1] == ("2026-12-31", QIAN, 10000)


@pytest.mark.clause("PGM.11")
def test_a_visit_recorded_later_opens_a_hand_over_of_its_quarter():
    world = facts(issued("2026-01-05"), posted(QIAN))
    assert seen(world, "2026-10-20", HAND_OVER) == []
    assert seen(world.but(visits=(visited("2026-09-30"),)), "2026-10-20", HAND_OVER)[0][2] == "overdue"


@pytest.mark.clause("PGM.11")
def test_the_department_on_the_day_of_the_visit_hands_over():
    """Visited on 10 August 2026 while department one spoke; since 1 September department two speaks for the firm."""
    world = facts(issued("2026-01-05"), issued("2026-09-01", no="P-2", of=TWO), visited("2026-08-10"))
    assert seen(world, "2026-09-30", HAND_OVER) == []
    with_another = facts(
        issued("2026-01-05"),
        issued("2026-09-01", no="P-2", of=TWO),
        issued("2026-01-05", no="P-3", client=SECOND),
        visited("2026-08-10"),
    )
    assert only(with_another, "2026-09-30", HAND_OVER)["department"] == ONE


@pytest.mark.clause("PGM.11")
def test_a_visit_while_nothing_is_in_force_belongs_to_no_department():
    world = facts(
        issued("2026-01-05", released="2026-08-01"), issued("2026-08-20", no="P-2"), visited("2026-08-10", "special")
    )
    assert seen(world, "2026-09-30", HAND_OVER) == []


@pytest.mark.clause("PGM.11")
def test_its_own_parameter_gives_the_day():
    world = facts(issued("2026-01-05"), visited("2026-07-01"), versions=[version(PGM_11__day_of_quarter=20)])
    assert seen(world, "2026-10-01", HAND_OVER)[0][1] == "2026-10-20"
    assert seen(world, "2026-10-01", PLAN)[-1][1] == "2026-10-10"


@pytest.mark.clause("PGM.13")
def test_the_manager_on_the_due_day_pays():
    """Qian left the post on 10 October 2026, the due day, and Sun took it that day."""
    world = facts(
        issued("2026-09-01"), posted(QIAN), posted(QIAN, "2026-10-10", None, "risk_manager"), posted(SUN, "2026-10-10")
    )
    assert only(world, "2026-10-09", PLAN)["owner"] == QIAN
    assert only(world, "2026-10-10", PLAN)["owner"] == SUN
    assert booked(world, "2026-10-11", PLAN) == [("2026-09-30", SUN, 10000)]


@pytest.mark.clause("PGM.13")
def test_a_manager_since_the_day_after_pays_nothing():
    world = facts(issued("2026-09-01"), posted(QIAN), posted(SUN, "2026-10-11"))
    assert booked(world, "2026-10-31", PLAN) == [("2026-09-30", QIAN, 10000)]


@pytest.mark.clause("PGM.13")
def test_of_two_managers_the_one_appointed_last_owns():
    world = facts(posted(SUN, "2026-02-01"), posted(QIAN, "2026-01-01"))
    assert department_manager(world, ONE, day("2026-01-31")) == QIAN
    assert department_manager(world, ONE, day("2026-02-01")) == SUN


@pytest.mark.clause("PGM.13")
def test_a_manager_who_moved_to_another_department_is_none_any_more():
    world = facts(posted(QIAN), posted(QIAN, "2026-02-01", TWO))
    assert department_manager(world, ONE, day("2026-02-01")) is None
    assert department_manager(world, TWO, day("2026-02-01")) == QIAN


@pytest.mark.clause("PGM.13")
def test_without_a_manager_nobody_pays():
    world = facts(issued("2026-09-01"), posted(WANG, post="project_manager"))
    duty = only(world, "2026-10-31", PLAN)
    assert (duty["state"], duty["owner"]) == ("overdue", None)
    assert booked(world, "2026-10-31", PLAN) == []


@pytest.mark.clause("PGM.13")
def test_an_exception_for_a_department_changes_the_sum():
    """Department two pays 300 yuan; department one the usual 100."""
    yuan = Parameter(10000, (ExceptionTo("二部", {"department": (TWO,)}, 30000),))
    world = facts(
        issued("2026-09-01"),
        issued("2026-09-01", no="P-2", client=SECOND, of=TWO),
        posted(QIAN),
        posted(SUN, department=TWO),
        versions=[version(PGM_13__yuan=yuan)],
    )
    assert booked(world, "2026-10-31", PLAN) == [("2026-09-30", QIAN, 10000), ("2026-09-30", SUN, 30000)]


@pytest.mark.clause("PGM.10")
def test_a_watched_client_of_the_last_day_needs_a_measure():
    """Watch from 30 September 2026 on counts, risk until the 29th does not."""
    world = facts(
        issued("2026-01-05"),
        issued("2026-01-05", no="P-2", client=SECOND),
        graded("watch", "2026-09-30"),
        graded("risk", "2026-03-01", SECOND),
        graded("normal", "2026-09-30", SECOND),
    )
    assert without_measure(world, ONE, day("2026-09-30"), set()) == ["X:C1"]
    assert without_measure(world, ONE, day("2026-09-30"), {"X:C1"}) == []
    assert without_measure(world, TWO, day("2026-09-30"), set()) == []
