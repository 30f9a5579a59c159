"""Volumes are destroyed by two people when their time is over, tables lose names, and then a person loses the name (PGM.11)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.test import Client

from baohou.guarantee.models import GradeChange, Guarantee, HandOverReceipt, Proposal, Visit
from baohou.guarantee.queries.forms.classification import get_classification
from baohou.guarantee.queries.hand_overs import RECEIPT
from baohou.guarantee.queries.sealed_visits import KIND
from baohou.guarantee.queries.table_paper import PAPER as TABLE
from baohou.guarantee.services.destroying import ask_destruction
from baohou.guarantee.services.old_tables import TABLES
from baohou.guarantee.services.retention import PERSONS
from baohou.kernel.approvals import services as approvals
from baohou.kernel.approvals.models import Proposal as Proposal_
from baohou.kernel.approvals.models import State
from baohou.kernel.approvals.services import Asked
from baohou.kernel.audit import capture
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.retention import delete_due, list_due
from baohou.kernel.papers import archive, records
from baohou.kernel.papers.models import Attachment, Destruction, Seal, StoredFile, Volume, VolumeItem
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Staff
from tests.api.conftest import call_as
from tests.cast import Portfolio, TakeIn
from tests.clock import set_today
from tests.desk.conftest import Enter, enter
from tests.guarantee.aged import (
    NAME,
    OVER,
    PERSON,
    THIRD,
    archive_third,
    faults,
    grade,
    person,
    plan,
    release,
    said,
    take_person,
    visit,
)
from tests.guarantee.handing import CABINET, refused

__all__ = ["call_as", "enter"]
pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.11")]
TOLD = {"actor": "X01", "door": "page"}
KEPT_THROUGH = date(2036, 12, 31)


@dataclass(frozen=True)
class Aged:
    """What is there on 2037-01-04: 林小满, the volume with a report of 林小满 and one of 东方钢铁, and who may do what."""

    of: Portfolio
    client: Party
    volume: Volume

    def ask(self, by: Staff | None = None, because: str = "保管期满，无继续保存价值") -> Asked:
        asks = person(by or self.of.cast.supervisor)
        return ask_destruction(volumes=[self.volume.pk], because=because, by=asks, on=OVER, door="page")

    def destroy(self) -> Destruction:
        """孙戊 asks, 赵己 agrees."""
        proposal = self.ask().proposal
        assert proposal is not None
        approvals.approve(proposal=proposal, by=person(self.of.cast.risk_manager), on=OVER, door="page")
        return Destruction.objects.get()

    def held(self, on: date) -> str:
        [due] = list_due(PERSONS, on=on)
        return due.held


@pytest.fixture
def aged(evening: Portfolio, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch) -> Aged:
    client = take_person(take_in)
    visit(evening, client, date(2026, 9, 10), shade=3)
    visit(evening, evening.steel, date(2026, 9, 15), shade=4)
    grade(evening, client)
    plan(evening)
    volume = archive_third(evening)
    release(client)
    client.refresh_from_db()
    set_today(monkeypatch, OVER)
    for staff in (evening.cast.supervisor, evening.cast.risk_manager, evening.cast.general_manager):
        person(staff)
    return Aged(evening, client, volume)


def _everything() -> str:
    """Every word that tables and seals still say, but for the audit."""
    rows: list[Any] = [
        list(model._default_manager.values())
        for model in (Seal, VolumeItem, Proposal, GradeChange, Visit, Party, Attachment)
    ]
    return json.dumps(rows, ensure_ascii=False, default=str)


def test_the_whole_way_of_a_person_out_of_the_books(aged: Aged) -> None:
    """Held by the volume, then by the tables, then nameless; verify holds at every step, sums and grades stay."""
    assert faults() == []
    assert "还在保管期内" in aged.held(date(2036, 12, 30))
    assert "已过保管期，须先销毁" in aged.held(OVER)
    aged.destroy()
    assert faults() == []
    assert "须先执行 tables" in aged.held(OVER)
    before = get_classification(department=aged.of.first.department, quarter=THIRD)
    assert {due.what.split()[-2] for due in list_due(TABLES, on=OVER)} == {"在保客户分类表", "回访计划表"}
    assert delete_due(TABLES, on=OVER, **TOLD) == 2
    assert faults() == []
    after = get_classification(department=aged.of.first.department, quarter=THIRD)
    assert (after.by_grade, after.total) == (before.by_grade, before.total)
    assert aged.held(OVER) == ""
    delete_due(PERSONS, on=OVER, **TOLD)
    assert faults() == []
    told = _everything()
    assert NAME not in told and PERSON not in told
    assert Guarantee.objects.get(project_no="BH-2026-009").amount_fen == 30_000_000
    assert GradeChange.objects.filter(client=aged.client, effective_on=THIRD.last).exists()
    assert "其中 4 份已过保管期、内容按规定销毁，证明的是销毁有留痕" in said()


def test_what_stays_of_a_volume_and_what_goes(aged: Aged, django_capture_on_commit_callbacks: Any) -> None:
    """Number, dates and the papers' numbers stay, with who did it; titles, photos, seals' words and bytes go."""
    files = list(StoredFile.objects.filter(pk__in=Attachment.objects.values("file")))
    items = list(VolumeItem.objects.values("position", "number", "dated", "pages"))
    with django_capture_on_commit_callbacks(execute=True):
        destruction = aged.destroy()
    aged.volume.refresh_from_db()
    assert aged.volume.destruction == destruction
    assert (destruction.on, destruction.by_no, destruction.checked_no) == (OVER, "S01", "R01")
    assert list(VolumeItem.objects.values("position", "number", "dated", "pages")) == items
    assert set(VolumeItem.objects.values_list("title", flat=True)) == {archive.DESTROYED}
    assert not Attachment.objects.filter(kind=KIND).exists()
    assert not any(records.path_of(one.sha256).exists() for one in files)
    receipt = Seal.objects.get(kind=RECEIPT, subject_id=HandOverReceipt.objects.get().pk)
    assert NAME not in json.dumps(receipt.content, ensure_ascii=False)
    assert records.check(receipt).intact and records.check(receipt).let_go
    assert Visit.objects.get(client=aged.client).summary == "已按保管期限删除"
    assert Visit.objects.get(client=aged.of.steel).summary != "已按保管期限删除"
    act = Act.objects.get(verb="archive.destroy")
    assert (act.by, act.facts["checked_by"]) == ("S01", "R01")
    assert NAME not in json.dumps(list(act.changes.values()), ensure_ascii=False, default=str)


def test_nobody_checks_ones_own_list(aged: Aged) -> None:
    """赵己 asks and can't agree; 王庚 may. 孙戊 may ask only."""
    proposal = aged.ask(aged.of.cast.risk_manager).proposal
    assert proposal is not None
    with refused("approvals.not_by_you"):
        approvals.approve(proposal=proposal, by=person(aged.of.cast.risk_manager), on=OVER, door="page")
    with refused("approvals.not_by_you"):
        approvals.approve(proposal=proposal, by=person(aged.of.cast.supervisor), on=OVER, door="page")
    assert not Destruction.objects.exists()
    done = approvals.approve(proposal=proposal, by=person(aged.of.cast.general_manager), on=OVER, door="page")
    assert done.state == State.APPROVED
    assert Destruction.objects.get().checked_name == "王庚"


