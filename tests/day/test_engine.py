"""The engine in small, worked cases: going live, waivers, reversals, what is set aside, days asked for twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError

from baohou.day import engine
from baohou.day.models import SetAside
from baohou.guarantee.models import Guarantee, Visit
from baohou.guarantee.services.touch import touch
from baohou.kernel.accountability.models import Entry
from baohou.kernel.accountability.services import set_go_live, waive
from baohou.kernel.rulebook.models import RuleSet
from tests.day.playing import compare, everything
from tests.oracle.cast import LI, ONE, QIAN, SECOND, WANG, appointed, day, facts, graded, issued, posted, visited
from tests.oracle.database import Database, write_version
from tests.oracle.model import version
from tests.oracle.script import Act

pytestmark = pytest.mark.django_db


def world(*records):
    """A database with these facts recorded, and the facts."""
    told = facts(*records)
    people = [posted(LI, post="project_manager"), posted(WANG, post="project_manager"), posted(QIAN)]
    told = told.but(postings=(*told.postings, *people))
    database = Database(told, [*everything(told), issued("2030-01-01", client=SECOND)])
    database.record_all(told)
    return database, told


def entries():
    """The ledger as (kind, staff number, fen, dated)."""
    rows = Entry.objects.order_by("pk").select_related("staff")
    return [(e.get_kind_display(), e.staff.staff_no, e.amount_fen, e.dated.isoformat()) for e in rows]


BOOKED = ("处罚", LI, 5000, "2026-07-17")


@pytest.mark.clause("PGM.12")
def test_it_books_once_ever_dated_the_day_after_the_due_day():
    """Issued 1 July 2026, due on the 16th, run on the 16th, the 20th, the 20th again and the 31st."""
    world(issued("2026-07-01"))
    engine.run(on=day("2026-07-16"))
    assert entries() == []
    for on in ("2026-07-20", "2026-07-20", "2026-07-31"):
        engine.run(on=day(on))
    assert entries() == [BOOKED]


@pytest.mark.clause("PGM.12")
def test_a_visit_in_time_recorded_late_is_answered_by_a_reversal():
    """Visited on 10 July, recorded after the run of the 20th: the ledger grows by a reversal of the next run's day."""
    database, told = world(issued("2026-07-01"))
    engine.run(on=day("2026-07-20"))
    visit = visited("2026-07-10", "routine", "P-1")
    database.record(Act(day("2026-07-21"), None, visit))
    engine.run(on=day("2026-07-22"))
    assert entries() == [BOOKED, ("冲回", LI, -5000, "2026-07-22")]
    compare([told.but(visits=(visit,))], day("2026-07-22"))


@pytest.mark.clause("PGM.12")
def test_a_penalty_that_is_owed_again_is_booked_again():
    """The late record of the visit turns out wrong and is removed: one more entry, and fifty yuan stand."""
    database, _ = world(issued("2026-07-01"))
    visit = visited("2026-07-10", "routine", "P-1")
    engine.run(on=day("2026-07-20"))
    database.record(Act(day("2026-07-21"), None, visit))
    engine.run(on=day("2026-07-22"))
    database.record(Act(day("2026-07-23"), visit, None))
    engine.run(on=day("2026-07-24"))
    assert entries() == [BOOKED, ("冲回", LI, -5000, "2026-07-22"), ("处罚", LI, 5000, "2026-07-24")]


@pytest.mark.clause("PGM.12")
def test_a_manager_corrected_later_moves_the_penalty():
    """Wang had the guarantee since 10 July; it is said on the 21st."""
    database, _ = world(issued("2026-07-01"))
    engine.run(on=day("2026-07-20"))
    database.record(Act(day("2026-07-21"), None, appointed(WANG, "2026-07-10")))
    engine.run(on=day("2026-07-22"))
    assert sorted(entries()[1:]) == [("冲回", LI, -5000, "2026-07-22"), ("处罚", WANG, 5000, "2026-07-22")]


