"""The pages and the API of 复核, through a browser and with tokens."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from baohou.guarantee.models import Guarantee
from baohou.kernel.accountability.models import Entry
from baohou.kernel.approvals import services
from baohou.kernel.approvals.models import Proposal, State
from baohou.kernel.audit.models import Act
from tests.api.conftest import call_as
from tests.cast import HEADINGS, PORTFOLIO, Portfolio
from tests.desk.conftest import Enter
from tests.kernel.approvals.conftest import told

__all__ = ["call_as"]
pytestmark = pytest.mark.django_db
UPDATED = (*PORTFOLIO[0][:6], "5200000", *PORTFOLIO[0][7:])


def _said(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def _story(entry: Entry) -> str:
    return reverse("penalties.story", args=[entry.duty_key, entry.staff_id])


def test_a_waiver_goes_from_desk_to_desk(manned: Portfolio, enter: Enter, penalty: Entry) -> None:
    """赵己 asks; the penalty's page says 待复核, 王庚's home page has it; 王庚 approves, 赵己's list says by whom."""
    risk, general = enter(manned.cast.risk_manager), enter(manned.cast.general_manager)
    answer = risk.post(f"{_story(penalty)}waive/", {"amount": "20", "because": "停电属实"}, follow=True)
    assert "已提请复核" in answer.content.decode()
    assert "待复核" in _said(enter(manned.cast.a), _story(penalty))
    proposal = Proposal.objects.get()
    page = reverse("approvals.one", args=[proposal.pk])
    assert page in _said(general, "/")
    assert "我提请的，等别人复核" in _said(risk, "/")
    assert "批准并办理" not in _said(risk, page)
    assert "不能复核自己提请的事" in risk.post(page, {"answer": "approve"}, follow=True).content.decode()
    assert "30.00" in _said(general, page)
    assert "已批准并办理" in general.post(page, {"answer": "approve"}, follow=True).content.decode()
    assert Entry.objects.filter(duty_key=penalty.duty_key, amount_fen=-2000).exists()
    story = _said(risk, _story(penalty))
    assert "复核 G01" in story
    assert "待复核" not in story
    assert "王庚" in _said(risk, "/approvals/?part=mine&state=approved&kind=penalty.waive")


def test_a_refusal_comes_back_with_its_reason(manned: Portfolio, enter: Enter, penalty: Entry) -> None:
    risk, general = enter(manned.cast.risk_manager), enter(manned.cast.general_manager)
    risk.post(f"{_story(penalty)}reverse/", {"because": "记在别户"})
    page = reverse("approvals.one", args=[Proposal.objects.get().pk])
    assert "退回须写明理由" in general.post(page, {"answer": "refuse", "because": ""}).content.decode()
    general.post(page, {"answer": "refuse", "because": "查无此事"})
    assert Proposal.objects.get().state == State.REFUSED
    assert "查无此事" in _said(risk, "/")
    assert "查无此事" in _said(risk, page)


def test_others_do_not_find_it(manned: Portfolio, enter: Enter, penalty: Entry) -> None:
    enter(manned.cast.risk_manager).post(f"{_story(penalty)}waive/", {"amount": "20", "because": "停电属实"})
    page = reverse("approvals.one", args=[Proposal.objects.get().pk])
    assert enter(manned.cast.a).get(page).status_code == 404
    assert enter(manned.cast.supervisor).post(page, {"answer": "approve"}).status_code == 404
    assert enter(manned.cast.admin).get(page).status_code == 200
    assert (
        "您的岗位不复核这一类事"
        in enter(manned.cast.admin).post(page, {"answer": "approve"}, follow=True).content.decode()
    )


def _file(row: tuple[str, ...]) -> SimpleUploadedFile:
    text = "\n".join(",".join(line) for line in (HEADINGS["portfolio"], row))
    return SimpleUploadedFile("在保.csv", text.encode())


def _sent(admin: Client) -> str:
    """郑辛 has sent a file that would give BH-2026-001 another amount, and it has been checked."""
    answer = admin.post("/imports/", {"kind": "portfolio", "file": _file(UPDATED)}, follow=True)
    return str(answer.request["PATH_INFO"])


