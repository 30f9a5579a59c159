"""The hand-over of a quarter's visit reports: ticked by both sides, signed by both, nothing missing (PGM.11)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from baohou.core.errors import Refused
from baohou.core.period import Quarter
from baohou.day import engine
from baohou.guarantee.models import Filing, Guarantee, HandOver, HandOverItem, HandOverReceipt, Visit
from baohou.guarantee.queries.forms import list_visit_reports
from baohou.guarantee.queries.hand_overs import RECEIPT, reports_of, unlisted
from baohou.guarantee.rules.words import DutyKind, FilingKind, FilingVerb, Medium
from baohou.guarantee.services import hand_over_receipts, hand_overs, reports
from baohou.kernel.accountability.models import Entry
from baohou.kernel.audit.models import Change
from baohou.kernel.duties.models import Duty
from baohou.kernel.papers import archive, records
from baohou.kernel.papers.models import Signature, Volume
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Staff
from tests.cast import Portfolio, TakeIn
from tests.guarantee.conftest import THIRD, Visited

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.11")]
EIGHTH, NINTH, TENTH, TWELFTH = (date(2026, 10, day) for day in (8, 9, 10, 12))
CABINET = archive.Place("3号柜", "第2层")


def _as(staff: Staff) -> dict[str, Any]:
    return {"by": staff, "actor": staff.staff_no, "door": "page"}


def _items(hand_over: HandOver, visits: Iterable[Visit] | None = None) -> list[HandOverItem]:
    found = hand_over.items.order_by("visit__visited_on")
    return list(found if visits is None else found.filter(visit__in=visits))


def _give_all(hand_over: HandOver, cast: Any, on: date = NINTH) -> None:
    hand_overs.give(hand_over=hand_over, items=_items(hand_over), medium=Medium.PAPER, on=on, **_as(cast.manager))


def _receive_all(hand_over: HandOver, cast: Any, on: date = TENTH) -> None:
    hand_overs.receive(hand_over=hand_over, items=_items(hand_over), on=on, **_as(cast.supervisor))


def _sign_over(hand_over: HandOver, cast: Any, on: date = NINTH) -> HandOverReceipt:
    return hand_over_receipts.sign_over(hand_over=hand_over, on=on, **_as(cast.manager))


def _sign_for(hand_over: HandOver, cast: Any, on: date = TENTH) -> HandOverReceipt:
    return hand_over_receipts.sign_for(
        hand_over=hand_over, place=CABINET, retention_years=10, on=on, **_as(cast.supervisor)
    )


def _refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda refused: refused.code == code)


def test_the_list_holds_the_visits_to_clients_that_were_the_departments(
    hand_over: HandOver, quarter_visits: list[Visit], portfolio: Portfolio
) -> None:
    """业务一部 has three visits of 2026Q3 on its list, in order; 湖滨食品 of 业务二部 is not there."""
    assert [item.visit for item in _items(hand_over)] == quarter_visits
    assert {item.given_on for item in _items(hand_over)} == {None}


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
    assert quarter_visits[1] in [item.visit for item in _items(theirs)]
    assert len(_items(hand_over)) == 2
    Guarantee.objects.filter(pk=portfolio.released.pk).update(department=hand_over.department)
    assert hand_overs.refresh(hand_over=theirs, actor="M02", door="page").removed == 1
    assert hand_overs.refresh(hand_over=hand_over, actor="M01", door="page").added == 1


def test_it_rejects_a_list_of_nothing_twice_too_early_and_of_history(hand_over: HandOver, portfolio: Portfolio) -> None:
    ours, theirs = hand_over.department, portfolio.elsewhere.department
    who: dict[str, Any] = {"actor": "M01", "door": "page"}
    with _refused("guarantee.hand_over.begun"):
        hand_overs.begin(department=ours, quarter=THIRD, on=EIGHTH, **who)
    with _refused("guarantee.hand_over.too_early"):
        hand_overs.begin(department=ours, quarter=Quarter(2026, 4), on=date(2026, 9, 30), **who)
    with _refused("guarantee.hand_over.nothing"):
        hand_overs.begin(department=ours, quarter=Quarter(2026, 1), on=EIGHTH, **who)
    Filing.objects.create(
        department=theirs,
        quarter=THIRD.last,
        kind=FilingKind.HAND_OVER,
        filed_on=EIGHTH,
        by=portfolio.cast.other_manager,
    )
    with _refused("guarantee.hand_over.history"):
        hand_overs.begin(department=theirs, quarter=THIRD, on=EIGHTH, **who)


def test_a_project_manager_gives_ones_own_reports_the_department_manager_all(
    hand_over: HandOver, quarter_visits: list[Visit], portfolio: Portfolio
) -> None:
    """张甲 gives two of one's own with their pages, not 李乙's; 钱丙 the rest."""
    cast = portfolio.cast
    with _refused("guarantee.hand_over.not_own"):
        hand_overs.give(hand_over=hand_over, items=_items(hand_over), medium=Medium.PAPER, on=EIGHTH, **_as(cast.a))
    own = _items(hand_over, quarter_visits[1:])
    pages = {item.pk: 4 for item in own}
    assert (
        hand_overs.give(hand_over=hand_over, items=own, medium=Medium.PAPER, on=EIGHTH, pages=pages, **_as(cast.a)) == 2
    )
    _give_all(hand_over, cast)
    assert [(item.given_by, item.given_on, item.pages) for item in _items(hand_over)] == [
        (cast.manager, NINTH, None),
        (cast.a, EIGHTH, 4),
        (cast.a, EIGHTH, 4),
    ]


def test_another_departments_manager_gives_and_signs_nothing(hand_over: HandOver, portfolio: Portfolio) -> None:
    """周丁 of 业务二部 gives no report of 业务一部 and does not sign; neither does 张甲, who manages nothing."""
    cast = portfolio.cast
    with _refused("guarantee.hand_over.not_own"):
        hand_overs.give(
            hand_over=hand_over, items=_items(hand_over), medium=Medium.PAPER, on=NINTH, **_as(cast.other_manager)
        )
    _give_all(hand_over, cast)
    for staff in (cast.other_manager, cast.a, cast.supervisor):
        with _refused("guarantee.hand_over.not_manager"):
            hand_over_receipts.sign_over(hand_over=hand_over, on=NINTH, **_as(staff))


def test_it_rejects_another_lists_report(hand_over: HandOver, portfolio: Portfolio) -> None:
    other = hand_overs.begin(
        department=portfolio.elsewhere.department, quarter=THIRD, on=EIGHTH, actor="M02", door="page"
    )
    with _refused("guarantee.hand_over.other_list"):
        hand_overs.give(
            hand_over=hand_over, items=_items(other), medium=Medium.PAPER, on=NINTH, **_as(portfolio.cast.manager)
        )


def test_a_giver_withdraws_until_it_is_received(hand_over: HandOver, portfolio: Portfolio) -> None:
    cast = portfolio.cast
    _give_all(hand_over, cast)
    first, second = _items(hand_over)[:2]
    hand_overs.withdraw(hand_over=hand_over, items=[first], **_as(cast.manager))
    assert _items(hand_over)[0].given_on is None
    assert Change.objects.filter(act__verb="hand_overs.withdraw").get().before["given_by"] == "M01"
    hand_overs.receive(hand_over=hand_over, items=[second], on=TENTH, **_as(cast.supervisor))
    with _refused("guarantee.hand_over.taken"):
        hand_overs.withdraw(hand_over=hand_over, items=[second], **_as(cast.manager))


def test_nothing_is_received_before_it_is_given(hand_over: HandOver, portfolio: Portfolio) -> None:
    """孙戊 ticks a report that nobody gave, or as received the day before it was given: refused."""
    cast = portfolio.cast
    with _refused("guarantee.hand_over.not_given"):
        _receive_all(hand_over, cast)
    _give_all(hand_over, cast)
    with _refused("guarantee.hand_over.before_given"):
        _receive_all(hand_over, cast, on=EIGHTH)
    with _refused("guarantee.hand_over.not_receiver"):
        hand_overs.receive(hand_over=hand_over, items=_items(hand_over), on=TENTH, **_as(cast.manager))


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
    two = _items(hand_over, quarter_visits[:2])
    hand_overs.give(hand_over=hand_over, items=two, medium=Medium.PAPER, on=NINTH, **_as(cast.manager))
    with pytest.raises(Refused) as refused:
        _sign_over(hand_over, cast)
    assert "还有 1 份没有移交" in refused.value.message
    assert "东方钢铁有限公司 2026-09-15" in refused.value.message
    assert not Filing.objects.exists()


def test_a_visit_recorded_after_the_list_began_is_missed(
    hand_over: HandOver, portfolio: Portfolio, visited: Visited
) -> None:
    """All three given, then a visit of 09-28 is written down: neither side can sign until it is on the list."""
    cast = portfolio.cast
    _give_all(hand_over, cast)
    visited(portfolio.steel, date(2026, 9, 28), cast.b)
    with _refused("guarantee.hand_over.unlisted"):
        _sign_over(hand_over, cast)
    hand_overs.refresh(hand_over=hand_over, actor="M01", door="page")
    with _refused("guarantee.hand_over.missing"):
        _sign_over(hand_over, cast)
    _give_all(hand_over, cast)
    _sign_over(hand_over, cast)
    visited(portfolio.steel, date(2026, 9, 29), cast.b)
    _receive_all(hand_over, cast)
    with _refused("guarantee.hand_over.unlisted"):
        _sign_for(hand_over, cast)
    hand_overs.refresh(hand_over=hand_over, actor="M01", door="page")
    with _refused("guarantee.hand_over.missing"):
        _sign_for(hand_over, cast)
    with pytest.raises(Refused, check=lambda refused: refused.code == "guarantee.hand_over.waits"):
        _sign_over(hand_over, cast)


def test_it_rejects_signing_before_the_quarter_is_over(portfolio: Portfolio, visited: Visited) -> None:
    """The list of 2026Q3 may begin and be ticked in September; signing waits for the 30th."""
    cast = portfolio.cast
    visited(portfolio.steel, date(2026, 9, 1), cast.a)
    hand_over = hand_overs.begin(
        department=portfolio.first.department, quarter=THIRD, on=date(2026, 9, 2), actor="M01", door="page"
    )
    _give_all(hand_over, cast, on=date(2026, 9, 2))
    with _refused("guarantee.hand_over.too_early"):
        _sign_over(hand_over, cast, on=date(2026, 9, 29))
    _sign_over(hand_over, cast, on=date(2026, 9, 30))


def test_both_sign_and_the_duty_is_done_on_the_day_the_department_signed(
    hand_over: HandOver, portfolio: Portfolio
) -> None:
    """钱丙 signs on 10-09 (due 10-10), 孙戊 takes it in on 10-12: in time, volume 01, receipt sealed.

    The day of 10-20 had been run before anybody ticked, and had booked the penalty of PGM.14: the next day takes it back.
    """
    cast = portfolio.cast
    engine.run(on=date(2026, 10, 20))
    duty = Duty.objects.get(kind=DutyKind.HAND_OVER, department=hand_over.department, opens_on=THIRD.last)
    assert (duty.due_on, duty.done_on) == (TENTH, None)
    _give_all(hand_over, cast)
    _sign_over(hand_over, cast)
    _receive_all(hand_over, cast, on=TWELFTH)
    receipt = _sign_for(hand_over, cast, on=TWELFTH)
    duty.refresh_from_db()
    assert duty.done_on == NINTH
    filing = Filing.objects.get(kind=FilingKind.HAND_OVER)
    assert (filing.filed_on, filing.by) == (NINTH, cast.manager)
    assert [step.verb for step in filing.steps.order_by("pk")] == [FilingVerb.HANDED_IN, FilingVerb.ACCEPTED]
    assert sum(Entry.objects.filter(duty_key=duty.key).values_list("amount_fen", flat=True)) > 0
    engine.run(on=date(2026, 10, 21))
    assert sum(Entry.objects.filter(duty_key=duty.key).values_list("amount_fen", flat=True)) == 0
    assert engine.verify().differences == 0
    assert engine.run(on=date(2026, 10, 21), rebuild=True).differences == 0
    duty.refresh_from_db()
    assert duty.done_on == NINTH
    assert receipt.volume is not None
    assert receipt.volume.number == "BHHF-2026Q3-业务一部-01"
    assert receipt.volume.items.count() == 3
    seal = records.find_seal(kind=RECEIPT, subject_id=receipt.pk)
    assert seal is not None
    assert records.check(seal).intact
    assert [one.role for one in Signature.objects.order_by("pk")] == ["移交人", "接收人"]


def test_the_seal_shows_a_tick_changed_afterwards_and_not_a_new_name(hand_over: HandOver, portfolio: Portfolio) -> None:
    """A client renamed later leaves the receipt whole; a tick changed behind its back does not."""
    cast = portfolio.cast
    _give_all(hand_over, cast)
    _sign_over(hand_over, cast)
    _receive_all(hand_over, cast)
    seal = records.find_seal(kind=RECEIPT, subject_id=_sign_for(hand_over, cast).pk)
    assert seal is not None
    Party.objects.filter(pk=portfolio.steel.pk).update(name="东方钢铁集团有限公司")
    assert records.check(seal).intact
    hand_over.items.update(given_on=EIGHTH)
    assert records.check(seal).faults == ["记录在封存后被改动。"]


def test_one_person_does_not_sign_for_both_sides(hand_over: HandOver, portfolio: Portfolio, take_in: TakeIn) -> None:
    """钱丙 signs for 业务一部 on 10-09 and becomes risk manager on 10-10: someone else has to receive."""
    cast = portfolio.cast
    _give_all(hand_over, cast)
    _sign_over(hand_over, cast)
    cast.manager.postings.create(post="risk_manager", effective_on=TENTH)
    with _refused("guarantee.hand_over.same_person"):
        hand_overs.receive(hand_over=hand_over, items=_items(hand_over), on=TENTH, **_as(cast.manager))
    _receive_all(hand_over, cast)
    with _refused("guarantee.hand_over.same_person"):
        hand_over_receipts.sign_for(
            hand_over=hand_over, place=CABINET, retention_years=10, on=TENTH, **_as(cast.manager)
        )


def test_it_rejects_taking_in_what_is_not_signed_or_not_ticked(hand_over: HandOver, portfolio: Portfolio) -> None:
    cast = portfolio.cast
    _give_all(hand_over, cast)
    with _refused("guarantee.hand_over.not_signed"):
        _sign_for(hand_over, cast)
    _sign_over(hand_over, cast)
    hand_overs.receive(hand_over=hand_over, items=_items(hand_over)[:2], on=TENTH, **_as(cast.supervisor))
    with pytest.raises(Refused) as refused:
        _sign_for(hand_over, cast)
    assert "还有 1 份没有点收：东方钢铁有限公司 2026-09-15" in refused.value.message
    with pytest.raises(Refused, match="柜号"):
        _receive_all(hand_over, cast)
        hand_over_receipts.sign_for(
            hand_over=hand_over, place=archive.Place(" "), retention_years=10, on=TENTH, **_as(cast.supervisor)
        )
    assert not Volume.objects.exists()


def test_what_lacks_goes_back_and_is_given_and_signed_again(
    hand_over: HandOver, quarter_visits: list[Visit], portfolio: Portfolio
) -> None:
    """孙戊 misses the client's signature on one report: it goes back with the receipt, the others stay received.

    钱丙 signs again on 10-12; the duty stays done on 10-09.
    """
    cast = portfolio.cast
    _give_all(hand_over, cast)
    first = _sign_over(hand_over, cast)
    _receive_all(hand_over, cast)
    bad = _items(hand_over, quarter_visits[:1])
    back: dict[str, Any] = {"hand_over": hand_over, "items": bad, "on": TENTH, **_as(cast.supervisor)}
    with _refused("guarantee.text.missing"):
        hand_overs.send_back(because=" ", **back)
    hand_overs.send_back(because="缺客户签章", **back)
    first.refresh_from_db()
    assert (first.returned_on, first.because) == (TENTH, "缺客户签章")
    assert [item.received_on for item in _items(hand_over)] == [None, TENTH, TENTH]
    assert _items(hand_over)[0].sent_back == "缺客户签章"
    filing = Filing.objects.get()
    assert filing.steps.order_by("pk").last().verb == FilingVerb.RETURNED
    with _refused("guarantee.hand_over.missing"):
        _sign_over(hand_over, cast, on=TWELFTH)
    _give_all(hand_over, cast, on=TWELFTH)
    _sign_over(hand_over, cast, on=TWELFTH)
    _receive_all(hand_over, cast, on=TWELFTH)
    receipt = _sign_for(hand_over, cast, on=TWELFTH)
    filing.refresh_from_db()
    assert filing.filed_on == NINTH
    verbs = [FilingVerb(step.verb).code for step in filing.steps.order_by("pk")]
    assert verbs == ["handed_in", "returned", "handed_in", "accepted"]
    assert (receipt.volume.number if receipt.volume else "") == "BHHF-2026Q3-业务一部-01"


def test_the_whole_receipt_goes_back(hand_over: HandOver, portfolio: Portfolio) -> None:
    """A visit turned up after the signature: 孙戊 returns the receipt; every report stays given."""
    cast = portfolio.cast
    back: dict[str, Any] = {"hand_over": hand_over, "items": [], "on": TENTH, **_as(cast.supervisor)}
    with _refused("guarantee.hand_over.not_signed"):
        hand_overs.send_back(because="少一份", **back)
    _give_all(hand_over, cast)
    _sign_over(hand_over, cast)
    hand_overs.send_back(because="少一份", **back)
    assert {item.given_on for item in _items(hand_over)} == {NINTH}
    assert hand_over.receipts.get().returned_on == TENTH


def test_a_report_received_before_the_signature_can_go_back(hand_over: HandOver, portfolio: Portfolio) -> None:
    """Papers come in batches: one goes back before anybody signed; no filing is returned."""
    cast = portfolio.cast
    _give_all(hand_over, cast)
    _receive_all(hand_over, cast)
    hand_overs.send_back(
        hand_over=hand_over, items=_items(hand_over)[:1], because="缺页", on=TENTH, **_as(cast.supervisor)
    )
    assert [item.given_on for item in _items(hand_over)] == [None, NINTH, NINTH]


def test_what_is_recorded_after_the_archive_had_the_rest_makes_a_second_volume(
    hand_over: HandOver, portfolio: Portfolio, visited: Visited
) -> None:
    """A visit of 09-28 written down after the receipt was sealed: handed over for itself as volume 02; the filing stays."""
    cast = portfolio.cast
    _give_all(hand_over, cast)
    _sign_over(hand_over, cast)
    _receive_all(hand_over, cast)
    _sign_for(hand_over, cast)
    late = visited(portfolio.steel, date(2026, 9, 28), cast.b)
    hand_overs.refresh(hand_over=hand_over, actor="M01", door="page")
    with _refused("guarantee.hand_over.archived"):
        hand_overs.send_back(
            hand_over=hand_over, items=_items(hand_over)[:1], because="查阅", on=TWELFTH, **_as(cast.supervisor)
        )
    _give_all(hand_over, cast, on=TWELFTH)
    _sign_over(hand_over, cast, on=TWELFTH)
    _receive_all(hand_over, cast, on=TWELFTH)
    second = _sign_for(hand_over, cast, on=TWELFTH)
    assert second.volume is not None
    assert second.volume.number == "BHHF-2026Q3-业务一部-02"
    assert [one.subject_id for one in second.volume.items.all()] == [late.pk]
    assert Filing.objects.get().filed_on == NINTH


def test_the_hand_over_is_filed_answered_and_returned_by_its_list_only(
    hand_over: HandOver, portfolio: Portfolio
) -> None:
    """Neither the old form nor accepting or returning the filing gets round the list."""
    cast = portfolio.cast
    with _refused("guarantee.filing.by_list"):
        reports.file(
            department=hand_over.department,
            quarter=THIRD.last,
            kind=FilingKind.HAND_OVER,
            filed_on=NINTH,
            **_as(cast.manager),
        )
    _give_all(hand_over, cast)
    _sign_over(hand_over, cast)
    filing = Filing.objects.get()
    with _refused("guarantee.filing.by_list"):
        reports.accept(filing=filing, on=TENTH, **_as(cast.supervisor))
    with _refused("guarantee.filing.by_list"):
        reports.return_(filing=filing, because="缺", on=TENTH, **_as(cast.supervisor))
    hand_overs.send_back(hand_over=hand_over, items=[], because="缺", on=TENTH, **_as(cast.supervisor))
    with _refused("guarantee.filing.by_list"):
        reports.hand_in_again(filing=filing, on=TENTH, **_as(cast.manager))
