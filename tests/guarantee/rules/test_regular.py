"""Worked examples of regular visits (PGM.4, PGM.7)."""

from __future__ import annotations

import pytest

from tests.oracle.cast import LI, ONE, TWO, WANG, appointed, booked, day, facts, graded, issued, only, seen, visited
from tests.oracle.model import version

pytestmark = [pytest.mark.clause("PGM.4"), pytest.mark.usefixtures("rules")]
REGULAR = "regular_visit"


def periods(world, on):
    return [(opens, due) for opens, due, _, _ in seen(world, on, REGULAR)]


def test_a_normal_client_is_owed_each_calendar_quarter():
    """Issued 15 December 2025, no grade: quarters of 2026, none for the last quarter of 2025 (not in force on 1 October)."""
    world = facts(issued("2025-12-15"))
    assert periods(world, "2026-07-01") == [
        ("2026-01-01", "2026-03-31"),
        ("2026-04-01", "2026-06-30"),
        ("2026-07-01", "2026-09-30"),
    ]


def test_a_good_client_is_owed_each_calendar_half_year():
    world = facts(issued("2025-12-15"), graded("good", "2025-12-31"))
    assert periods(world, "2026-12-31") == [("2026-01-01", "2026-06-30"), ("2026-07-01", "2026-12-31")]


@pytest.mark.parametrize("grade", ["watch", "risk"])
def test_a_watched_client_is_owed_each_month(grade):
    world = facts(issued("2023-12-15"), graded(grade, "2023-12-31"))
    assert periods(world, "2024-03-01") == [
        ("2024-01-01", "2024-01-31"),
        ("2024-02-01", "2024-02-29"),
        ("2024-03-01", "2024-03-31"),
    ]


def test_issued_on_the_first_day_of_a_period_it_is_owed():
    assert periods(facts(issued("2026-01-01")), "2026-01-01") == [("2026-01-01", "2026-03-31")]
    assert periods(facts(issued("2026-01-02")), "2026-03-31") == []


@pytest.mark.clause("PGM.7")
def test_the_grade_on_the_first_day_decides():
    """Good from 1 April 2026, the very first day of the quarter: no quarter begins for it, the half-year does on 1 July."""
    world = facts(issued("2025-12-15"), graded("good", "2026-04-01"))
    assert periods(world, "2026-07-01") == [("2026-01-01", "2026-03-31"), ("2026-07-01", "2026-12-31")]


@pytest.mark.clause("PGM.7")
def test_a_grade_on_the_second_day_changes_the_next_period_only():
    """Watch from 2 January 2026: the quarter stays owed, months begin with February."""
    world = facts(issued("2025-12-15"), graded("watch", "2026-01-02"))
    assert periods(world, "2026-02-28") == [("2026-01-01", "2026-03-31"), ("2026-02-01", "2026-02-28")]


@pytest.mark.clause("PGM.7")
def test_a_grade_given_before_the_first_issue_counts():
    world = facts(issued("2026-01-20"), graded("risk", "2025-11-01"))
    assert periods(world, "2026-02-28") == [("2026-02-01", "2026-02-28")]


@pytest.mark.clause("PGM.7")
def test_no_grade_is_what_the_version_says():
    world = facts(issued("2025-12-15"), versions=[version(PGM_7__default_grade="watch")])
    assert periods(world, "2026-02-28") == [("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28")]


def test_no_rhythm_no_periods():
    world = facts(issued("2025-12-15"), graded("risk", "2025-12-20"), versions=[version(PGM_4__risk_months=0)])
    assert periods(world, "2026-12-31") == []


@pytest.mark.parametrize(
    ("visit", "state"), [("2026-01-01", "done"), ("2026-03-31", "done"), ("2026-04-01", "late"), ("2026-06-15", "late")]
)
@pytest.mark.parametrize(("kind", "no"), [("regular", None), ("special", None), ("routine", "P-1")])
def test_a_visit_of_any_kind_meets_it(visit, state, kind, no):
    world = facts(issued("2025-12-15"), visited(visit, kind, no))
    assert seen(world, "2026-12-31", REGULAR)[0] == ("2026-01-01", "2026-03-31", state, visit)


def test_a_visit_before_the_first_day_does_not_meet_it():
    world = facts(issued("2025-12-15"), visited("2025-12-31"))
    assert seen(world, "2026-01-31", REGULAR) == [("2026-01-01", "2026-03-31", "open", "")]


def test_one_visit_can_meet_several_periods():
    """Missed in January and February 2026, visited on 10 March: late, late, and done; each miss costs 50 yuan."""
    world = facts(issued("2025-12-15"), graded("watch", "2025-12-20"), visited("2026-03-10"))
    assert seen(world, "2026-03-31", REGULAR) == [
        ("2026-01-01", "2026-01-31", "late", "2026-03-10"),
        ("2026-02-01", "2026-02-28", "late", "2026-03-10"),
        ("2026-03-01", "2026-03-31", "done", "2026-03-10"),
    ]
    assert booked(world, "2026-03-31", REGULAR) == [("2026-01-01", LI, 5000), ("2026-02-01", LI, 5000)]


@pytest.mark.parametrize(
    ("released", "state"), [("2026-01-02", "lapsed"), ("2026-03-31", "lapsed"), ("2026-04-01", "overdue")]
)
def test_it_lapses_when_the_client_has_nothing_in_force_by_the_due_day(released, state):
    """On 31 March 2026, the due day itself, it still lapses; a release on 1 April is too late to save the owner."""
    world = facts(issued("2025-12-15", released=released))
    assert seen(world, "2026-06-30", REGULAR) == [("2026-01-01", "2026-03-31", state, "")]
    assert booked(world, "2026-06-30", REGULAR) == ([] if state == "lapsed" else [("2026-01-01", LI, 5000)])


