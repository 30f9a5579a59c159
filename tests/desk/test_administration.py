"""What the administrator does: first start, imports, versions, running the day."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from baohou.guarantee.models import GradeChange
from baohou.kernel.accountability.models import GoLive
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.models import Staff
from tests.cast import FOOD, Portfolio
from tests.desk.conftest import Enter
from tests.desk.reading import said as read

pytestmark = pytest.mark.django_db


@pytest.mark.clause("PGM.0")
def test_the_administrator_adds_a_version(evening: Portfolio, enter: Enter) -> None:
    """郑辛 begins from the newest text: unchanged nothing happens; a wrong one is refused with its line."""
    browser = enter(evening.cast.admin)
    text = browser.get("/rules/add/").context["form"].initial["text"]
    wrong = browser.post("/rules/add/", {"text": text.replace("value: 15", "value: 十五")}).content.decode()
    assert "invalid-feedback" in wrong or "alert" in wrong
    newer = text.replace("2016-04-01", "2030-01-01").replace("value: 15", "value: 10")
    assert browser.post("/rules/add/", {"text": newer}).status_code == 302
    assert "2030-01-01" in read(browser, "/rules/")


def _upload(browser: Client, kind: str, text: str) -> str:
    file = SimpleUploadedFile(f"{kind}.csv", text.encode())
    answer = browser.post("/imports/", {"kind": kind, "file": file})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_a_file_with_faults_is_shown_and_not_taken(evening: Portfolio, enter: Enter) -> None:
    """A grade for an unknown client: the row, the column and what is wrong; a marked table to download."""
    browser = enter(evening.cast.admin)
    check = _upload(
        browser, "grades", "证件号码,风险分类,生效日,理由,评定人\n91330100000000000A,关注,2026-09-30,季末,钱丙\n"
    )
    said = read(browser, check)
    assert "处差错" in said
    assert openpyxl.load_workbook(io.BytesIO(browser.get(f"{check}marked.xlsx").content)).sheetnames
    browser.post(check, {"take": "whole"})
    assert not GradeChange.objects.exists()
    assert enter(evening.cast.risk_manager).get(check).status_code == 403


def test_a_good_file_is_checked_and_then_taken(evening: Portfolio, enter: Enter) -> None:
    """郑辛 uploads a grade for 湖滨食品: first the check, then the import."""
    browser = enter(evening.cast.admin)
    check = _upload(browser, "grades", f"证件号码,风险分类,生效日,理由,评定人\n{FOOD},关注,2026-09-30,季末,周丁\n")
    assert "没有差错，可以导入" in read(browser, check)
    assert not GradeChange.objects.exists()
    assert "已导入" in browser.post(check, {"take": "whole"}, follow=True).content.decode()
    assert GradeChange.objects.get().client == evening.food
    assert "已导入" in read(browser, check)
    assert browser.get(f"{check}columns/").status_code == 404


def test_an_empty_installation_makes_its_first_administrator_once() -> None:
    """Nobody is here: the first one names the administrator, and then sets the go-live day."""
    browser = Client()
    assert browser.get("/")["Location"] == "/start/"
    first = {"staff_no": "X01", "name": "郑辛", "password": "kan-hao-bao-hou"}
    assert browser.post("/start/", first).status_code == 302
    assert "定上线日" in read(browser, "/start/")
    browser.post("/start/", {"on": "2026-10-01"})
    assert GoLive.objects.get().on == date(2026, 10, 1)
    assert browser.get("/")["Location"] == "/start/"
    assert Client().post("/start/", {**first, "staff_no": "X02"}).status_code == 302
    assert Staff.objects.count() == 1


def test_the_day_is_run_from_its_page(portfolio: Portfolio, enter: Enter) -> None:
    """Before the first run 郑辛 is led to the first steps; after it the duties are there."""
    browser = enter(portfolio.cast.admin)
    assert browser.get("/")["Location"] == "/start/"
    answer = browser.post("/runs/run/", follow=True)
    assert "日终已运行到" in answer.content.decode()
    assert Duty.objects.exists()


def test_logins_for_a_demonstration_are_made_once(evening: Portfolio) -> None:
    """Everyone gets a user named by the staff number; one of each post is returned; a second time changes nothing."""
    from baohou.kernel.people.logins import make_logins

    made = make_logins("bao-hou-demo")
    assert [login.username for login in made] == ["A01", "M01", "S01", "R01", "G01", "X01"]
    assert make_logins("other") == made
    assert Client().login(username="A01", password="bao-hou-demo")
