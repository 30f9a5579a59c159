"""The pages of a visit and of its seal: who may see them, what they show, what a device is answered."""

from __future__ import annotations

import io
from datetime import date
from uuid import uuid4

import pytest
from bench import answers
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from baohou.day import engine
from baohou.guarantee.models import ManagerAppointment, Visit, VisitUpload
from baohou.guarantee.rules.words import DutyKind, VisitKind
from baohou.kernel.accountability.models import Entry
from baohou.kernel.audit.models import Act
from baohou.kernel.duties.models import Duty
from baohou.kernel.papers.models import Addendum, Attachment, Seal, StoredFile
from baohou.kernel.papers.records import path_of
from baohou.upkeep.closing import close
from tests.cast import PAPER, Portfolio, TakeIn
from tests.clock import set_today
from tests.desk.conftest import TODAY, Enter
from tests.desk.reading import said as read

pytestmark = pytest.mark.django_db


def photo() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (10, 90, 90)).save(out, "JPEG")
    return SimpleUploadedFile("厂门.jpg", out.getvalue())


def filled(evening: Portfolio, **more: object) -> dict[str, object]:
    told = {**answers.typed(VisitKind.REGULAR), "on": "2026-10-19", "by": evening.cast.a.pk}
    return {**told, "key": str(uuid4()), **more}


@pytest.fixture
def visit(evening: Portfolio, enter: Enter) -> Visit:
    """张甲's visit to 东方钢铁 by the plain form, with a photo and a PDF."""
    paper = SimpleUploadedFile("报表.pdf", b"%PDF-1.4 x %%EOF")
    page = f"/clients/{evening.steel.pk}/visit/"
    answer = enter(evening.cast.a).post(page, filled(evening, files=[photo(), paper]))
    made = Visit.objects.get(client=evening.steel)
    assert answer["Location"] == f"/visits/{made.pk}/"
    return made


