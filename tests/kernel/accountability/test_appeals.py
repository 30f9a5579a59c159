"""Appealing against a penalty, and deciding: what is done, what is refused."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from baohou.core.errors import Refused
from baohou.kernel.accountability import appeals
from baohou.kernel.accountability.models import Appeal, AppealDecision, Entry, EntryKind, Verdict
from baohou.kernel.accountability.worklist import count_open_appeals, list_waiting_appeals, tell_appeal
from baohou.kernel.audit.models import Act
from baohou.kernel.papers import records
from baohou.kernel.people.access import Person
from baohou.kernel.people.models import Post, Staff
from tests.cast import Portfolio
from tests.desk.conftest import TODAY
from tests.kernel.accountability.acts import appeal, decide, net, reverse, waive

pytestmark = pytest.mark.django_db


def _refused(code: str) -> pytest.RaisesExc[Refused]:
    return pytest.RaisesExc(Refused, check=lambda refusal: refusal.code == f"accountability.{code}")


def _as(staff: Staff, post: Post) -> Person:
    return Person(staff, post, None, "")


@pytest.mark.clause("PGM.12")
def test_an_appeal_granted_in_part_leaves_the_rest(evening: Portfolio, penalty: Entry) -> None:
    """张甲 appeals against 50 yuan with a photo; 赵己 waives 20 on 2026-10-20: 30 are left, traceable to the appeal."""
    photo = io.BytesIO()
    Image.new("RGB", (4, 4)).save(photo, "PNG")
    filed = appeal(penalty, evening.cast.a, files=[appeals.Evidence("停电.png", photo.getvalue())])
    assert [one.name for one in records.list_attachments(kind="appeal", subject_id=filed.pk)] == ["停电.png"]
    decision = decide(filed, Verdict.REDUCED, evening.cast.risk_manager, fen=2000)
    filed.refresh_from_db()
    assert (filed.closed_on, filed.department_id) == (TODAY, penalty.department_id)
    assert net(penalty) == 3000
    waiver = decision.waiver
    assert waiver is not None
    assert (waiver.kind, waiver.amount_fen, waiver.dated, waiver.because) == (
        EntryKind.WAIVER,
        -2000,
        TODAY,
        "停电属实",
    )
    acts = Act.objects.order_by("pk").filter(verb__startswith="accountability.")
    assert [(act.verb, act.by) for act in acts] == [
        ("accountability.appeal", "A01"),
        ("accountability.decide_appeal", "R01"),
        ("accountability.waive", "R01"),
    ]


@pytest.mark.clause("PGM.12")
@pytest.mark.parametrize(("verdict", "left"), [(Verdict.UPHELD, 5000), (Verdict.CANCELLED, 0)])
def test_an_appeal_is_upheld_or_granted_in_full(
    evening: Portfolio, penalty: Entry, verdict: Verdict, left: int
) -> None:
    """维持 leaves the 50 yuan, 全部减免 leaves nothing."""
    decision = decide(appeal(penalty, evening.cast.a), verdict, evening.cast.general_manager)
    assert (net(penalty), decision.amount_fen) == (left, 5000 - left)
    assert (decision.waiver is None) == (left == 5000)


@pytest.mark.clause("PGM.13")
def test_a_department_manager_appeals_too(evening: Portfolio) -> None:
    """钱丙 appeals against the 100 yuan for the classification table of 2026Q3."""
    penalty = Entry.objects.filter(staff=evening.cast.manager, clause="PGM.13").order_by("pk")[0]
    decide(appeal(penalty, evening.cast.manager), Verdict.REDUCED, evening.cast.risk_manager, fen=9999)
    assert net(penalty) == 1


def test_it_rejects_an_appeal_against_someone_elses_penalty(evening: Portfolio, penalty: Entry) -> None:
    """Neither a colleague nor the department manager may appeal for 张甲."""
    for other in (evening.cast.b, evening.cast.manager):
        with _refused("appeal.not_yours"):
            appeal(penalty, other)


def test_it_rejects_a_second_appeal_while_one_is_open(evening: Portfolio, penalty: Entry) -> None:
    """One open appeal per duty and person, also in the table; after the decision another may be filed."""
    first = appeal(penalty, evening.cast.a)
    with _refused("appeal.open_already"):
        appeal(penalty, evening.cast.a)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.create(duty_key=penalty.duty_key, staff=evening.cast.a, text="再", filed_on=TODAY, act=first.act)
    decide(first, Verdict.UPHELD, evening.cast.risk_manager)
    appeal(penalty, evening.cast.a, text="找到了停电通知")
    assert Appeal.objects.count() == 2


@pytest.mark.parametrize("text", ["", "  \n"])
def test_it_rejects_an_appeal_without_words(evening: Portfolio, penalty: Entry, text: str) -> None:
    with _refused("appeal.no_words"):
        appeal(penalty, evening.cast.a, text=text)


def test_it_rejects_an_appeal_when_nothing_is_left(evening: Portfolio, penalty: Entry) -> None:
    """The 50 yuan have been waived already."""
    waive(penalty, evening.cast.risk_manager, 5000)
    with _refused("appeal.nothing_left"):
        appeal(penalty, evening.cast.a)


def test_a_file_that_is_refused_takes_the_appeal_with_it(evening: Portfolio, penalty: Entry) -> None:
    """A program is no evidence: nothing is filed, nothing is written down."""
    before = Act.objects.count()
    with pytest.raises(Refused, match="不是照片"):
        appeal(penalty, evening.cast.a, files=[appeals.Evidence("证明.exe", b"MZ")])
    with _refused("appeal.many_files"):
        appeal(penalty, evening.cast.a, files=[appeals.Evidence("证明.pdf", b"%PDF- %%EOF")] * 10)
    assert (Appeal.objects.count(), Act.objects.count()) == (0, before)


def test_nobody_decides_about_oneself(evening: Portfolio) -> None:
    """赵己 manages a department for a day and is given a penalty: 王庚 decides on it, not 赵己; nor may 赵己 waive it."""
    penalty = Entry.objects.filter(staff=evening.cast.manager).order_by("pk")[0]
    Entry.objects.filter(pk=penalty.pk).update(staff=evening.cast.risk_manager)
    penalty.refresh_from_db()
    with _refused("own_penalty"):
        waive(penalty, evening.cast.risk_manager, 100)
    filed = appeal(penalty, evening.cast.risk_manager)
    with _refused("own_penalty"):
        decide(filed, Verdict.CANCELLED, evening.cast.risk_manager)
    assert count_open_appeals(_as(evening.cast.risk_manager, Post.RISK_MANAGER)) == 0
    assert count_open_appeals(_as(evening.cast.general_manager, Post.GENERAL_MANAGER)) == 1
    decide(filed, Verdict.CANCELLED, evening.cast.general_manager)
    assert net(penalty) == 0


def test_it_rejects_a_decision_without_a_reason_or_with_a_wrong_amount(evening: Portfolio, penalty: Entry) -> None:
    """A part is more than nothing and less than the 50 yuan that are left; nothing changes when it is refused."""
    filed = appeal(penalty, evening.cast.a)
    with _refused("decision.no_reason"):
        decide(filed, Verdict.UPHELD, evening.cast.risk_manager, because=" ")
    for fen in (-1, 0, 5000, 5001):
        with _refused("decision.amount"):
            decide(filed, Verdict.REDUCED, evening.cast.risk_manager, fen=fen)
    for verdict in (Verdict.WITHDRAWN, Verdict.VOID):
        with _refused("decision.verdict"):
            decide(filed, verdict, evening.cast.risk_manager)
    with _refused("appeal.later"):
        decide(filed, Verdict.UPHELD, evening.cast.risk_manager, on=date(2026, 10, 19))
    assert (net(penalty), AppealDecision.objects.count()) == (5000, 0)


def test_an_appeal_is_decided_once(evening: Portfolio, penalty: Entry) -> None:
    """Two who decide at the same time: the second is told."""
    filed = appeal(penalty, evening.cast.a)
    decide(filed, Verdict.REDUCED, evening.cast.risk_manager, fen=1000)
    with _refused("appeal.closed"):
        decide(filed, Verdict.REDUCED, evening.cast.general_manager, fen=1000)
    with _refused("appeal.closed"):
        appeals.withdraw(appeal=filed, by=evening.cast.a, on=TODAY, actor="A01", door="test")
    assert net(penalty) == 4000


def test_an_appealed_penalty_is_not_waived_beside_its_appeal(evening: Portfolio, penalty: Entry) -> None:
    """The person is owed an answer."""
    appeal(penalty, evening.cast.a)
    with _refused("waiver.appealed"):
        waive(penalty, evening.cast.risk_manager, 1000)


def test_an_appeal_is_withdrawn_by_the_one_who_filed_it(evening: Portfolio, penalty: Entry) -> None:
    """李乙 cannot withdraw 张甲's appeal; 张甲 can, and the penalty stays."""
    filed = appeal(penalty, evening.cast.a)
    with _refused("appeal.not_yours"):
        appeals.withdraw(appeal=filed, by=evening.cast.b, on=TODAY, actor="B01", door="test")
    decision = appeals.withdraw(appeal=filed, by=evening.cast.a, on=TODAY, actor="A01", door="test")
    assert (decision.verdict, net(penalty)) == (Verdict.WITHDRAWN, 5000)


