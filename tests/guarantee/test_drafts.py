"""Drafts of visits on the server: the last change holds, nothing is anybody else's, and they move with the work."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from bench import answers
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.day import engine
from baohou.guarantee.exports.moves import list_paper
from baohou.guarantee.models import ManagerAppointment, MovedDraft, Visit, VisitDraft, VisitUpload, WorkMove
from baohou.guarantee.queries.drafts import HeldDraft, find_draft, list_drafts
from baohou.guarantee.queries.moves import Choice, list_holdings
from baohou.guarantee.rules.words import VisitKind
from baohou.guarantee.services import drafts, moves, submissions
from baohou.guarantee.services.drafts import Written
from baohou.guarantee.services.retention import TEXTS
from baohou.guarantee.services.submissions import Report
from baohou.kernel.audit.models import Act, Change
from baohou.kernel.audit.retention import delete_due, list_due
from baohou.kernel.papers.models import StoredFile
from baohou.kernel.papers.records import path_of
from baohou.kernel.parties.models import Party
from baohou.kernel.people import postings
from baohou.kernel.people.deputies import name_deputy
from baohou.kernel.people.models import Post, Staff
from baohou.kernel.watch.readonly import TakesNoChanges
from baohou.upkeep.closing import close
from tests.cast import Portfolio
from tests.desk.conftest import TODAY
from tests.guarantee.test_submissions import photo

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.2")]
TOMORROW = date(2026, 10, 21)
PHONE, DESK = uuid4(), uuid4()
TEN = datetime(2026, 10, 20, 2, tzinfo=UTC)
"""Ten o'clock of 2026-10-20, as devices say it."""
REGULAR = Written(VisitKind.REGULAR, {"kind": "regular", "on": "2026-10-19", "summary": "订单饱满"})


@pytest.fixture
def evening(portfolio: Portfolio) -> Portfolio:
    """The portfolio after the day 2026-10-20 has been run."""
    engine.run(on=TODAY)
    return portfolio


@pytest.fixture
def key() -> UUID:
    return uuid4()


def save(key: UUID, client: Party, by: Staff, **changes: Any) -> drafts.Saved:
    told: dict[str, Any] = {"written": REGULAR, "device": PHONE, "seen": 0, "changed_at": TEN}
    return drafts.save(key=key, client=client, by=by, **{**told, **changes})


def with_photo(key: UUID, client: Party, by: Staff) -> str:
    """张甲's draft names a photo that has arrived and one that has not; the digest of the first."""
    sha256 = submissions.keep_file(key=key, sender=by, content=photo(), name="照片1.jpg", client=client).file.sha256
    save(key, client, by, written=replace(REGULAR, files=[(sha256, "照片1.jpg"), ("", "照片2.jpg")]))
    return sha256


def move_all(portfolio: Portfolio, on: date = TODAY) -> WorkMove:
    """钱丙 hands everything of 张甲 to 李乙."""
    b = portfolio.cast.b.pk
    choices: dict[int, Choice] = {
        one.guarantee.pk: (b if one.as_a else None, None) for one in list_holdings(portfolio.cast.a, on=on)
    } | {portfolio.released.pk: (b, None)}
    told: dict[str, Any] = {"because": "离职", "today": TODAY, "actor": "M01", "door": "page"}
    return moves.move_work(staff=portfolio.cast.a, effective_on=on, choices=choices, **told)


def held(staff: Staff, on: date = TODAY) -> list[HeldDraft]:
    return list_drafts(staff, on=on)


def test_the_same_once_more_changes_nothing_and_no_act_is_written(evening: Portfolio, key: UUID) -> None:
    """The answer was lost on the way and the phone sends again: one draft, version 1; typing is no act."""
    acts, rows = Act.objects.count(), Change.objects.count()
    first = save(key, evening.steel, evening.cast.a)
    again = save(key, evening.steel, evening.cast.a)
    assert (first.draft.version, again.draft.version, VisitDraft.objects.count()) == (1, 1, 1)
    later = replace(REGULAR, fields={**REGULAR.fields, "summary": "订单下滑"})
    assert save(key, evening.steel, evening.cast.a, written=later, seen=1).draft.version == 2
    assert (Act.objects.count(), Change.objects.count()) == (acts, rows)


