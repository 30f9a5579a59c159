"""The classification table: proposed, signed, handed in, returned, accepted; then its grades hold and it is sealed."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from django.utils import translation

from baohou.core.errors import Refused
from baohou.core.sayings import from_kept
from baohou.day import engine
from baohou.guarantee.models import GradeChange, Proposal
from baohou.guarantee.queries.grading import State
from baohou.guarantee.rules.words import Grade
from baohou.guarantee.services import grades, proposals, reports
from baohou.kernel.audit.models import Act, Change
from baohou.kernel.duties.models import Duty
from baohou.kernel.notices.models import Notice
from baohou.kernel.papers import records
from baohou.kernel.papers.models import Seal
from baohou.kernel.parties.models import Party
from baohou.kernel.saying import in_words
from tests.cast import STEEL, TakeIn
from tests.guarantee.exports.readers import table, workbook
from tests.guarantee.grading.conftest import EIGHTH, LAST, Room

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.8")]
TODAY = date(2026, 10, 20)


def _refusal(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.code


def _texts() -> list[str]:
    """Every text of the printed table."""
    return [str(cell) for row in workbook("classification").worksheets[0].iter_rows(values_only=True) for cell in row]


@pytest.mark.clause("PGM.7")
def test_it_rejects_a_change_without_a_reason(room: Room) -> None:
    """Normal to watch, normal to good: each says why. Staying normal needs no words."""
    for grade in (Grade.WATCH, Grade.GOOD):
        with pytest.raises(Refused) as refused:
            room.propose(grade, "  ")
        assert _refusal(refused) == "guarantee.proposal.no_reason"
    assert room.propose(Grade.NORMAL).grade == Grade.NORMAL


def test_it_rejects_a_client_of_another_department(room: Room) -> None:
    """湖滨食品 is 业务二部's."""
    with pytest.raises(Refused) as refused:
        proposals.propose(
            department=room.department,
            quarter=LAST,
            client=room.of.food.pk,
            grade=Grade.NORMAL,
            because="",
            seen=0,
            by=room.of.cast.b,
            actor="B01",
            door="page",
        )
    assert _refusal(refused) == "guarantee.proposal.not_listed"


def test_the_second_of_two_is_told_what_the_first_set(room: Room) -> None:
    """李乙 and 张甲 both saw 东方钢铁 ungraded; 李乙 says watch, then 张甲 risk: 张甲 is told, and may then decide."""
    first = room.propose(Grade.WATCH, "回款变慢", by=room.of.cast.b, seen=0)
    with pytest.raises(Refused) as refused:
        room.propose(Grade.RISK, "停产", by=room.of.cast.a, seen=0)
    assert _refusal(refused) == "guarantee.proposal.overtaken"
    assert "李乙刚把东方钢铁有限公司定为关注，理由：回款变慢" in refused.value.message
    room.propose(Grade.RISK, "停产", by=room.of.cast.a, seen=first.act_id)
    assert Proposal.objects.get().by == room.of.cast.a
    assert Change.objects.get(table="guarantee_proposal").before == {"grade": "watch", "because": "回款变慢"}


def test_several_at_once_leave_alone_what_someone_else_wrote(room: Room) -> None:
    """李乙's grade stays; 张甲's bulk change is told that it was overtaken."""
    room.propose(Grade.WATCH, "回款变慢")
    done = proposals.propose_many(
        department=room.department,
        quarter=LAST,
        seen={room.of.steel.pk: 0},
        grade=Grade.GOOD,
        because="良好",
        by=room.of.cast.a,
        actor="A01",
        door="page",
    )
    assert (done.written, [line.name for line in done.overtaken]) == (0, ["东方钢铁有限公司"])
    assert Proposal.objects.get().grade == Grade.WATCH


def test_the_rest_keeps_its_grade(room: Room, take_in: TakeIn) -> None:
    """Watch since July: kept as watch, for which no reason and no signature is wanted, but a measure is."""
    take_in("grades", [(STEEL, "关注", "2026-07-01", "回款变慢", "张甲")])
    manager = room.of.cast.manager
    kept = {"department": room.department, "quarter": LAST, "clients": None, "by": manager, "actor": "M01"}
    assert proposals.keep_the_rest(**kept, door="page") == 1
    assert proposals.keep_the_rest(**kept, door="page") == 0
    [line] = room.table().lines
    assert (line.proposed, line.to_sign, line.lacks_measure) == (Grade.WATCH, False, True)


@pytest.mark.clause("PGM.10")
def test_the_measure_is_asked_for_the_proposed_grade(room: Room, take_in: TakeIn) -> None:
    """Proposed watch: no table without a measure. Proposed back from risk to normal: none is wanted."""
    room.propose(Grade.WATCH, "回款变慢")
    with pytest.raises(Refused) as refused:
        room.hand_in()
    assert _refusal(refused) == "guarantee.classification.measure_missing"
    take_in("grades", [(STEEL, "风险", "2026-08-01", "停产", "张甲")])
    room.propose(Grade.NORMAL, "复产，回款正常")
    assert room.hand_in().filed_on == EIGHTH