@pytest.mark.clause("PGM.12")
def test_an_appeal_against_what_was_taken_back_is_closed_as_void(evening: Portfolio, penalty: Entry) -> None:
    """The visit turns out to have been made: nothing is left to decide, the appeal waits to be closed, and is."""
    filed = appeal(penalty, evening.cast.a)
    with _refused("decision.something_left"):
        appeals.close_void(appeal=filed, by=evening.cast.a, on=TODAY, actor="A01", door="test")
    reverse(penalty)
    [row] = list_waiting_appeals(_as(evening.cast.risk_manager, Post.RISK_MANAGER))
    assert row.is_void
    with _refused("decision.nothing_left"):
        decide(filed, Verdict.CANCELLED, evening.cast.risk_manager)
    assert appeals.close_void(appeal=filed, by=evening.cast.a, on=TODAY, actor="A01", door="test").verdict == (
        Verdict.VOID
    )
    assert list_waiting_appeals(_as(evening.cast.risk_manager, Post.RISK_MANAGER)) == []


def test_the_day_keeps_a_waiver_that_an_appeal_was_granted(evening: Portfolio, penalty: Entry) -> None:
    """The next evening books nothing anew on what 赵己 waived."""
    from baohou.day import engine

    decide(appeal(penalty, evening.cast.a), Verdict.CANCELLED, evening.cast.risk_manager)
    engine.run(on=date(2026, 10, 21))
    assert net(penalty) == 0


def test_those_without_the_right_have_no_appeals_to_decide(evening: Portfolio, penalty: Entry) -> None:
    """孙戊 supervises but does not waive."""
    filed = appeal(penalty, evening.cast.a)
    assert count_open_appeals(_as(evening.cast.supervisor, Post.RISK_SUPERVISOR)) == 0
    assert list_waiting_appeals(_as(evening.cast.supervisor, Post.RISK_SUPERVISOR)) == []
    told = tell_appeal(filed.pk)
    assert told is not None
    assert told["staff_no"] == "A01"
    assert tell_appeal(0) is None
