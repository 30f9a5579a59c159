"""Both sides sign for the reports of a quarter; what lacks goes back; the volume of the archive (PGM.11)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from baohou.core.errors import Refused
from baohou.day import engine
from baohou.guarantee.models import Filing, HandOver, Visit
from baohou.guarantee.queries.hand_overs import RECEIPT
from baohou.guarantee.rules.words import DutyKind, FilingKind, FilingVerb
from baohou.guarantee.services import hand_over_receipts, hand_overs, reports
from baohou.kernel.accountability.models import Entry
from baohou.kernel.duties.models import Duty
from baohou.kernel.papers import archive, records
from baohou.kernel.papers.models import Signature, Volume
from baohou.kernel.parties.models import Party
from tests.cast import Portfolio, TakeIn
from tests.guarantee.conftest import THIRD, Visited
from tests.guarantee.handing import (
    CABINET,
    EIGHTH,
    NINTH,
    TENTH,
    TWELFTH,
    give_all,
    items,
    receive_all,
    refused,
    sign_for,
    sign_over,
    told_by,
)

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.11")]


def test_it_rejects_signing_before_the_quarter_is_over(portfolio: Portfolio, visited: Visited) -> None:
    """The list of 2026Q3 may begin and be ticked in September; signing waits for the 30th."""
    cast = portfolio.cast
    visited(portfolio.steel, date(2026, 9, 1), cast.a)
    hand_over = hand_overs.begin(
        department=portfolio.first.department, quarter=THIRD, on=date(2026, 9, 2), actor="M01", door="page"
    )
    give_all(hand_over, cast, on=date(2026, 9, 2))
    with refused("guarantee.hand_over.too_early"):
        sign_over(hand_over, cast, on=date(2026, 9, 29))
    sign_over(hand_over, cast, on=date(2026, 9, 30))


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
    give_all(hand_over, cast)
    sign_over(hand_over, cast)
    receive_all(hand_over, cast, on=TWELFTH)
    receipt = sign_for(hand_over, cast, on=TWELFTH)
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
    give_all(hand_over, cast)
    sign_over(hand_over, cast)
    receive_all(hand_over, cast)
    seal = records.find_seal(kind=RECEIPT, subject_id=sign_for(hand_over, cast).pk)
    assert seal is not None
    Party.objects.filter(pk=portfolio.steel.pk).update(name="东方钢铁集团有限公司")
    assert records.check(seal).intact
    hand_over.items.update(given_on=EIGHTH)
    assert records.check(seal).faults == ["记录在封存后被改动。"]


def test_one_person_does_not_sign_for_both_sides(hand_over: HandOver, portfolio: Portfolio, take_in: TakeIn) -> None:
    """钱丙 signs for 业务一部 on 10-09 and becomes risk manager on 10-10: someone else has to receive."""
    cast = portfolio.cast
    give_all(hand_over, cast)
    sign_over(hand_over, cast)
    cast.manager.postings.create(post="risk_manager", effective_on=TENTH)
    with refused("guarantee.hand_over.same_person"):
        hand_overs.receive(hand_over=hand_over, items=items(hand_over), on=TENTH, **told_by(cast.manager))
    receive_all(hand_over, cast)
    with refused("guarantee.hand_over.same_person"):
        hand_over_receipts.sign_for(
            hand_over=hand_over, place=CABINET, retention_years=10, on=TENTH, **told_by(cast.manager)
        )


def test_it_rejects_taking_in_what_is_not_signed_or_not_ticked(hand_over: HandOver, portfolio: Portfolio) -> None:
    cast = portfolio.cast
    give_all(hand_over, cast)
    with refused("guarantee.hand_over.not_signed"):
        sign_for(hand_over, cast)
    sign_over(hand_over, cast)
    hand_overs.receive(hand_over=hand_over, items=items(hand_over)[:2], on=TENTH, **told_by(cast.supervisor))
    with pytest.raises(Refused) as told:
        sign_for(hand_over, cast)
    assert "还有 1 份没有点收：东方钢铁有限公司 2026-09-15" in told.value.message
    with pytest.raises(Refused, match="柜号"):
        receive_all(hand_over, cast)
        hand_over_receipts.sign_for(
            hand_over=hand_over, place=archive.Place(" "), retention_years=10, on=TENTH, **told_by(cast.supervisor)
        )
    assert not Volume.objects.exists()


def test_what_lacks_goes_back_and_is_given_and_signed_again(
    hand_over: HandOver, quarter_visits: list[Visit], portfolio: Portfolio
) -> None:
    """孙戊 misses the client's signature on one report: it goes back with the receipt, the others stay received.

    钱丙 signs again on 10-12; the duty stays done on 10-09.
    """
    cast = portfolio.cast
    give_all(hand_over, cast)
    first = sign_over(hand_over, cast)
    receive_all(hand_over, cast)
    bad = items(hand_over, quarter_visits[:1])
    back: dict[str, Any] = {"hand_over": hand_over, "items": bad, "on": TENTH, **told_by(cast.supervisor)}
    with refused("guarantee.text.missing"):
        hand_overs.send_back(because=" ", **back)
    hand_overs.send_back(because="缺客户签章", **back)
    first.refresh_from_db()
    assert (first.returned_on, first.because) == (TENTH, "缺客户签章")
    assert [item.received_on for item in items(hand_over)] == [None, TENTH, TENTH]
    assert items(hand_over)[0].sent_back == "缺客户签章"
    filing = Filing.objects.get()
    assert filing.steps.order_by("pk").last().verb == FilingVerb.RETURNED
    with refused("guarantee.hand_over.missing"):
        sign_over(hand_over, cast, on=TWELFTH)
    give_all(hand_over, cast, on=TWELFTH)
    sign_over(hand_over, cast, on=TWELFTH)
    receive_all(hand_over, cast, on=TWELFTH)
    receipt = sign_for(hand_over, cast, on=TWELFTH)
    filing.refresh_from_db()
    assert filing.filed_on == NINTH
    verbs = [FilingVerb(step.verb).code for step in filing.steps.order_by("pk")]
    assert verbs == ["handed_in", "returned", "handed_in", "accepted"]
    assert (receipt.volume.number if receipt.volume else "") == "BHHF-2026Q3-业务一部-01"


def test_the_whole_receipt_goes_back(hand_over: HandOver, portfolio: Portfolio) -> None:
    """A visit turned up after the signature: 孙戊 returns the receipt; every report stays given."""
    cast = portfolio.cast
    back: dict[str, Any] = {"hand_over": hand_over, "items": [], "on": TENTH, **told_by(cast.supervisor)}
    with refused("guarantee.hand_over.not_signed"):
        hand_overs.send_back(because="少一份", **back)
    give_all(hand_over, cast)
    sign_over(hand_over, cast)
    hand_overs.send_back(because="少一份", **back)
    assert {item.given_on for item in items(hand_over)} == {NINTH}
    assert hand_over.receipts.get().returned_on == TENTH


def test_a_report_received_before_the_signature_can_go_back(hand_over: HandOver, portfolio: Portfolio) -> None:
    """Papers come in batches: one goes back before anybody signed; no filing is returned."""
    cast = portfolio.cast
    give_all(hand_over, cast)
    receive_all(hand_over, cast)
    hand_overs.send_back(
        hand_over=hand_over, items=items(hand_over)[:1], because="缺页", on=TENTH, **told_by(cast.supervisor)
    )
    assert [item.given_on for item in items(hand_over)] == [None, NINTH, NINTH]


def test_what_is_recorded_after_the_archive_had_the_rest_makes_a_second_volume(
    hand_over: HandOver, portfolio: Portfolio, visited: Visited
) -> None:
    """A visit of 09-28 written down after the receipt was sealed: handed over for itself as volume 02; the filing stays."""
    cast = portfolio.cast
    give_all(hand_over, cast)
    sign_over(hand_over, cast)
    receive_all(hand_over, cast)
    sign_for(hand_over, cast)
    late = visited(portfolio.steel, date(2026, 9, 28), cast.b)
    hand_overs.refresh(hand_over=hand_over, actor="M01", door="page")
    with refused("guarantee.hand_over.archived"):
        hand_overs.send_back(
            hand_over=hand_over, items=items(hand_over)[:1], because="查阅", on=TWELFTH, **told_by(cast.supervisor)
        )
    give_all(hand_over, cast, on=TWELFTH)
    sign_over(hand_over, cast, on=TWELFTH)
    receive_all(hand_over, cast, on=TWELFTH)
    second = sign_for(hand_over, cast, on=TWELFTH)
    assert second.volume is not None
    assert second.volume.number == "BHHF-2026Q3-业务一部-02"
    assert [one.subject_id for one in second.volume.items.all()] == [late.pk]
    assert Filing.objects.get().filed_on == NINTH


def test_the_hand_over_is_filed_answered_and_returned_by_its_list_only(
    hand_over: HandOver, portfolio: Portfolio
) -> None:
    """Neither the old form nor accepting or returning the filing gets round the list."""
    cast = portfolio.cast
    with refused("guarantee.filing.by_list"):
        reports.file(
            department=hand_over.department,
            quarter=THIRD.last,
            kind=FilingKind.HAND_OVER,
            filed_on=NINTH,
            **told_by(cast.manager),
        )
    give_all(hand_over, cast)
    sign_over(hand_over, cast)
    filing = Filing.objects.get()
    with refused("guarantee.filing.by_list"):
        reports.accept(filing=filing, on=TENTH, **told_by(cast.supervisor))
    with refused("guarantee.filing.by_list"):
        reports.return_(filing=filing, because="缺", on=TENTH, **told_by(cast.supervisor))
    hand_overs.send_back(hand_over=hand_over, items=[], because="缺", on=TENTH, **told_by(cast.supervisor))
    with refused("guarantee.filing.by_list"):
        reports.hand_in_again(filing=filing, on=TENTH, **told_by(cast.manager))
