"""Handing a person's work over: everything passes with a signed list, the past stays with whom it was."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from baohou.core.errors import Refused
from baohou.day import engine
from baohou.guarantee.imports import take
from baohou.guarantee.models import Guarantee, ManagerAppointment, MovedDuty, MoveSigner, WorkMove
from baohou.guarantee.queries.duties import derive_duties
from baohou.guarantee.queries.moves import Choice, count_loads, list_holdings, list_open_duties, list_receivers, propose
from baohou.guarantee.queries.pages.waiting import list_waiting
from baohou.guarantee.services import moves
from baohou.kernel.accountability.models import Entry
from baohou.kernel.audit.models import Act, Change
from baohou.kernel.duties import store
from baohou.kernel.duties.models import Duty
from baohou.kernel.papers import records
from baohou.kernel.people import postings
from baohou.kernel.people.models import Post, Posting, Staff
from baohou.kernel.people.standing import list_people
from tests.cast import Portfolio, TakeIn
from tests.desk.conftest import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.2", "PGM.12")]
TOMORROW = date(2026, 10, 21)


def to_b(portfolio: Portfolio) -> dict[int, Choice]:
    """Everything of 张甲 to 李乙."""
    b = portfolio.cast.b.pk
    return {
        one.guarantee.pk: (b if one.as_a else None, None) for one in list_holdings(portfolio.cast.a, on=TOMORROW)
    } | {portfolio.released.pk: (b, None)}


def hand_over(portfolio: Portfolio, **changes: object) -> WorkMove:
    wanted: dict[str, object] = {
        "staff": portfolio.cast.a,
        "effective_on": TOMORROW,
        "choices": to_b(portfolio),
        "because": "离职",
        "today": TODAY,
        "actor": "M01",
        "door": "page",
    }
    return moves.move_work(**{**wanted, **changes})  # type: ignore[arg-type]


def differences(on: date) -> int:
    """How many stored duties are not what the facts say."""
    derived = derive_duties(on=on)
    found = store.compare(derived, store.read_state)
    return len(found.new) + len(found.changed) + len(found.removed)


def test_everything_passes_in_one_act_and_the_engine_agrees(evening: Portfolio) -> None:
    """张甲 hands all to 李乙 on 2026-10-21: run, hand over, run on; a rebuild of each day finds no difference."""
    acts = Act.objects.count()
    move = hand_over(evening)
    assert Act.objects.count() == acts + 1
    assert not list_holdings(evening.cast.a, on=TOMORROW)
    first = ManagerAppointment.objects.get(guarantee=evening.first)
    assert (first.manager_a, first.manager_b, first.effective_on) == (evening.cast.b, None, TOMORROW)
    assert first.act == move.act
    assert differences(TODAY) == 0
    for day in (TOMORROW, date(2026, 11, 2), date(2027, 1, 4)):
        engine.run(on=day)
        assert differences(day) == 0


def test_what_was_due_before_keeps_its_owner_and_penalty(evening: Portfolio) -> None:
    """The routine visit due in March stays 张甲's and so do its 50 yuan; the visit due on 12-31 becomes 李乙's."""
    before = set(Duty.objects.filter(owner=evening.cast.a, due_on__lt=TOMORROW).values_list("key", flat=True))
    booked = list(Entry.objects.filter(staff=evening.cast.a).values_list("pk", "amount_fen"))
    assert before and booked
    hand_over(evening)
    engine.run(on=TOMORROW)
    still = set(Duty.objects.filter(owner=evening.cast.a).values_list("key", flat=True))
    assert still == before
    engine.run(on=date(2027, 1, 4))
    assert list(Entry.objects.filter(staff=evening.cast.a).values_list("pk", "amount_fen")) == booked
    late = Entry.objects.filter(staff=evening.cast.b, due_on=date(2026, 12, 31))
    assert late.exists()


def test_the_one_who_takes_over_finds_the_overdue_on_the_own_list(evening: Portfolio) -> None:
    """The overdue visit of 张甲 stands on 李乙's list from 10-21, and on 张甲's no more."""
    from baohou.guarantee.queries.handed import handed_keys

    overdue = Duty.objects.filter(owner=evening.cast.a, due_on__lt=TODAY, done_on__isnull=True, lapsed_on__isnull=True)
    keys = set(overdue.values_list("key", flat=True))
    move = hand_over(evening)
    assert set(MovedDuty.objects.filter(move=move).values_list("duty_key", flat=True)) >= keys
    assert handed_keys([evening.cast.b.pk], on=TODAY) == ([], [])
    engine.run(on=TOMORROW)
    received, _ = handed_keys([evening.cast.b.pk], on=TOMORROW)
    _, given = handed_keys([evening.cast.a.pk], on=TOMORROW)
    assert keys and set(received) == keys == set(given)


def test_a_planned_appointment_of_the_leaver_passes_as_well(evening: Portfolio) -> None:
    """张甲 was to take 湖滨食品 over on 2026-12-01: now 李乙 will, and the change is written down."""
    cast = evening.cast
    ManagerAppointment.objects.create(guarantee=evening.elsewhere, manager_a=cast.a, effective_on=date(2026, 12, 1))
    choices = to_b(evening)
    assert choices[evening.elsewhere.pk] == (cast.b.pk, None)
    hand_over(evening, choices=choices)
    later = ManagerAppointment.objects.get(guarantee=evening.elsewhere, effective_on=date(2026, 12, 1))
    assert later.manager_a == cast.b
    assert Change.objects.filter(table="guarantee_managerappointment", key="BH-2026-004 2026-12-01").exists()


def test_it_rejects_whatever_would_be_left_or_misplaced(evening: Portfolio) -> None:
    """A row without a receiver, the leaver oneself, someone of another post, someone who leaves, a day gone by."""
    cast, nothing = evening.cast, Act.objects.count()
    choices = to_b(evening)

    def refused(code: str, **changes: object) -> str:
        with pytest.raises(Refused) as refusal:
            hand_over(evening, **changes)
        assert refusal.value.code == code
        return refusal.value.message

    missing = {pk: choice for pk, choice in choices.items() if pk != evening.first.pk}
    assert "BH-2026-001" in refused("guarantee.move.left", choices=missing)
    refused("guarantee.move.self", choices={**choices, evening.first.pk: (cast.a.pk, None)})
    refused("guarantee.move.not_in_post", choices={**choices, evening.first.pk: (cast.risk_manager.pk, None)})
    refused("guarantee.move.not_in_post", choices={**choices, evening.first.pk: (999_999, None)})
    refused("guarantee.move.past", effective_on=date(2026, 10, 19))
    refused("guarantee.text.missing", because="  ")
    refused("guarantee.move.nothing", staff=cast.general_manager, choices={})
    Posting.objects.create(staff=cast.b, post=Post.LEFT, effective_on=date(2026, 12, 1))
    refused("guarantee.move.not_in_post")
    assert Act.objects.count() == nothing
    assert not ManagerAppointment.objects.exists()


def test_the_list_is_signed_and_sealed(evening: Portfolio) -> None:
    """张甲, 李乙 and 钱丙 sign, each for oneself and once; then the list is closed, and a change of it shows."""
    cast = evening.cast
    move = hand_over(evening)
    places = {one.staff: one for one in MoveSigner.objects.filter(move=move).select_related("staff")}
    assert {one.role for one in places.values()} == {"移交人", "接收人", "监交人"}
    assert set(places) == {cast.a, cast.b, cast.manager}

    def sign(place: Staff, by: Staff) -> None:
        moves.sign(move=move, signer=places[place], by=by, actor=by.staff_no, door="page")

    with pytest.raises(Refused):
        sign(cast.a, cast.b)
    for one in (cast.a, cast.b, cast.manager):
        assert records.find_seal(kind=moves.PAPER, subject_id=move.pk) is None
        sign(one, one)
    with pytest.raises(Refused):
        sign(cast.a, cast.a)
    seal = records.find_seal(kind=moves.PAPER, subject_id=move.pk)
    assert seal is not None and records.check(seal).intact
    engine.run(on=TOMORROW)
    assert records.check(seal).intact
    MovedDuty.objects.filter(move=move).update(to=cast.a)
    assert not records.check(seal).intact


def _waits(staff: Staff, on: date) -> list[str]:
    (person,) = list_people([staff.pk], on=on)
    return [line.what for line in list_waiting(person, on=on)]


def test_a_missing_signature_is_told_of_to_who_may_hand_over_work(evening: Portfolio) -> None:
    """Signed by nobody: on 2026-10-23 only those who sign have it; from the 24th on the manager is told what lacks."""
    cast = evening.cast
    hand_over(evening)
    to_sign, unsigned = "张甲的移交清单待签字", "张甲的移交清单还没有签齐"
    for on, told in ((date(2026, 10, 23), False), (date(2026, 10, 24), True)):
        assert all(to_sign in _waits(one, on) for one in (cast.a, cast.b, cast.manager))
        assert (unsigned in _waits(cast.manager, on)) is told
        assert (unsigned in _waits(cast.admin, on)) is told
        assert unsigned not in _waits(cast.other_manager, on) + _waits(cast.b, on)


def test_somebody_gone_is_signed_for_by_the_supervisor(evening: Portfolio) -> None:
    """张甲 leaves without signing: the manager is told the same day and signs in 张甲's place, nobody else can."""
    cast = evening.cast
    move = hand_over(evening)
    gone = MoveSigner.objects.get(move=move, staff=cast.a)
    with pytest.raises(Refused):
        moves.sign(move=move, signer=gone, by=cast.manager, actor="M01", door="page")
    postings.change_post(
        staff=cast.a,
        department=None,
        post=Post.LEFT,
        effective_on=TOMORROW,
        because="离职",
        actor="X01",
        door="page",
    )
    engine.run(on=TOMORROW)
    assert "张甲的移交清单还没有签齐" in _waits(cast.manager, TOMORROW)
    with pytest.raises(Refused):
        moves.sign(move=move, signer=gone, by=cast.b, actor="B01", door="page")
    moves.sign(move=move, signer=gone, by=cast.manager, actor="M01", door="page")
    for one in (cast.b, cast.manager):
        moves.sign(
            move=move, signer=MoveSigner.objects.get(move=move, staff=one), by=one, actor=one.staff_no, door="page"
        )
    seal = records.find_seal(kind=moves.PAPER, subject_id=move.pk)
    assert seal is not None and records.check(seal).intact
    names = {one.role: one.name for one in records.list_signatures(kind=moves.PAPER, subject_id=move.pk)}
    assert names["移交人"] == "钱丙（代已离职的张甲）"
    assert "张甲的移交清单还没有签齐" not in _waits(cast.manager, TOMORROW)