@pytest.mark.clause("PGM.7")
def test_to_and_from_watch_and_risk_the_department_manager_signs(room: Room) -> None:
    """Unsigned it is refused; so is the signature of a project manager, of another department's manager, of old words."""
    room.propose(Grade.WATCH, "回款变慢")
    room.measure()
    seen = room.table().digest
    with pytest.raises(Refused) as refused:
        room.hand_in(signed=False)
    assert _refusal(refused) == "guarantee.grading.not_signed"
    for other in (room.of.cast.b, room.of.cast.other_manager, room.of.cast.risk_manager):
        with pytest.raises(Refused) as refused:
            room.hand_in(by=other)
        assert _refusal(refused) == "guarantee.grading.not_the_manager"
    room.propose(Grade.WATCH, "回款变慢，存货积压")
    with pytest.raises(Refused) as refused:
        room.hand_in(digest=seen)
    assert _refusal(refused) == "guarantee.grading.moved_on"
    step = room.hand_in().steps.get()
    [signature] = records.list_signatures(kind="classification", subject_id=step.pk)
    assert (signature.role, signature.name, signature.staff_no) == ("部门经理", "钱丙", "M01")


@pytest.mark.clause("PGM.10")
def test_the_signature_covers_the_measures(room: Room) -> None:
    """钱丙 has the page open; 李乙 writes the measure anew: the signature was for the words before."""
    room.propose(Grade.WATCH, "回款变慢")
    room.measure()
    seen = room.table().digest
    room.measure(text="不再处置")
    with pytest.raises(Refused) as refused:
        room.hand_in(digest=seen)
    assert _refusal(refused) == "guarantee.grading.moved_on"
    assert room.hand_in().filed_on == EIGHTH


@pytest.mark.clause("PGM.10")
def test_what_was_handed_in_anew_has_to_be_seen(room: Room) -> None:
    """孙戊 has the page open; 赵己 returns the table, and it comes back with another measure: 孙戊 takes neither."""
    room.propose(Grade.WATCH, "回款变慢")
    room.measure()
    filing = room.hand_in()
    seen = room.table().handed_in
    assert seen is not None
    room.return_(filing)
    room.measure(text="追加抵押")
    room.hand_in_again(filing)
    told = {"filing": filing, "on": EIGHTH, "by": room.of.cast.supervisor, "actor": "S01", "door": "page"}
    for verb in (partial(reports.accept, **told), partial(reports.return_, because="理由不足", **told)):
        with pytest.raises(Refused) as refused:
            verb(seen=seen.pk)
        assert _refusal(refused) == "guarantee.filing.overtaken"
    assert not GradeChange.objects.exists()
    assert room.table().state is State.HANDED_IN
    last = room.table().handed_in
    reports.accept(seen=last.pk if last else 0, **told)
    assert room.table().state is State.ACCEPTED


def test_a_table_is_handed_in_whole(room: Room, take_in: TakeIn) -> None:
    """南方铜业 came in September: while one of two clients is graded, the table is not handed in."""
    row = ("BH-2026-009", "南方铜业有限公司", "91350200612019270L", "业务一部", "张甲", "", "10", "2026-09-01", "", "")
    take_in("portfolio", [row])
    room.propose(Grade.NORMAL)
    with pytest.raises(Refused) as refused:
        room.hand_in()
    assert "还有 1 户没有分类：南方铜业有限公司" in refused.value.message


def test_grades_hold_once_the_table_is_accepted_and_the_plan_follows(room: Room) -> None:
    """Watch from 2026-09-30, accepted on 2026-10-20: October's monthly visit at once takes the place of the quarter's.

    The whole derivation anew finds nothing to change.
    """
    engine.run(on=TODAY)
    room.propose(Grade.WATCH, "回款变慢")
    room.measure()
    filing = room.hand_in()
    opened = Duty.objects.filter(party=room.of.steel, kind=2, opens_on=date(2026, 10, 1))
    assert not GradeChange.objects.exists()
    assert opened.get().due_on == date(2026, 12, 31)
    room.accept(filing)
    change = GradeChange.objects.get()
    assert (change.grade, change.effective_on, change.because, change.by) == (3, LAST, "回款变慢", room.of.cast.b)
    assert opened.get().due_on == date(2026, 10, 31)
    engine.run(on=TODAY)
    assert engine.run(on=TODAY, rebuild=True).differences == 0