def test_the_last_change_wins_and_the_other_device_is_told(evening: Portfolio, key: UUID) -> None:
    """The phone wrote at ten, the desk at eleven: the phone's change of half past ten, sent later, does not stand."""
    steel, a = evening.steel, evening.cast.a
    save(key, steel, a)
    desk = replace(REGULAR, fields={"summary": "在办公室改过"})
    assert save(key, steel, a, written=desk, device=DESK, seen=1, changed_at=TEN + timedelta(hours=1)).overtook is None
    phone = replace(REGULAR, fields={"summary": "在现场改过"})
    with pytest.raises(drafts.Overtaken) as refused:
        save(key, steel, a, written=phone, seen=1, changed_at=TEN + timedelta(minutes=30))
    assert refused.value.draft.version == 2
    assert VisitDraft.objects.get().content["fields"] == {"summary": "在办公室改过"}
    done = save(key, steel, a, written=phone, seen=1, changed_at=TEN + timedelta(hours=2))
    assert (done.overtook, done.draft.version) == (TEN + timedelta(hours=1), 3)
    assert VisitDraft.objects.get().content["fields"] == {"summary": "在现场改过"}


def test_a_clock_that_is_ahead_does_not_win_for_ever(evening: Portfolio, key: UUID) -> None:
    save(key, evening.steel, evening.cast.a, changed_at=timezone.now() + timedelta(days=400))
    assert VisitDraft.objects.get().changed_at <= timezone.now()


def test_it_rejects_what_is_somebody_elses(evening: Portfolio, key: UUID) -> None:
    """李乙 under 张甲's key; 张甲's key for another client; 张甲's draft is on no other list."""
    cast = evening.cast
    save(key, evening.steel, cast.a)
    for client, by, code in ((evening.steel, cast.b, "others"), (evening.paper, cast.a, "other_client")):
        with pytest.raises(Refused) as refused:
            save(key, client, by, changed_at=timezone.now(), device=DESK)
        assert refused.value.code == f"guarantee.draft.{code}"
    assert VisitDraft.objects.get().by == cast.a
    assert (len(held(cast.a)), held(cast.b), held(cast.manager)) == (1, [], [])
    assert find_draft(cast.b, key, on=TODAY) is None