def test_the_list_is_printed(evening: Portfolio) -> None:
    """A PDF with the guarantees, the duties and the places to sign."""
    from baohou.guarantee.exports.moves import list_paper
    from baohou.kernel.papers.printing import write_pdf

    move, out = hand_over(evening), io.BytesIO()
    paper = list_paper(move)
    assert all(word in paper.html() for word in ("BH-2026-001", "监交人", "移交前到期", "签字未齐"))
    write_pdf(papers=[paper], out=out)
    assert out.getvalue().startswith(b"%PDF")


def test_after_the_hand_over_the_service_may_end(evening: Portfolio) -> None:
    """Nothing keeps 张甲 any more; who managed what before stays known."""
    hand_over(evening)
    postings.change_post(
        staff=evening.cast.a,
        department=None,
        post=Post.LEFT,
        effective_on=TOMORROW,
        because="离职",
        actor="X01",
        door="page",
    )
    assert [one.guarantee for one in list_holdings(evening.cast.a, on=TODAY)] == [evening.first, evening.second]


def test_a_staff_file_cannot_end_a_service_that_still_holds_work(evening: Portfolio, tmp_path: Path) -> None:
    """张甲 leaves by file on 2026-10-21: refused while guarantees are managed, taken after the hand-over, once."""
    path = tmp_path / "leaving.csv"
    path.write_text("工号,姓名,部门,岗位,生效日\nA01,张甲,,离职,2026-10-21\n", encoding="utf-8")
    refused = take(kind="staff", path=path)
    assert not refused.taken
    (fault,) = refused.parts[0].faults
    assert (fault.row, fault.column) == (2, "岗位")
    assert "请先移交给接手的人" in fault.message
    hand_over(evening)
    assert take(kind="staff", path=path).parts[0].new == 1
    assert take(kind="staff", path=path).parts[0].same == 1