def _amount() -> int:
    return Guarantee.objects.get(project_no="BH-2026-001").amount_fen


def test_an_import_over_what_is_there_waits_as_a_kept_file(manned: Portfolio, enter: Enter) -> None:
    """The amount stays until 王庚 approves; then the kept file is taken, though the sent one is gone by then."""
    admin, general, before = enter(manned.cast.admin), enter(manned.cast.general_manager), _amount()
    check = _sent(admin)
    page = admin.post(check, {"take": "update"}, follow=True).content.decode()
    assert "已提请复核" in page
    assert "按文件更新并导入" not in page
    assert _amount() == before
    proposal = Proposal.objects.get(kind="import")
    one = reverse("approvals.one", args=[proposal.pk])
    assert "5,200,000" in _said(general, one) or "5200000" in _said(general, one)
    general.post(one, {"answer": "approve"})
    assert _amount() == 520_000_000
    act = Act.objects.filter(verb="import.portfolio").latest("pk")
    assert (act.by, act.facts["checked_by"]) == ("X01", "G01")


def test_an_import_whose_differences_are_others_by_then_is_not_taken(manned: Portfolio, enter: Enter) -> None:
    """Somebody corrects the amount meanwhile: the approved file is not taken, the proposal lapses, 郑辛 is told."""
    admin = enter(manned.cast.admin)
    admin.post(_sent(admin), {"take": "update"})
    Guarantee.objects.filter(project_no="BH-2026-001").update(amount_fen=510_000_000)
    services.approve(proposal=Proposal.objects.get(kind="import"), **told(manned.cast.general_manager))
    assert _amount() == 510_000_000
    lapsed = Proposal.objects.get(kind="import")
    assert (lapsed.state, lapsed.checker) == (State.LAPSED, manned.cast.general_manager)
    assert "与复核时看到的不同" in lapsed.reason


def test_an_import_of_new_rows_does_not_wait(manned: Portfolio, enter: Enter) -> None:
    admin = enter(manned.cast.admin)
    row = ("BH-2026-009", *PORTFOLIO[0][1:])
    answer = admin.post("/imports/", {"kind": "portfolio", "file": _file(row)}, follow=True)
    admin.post(str(answer.request["PATH_INFO"]), {"take": "whole"})
    assert Guarantee.objects.filter(project_no="BH-2026-009").exists()
    assert not Proposal.objects.exists()


def test_the_api_answers_202_and_checks(manned: Portfolio, call_as: Any, penalty: Entry) -> None:
    """赵己's program asks, 王庚's approves; its own maker, and somebody without the right, are told why not."""
    risk, general = call_as(manned.cast.risk_manager), call_as(manned.cast.general_manager)
    path = f"/penalties/{penalty.duty_key}/{penalty.staff_id}/reversals"
    answer = risk.send(path, {"because": "记在别户"})
    assert (answer.status_code, answer.json()["state"], answer.json()["kind"]) == (202, "pending", "penalty.reverse")
    one = f"/approvals/{answer.json()['id']}"
    assert risk.send(f"{one}/approve").json()["code"] == "approvals.not_by_you"
    assert call_as(manned.cast.a).get(one).status_code == 404
    assert [each["id"] for each in general.get("/approvals").json()["items"]] == [answer.json()["id"]]
    assert general.send(f"{one}/refuse", {"because": " "}).json()["code"] == "approvals.no_reason"
    assert general.get(one).json()["changes"][0]["after"].startswith("0")
    approved = general.send(f"{one}/approve").json()
    assert (approved["state"], approved["checker"]["name"]) == ("approved", "王庚")
    assert sum(Entry.objects.filter(duty_key=penalty.duty_key).values_list("amount_fen", flat=True)) == 0


def test_the_api_asks_for_what_is_checked(manned: Portfolio, call_as: Any) -> None:
    admin = call_as(manned.cast.admin)
    answer = admin.put("/approval-settings", {"kind": "import", "checked": False, "because": "人手少"})
    assert answer.status_code == 202
    assert {one["kind"]: one["checked"] for one in admin.get("/approval-settings").json()}["import"] is True