@pytest.mark.clause("PGM.8")
def test_the_managers_of_who_went_to_watch_are_told_once_it_is_accepted(room: Room, take_in: TakeIn) -> None:
    """东方钢铁 to watch and 南方铜业 to risk: 张甲 (B of one, A of the other) is told once of both, 李乙 of 东方钢铁."""
    row = ("BH-2026-009", "南方铜业有限公司", "91350200612019270L", "业务一部", "张甲", "", "10", "2026-09-01", "", "")
    take_in("portfolio", [row])
    copper = Party.objects.get(name="南方铜业有限公司")
    cast = room.of.cast
    room.propose(Grade.WATCH, "回款变慢")
    proposals.propose(
        department=room.department, quarter=LAST, client=copper.pk, grade=Grade.RISK, because="停产", seen=0,
        by=cast.a, actor="A01", door="page",
    )  # fmt: skip
    room.measure()
    room.measure(copper)
    filing = room.hand_in()
    assert not Notice.objects.filter(kind="grade.watched").exists()
    room.accept(filing)
    both = Notice.objects.get(staff=cast.a, kind="grade.watched")
    assert "您的 2 户客户" in both.title
    assert "东方钢铁有限公司由正常调为关注" in both.text
    assert "南方铜业有限公司由正常调为风险" in both.text
    one = Notice.objects.get(staff=cast.b, kind="grade.watched")
    assert "东方钢铁有限公司由正常调为关注" in one.title
    with translation.override("en"):
        assert "from normal to watch" in in_words(from_kept(one.said["title"])).lower()
        text = in_words(from_kept(both.said["text"]))
        assert "; " in text and "；" not in text
    assert Notice.objects.filter(kind="grade.watched").count() == 2


def test_an_accepted_table_is_sealed_with_its_rows_measures_and_signature(room: Room) -> None:
    """A later hand in the tables shows; a later correction of the grade is no such thing."""
    room.propose(Grade.WATCH, "回款变慢")
    room.measure()
    filing = room.hand_in()
    room.accept(filing)
    seal = Seal.objects.get()
    [row] = seal.content["said"]["rows"]
    assert (row["client"], row["before"], row["proposed"], row["reason"]) == (
        "东方钢铁有限公司",
        "normal",
        "watch",
        "回款变慢",
    )
    assert row["measure"]["actions"] == [{"text": "每周核对回款", "responsible": "B01", "due_on": "2026-11-30"}]
    assert [one["name"] for one in seal.content["signatures"]] == ["钱丙"]
    manager = room.of.cast.manager
    grades.change(
        client=room.of.steel,
        grade=Grade.RISK,
        effective_on=LAST,
        because="停产",
        by=manager,
        actor="M01",
        door="page",
    )
    assert records.check(seal).intact
    assert table("classification")[0]["本季分类"] == "关注"
    Proposal.objects.update(because="无")
    assert records.check(seal).faults == ["记录在封存后被改动。"]


def test_after_handing_in_nothing_moves_until_it_is_returned(room: Room) -> None:
    """Handed in: no grade, no measure. Returned: both again, signed again. Accepted: never again."""
    room.propose(Grade.WATCH, "回款变慢")
    room.measure()
    filing = room.hand_in()
    with pytest.raises(Refused) as refused:
        room.propose(Grade.RISK, "停产")
    assert _refusal(refused) == "guarantee.grading.handed_in"
    with pytest.raises(Refused) as refused:
        room.measure()
    assert _refusal(refused) == "guarantee.measure.frozen"
    room.return_(filing)
    assert room.table().state is State.RETURNED
    room.propose(Grade.RISK, "停产")
    room.measure()
    step = room.hand_in_again(filing)
    assert len(records.list_signatures(kind="classification", subject_id=step.pk)) == 1
    room.accept(filing)
    assert GradeChange.objects.get().grade == Grade.RISK
    with pytest.raises(Refused) as refused:
        room.propose(Grade.NORMAL, "复产")
    assert _refusal(refused) == "guarantee.grading.accepted"
    with pytest.raises(Refused):
        reports.accept(filing=filing, on=EIGHTH, by=room.of.cast.supervisor, actor="S01", door="page")


def test_it_is_not_accepted_over_a_grade_that_changed_meanwhile(room: Room) -> None:
    """Handed in as normal; the risk department grades watch as of 15 September; the table goes back."""
    room.propose(Grade.NORMAL)
    filing = room.hand_in()
    grades.change(
        client=room.of.steel,
        grade=Grade.WATCH,
        effective_on=date(2026, 9, 15),
        because="涉诉",
        by=room.of.cast.risk_manager,
        actor="R01",
        door="page",
    )
    with pytest.raises(Refused) as refused:
        room.accept(filing)
    assert _refusal(refused) == "guarantee.grading.changed_since"
    room.return_(filing)
    assert room.table().lines[0].standing is Grade.WATCH


def test_a_table_without_proposals_says_that_all_stay(room: Room) -> None:
    """As the page of reports hands it in: nothing changes, and what is accepted is sealed all the same."""
    filing = room.hand_in(signed=False)
    room.accept(filing)
    assert not GradeChange.objects.exists()
    assert not Act.objects.filter(verb="grades.take_table").exists()
    assert Seal.objects.get().content["said"]["rows"][0]["graded"]["assumed"]


def test_the_printed_table_says_how_far_it_is(room: Room) -> None:
    """Draft, handed in, accepted with the code of its seal."""
    assert not any("草稿" in text for text in _texts())
    room.propose(Grade.WATCH, "回款变慢")
    room.measure()
    assert table("classification")[0]["本季分类"] == "关注"
    assert any("草稿" in text for text in _texts())
    filing = room.hand_in()
    assert any("待接收" in text for text in _texts())
    room.accept(filing)
    assert any(Seal.objects.get().code in text for text in _texts())
    assert table("classification")[0]["分类理由"] == "回款变慢"