@pytest.mark.clause("PGM.12")
def test_a_visit_recorded_after_its_due_day_is_marked(
    evening: Portfolio, enter: Enter, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """东方钢铁's third-quarter visit was due on 2026-09-30. 张甲 records on 10-20 one of 09-29: marked wherever it shows.

    The penalty goes the next day, and its story says why. A visit recorded on its own day, or imported, is no 补录.
    """
    set_today(monkeypatch, TODAY)
    steel, browser = evening.steel, enter(evening.cast.a)
    duty = Duty.objects.get(party=steel, kind=DutyKind.REGULAR_VISIT, due_on=date(2026, 9, 30))
    entry = Entry.objects.get(duty_key=duty.key)
    for day in ("2026-09-29", "2026-10-20"):
        browser.post(f"/clients/{steel.pk}/visit/", filled(evening, on=day))
    take_in("visits", [(PAPER, "", "2026-06-29", "定期", "张甲")])
    late, today = Visit.objects.get(visited_on=date(2026, 9, 29)), Visit.objects.get(visited_on=TODAY)
    manager = enter(evening.cast.manager)
    assert "2026-10-20 才录入，那时 2026-09-30 的期限已过" in read(manager, f"/visits/{late.pk}/")
    assert "补录" not in read(manager, f"/visits/{today.pk}/")
    assert read(manager, f"/clients/{steel.pk}/").count("补录，2026-10-20 才录入") == 1
    assert "补录" not in read(manager, f"/clients/{evening.paper.pk}/")
    engine.run(on=date(2026, 10, 21))
    assert sum(Entry.objects.filter(duty_key=duty.key).values_list("amount_fen", flat=True)) == 0
    assert "补录，2026-10-20 才录入" in read(manager, f"/penalties/{entry.duty_key}/{entry.staff_id}/")


@pytest.mark.clause("PGM.11")
def test_the_plain_form_takes_photos_and_seals(
    visit: Visit, evening: Portfolio, enter: Enter, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = enter(evening.cast.manager)
    with django_assert_max_num_queries(22):
        page = read(browser, f"/visits/{visit.pk}/")
    assert "已封存，未被改动" in page
    assert "老板出差" in page
    assert "没有约见记录" in page
    assert Seal.objects.get().code in page
    shown = {one.name: browser.get(f"/visits/{visit.pk}/files/{one.pk}/") for one in Attachment.objects.all()}
    assert shown["厂门.jpg"]["Content-Disposition"].startswith("inline")
    assert shown["报表.pdf"]["Content-Disposition"].startswith("attachment")
    assert {one["X-Content-Type-Options"] for one in shown.values()} == {"nosniff"}
    assert browser.get(f"/visits/{visit.pk}/report.pdf")["Content-Type"] == "application/pdf"
    assert f"/visits/{visit.pk}/" in read(browser, f"/clients/{evening.steel.pk}/")


@pytest.mark.clause("GPM.5")
def test_the_form_asks_for_the_appointment(evening: Portfolio, enter: Enter) -> None:
    """Half of it is sent back, each field with what to do; whole it stands on the report (GPM.5)."""
    browser, page = enter(evening.cast.a), f"/clients/{evening.steel.pk}/visit/"
    half = browser.post(page, filled(evening, arranged_by="phone")).content.decode()
    assert half.count("登记约见，日期、对象、方式都要填") == 3  # two fields, and what a device says
    whole = {"arranged_by": "phone", "arranged_on": "2026-10-16", "arranged_with": "林总"}
    late = browser.post(page, filled(evening, **{**whole, "arranged_on": "2026-10-20"})).content.decode()
    assert "约见日期 2026-10-20 晚于回访日期 2026-10-19" in late
    assert browser.post(page, filled(evening, **whole)).status_code == 302
    said = read(browser, f"/visits/{Visit.objects.get(client=evening.steel).pk}/")
    assert ">2026-10-16</span> 电话 林总</dd>" in said


def test_a_visit_out_of_reach_is_not_found(visit: Visit, evening: Portfolio, enter: Enter) -> None:
    """吴外 of another department; and a file is not found under another visit's address."""
    number = Attachment.objects.earliest("pk").pk
    browser = enter(evening.cast.outsider)
    for page in ("", "report.pdf", f"files/{number}/"):
        assert browser.get(f"/visits/{visit.pk}/{page}").status_code == 404
    assert browser.post(f"/visits/{visit.pk}/add/", {"text": "x"}).status_code == 404
    assert enter(evening.cast.a).get(f"/visits/{visit.pk}/files/{number + 999}/").status_code == 404
    assert Client().get(f"/visits/{visit.pk}/files/{number}/").status_code == 302


def test_what_is_taken_of_a_visit_is_written_down(visit: Visit, evening: Portfolio, enter: Enter) -> None:
    """钱丙 saves the PDF twice: two acts. The photo is shown three times in a quarter of an hour: one. Nothing is kept by
    the browser."""
    browser = enter(evening.cast.manager)
    for name, times in (("报表.pdf", 2), ("厂门.jpg", 3)):
        one = Attachment.objects.get(name=name)
        for _ in range(times):
            answer = browser.get(f"/visits/{visit.pk}/files/{one.pk}/")
            assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    acts = Act.objects.filter(verb="exports.evidence", by=evening.cast.manager.staff_no)
    assert sorted(act.facts["file"] for act in acts) == ["厂门.jpg", "报表.pdf", "报表.pdf"]
    enter(evening.cast.a).get(f"/visits/{visit.pk}/files/{Attachment.objects.get(name='厂门.jpg').pk}/")
    assert Act.objects.filter(verb="exports.evidence").count() == 4, "someone else who looks is an act"


def test_while_the_house_is_read_only_pictures_are_shown_and_nothing_is_saved(
    visit: Visit, evening: Portfolio, enter: Enter
) -> None:
    """A page of a visit is whole at such times; the PDF, which would be saved and so be an act, is refused."""
    close(because="升级", actor="X01", door="command")
    browser, acts = enter(evening.cast.manager), Act.objects.count()
    picture, paper = (Attachment.objects.get(name=name) for name in ("厂门.jpg", "报表.pdf"))
    assert browser.get(f"/visits/{visit.pk}/files/{picture.pk}/").status_code == 200
    assert browser.get(f"/visits/{visit.pk}/files/{paper.pk}/").status_code == 503
    assert Act.objects.count() == acts


def test_only_those_who_may_record_visits_send_and_add(visit: Visit, evening: Portfolio, enter: Enter) -> None:
    """王庚, the general manager, reads the report and adds nothing; nobody uploads for a client out of reach."""
    browser = enter(evening.cast.general_manager)
    assert "加上这条补充" not in read(browser, f"/visits/{visit.pk}/")
    assert browser.post(f"/visits/{visit.pk}/add/", {"text": "x"}).status_code == 403
    assert browser.get("/onsite/").status_code == 403
    sent = {"key": str(uuid4()), "file": photo()}
    answer = enter(evening.cast.outsider).post(f"/clients/{evening.steel.pk}/visit/files/", sent)
    assert answer.status_code == 404
    assert not VisitUpload.objects.exists()


def test_a_photo_sent_with_a_form_that_is_not_right_is_not_lost(evening: Portfolio, enter: Enter) -> None:
    """No method is ticked: the photo has arrived all the same, and goes with the next try."""
    browser, page = enter(evening.cast.a), f"/clients/{evening.steel.pk}/visit/"
    told = filled(evening, files=[photo()])
    del told["method-talk"], told["found-talk"]
    answer = browser.post(page, told).content.decode()
    assert "请至少勾选一种回访方法" in answer
    assert "厂门.jpg" in answer
    again = {**told, "method-talk": "on", "found-talk": "订单饱满"}
    del again["files"]
    assert browser.post(page, again).status_code == 302
    assert Attachment.objects.get().name == "厂门.jpg"


def test_the_second_at_a_plain_form_is_led_to_the_first_report(visit: Visit, evening: Portfolio, enter: Enter) -> None:
    answer = enter(evening.cast.b).post(f"/clients/{evening.steel.pk}/visit/", filled(evening, summary="另一份的话"))
    page = answer.content.decode()
    assert "已由张甲记录" in page
    assert f"/visits/{visit.pk}/" in page
    assert "另一份的话" in page


def test_a_device_is_answered_in_json(evening: Portfolio, enter: Enter) -> None:
    """Stored: 201, again: 200; a file that never came: 422 with its digest; the same visit from 李乙: 409."""
    page, told = f"/clients/{evening.steel.pk}/visit/", filled(evening)
    browser, as_device = enter(evening.cast.a), {"HTTP_ACCEPT": "application/json"}
    lacking = browser.post(page, {**told, "file": f"{'0' * 64} 照片1.jpg"}, **as_device)
    assert (lacking.status_code, lacking.json()["missing"]) == (422, ["0" * 64])
    first, again = (browser.post(page, told, **as_device) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["url"] == again.json()["url"]
    other = enter(evening.cast.b).post(page, filled(evening), **as_device)
    assert (other.status_code, other.json()["url"]) == (409, first.json()["url"])
    assert enter(evening.cast.a).get("/onsite/token/").json()["person"] == "A01"


def test_another_content_under_a_known_key_is_led_to_the_stored_report(evening: Portfolio, enter: Enter) -> None:
    """张甲's report arrived and its answer was lost; changed and pressed again, the answer names and links what is
    stored, on the device and on the plain page; somebody else with the same key reads nothing of it."""
    page, told = f"/clients/{evening.steel.pk}/visit/", filled(evening)
    browser, as_device = enter(evening.cast.a), {"HTTP_ACCEPT": "application/json"}
    stored = browser.post(page, told, **as_device).json()["url"]
    changed = {**told, "summary": "又想起一句"}
    answer = browser.post(page, changed, **as_device)
    assert (answer.status_code, answer.json()["url"]) == (409, stored)
    assert "东方钢铁有限公司" in answer.json()["message"] and "已经送到过" in answer.json()["message"]
    plain = browser.post(page, changed).content.decode()
    assert f'href="{stored}"' in plain and "又想起一句" in plain
    other = enter(evening.cast.b).post(page, told, **as_device)
    assert (other.status_code, "url" in other.json()) == (422, False)


@pytest.mark.clause("PGM.11")
def test_everyone_may_check_a_seal_and_learns_nobodys_name(visit: Visit, evening: Portfolio) -> None:
    """Typed in small letters without dashes; the photo of 东方钢铁 is lost on the disk: the page says a file is."""
    code = Seal.objects.get().code
    stranger = Client()
    answer = stranger.get("/check/", {"code": code.lower().replace("-", "")}, follow=True)
    assert "未被改动" in answer.content.decode()
    path_of(StoredFile.objects.get(content_type="image/jpeg").sha256).unlink()
    page = read(stranger, f"/check/{code}/")
    assert "文件缺失或被改动。" in page
    assert not [name for name in ("东方钢铁", "张甲", "厂门") if name in page]


@pytest.mark.parametrize("code", ["ABCDE-ABCDE-ABCDE", "abc", "%3Cb%3E"])
def test_an_unknown_code_is_told_so(db: None, code: str) -> None:
    answer = Client().get(f"/check/{code}/", follow=True)
    assert answer.status_code == 404
    assert "没有这个编号的报告" in answer.content.decode()


def test_an_imported_visit_is_not_sealed(evening: Portfolio, enter: Enter, take_in: TakeIn) -> None:
    take_in("visits", [(evening.steel.id_no, "", "2026-10-12", "定期", "张甲")])
    visit = Visit.objects.get(client=evening.steel)
    page = read(enter(evening.cast.a), f"/visits/{visit.pk}/")
    assert "没有封存" in page
    assert not Seal.objects.exists()


def test_the_service_worker_knows_its_build(db: None) -> None:
    answer = Client().get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert '"shell": ["/static/built/app.css"' in answer.content.decode()


def test_an_addition_sent_again_is_not_added_again(visit: Visit, evening: Portfolio, enter: Enter) -> None:
    """The answer got lost and the form is sent once more: one addition stands, and the page says that it does."""
    browser = enter(evening.cast.a)
    for _ in range(2):
        answer = browser.post(f"/visits/{visit.pk}/add/", {"text": "已取得九月报表"})
    assert "已经加过" in answer.content.decode()
    assert Addendum.objects.count() == 1
    assert browser.post(f"/visits/{visit.pk}/add/", {"text": "又取得十月报表"}).status_code == 302


@pytest.mark.clause("PGM.6")
def test_whoever_had_the_client_on_the_day_still_sends_that_visit(evening: Portfolio, enter: Enter) -> None:
    """吴外 takes 东方钢铁 over on 2026-10-20; 李乙's phone still sends the visit of 10-19, none of 10-20."""
    for guarantee in (evening.first, evening.second):
        ManagerAppointment.objects.create(
            guarantee=guarantee, manager_a=evening.cast.outsider, manager_b=None, effective_on=TODAY
        )
    browser, page = enter(evening.cast.b), f"/clients/{evening.steel.pk}/visit/"
    assert browser.get(page).status_code == 404
    told = filled(evening, on="2026-10-19", by=evening.cast.b.pk)
    headers = {"Accept": "application/json"}
    assert browser.post(page, {**told, "on": "2026-10-20"}, headers=headers).status_code == 404
    sent = {"key": told["key"], "on": "2026-10-19", "file": photo()}
    assert browser.post(f"{page}files/", sent).status_code == 201
    answer = browser.post(page, told, headers=headers)
    assert (answer.status_code, answer.json()["url"]) == (201, "/onsite/")
    assert Visit.objects.get().by == evening.cast.b
    assert enter(evening.cast.manager).get(f"/visits/{Visit.objects.get().pk}/").status_code == 200