@pytest.mark.parametrize(
    ("visit", "state", "done"), [("2026-02-09", "done", "2026-02-09"), ("2026-02-10", "lapsed", "")]
)
def test_a_visit_on_the_day_of_release_is_too_late(visit, state, done):
    world = facts(issued("2025-12-15", released="2026-02-10"), visited(visit))
    assert seen(world, "2026-06-30", REGULAR) == [("2026-01-01", "2026-03-31", state, done)]


def test_released_on_the_first_day_nothing_is_owed():
    assert periods(facts(issued("2025-12-15", released="2026-01-01")), "2026-06-30") == []


def test_it_stays_lapsed_after_a_gap_and_a_new_issue_within_the_period():
    """Released 10 February, issued anew on the 12th, visited on the 20th: the first quarter of 2026 lapsed on the 10th."""
    world = facts(
        issued("2025-12-15", released="2026-02-10"), issued("2026-02-12", no="P-2"), visited("2026-02-20", "regular")
    )
    assert seen(world, "2026-04-01", REGULAR) == [
        ("2026-01-01", "2026-03-31", "lapsed", ""),
        ("2026-04-01", "2026-06-30", "open", ""),
    ]


def test_touching_guarantees_leave_no_day_without_one():
    """Released on 10 February 2026, the next issued that very day: the duty stands."""
    world = facts(issued("2025-12-15", released="2026-02-10"), issued("2026-02-10", no="P-2", by=WANG))
    assert seen(world, "2026-03-31", REGULAR) == [("2026-01-01", "2026-03-31", "open", "")]
    assert only(world, "2026-02-09", REGULAR)["owner"] == LI
    assert only(world, "2026-02-10", REGULAR)["owner"] == WANG


def test_a_version_that_begins_within_a_period_leaves_it_alone():
    """Normal clients monthly from 15 February 2026: the quarter stands, months begin with March."""
    versions = [
        version(ends_on=day("2026-02-15")),
        version(name="2026-02", effective_on=day("2026-02-15"), PGM_4__normal_months=1, PGM_12__yuan=6000),
    ]
    world = facts(issued("2025-12-15"), versions=versions)
    assert periods(world, "2026-04-30") == [
        ("2026-01-01", "2026-03-31"),
        ("2026-03-01", "2026-03-31"),
        ("2026-04-01", "2026-04-30"),
    ]
    assert booked(world, "2026-04-30", REGULAR) == [("2026-01-01", LI, 5000), ("2026-03-01", LI, 6000)]


def test_no_version_on_the_first_day_no_duty():
    """The rules began on 1 April 2016: no first quarter, though it would have been due in March; the second is owed."""
    assert periods(facts(issued("2015-06-01")), "2016-04-30") == [("2016-04-01", "2016-06-30")]


def test_the_guarantee_issued_last_speaks_for_the_client():
    """P-9 of 1 January, P-10 of 5 February 2026 (another department): Li's until the 4th, then Wang's, then Li's again."""
    world = facts(
        issued("2026-01-01", no="P-9"), issued("2026-02-05", no="P-10", by=WANG, of=TWO, released="2026-03-01")
    )
    told = [
        only(world, on, REGULAR) for on in ("2026-02-04", "2026-02-05", "2026-02-28", "2026-03-01", "2026-05-01")[:4]
    ]
    assert [(d["owner"], d["department"]) for d in told] == [(LI, ONE), (WANG, TWO), (WANG, TWO), (LI, ONE)]


def test_of_two_issued_on_one_day_the_greater_project_number_speaks_as_text():
    """As text "P-9" is greater than "P-10", and a lower-case letter is greater than an upper-case one."""
    world = facts(issued("2026-01-01", no="P-9"), issued("2026-01-01", no="P-10", by=WANG, of=TWO))
    assert only(world, "2026-01-01", REGULAR)["owner"] == LI
    world = facts(issued("2026-01-01", no="P-a"), issued("2026-01-01", no="P-B", by=WANG, of=TWO))
    assert only(world, "2026-01-01", REGULAR)["owner"] == LI


def test_the_owner_of_a_missed_visit_is_the_one_on_the_due_day():
    """Wang took over on 31 March 2026, the due day; what happens to the guarantee on 1 April does not matter."""
    world = facts(
        issued("2025-12-15", released="2026-04-01"), appointed(WANG, "2026-03-31"), appointed("S09", "2026-04-01")
    )
    duty = only(world, "2026-06-30", REGULAR)
    assert (duty["owner"], duty["department"], duty["state"]) == (WANG, ONE, "overdue")
    assert booked(world, "2026-06-30", REGULAR) == [("2026-01-01", WANG, 5000)]


def test_its_row_has_the_keys_of_a_regular_visit():
    duty = only(facts(issued("2025-12-15")), "2026-01-01", REGULAR)
    assert duty == {
        "clause": "PGM.4",
        "kind": "regular_visit",
        "version": "2016-04-01",
        "client_id_no": "X:C1",
        "project_no": None,
        "department": ONE,
        "quarter": None,
        "period_first": "2026-01-01",
        "period_last": "2026-03-31",
        "owner": LI,
        "opens_on": "2026-01-01",
        "due_on": "2026-03-31",
        "state": "open",
        "done_on": None,
    }


@pytest.mark.clause("PGM.7")
def test_a_grade_of_today_opens_todays_period():
    """Watch from 1 February 2026: seen that very day the month is owed; on 31 January nobody knows."""
    world = facts(issued("2025-12-15"), graded("watch", "2026-02-01"))
    assert periods(world, "2026-01-31") == [("2026-01-01", "2026-03-31")]
    assert periods(world, "2026-02-01") == [("2026-01-01", "2026-03-31"), ("2026-02-01", "2026-02-28")]
