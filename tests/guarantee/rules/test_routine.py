"""Worked examples of routine visits (PGM.3)."""

from __future__ import annotations

from itertools import permutations

import pytest

from tests.oracle.cast import LI, ONE, SECOND, WANG, appointed, booked, day, facts, issued, only, seen, visited
from tests.oracle.model import ExceptionTo, Parameter, version

pytestmark = [pytest.mark.clause("PGM.3"), pytest.mark.usefixtures("rules")]
ROUTINE = "routine_visit"


@pytest.mark.parametrize(
    ("issue", "due"),
    [
        ("2024-02-29", "2024-03-15"),
        ("2024-02-15", "2024-03-01"),
        ("2023-02-15", "2023-03-02"),
        ("2025-12-20", "2026-01-04"),
        ("2026-03-31", "2026-04-15"),
    ],
)
def test_it_is_due_fifteen_days_after_the_issue_day(issue, due):
    """Issued on 29 February 2024, the issue day is day 0, so 15 March is day 15."""
    assert seen(facts(issued(issue)), issue, ROUTINE) == [(issue, due, "open", "")]
    assert seen(facts(issued(issue)), due, ROUTINE) == [(issue, due, "open", "")]


def test_it_is_overdue_on_the_day_after():
    """Issued 1 July 2026, due on the 16th: still open on the 16th, overdue on the 17th, 50 yuan on Li."""
    world = facts(issued("2026-07-01"))
    assert seen(world, "2026-07-16", ROUTINE)[0][2] == "open"
    assert seen(world, "2026-07-17", ROUTINE)[0][2] == "overdue"
    assert booked(world, "2026-07-16", ROUTINE) == []
    assert booked(world, "2026-07-17", ROUTINE) == [("2026-07-01", LI, 5000)]


def test_the_guarantee_of_tomorrow_is_not_seen_today():
    assert seen(facts(issued("2026-07-01")), "2026-06-30", ROUTINE) == []


@pytest.mark.parametrize(
    ("visit", "state"),
    [("2026-07-01", "done"), ("2026-07-16", "done"), ("2026-07-17", "late"), ("2026-09-30", "late")],
)
def test_a_visit_meets_it_from_the_issue_day_on(visit, state):
    """Issued 1 July 2026: a visit on the issue day or on the 16th is in time, one on the 17th is late."""
    world = facts(issued("2026-07-01"), visited(visit, "routine", "P-1"))
    assert seen(world, "2026-12-31", ROUTINE) == [("2026-07-01", "2026-07-16", state, visit)]


def test_the_first_visit_counts():
    world = facts(
        issued("2026-07-01"), visited("2026-07-20", "routine", "P-1"), visited("2026-07-05", "routine", "P-1")
    )
    assert seen(world, "2026-12-31", ROUTINE)[0][3] == "2026-07-05"


def test_a_visit_of_the_next_day_does_not_exist_yet():
    world = facts(issued("2026-07-01"), visited("2026-07-05", "routine", "P-1"))
    assert seen(world, "2026-07-04", ROUTINE) == [("2026-07-01", "2026-07-16", "open", "")]


@pytest.mark.parametrize("kind", ["regular", "special"])
def test_another_kind_of_visit_does_not_meet_it(kind):
    world = facts(issued("2026-07-01"), visited("2026-07-05", kind, "P-1"))
    assert seen(world, "2026-07-31", ROUTINE)[0][2] == "overdue"


def test_a_routine_visit_before_this_guarantee_was_issued_does_not_meet_it():
    """The old client (since 2025) was visited for the new guarantee on 30 June, a day before its issue."""
    world = facts(issued("2025-01-01", no="P-0"), issued("2026-07-01"), visited("2026-06-30", "routine", "P-1"))
    assert seen(world, "2026-07-20", ROUTINE) == [
        ("2025-01-01", "2025-01-16", "overdue", ""),
        ("2026-07-01", "2026-07-16", "overdue", ""),
    ]