def test_it_rejects_a_volume_that_is_lent_out_to_be_kept_or_waiting(
    aged: Aged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lent: no list. On a list already: no second one. Kept through 2036-12-31: not on that day. Without a reason: no."""
    with refused("papers.destroy.no_reason"):
        aged.ask(because="  ")
    lent = {"volume": aged.volume, "borrower_no": "A01", "borrower_name": "张甲", "purpose": "查阅", **TOLD}
    archive.lend(**lent, borrowed_on=OVER, due_on=OVER)
    with refused("papers.destroy.out"):
        aged.ask()
    archive.take_back(volume=aged.volume, returned_on=OVER, **TOLD)
    set_today(monkeypatch, KEPT_THROUGH)
    with refused("papers.destroy.kept"):
        aged.ask()
    set_today(monkeypatch, OVER)
    proposal = aged.ask().proposal
    assert proposal is not None
    with refused("guarantee.destroy.pending"):
        aged.ask(aged.of.cast.risk_manager)
    archive.lend(**lent, borrowed_on=OVER, due_on=OVER)
    with refused("papers.destroy.out"):
        approvals.approve(proposal=proposal, by=person(aged.of.cast.risk_manager), on=OVER, door="page")
    proposal.refresh_from_db()
    assert proposal.state == State.PENDING and not Destruction.objects.exists()


def test_what_is_destroyed_is_neither_lent_nor_moved_nor_destroyed_again(aged: Aged) -> None:
    aged.destroy()
    with refused("papers.volume.destroyed"):
        archive.move(volume=aged.volume, place=archive.Place("9号柜"), **TOLD)
    lent = {"borrower_no": "A01", "borrower_name": "张甲", "purpose": "查阅", "borrowed_on": OVER, "due_on": OVER}
    with refused("papers.volume.destroyed"):
        archive.lend(volume=aged.volume, **lent, **TOLD)
    with refused("papers.destroy.gone"):
        aged.ask()
    seal = Seal.objects.filter(kind=KIND)[0]
    with refused("papers.let_go"):
        records.add(seal=seal, text="更正", name="张甲", staff_no="A01", act=seal.act)
    assert CABINET.cabinet == Volume.objects.get().cabinet


def test_a_mark_without_its_act_is_found(aged: Aged) -> None:
    """Somebody with the database's password marks a volume destroyed, or a seal, or takes the mark of one away."""
    other = Volume.objects.create(
        **{
            one: getattr(aged.volume, one)
            for one in ("kind", "series", "title", "unit", "unit_id", "period", "opened_on", "cabinet", "act")
        },
        number="BHHF-2026Q3-业务一部-99",
        sequence=99,
    )
    Seal.objects.filter(kind=TABLE).update(let_go=aged.volume.act, content={"said": {}, "files": [], "signatures": []})
    assert any("在保客户分类表" in one and "没有一条留痕" in one for one in faults())
    destruction = aged.destroy()
    Volume.objects.filter(pk=other.pk).update(destruction=destruction)
    assert any("业务一部-99 记作已销毁" in one for one in faults())
    Volume.objects.filter(pk=other.pk).update(destruction=None)
    Volume.objects.filter(pk=aged.volume.pk).update(destruction=None)
    assert any("现在却没有销毁的记录" in one for one in faults())


def test_seals_of_before_the_mark_existed_still_hold(evening: Portfolio, monkeypatch: pytest.MonkeyPatch) -> None:
    """An act of an earlier release told a seal without the later column; marking that seal by hand is found all the same."""
    whole = capture.snapshot
    with monkeypatch.context() as earlier:
        earlier.setattr(capture, "snapshot", lambda row: {k: v for k, v in whole(row).items() if k != "let_go_id"})
        visit(evening, evening.steel, date(2026, 9, 15), shade=5)
    assert faults() == []
    seal = Seal.objects.get()
    Seal.objects.update(let_go=seal.act)
    assert len(faults()) == 2


def _page(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def test_from_the_list_of_the_expired_to_the_printed_list(aged: Aged, enter: Enter) -> None:
    """孙戊 ticks the expired volume and says why; 赵己 approves; list, volume and printed list say 已销毁."""
    cast, pk = aged.of.cast, aged.volume.pk
    keeper, checker = enter(cast.supervisor), enter(cast.risk_manager)
    listed = _page(keeper, "/archive/?state=expired")
    assert f'name="volume" value="{pk}"' in listed and "提请销毁所选" in listed
    assert "提请销毁所选" not in _page(enter(cast.manager), "/archive/?state=expired")
    assert enter(cast.manager).get(f"/archive/destroy/?volume={pk}").status_code == 403
    assert aged.volume.number in _page(keeper, f"/archive/destroy/?volume={pk}")
    assert keeper.get("/archive/destroy/?volume=999999").status_code == 404
    assert 'name="because"' in _page(keeper, f"/archive/destroy/?volume={pk}")
    nothing = _page(keeper, "/archive/destroy/")
    assert "请先勾选要销毁的案卷" in nothing and 'name="because"' not in nothing
    assert "请写明理由" in keeper.post("/archive/destroy/", {"volume": [pk], "because": ""}).content.decode()
    said = keeper.post("/archive/destroy/", {"volume": [pk], "because": "保管期满"}, follow=True).content.decode()
    assert "已提请复核" in said
    assert "待复核" in _page(keeper, f"/archive/{pk}/")
    assert f'name="volume" value="{pk}"' not in _page(keeper, "/archive/?state=expired")
    address = f"/approvals/{Proposal_.objects.get(kind='archive.destroy').pk}/"
    assert aged.volume.number in _page(checker, address)
    assert "已批准并办理" in checker.post(address, {"answer": "approve"}, follow=True).content.decode()
    assert "没有符合条件的卷" in _page(keeper, "/archive/?state=expired")
    assert aged.volume.number in _page(keeper, "/archive/?state=destroyed")
    whole = _page(keeper, f"/archive/{pk}/")
    assert "已随案卷销毁" in whole and NAME not in whole and "赵己批准" in whole
    paper = keeper.get(f"/archive/destroyed/{Destruction.objects.get().pk}.pdf")
    assert paper.content.startswith(b"%PDF") and Act.objects.filter(verb="exports.destroyed").exists()
    assert keeper.get(f"/archive/{pk}.pdf").status_code == 200
    receipt = keeper.get(f"/handover/receipts/{HandOverReceipt.objects.get().pk}.pdf")
    assert receipt.content.startswith(b"%PDF")
    assert "照片和封存的内容已销毁" in _page(keeper, f"/visits/{Visit.objects.get(client=aged.of.steel).pk}/")
    assert "已过保管期" in _page(Client(), f"/check/{Seal.objects.filter(kind=KIND)[0].code}/")


def test_the_same_by_api(aged: Aged, call_as: Any) -> None:
    """孙戊 asks: 202; a volume lent out is refused; 赵己 approves; the list tells who, and the volume that it is gone."""
    cast, pk = aged.of.cast, aged.volume.pk
    body = {"volumes": [pk], "because": "保管期满"}
    keeper, checker = call_as(cast.supervisor), call_as(cast.risk_manager)
    assert call_as(cast.manager).send("/volume-destructions", body).status_code == 403
    assert keeper.send("/volume-destructions", {**body, "volumes": [999999]}).status_code == 404
    lent = {"volume": aged.volume, "borrower_no": "A01", "borrower_name": "张甲", "purpose": "查阅", **TOLD}
    archive.lend(**lent, borrowed_on=OVER, due_on=OVER)
    refusal = keeper.send("/volume-destructions", body)
    assert refusal.status_code == 409 or refusal.status_code == 422
    assert "借出未还" in json.dumps(refusal.json(), ensure_ascii=False)
    archive.take_back(volume=aged.volume, returned_on=OVER, **TOLD)
    asked = keeper.send("/volume-destructions", body)
    assert asked.status_code == 202
    [listed] = keeper.get("/volumes?state=expired").json()["items"]
    assert (listed["destroyed_on"], [one["kind"] for one in listed["pending"]]) == (None, ["archive.destroy"])
    number = asked.json()["id"]
    assert keeper.send(f"/approvals/{number}/approve", {}).status_code >= 400
    assert checker.send(f"/approvals/{number}/approve", {}).status_code == 200
    [gone] = keeper.get("/volumes?state=destroyed").json()["items"]
    assert gone["destroyed_on"] == OVER.isoformat()
    told = keeper.get(f"/volume-destructions/{gone['destruction']}").json()
    assert (told["by_no"], told["checked_no"]) == ("S01", "R01")
    assert [one["name"] for one in told["volumes"]] == [aged.volume.number]
    assert keeper.get(f"/volume-destructions/{gone['destruction']}/list.pdf").content.startswith(b"%PDF")
    assert {one["title"] for one in keeper.get(f"/volumes/{pk}").json()["items"]} == {"已随案卷销毁"}