@pytest.mark.clause("PGM.12")
@pytest.mark.parametrize(("waived", "reversed_"), [(2000, -3000), (5000, None)])
def test_a_reversal_takes_only_what_a_waiver_left(waived, reversed_):
    database, told = world(issued("2026-07-01"))
    engine.run(on=day("2026-07-20"))
    [entry] = Entry.objects.all()
    waive(
        duty_key=entry.duty_key,
        staff=entry.staff,
        amount_fen=waived,
        because="住院",
        on=day("2026-07-21"),
        actor="",
        door="test",
    )
    visit = visited("2026-07-10", "routine", "P-1")
    database.record(Act(day("2026-07-21"), None, visit))
    engine.run(on=day("2026-07-22"))
    expected = [BOOKED, ("减免", LI, -waived, "2026-07-21")]
    assert entries() == [*expected, ("冲回", LI, reversed_, "2026-07-22")] if reversed_ else expected
    compare([told.but(visits=(visit,))], day("2026-07-22"))


@pytest.mark.clause("PGM.12")
def test_nothing_due_before_the_go_live_day_is_booked_also_when_it_is_decided_later():
    """Due on 16 July 2026; going live on the 17th is decided after the booking, then corrected to the 16th."""
    world(issued("2026-07-01"))
    engine.run(on=day("2026-07-20"))
    set_go_live(on=day("2026-07-17"), actor="", door="test")
    engine.run(on=day("2026-07-21"))
    assert entries() == [BOOKED, ("冲回", LI, -5000, "2026-07-21")]
    set_go_live(on=day("2026-07-16"), actor="", door="test")
    engine.run(on=day("2026-07-22"))
    assert sum(e[2] for e in entries()) == 5000


@pytest.mark.clause("PGM.12")
def test_the_ledger_holds_one_entry_a_turn_and_no_nonsense():
    """The database refuses a second entry of one turn, a penalty that gives and a reversal that takes."""
    world(issued("2026-07-01"))
    engine.run(on=day("2026-07-20"))
    for changes in ({}, {"seq": 7, "amount_fen": -1}, {"seq": 7, "kind": 2}):
        [entry] = Entry.objects.all()
        entry.pk = None
        for name, value in changes.items():
            setattr(entry, name, value)
        with pytest.raises(IntegrityError), engine.transaction.atomic():
            entry.save(force_insert=True)


@pytest.mark.clause("PGM.3")
def test_a_day_before_the_last_one_run_changes_nothing():
    _, told = world(issued("2026-07-01"))
    engine.run(on=day("2026-07-20"))
    report = engine.run(on=day("2026-07-10"))
    assert (report.ran, report.on) == (False, day("2026-07-20"))
    compare([told], day("2026-07-20"))


@pytest.mark.clause("PGM.3")
def test_a_visit_before_the_first_issue_is_set_aside_and_all_else_goes_on():
    """The visit of 30 June is a day too early; a second client's visit meets its duty. Mended and retried it counts."""
    wrong = visited("2026-06-30", "routine", "P-1")
    _, told = world(
        issued("2026-07-01"),
        issued("2026-07-01", no="P-2", client=SECOND),
        wrong,
        visited("2026-07-02", "routine", "P-2", client=SECOND),
    )
    report = engine.run(on=day("2026-07-20"))
    compare([told], day("2026-07-20"))
    [aside] = SetAside.objects.all()
    assert (aside.code, aside.since) == ("guarantee.visit.before_issue", day("2026-07-20"))
    assert sum(step.counts.set_aside for step in report.steps) == 1
    right = visited("2026-07-03", "routine", "P-1")
    Visit.objects.filter(pk=aside.row).update(visited_on=right.visited_on)
    engine.run(on=day("2026-07-21"), retry=True)
    assert not SetAside.objects.exists()
    compare([told.but(visits=(right, told.visits[1]))], day("2026-07-21"))