def test_a_routine_visit_before_the_first_issue_counts_for_nothing():
    world = facts(issued("2026-07-01"), visited("2026-06-30", "routine", "P-1"))
    assert seen(world, "2026-07-20", ROUTINE)[0][2] == "overdue"


def test_another_guarantees_visit_does_not_meet_it():
    """Two guarantees of one day are two duties, and one visit names one of them."""
    world = facts(issued("2026-07-01"), issued("2026-07-01", no="P-2"), visited("2026-07-02", "routine", "P-2"))
    assert [s[2] for s in seen(world, "2026-07-20", ROUTINE)] == ["overdue", "done"]


def test_a_visit_naming_another_clients_guarantee_counts_for_nobody():
    world = facts(
        issued("2026-07-01"),
        issued("2026-07-01", no="P-2", client=SECOND),
        visited("2026-07-02", "routine", "P-2"),
    )
    assert [s[2] for s in seen(world, "2026-07-20", ROUTINE)] == ["overdue", "overdue"]


@pytest.mark.parametrize(
    ("released", "state"),
    [("2026-07-02", "lapsed"), ("2026-07-15", "lapsed"), ("2026-07-16", "lapsed"), ("2026-07-17", "overdue")],
)
def test_it_lapses_when_its_guarantee_is_released_by_the_due_day(released, state):
    """Due on 16 July 2026: released on that day it lapses, a day later it had been missed and costs 50 yuan."""
    world = facts(issued("2026-07-01", released=released))
    assert seen(world, "2026-07-31", ROUTINE) == [("2026-07-01", "2026-07-16", state, "")]
    assert booked(world, "2026-07-31", ROUTINE) == ([] if state == "lapsed" else [("2026-07-01", LI, 5000)])


def test_it_is_open_until_the_release_is_known():
    world = facts(issued("2026-07-01", released="2026-07-10"))
    assert seen(world, "2026-07-09", ROUTINE)[0][2] == "open"
    assert seen(world, "2026-07-10", ROUTINE)[0][2] == "lapsed"


@pytest.mark.parametrize(
    ("visit", "state", "done"), [("2026-07-09", "done", "2026-07-09"), ("2026-07-10", "lapsed", "")]
)
def test_a_visit_on_the_day_of_release_is_not_before_it(visit, state, done):
    world = facts(issued("2026-07-01", released="2026-07-10"), visited(visit, "routine", "P-1"))
    assert seen(world, "2026-07-31", ROUTINE) == [("2026-07-01", "2026-07-16", state, done)]


def test_a_lapsed_duty_stays_lapsed_whatever_comes_later():
    """Released on 10 July 2026, visited on the 12th; another guarantee of the client is in force all along."""
    world = facts(
        issued("2026-07-01", released="2026-07-10"),
        issued("2026-06-01", no="P-0"),
        visited("2026-07-12", "routine", "P-1"),
    )
    assert seen(world, "2026-08-31", ROUTINE)[1] == ("2026-07-01", "2026-07-16", "lapsed", "")


def test_a_missed_duty_can_be_made_up_for_after_the_release():
    world = facts(issued("2026-07-01", released="2026-07-20"), visited("2026-07-25", "routine", "P-1"))
    assert seen(world, "2026-07-31", ROUTINE) == [("2026-07-01", "2026-07-16", "late", "2026-07-25")]


def test_a_past_end_date_changes_nothing():
    """Only a release ends a guarantee; the model has no end date at all."""
    assert seen(facts(issued("2024-07-01")), "2026-07-01", ROUTINE)[0][2] == "overdue"


def test_the_owner_is_the_guarantees_own_manager_on_the_earlier_of_the_day_and_the_due_day():
    """Li until 9 July 2026, Wang from the 10th, somebody else after the due day."""
    world = facts(issued("2026-07-01"), appointed(WANG, "2026-07-10"), appointed("S09", "2026-07-17"))
    assert only(world, "2026-07-09", ROUTINE)["owner"] == LI
    assert only(world, "2026-07-10", ROUTINE)["owner"] == WANG
    assert only(world, "2026-07-31", ROUTINE)["owner"] == WANG
    assert booked(world, "2026-07-31", ROUTINE) == [("2026-07-01", WANG, 5000)]