def test_proposals_keep_clients_together_and_loads_even(evening: Portfolio) -> None:
    """To 李乙, the only other project manager of 业务一部; all to 钱丙 when one asks for it."""
    cast = evening.cast
    holdings = list_holdings(cast.a, on=TOMORROW)
    receivers, loads = list_receivers(on=TOMORROW, leaver=cast.a), count_loads(on=TOMORROW)
    assert {one.staff for one in receivers} == {cast.b, cast.manager, cast.outsider, cast.other_manager}
    assert loads == {cast.a.pk: 1, cast.b.pk: 1, cast.outsider.pk: 1}
    assert propose(holdings, receivers, loads)[evening.first.pk] == (cast.b.pk, None)
    everything = propose(holdings, receivers, loads, all_to=cast.manager.pk)
    assert everything == {evening.first.pk: (cast.manager.pk, None), evening.second.pk: (None, cast.manager.pk)}


def _to_second(portfolio: Portfolio, staff: Staff, on: date = TOMORROW) -> Posting:
    """The person goes to 业务二部 in the same post."""
    return postings.change_post(
        staff=staff,
        department=portfolio.elsewhere.department,
        post=Post.PROJECT_MANAGER,
        effective_on=on,
        because="轮岗",
        actor="X01",
        door="page",
    )