@pytest.mark.clause("PGM.3")
def test_a_visit_on_another_clients_guarantee_is_set_aside_until_mended():
    database, told = world(
        issued("2026-07-01"),
        issued("2026-07-01", no="P-2", client=SECOND),
        visited("2026-07-02", "routine", "P-2"),
    )
    engine.run(on=day("2026-07-20"))
    compare([told], day("2026-07-20"))
    assert SetAside.objects.get().code == "guarantee.visit.other_client"
    Visit.objects.update(guarantee=Guarantee.objects.get(project_no="P-1"))
    touch([(database.parties["X:C1"].pk, day("2026-07-02"))])
    engine.run(on=day("2026-07-20"))
    assert not SetAside.objects.exists()
    compare([told.but(visits=(visited("2026-07-02", "routine", "P-1"),))], day("2026-07-20"))


@pytest.mark.clause("PGM.7")
def test_a_grade_of_the_past_plans_the_past_anew():
    """On 20 May 2026 it is recorded that the client was on watch since 15 January: months take the quarters' place."""
    database, told = world(issued("2025-12-01"))
    engine.run(on=day("2026-05-19"))
    grade = graded("watch", "2026-01-15")
    database.record(Act(day("2026-05-20"), None, grade))
    engine.run(on=day("2026-05-20"))
    compare([told.but(grades=(grade,))], day("2026-05-20"))


@pytest.mark.clause("PGM.13")
def test_a_department_manager_named_later_for_the_past_takes_the_penalty():
    """Department one's plan of the second quarter of 2026, due 10 July; on the 20th it is said that M02 managed since May."""
    database, told = world(issued("2026-01-05"))
    engine.run(on=day("2026-07-15"))
    posting = posted(WANG, "2026-05-01", ONE)
    database.record(Act(day("2026-07-20"), None, posting))
    engine.run(on=day("2026-07-20"))
    compare([told.but(postings=(*told.postings, posting))], day("2026-07-20"))


@pytest.mark.clause("PGM.12")
def test_no_facts_no_day():
    with pytest.raises(engine.NothingToRun):
        engine.run(on=day("2026-07-20"))


@pytest.mark.clause("PGM.0")
def test_a_version_adopted_between_two_days_takes_its_place_on_its_day():
    """On 20 June 2026 new rules are adopted for 1 July: ten days, 80 yuan, months for normal clients."""
    _, told = world(issued("2026-06-15"), issued("2026-07-01", no="P-2"))
    engine.run(on=day("2026-06-19"))
    begins = day("2026-07-01")
    changes = {"PGM_3__days_after_issue": 10, "PGM_12__yuan": 8000, "PGM_4__normal_months": 1}
    versions = (version(ends_on=begins), version(name="2026-07", effective_on=begins, **changes))
    rule_set = RuleSet.objects.get(code="PGM")
    rule_set.versions.update(ends_on=begins)
    write_version(rule_set, versions[1])
    told = told.but(versions=versions)
    for on in ("2026-06-20", "2026-06-30", "2026-07-01", "2026-07-12", "2026-08-02"):
        engine.run(on=day(on))
        compare([told], day(on))
    assert engine.verify().differences == 0


@pytest.mark.clause("PGM.7")
def test_facts_recorded_before_their_day_take_effect_on_their_day():
    """Known on 1 June 2026: watch from 1 July, Wang from 5 July, released on 20 July."""
    database, told = world(issued("2026-03-10"))
    engine.run(on=day("2026-05-31"))
    [guarantee] = told.guarantees
    released = replace(guarantee, released_on=day("2026-07-20"))
    for before, after in (
        (None, graded("watch", "2026-07-01")),
        (None, appointed(WANG, "2026-07-05")),
        (guarantee, released),
    ):
        database.record(Act(day("2026-06-01"), before, after))
    told = told.but(
        guarantees=(released,), grades=(graded("watch", "2026-07-01"),), appointments=(appointed(WANG, "2026-07-05"),)
    )
    for on in ("2026-06-01", "2026-06-30", "2026-07-01", "2026-07-04", "2026-07-05", "2026-07-20", "2026-08-01"):
        engine.run(on=day(on))
        compare([told], day(on))