def test_an_appointment_on_the_due_day_still_moves_the_penalty():
    world = facts(issued("2026-07-01"), appointed(WANG, "2026-07-16"))
    assert booked(world, "2026-07-31", ROUTINE) == [("2026-07-01", WANG, 5000)]


def test_owner_and_department_are_unknown_when_it_is_not_in_force_on_the_owners_day():
    world = facts(issued("2026-07-01", released="2026-07-10"))
    before, after = only(world, "2026-07-09", ROUTINE), only(world, "2026-07-10", ROUTINE)
    assert (before["owner"], before["department"]) == (LI, ONE)
    assert (after["owner"], after["department"]) == (None, None)


def test_the_version_of_the_issue_day_decides():
    """Ten days from 1 July 2026 on; the guarantee of 30 June keeps its fifteen."""
    versions = [
        version(ends_on=day("2026-07-01")),
        version(name="2026-07", effective_on=day("2026-07-01"), PGM_3__days_after_issue=10, PGM_12__yuan=8000),
    ]
    world = facts(issued("2026-06-30"), issued("2026-07-01", no="P-2"), versions=versions)
    assert seen(world, "2026-08-01", ROUTINE) == [
        ("2026-06-30", "2026-07-15", "overdue", ""),
        ("2026-07-01", "2026-07-11", "overdue", ""),
    ]
    assert booked(world, "2026-08-01", ROUTINE) == [("2026-06-30", LI, 5000), ("2026-07-01", LI, 8000)]


def test_no_version_in_force_means_no_duty():
    """The rules of 1 April 2016 say nothing about a guarantee of 31 March 2016."""
    world = facts(issued("2016-03-31"), issued("2016-04-01", no="P-2"))
    assert [s[0] for s in seen(world, "2016-05-01", ROUTINE)] == ["2016-04-01"]


def test_a_version_that_ended_says_nothing_any_more():
    world = facts(issued("2026-07-01"), versions=[version(ends_on=day("2026-07-01"))])
    assert seen(world, "2026-07-31", ROUTINE) == []


def test_an_exception_changes_the_days_for_its_department_and_product():
    days = Parameter(
        15,
        (
            ExceptionTo("一部", {"department": (ONE,)}, 7),
            ExceptionTo("一部票据", {"department": (ONE,), "product": ("票据",)}, 3, over=("一部",)),
        ),
    )
    versions = [version(PGM_3__days_after_issue=days)]
    world = facts(
        issued("2026-07-01"),
        issued("2026-07-01", no="P-2", product="票据"),
        issued("2026-07-01", no="P-3", product="票据", of="业务二部"),
        versions=versions,
    )
    assert [s[1] for s in seen(world, "2026-07-01", ROUTINE)] == ["2026-07-08", "2026-07-04", "2026-07-16"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_of_three_exceptions_the_one_over_the_others_stands_in_whatever_order_they_are_written(order):
    """7 days in department one, 3 for bills over that, 1 for bills in department one over both."""
    written = (
        ExceptionTo("一部", {"department": (ONE,)}, 7),
        ExceptionTo("票据", {"product": ("票据",)}, 3, over=("一部",)),
        ExceptionTo("一部票据", {"department": (ONE,), "product": ("票据",)}, 1, over=("票据", "一部")),
    )
    days = Parameter(15, tuple(written[n] for n in order))
    world = facts(
        issued("2026-07-01"),
        issued("2026-07-01", no="P-2", product="票据"),
        issued("2026-07-01", no="P-3", product="票据", of="业务二部"),
        versions=[version(PGM_3__days_after_issue=days)],
    )
    assert [s[1] for s in seen(world, "2026-07-01", ROUTINE)] == ["2026-07-08", "2026-07-02", "2026-07-04"]