def test_it_is_bounded_and_keeps_what_every_database_keeps(evening: Portfolio, key: UUID) -> None:
    large = replace(REGULAR, fields={"summary": "长" * (drafts.MOST_BYTES // 3 + 1)})
    with pytest.raises(Refused) as refused:
        save(key, evening.steel, evening.cast.a, written=large)
    assert refused.value.code == "guarantee.draft.too_large"
    deep: dict[str, Any] = {}
    for _ in range(20):
        deep = {"in": deep}
    for wrong in (deep, {"width": float("nan")}):
        with pytest.raises(Refused) as refused:
            save(key, evening.steel, evening.cast.a, written=replace(REGULAR, signed=wrong))
        assert refused.value.code == "guarantee.draft.unreadable"
    assert not VisitDraft.objects.exists()
    save(key, evening.steel, evening.cast.a, written=replace(REGULAR, fields={"summary": "a\x00b\ud800"}))
    assert VisitDraft.objects.get().content["fields"] == {"summary": "ab?"}


def test_it_refuses_while_the_house_is_read_only(evening: Portfolio, key: UUID) -> None:
    close(because="升级", actor="X01", door="command")
    with pytest.raises(TakesNoChanges):
        save(key, evening.steel, evening.cast.a)


def test_a_file_that_arrived_tells_that_a_draft_was_begun(evening: Portfolio, key: UUID) -> None:
    """Only the photo came; the text came after it; a photo taken off is forgotten."""
    cast = evening.cast
    submissions.keep_file(key=key, sender=cast.a, content=photo(), name="照片1.jpg", client=evening.steel)
    [begun] = held(cast.a)
    assert (begun.draft.version, begun.is_on_the_device, len(begun.arrived)) == (0, True, 1)
    sha256 = with_photo(key, evening.steel, cast.a)
    [now] = held(cast.a)
    assert ([one.file.sha256 for one in now.arrived], now.lacking) == ([sha256], ["照片2.jpg"])
    save(key, evening.steel, cast.a, seen=1)
    assert not VisitUpload.objects.exists()


@pytest.mark.clause("PGM.11")
def test_it_is_gone_once_the_visit_is_sent(evening: Portfolio, key: UUID) -> None:
    """And another device that still has it is led to the report."""
    with_photo(key, evening.steel, evening.cast.a)
    visit = send(evening, key, evening.cast.a, by=evening.cast.a)
    assert not VisitDraft.objects.exists()
    assert not VisitUpload.objects.exists()
    with pytest.raises(drafts.SentAlready) as refused:
        save(key, evening.steel, evening.cast.a, device=DESK)
    assert refused.value.visit == visit


def send(evening: Portfolio, key: UUID, sender: Staff, *, by: Staff) -> Visit:
    """The visit of the draft as its form is sent, with the photo that has arrived."""
    report = Report(
        client=evening.steel,
        guarantee=None,
        on=date(2026, 10, 19),
        kind=VisitKind.REGULAR,
        by=by,
        methods="座谈",
        summary="订单饱满",
        findings=answers.findings(VisitKind.REGULAR),
        unsigned_because="老板出差",
        files=[(one.file.sha256, one.name) for one in VisitUpload.objects.filter(key=key, is_signature=False)],
    )
    told = {"actor": sender.staff_no, "door": "page"}
    return submissions.submit(key=key, sender=sender, report=report, **told).visit


def test_a_draft_moves_with_its_files_and_whoever_took_over_sends_it(evening: Portfolio, key: UUID) -> None:
    """张甲 leaves: the draft and its photo are 李乙's, the list names them, the act says how many; sent by 李乙 once."""
    cast = evening.cast
    with_photo(key, evening.steel, cast.a)
    acts = Act.objects.count()
    move = move_all(evening)
    assert Act.objects.count() == acts + 1
    assert move.act.facts["drafts"] == 1
    row = MovedDraft.objects.get(move=move)
    assert (row.what, row.kind, row.owner, row.to) == (evening.steel.name, VisitKind.REGULAR, cast.a, cast.b)
    assert (row.files, row.lacking, row.changed_at) == (1, 1, TEN)
    told = moves.tell(move.pk)
    assert told is not None
    assert told["drafts"][0]["client"] == evening.steel.name
    assert list_paper(move).context["drafts"] == [row]
    assert Change.objects.filter(act=move.act, table="guarantee.MovedDraft").count() == 1
    assert held(cast.a) == []
    [received] = held(cast.b)
    assert received.received_from == cast.a
    assert len(received.arrived) == 1
    with pytest.raises(Refused) as refused:
        save(key, evening.steel, cast.a, seen=1)
    assert "李乙" in refused.value.message
    visit = send(evening, key, cast.b, by=cast.a)
    assert (visit.by, visit.submission.by) == (cast.a, cast.b)
    assert not VisitDraft.objects.exists()
    assert not VisitUpload.objects.exists()


def test_it_moves_on_the_day_from_which_the_work_is_anothers(evening: Portfolio, key: UUID) -> None:
    """Handed over from 10-21: on 10-20 张甲 still writes; from then on 李乙 does, and what 李乙 changes is 李乙's."""
    cast = evening.cast
    with_photo(key, evening.steel, cast.a)
    move_all(evening, TOMORROW)
    assert (len(held(cast.a)), held(cast.b)) == (1, [])
    engine.run(on=TOMORROW)
    assert (held(cast.a, TOMORROW), len(held(cast.b, TOMORROW))) == ([], 1)
    changed = replace(REGULAR, fields={"summary": "接着写"})
    save(key, evening.steel, cast.b, written=changed, device=DESK, seen=1, changed_at=timezone.now())
    assert VisitDraft.objects.get().by == cast.b
    assert held(cast.b, TOMORROW)[0].received_from == cast.a


def test_a_draft_begun_after_the_list_finds_the_clients_manager(evening: Portfolio, key: UUID) -> None:
    """Handed over on 10-20, left from 10-21; a draft that only came up in between is 李乙's, who manages the client."""
    cast = evening.cast
    move_all(evening, TOMORROW)
    left = {"department": None, "post": Post.LEFT, "effective_on": TOMORROW, "because": "离职"}
    postings.change_post(staff=cast.a, **left, actor="X01", door="page")
    save(key, evening.steel, cast.a)
    engine.run(on=TOMORROW)
    [found] = held(cast.b, TOMORROW)
    assert found.received_from == cast.a


def test_a_draft_goes_with_a_client_that_an_import_gave_to_another(evening: Portfolio, key: UUID) -> None:
    """东方钢铁 is 吴外's from 10-20 by an import of managers: the draft of 张甲 is found by 吴外."""
    cast = evening.cast
    save(key, evening.steel, cast.a)
    for one in (evening.first, evening.second):
        ManagerAppointment.objects.create(guarantee=one, manager_a=cast.outsider, effective_on=TODAY)
    assert held(cast.a) == []
    [found] = held(cast.outsider)
    assert found.received_from == cast.a


def test_a_deputy_writes_for_whoever_is_absent(evening: Portfolio, key: UUID) -> None:
    """吴外 stands in for 张甲 until 10-20 and begins a report; the day after it is with 东方钢铁's manager."""
    cast = evening.cast
    told = {"because": "年假", "actor": "M01", "door": "page"}
    name_deputy(staff=cast.a, deputy=cast.outsider, first_on=TODAY, last_on=TODAY, **told)
    save(key, evening.steel, cast.outsider)
    assert len(held(cast.outsider)) == 1
    assert held(cast.outsider, TOMORROW) == []
    assert [one.received_from for one in (*held(cast.a, TOMORROW), *held(cast.b, TOMORROW))] == [cast.outsider]


def test_what_was_only_on_the_phone_comes_up_after_the_hand_over(evening: Portfolio, key: UUID) -> None:
    """张甲 wrote on 10-19 without a network; the work is 李乙's when the phone is back: text and photo are 李乙's."""
    cast = evening.cast
    move_all(evening)
    save(key, evening.steel, cast.a, written=replace(REGULAR, files=[("", "照片1.jpg")]))
    submissions.keep_file(key=key, sender=cast.a, content=photo(), name="照片1.jpg", client=evening.steel)
    with pytest.raises(Refused) as refused:
        save(key, evening.steel, cast.a, seen=1)
    assert "李乙" in refused.value.message
    [found] = held(cast.b)
    assert (found.received_from, len(found.arrived), found.lacking) == (cast.a, 1, [])


def test_nobody_leaves_with_a_draft_in_hand(evening: Portfolio, key: UUID) -> None:
    """孙戊, who manages nothing, has begun a report about 东方钢铁: it moves to its manager, then 孙戊 may go."""
    cast = evening.cast
    save(key, evening.steel, cast.supervisor)
    left: dict[str, Any] = {"department": None, "post": Post.LEFT, "effective_on": TODAY, "because": "离职"}
    with pytest.raises(Refused) as refused:
        postings.change_post(staff=cast.supervisor, **left, actor="X01", door="page")
    assert "1 份没有提交的回访草稿" in refused.value.message
    told: dict[str, Any] = {"because": "离职", "today": TODAY, "actor": "X01", "door": "page"}
    move = moves.move_work(staff=cast.supervisor, effective_on=TODAY, choices={}, **told)
    assert move.drafts.get().to in (cast.a, cast.b)
    postings.change_post(staff=cast.supervisor, **left, actor="X01", door="page")


def test_a_received_draft_is_thrown_away_with_a_reason_only(
    evening: Portfolio, key: UUID, django_capture_on_commit_callbacks: Any
) -> None:
    """One act, with the reason; the photo's bytes go too. One's own needs none."""
    cast = evening.cast
    sha256 = with_photo(key, evening.steel, cast.a)
    move_all(evening)
    [received] = held(cast.b)
    told = {"by": cast.b, "actor": "B01", "door": "page"}
    with pytest.raises(Refused) as refused:
        drafts.discard(held=received, **told)
    assert refused.value.where == "放弃草稿的原因"
    with django_capture_on_commit_callbacks(execute=True):
        drafts.discard(held=received, because="已在电话里了结", **told)
    act = Act.objects.latest("pk")
    assert (act.verb, act.because, act.facts["owner"]) == ("drafts.discard", "已在电话里了结", "A01")
    assert not VisitDraft.objects.exists()
    assert not StoredFile.objects.exists()
    assert not path_of(sha256).exists()
    save(uuid4(), evening.steel, cast.b)
    drafts.discard(held=held(cast.b)[0], by=cast.b, actor="B01", door="page")
    assert not VisitDraft.objects.exists()


def test_untouched_for_thirty_days_it_goes_with_its_photos(evening: Portfolio, key: UUID) -> None:
    """By the rule, whose act says so; or with the next draft that is kept. A photo does not go before its draft."""
    today = timezone.localdate()
    with_photo(key, evening.steel, evening.cast.a)
    VisitUpload.objects.update(kept_at=timezone.now() - timedelta(days=60))
    save(uuid4(), evening.steel, evening.cast.b)
    assert VisitUpload.objects.exists()
    assert list_due(TEXTS, on=today + timedelta(days=29)) == []
    assert delete_due(TEXTS, on=today + timedelta(days=30), actor="", door="command") == 2
    assert not VisitUpload.objects.exists()
    with_photo(key, evening.steel, evening.cast.a)
    VisitDraft.objects.update(saved_at=timezone.now() - timedelta(days=31))
    save(uuid4(), evening.steel, evening.cast.b)
    assert VisitDraft.objects.get().by == evening.cast.b
    assert not VisitUpload.objects.exists()