def test_a_change_of_department_asks_for_what_was_held_in_the_old_one(evening: Portfolio) -> None:
    """张甲 goes from 业务一部 to 业务二部: refused while guarantees of 业务一部 are held, taken once the list is made,
    and the overdue is on 李乙's list then; 吴外 changes the post within 业务二部 and is asked for nothing."""
    cast = evening.cast
    with pytest.raises(Refused) as refusal:
        _to_second(evening, cast.a)
    assert refusal.value.code == "people.post.bound"
    assert "BH-2026-001" in refusal.value.message and "业务一部" in refusal.value.message
    assert "请先移交给接手的人" in refusal.value.message
    hand_over(evening)
    assert _to_second(evening, cast.a).department == evening.elsewhere.department
    engine.run(on=TOMORROW)
    assert not list_open_duties(cast.a, on=TOMORROW)
    assert differences(TOMORROW) == 0
    postings.change_post(
        staff=cast.outsider,
        department=evening.elsewhere.department,
        post=Post.DEPARTMENT_MANAGER,
        effective_on=TOMORROW,
        because="晋升",
        actor="X01",
        door="page",
    )


def test_what_is_held_in_another_department_keeps_nobody(evening: Portfolio, take_in: TakeIn) -> None:
    """李乙 is B of a guarantee of 业务二部 and holds nothing else: going from 业务一部 to 业务二部 leaves nothing behind."""
    row = ("N-1", "临江机械有限公司", "X:临江", "业务二部", "吴外", "李乙", "100", "2026-05-11", "2027-05-10", "")
    take_in("portfolio", [row])
    cast = evening.cast
    held = list_holdings(cast.b, on=TOMORROW)
    assert {one.guarantee.department.name for one in held} == {"业务一部", "业务二部"}
    with pytest.raises(Refused) as refusal:
        _to_second(evening, cast.b)
    assert "N-1" not in refusal.value.message
    ours = Guarantee.objects.filter(department=evening.first.department)
    ours.filter(manager_b=cast.b).update(manager_b=None)
    ours.filter(manager_a=cast.b).update(manager_a=cast.a)
    Duty.objects.filter(owner=cast.b).delete()
    assert _to_second(evening, cast.b).department == evening.elsewhere.department


def test_what_is_owed_without_a_guarantee_in_force_is_asked_for_as_well(evening: Portfolio) -> None:
    """张甲 holds nothing in force, but owes a visit about paper, which 业务一部 has released: it has to pass first."""
    cast = evening.cast
    Guarantee.objects.exclude(pk=evening.released.pk).filter(manager_a=cast.a).update(manager_a=cast.b, manager_b=None)
    Guarantee.objects.filter(manager_b=cast.a).update(manager_b=None)
    owed = list_open_duties(cast.a, on=TODAY)
    assert owed
    Duty.objects.filter(owner=cast.a).exclude(key=owed[0].key).delete()
    with pytest.raises(Refused) as refusal:
        _to_second(evening, cast.a)
    assert "1 件未办事项" in refusal.value.message and "请先移交" in refusal.value.message


def test_a_staff_file_changes_no_department_of_who_still_holds_work(evening: Portfolio, tmp_path: Path) -> None:
    """张甲 goes to 业务二部, or becomes a clerk, by file: as on the page, refused until the work has passed."""
    path = tmp_path / "moving.csv"
    for row, column in (("业务二部,项目经理", "部门"), ("业务一部,职员", "岗位")):
        path.write_text(f"工号,姓名,部门,岗位,生效日\nA01,张甲,{row},2026-10-21\n", encoding="utf-8")
        refused = take(kind="staff", path=path)
        assert not refused.taken
        (fault,) = refused.parts[0].faults
        assert (fault.row, fault.column) == (2, column)
        assert "请先移交给接手的人" in fault.message
    history = "A01,张甲,业务二部,项目经理,2026-01-05\nA01,张甲,业务一部,项目经理,2026-02-01\n"
    path.write_text(f"工号,姓名,部门,岗位,生效日\n{history}", encoding="utf-8")
    assert take(kind="staff", path=path).taken
    hand_over(evening)
    path.write_text("工号,姓名,部门,岗位,生效日\nA01,张甲,业务二部,项目经理,2026-10-21\n", encoding="utf-8")
    assert take(kind="staff", path=path).taken
    path.write_text("工号,姓名,部门,岗位,生效日\nB01,李乙,业务一部,项目经理,2026-10-21\n", encoding="utf-8")
    assert take(kind="staff", path=path).taken
