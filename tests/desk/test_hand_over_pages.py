"""Handing over and the archive on the pages: ticks, signatures, receipts, volumes, loans, and who may do what."""

from __future__ import annotations

import re
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from baohou.core.period import Quarter
from baohou.day import engine
from baohou.guarantee.models import Filing, HandOver, HandOverReceipt, Visit
from baohou.guarantee.queries.digest import list_digests
from baohou.guarantee.rules.words import FilingKind, VisitKind
from baohou.guarantee.services import hand_overs, visits
from baohou.kernel.duties.models import Duty
from baohou.kernel.papers.models import Loan, Seal, Volume
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department, Staff
from tests.cast import Portfolio, TakeIn, issue_more
from tests.desk.conftest import Enter
from tests.desk.reading import department_id
from tests.desk.reading import said as read

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.11")]


def _visit(client: Party, on: date, by: Staff) -> Visit:
    found = {"methods": "实地查看", "summary": "正常", "findings": {}}
    who = {"by": by, "actor": by.staff_no, "door": "page"}
    return visits.record(client=client, guarantee=None, on=on, kind=VisitKind.REGULAR, **found, **who)


@pytest.fixture
def quarter_visits(evening: Portfolio) -> list[Visit]:
    """2026Q3 of 业务一部: 李乙 at 东方钢铁, 张甲 at 南山纸业 and at 东方钢铁; 吴外 of 业务二部 at 湖滨食品."""
    cast = evening.cast
    _visit(evening.food, date(2026, 8, 11), cast.outsider)
    return [
        _visit(evening.steel, date(2026, 8, 10), cast.b),
        _visit(evening.paper, date(2026, 8, 12), cast.a),
        _visit(evening.steel, date(2026, 9, 15), cast.a),
    ]


@pytest.fixture
def at(quarter_visits: list[Visit]) -> str:
    """The address of the list of 业务一部 for 2026Q3, which has been begun."""
    return _begun("业务一部")


def _begun(department: str) -> str:
    address = f"/handover/2026Q3/{department_id(department)}/"
    of = Department.objects.get(name=department)
    hand_overs.begin(department=of, quarter=Quarter(2026, 3), on=timezone.localdate(), actor="M01", door="page")
    return address


@pytest.fixture
def archived(evening: Portfolio, at: str, enter: Enter) -> Volume:
    """Given, signed, received and signed for on the pages."""
    giver, receiver = enter(evening.cast.manager), enter(evening.cast.supervisor)
    giver.post(f"{at}give/", {"all": "1", "medium": "paper"})
    assert giver.post(f"{at}sign/", {"go": "1"}).status_code == 302
    receiver.post(f"{at}receive/", {"all": "1"})
    assert (
        receiver.post(f"{at}accept/", {"cabinet": "3号柜", "shelf": "第2层", "retention_years": "10"}).status_code
        == 302
    )
    return Volume.objects.get()


def _text_of(answer: object, folder: Path) -> str:
    path = folder / "paper.pdf"
    path.write_bytes(answer.content)  # type: ignore[attr-defined]
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout


def test_from_the_list_to_the_volume(evening: Portfolio, quarter_visits: list[Visit], enter: Enter) -> None:
    """钱丙 lists three reports, gives and signs; 孙戊 ticks them off and signs: the duty is done, the volume stands."""
    engine.run(on=date(2026, 10, 21))
    giver, receiver = enter(evening.cast.manager), enter(evening.cast.supervisor)
    at = f"/handover/2026Q3/{department_id('业务一部')}/"
    assert "<b>3</b> 份报告还没列清单" in read(giver, at)
    giver.post(f"{at}begin/")
    assert "还缺 <b>3</b> 份没移交" in read(giver, at)
    item = HandOver.objects.get().items.order_by("pk")[0]
    said = giver.post(f"{at}give/", {"items": [item.pk], "medium": "electronic", f"pages-{item.pk}": "6"}, follow=True)
    assert "已移交 1 份。" in said.content.decode()
    item.refresh_from_db()
    assert (item.pages, item.medium, item.given_by) == (6, 2, evening.cast.manager)
    assert "不能签字" in giver.post(f"{at}sign/", {"go": "1"}).content.decode()
    giver.post(f"{at}give/", {"all": "1"})
    assert "签字移交" in read(giver, at)
    giver.post(f"{at}sign/", {"go": "1"})
    assert Duty.objects.get(kind=6, department_id=department_id("业务一部"), opens_on=date(2026, 9, 30)).done_on == (
        timezone.localdate()
    )
    assert "还有 <b>3</b> 份没点收" in read(receiver, at)
    receiver.post(f"{at}receive/", {"items": [item.pk]})
    refused = receiver.post(f"{at}accept/", {"cabinet": "3号柜", "retention_years": "10"}).content.decode()
    assert "还有 2 份没有点收" in refused
    assert 'value="3号柜"' in refused
    receiver.post(f"{at}receive/", {"all": "1"})
    said = receiver.post(f"{at}accept/", {"cabinet": "3号柜", "for_good": "on"}, follow=True).content.decode()
    assert "BHHF-2026Q3-业务一部-01" in said
    assert Seal.objects.get().code in said
    assert Volume.objects.get().retention_years is None
    assert "都交了" in read(giver, "/handover/")


def test_bad_page_numbers_lose_nothing(evening: Portfolio, at: str, enter: Enter) -> None:
    """“六” is no number of pages: the page says so, and keeps ticks and numbers."""
    items = list(HandOver.objects.get().items.order_by("pk"))
    typed = {"items": [items[0].pk, items[1].pk], f"pages-{items[0].pk}": "六", f"pages-{items[1].pk}": "17"}
    said = enter(evening.cast.manager).post(f"{at}give/", typed).content.decode()
    assert "页数请填整数" in said
    assert 'value="17"' in said
    assert said.count("checked") == 2
    assert not HandOver.objects.get().items.filter(given_on__isnull=False).exists()


def test_a_project_manager_gives_only_ones_own(evening: Portfolio, at: str, enter: Enter) -> None:
    """张甲 sees two of three reports and gives “all”: 李乙's stays; nor can 张甲 sign or receive."""
    browser = enter(evening.cast.a)
    said = read(browser, at)
    assert "南山纸业有限公司" in said
    assert "2026-08-10" not in said
    browser.post(f"{at}give/", {"all": "1"})
    given = HandOver.objects.get().items.filter(given_by=evening.cast.a)
    assert given.count() == 2
    other = HandOver.objects.get().items.get(visit__by=evening.cast.b)
    browser.post(f"{at}give/", {"items": [other.pk]})
    other.refresh_from_db()
    assert other.given_on is None
    assert browser.get(f"{at}sign/").status_code == 403
    assert browser.post(f"{at}receive/", {"all": "1"}).status_code == 403
    browser.post(f"{at}withdraw/", {"items": [given[0].pk]})
    assert given.count() == 1


@pytest.mark.parametrize("page", ["", "sign/", "accept/", "back/"])
def test_another_departments_list_is_not_found(evening: Portfolio, at: str, enter: Enter, page: str) -> None:
    """周丁 and 吴外 of 业务二部 ask for the list of 业务一部, and post to it."""
    for staff in (evening.cast.other_manager, evening.cast.outsider):
        assert enter(staff).get(f"{at}{page}").status_code in (403, 404)
        assert enter(staff).post(f"{at}give/", {"all": "1"}).status_code == 404
    assert not HandOver.objects.get().items.filter(given_on__isnull=False).exists()


def test_the_risk_department_gives_nothing_and_strangers_log_in(evening: Portfolio, at: str, enter: Enter) -> None:
    assert enter(evening.cast.supervisor).post(f"{at}give/", {"all": "1"}).status_code == 403
    assert enter(evening.cast.supervisor).post(f"{at}begin/").status_code == 403
    assert enter(evening.cast.manager).get(f"{at}give/").status_code == 405
    for page in ("/handover/", at, "/archive/", "/archive/rule/"):
        assert Client().get(page)["Location"].startswith("/login/"), page


def test_a_report_goes_back_with_a_reason(evening: Portfolio, at: str, enter: Enter) -> None:
    """孙戊 sends one of three back: the reason is asked for, then stands on the department's list."""
    giver, receiver = enter(evening.cast.manager), enter(evening.cast.supervisor)
    giver.post(f"{at}give/", {"all": "1"})
    giver.post(f"{at}sign/", {"go": "1"})
    item = HandOver.objects.get().items.order_by("pk")[0]
    assert "退回业务一部 2026Q3 的 1 份报告" in receiver.post(f"{at}back/", {"items": [item.pk]}).content.decode()
    assert "请写明理由" in receiver.post(f"{at}back/", {"items": [item.pk], "because": ""}).content.decode()
    receiver.post(f"{at}back/", {"items": [item.pk], "because": "缺客户签章"})
    said = read(giver, at)
    assert "缺客户签章" in said
    assert "其中退回 <b>1</b> 份" in said
    assert HandOverReceipt.objects.get().returned_on == timezone.localdate()


def test_who_made_the_visit_finds_the_report_that_came_back(evening: Portfolio, at: str, enter: Enter) -> None:
    """李乙's report of 2026-08-10 comes back: it stands on 李乙's home page, not on 张甲's, until it is given again."""
    giver, receiver = enter(evening.cast.manager), enter(evening.cast.supervisor)
    giver.post(f"{at}give/", {"all": "1"})
    item = HandOver.objects.get().items.get(visit__by=evening.cast.b)
    receiver.post(f"{at}back/", {"items": [item.pk], "because": "缺客户签章"})
    mine = read(enter(evening.cast.b), "/")
    assert "东方钢铁有限公司 2026-08-10 的回访报告" in mine
    assert "缺客户签章" in mine
    assert f'href="{at}"' in mine
    assert "缺客户签章" not in read(enter(evening.cast.a), "/")
    enter(evening.cast.b).post(f"{at}give/", {"items": [item.pk]})
    assert "缺客户签章" not in read(enter(evening.cast.b), "/")


def test_a_visit_recorded_later_is_told_and_put_on_the_list(evening: Portfolio, at: str, enter: Enter) -> None:
    _visit(evening.steel, date(2026, 9, 28), evening.cast.b)
    browser = enter(evening.cast.manager)
    assert "有 1 份报告不在清单上" in read(browser, at)
    assert "补进 1 份" in browser.post(f"{at}refresh/", follow=True).content.decode()


def test_the_old_form_leads_to_the_list(evening: Portfolio, at: str, enter: Enter) -> None:
    """钱丙 opens or posts the form by which the hand-over was filed before: nothing is filed."""
    browser, form = enter(evening.cast.manager), f"/reports/2026Q3/{department_id('业务一部')}/hand_over/file/"
    assert browser.get(form)["Location"] == at
    assert browser.post(form)["Location"] == at
    assert not Filing.objects.exists()
    assert f'href="{at}"' in read(browser, f"/reports/2026Q3/{department_id('业务一部')}/")


def test_history_is_shown_as_history(evening: Portfolio, quarter_visits: list[Visit], enter: Enter) -> None:
    """A hand-over imported with the old data has no list: it is neither asked for again nor listed anew."""
    of = department_id("业务二部")
    Filing.objects.create(
        department_id=of, quarter=date(2026, 9, 30), kind=FilingKind.HAND_OVER, filed_on=date(2026, 10, 8),
        by=evening.cast.other_manager,
    )  # fmt: skip
    browser = enter(evening.cast.other_manager)
    assert "历史记录" in read(browser, "/handover/?part=done")
    assert "2026-10-08 由 周丁 移交" in read(browser, f"/handover/2026Q3/{of}/")
    browser.post(f"/handover/2026Q3/{of}/begin/")
    assert not HandOver.objects.exists()


def test_the_departments_are_listed_overdue_first(evening: Portfolio, at: str, enter: Enter) -> None:
    """2026Q3 was due on 10-10: both departments are overdue; a visit of October makes the running quarter's row."""
    engine.run(on=date(2026, 10, 21))
    _visit(evening.steel, date(2026, 10, 12), evening.cast.a)
    said = read(enter(evening.cast.risk_manager), "/handover/")
    assert "还有 <b>4</b> 份回访报告没移交" in said
    assert "逾期 <b>2</b> 件" in said
    assert said.index("2026Q3") < said.index("2026Q4")
    assert "本季未结束" in said
    own = read(enter(evening.cast.outsider), "/handover/")
    assert "业务二部" in own
    assert "业务一部" not in own


def test_the_receipt_is_printed_with_both_signatures_and_the_seal(
    evening: Portfolio, archived: Volume, at: str, enter: Enter, tmp_path: Path
) -> None:
    receipt = HandOverReceipt.objects.get()
    answer = enter(evening.cast.manager).get(f"/handover/receipts/{receipt.pk}.pdf")
    text = _text_of(answer, tmp_path)
    for told in (
        "客户回访报告移交回执",
        "钱丙（M01）",
        "孙戊（S01）",
        "东方钢铁有限公司",
        "BHHF-2026Q3-业务一部-01",
        "共 3 份",
    ):
        assert told in text, told
    assert Seal.objects.get().code in re.sub(r"\s", "", text)
    assert enter(evening.cast.other_manager).get(f"/handover/receipts/{receipt.pk}.pdf").status_code == 404
    assert enter(evening.cast.a).get(f"/handover/receipts/{receipt.pk}.pdf").status_code == 404


def test_the_contents_page_is_printed(evening: Portfolio, archived: Volume, enter: Enter, tmp_path: Path) -> None:
    text = _text_of(enter(evening.cast.risk_manager).get(f"/archive/{archived.pk}.pdf"), tmp_path)
    year = archived.opened_on.year + 10
    for told in (
        "卷内目录",
        archived.number,
        "3号柜 第2层",
        f"10 年（至 {year}-12-31）",
        "南山纸业有限公司 定期回访报告",
    ):
        assert told in text, told


def test_volumes_are_found_by_what_is_known_of_them(evening: Portfolio, archived: Volume, enter: Enter) -> None:
    """By number, department, quarter, place, and by a client whose report lies in it."""
    browser = enter(evening.cast.risk_manager)
    for words in ("BHHF-2026Q3", "业务一部", "2026q3", "3号柜", "第2层", "南山纸业", "钢铁 一部"):
        assert archived.number in read(browser, f"/archive/?q={words}"), words
    assert "没有符合条件的卷" in read(browser, "/archive/?q=湖滨")
    assert archived.number in read(browser, "/archive/?unit=业务一部&period=2026Q3&state=in")
    assert "没有符合条件的卷" in read(browser, "/archive/?state=expired")
    Volume.objects.update(opened_on=date(2010, 1, 5))
    assert "到期" in read(browser, "/archive/?state=expired")


def test_everyone_sees_the_volumes_within_reach(evening: Portfolio, archived: Volume, enter: Enter) -> None:
    """张甲 sees own reports in the volume; 周丁 and 吴外 of 业务二部 see no volume."""
    cast, address = evening.cast, f"/archive/{archived.pk}/"
    own = read(enter(cast.a), address)
    assert "南山纸业有限公司" in own
    assert "HF20260810" not in own
    assert enter(cast.a).get(f"/archive/{archived.pk}.pdf").status_code == 404
    for staff in (cast.other_manager, cast.outsider):
        assert enter(staff).get(address).status_code == 404
        assert archived.number not in read(enter(staff), "/archive/")
    for staff in (cast.manager, cast.a, cast.general_manager):
        assert enter(staff).get(f"{address}lend/").status_code == 403


def test_a_volume_is_lent_once_and_comes_back(evening: Portfolio, archived: Volume, enter: Enter) -> None:
    """孙戊 lends it to 张甲; a second loan is refused with the name; it comes back."""
    browser, today = enter(evening.cast.supervisor), timezone.localdate()
    address = f"/archive/{archived.pk}/"
    wanted = {"borrower": "A01", "purpose": "复核", "borrowed_on": str(today), "due_on": str(today + timedelta(7))}
    wrong = browser.post(f"{address}lend/", {**wanted, "borrower": "无此人"}).content.decode()
    assert "没有这位员工" in wrong
    assert 'value="复核"' in wrong
    assert browser.post(f"{address}lend/", wanted).status_code == 302
    assert "由张甲借出" in read(browser, address)
    assert "已由张甲借出" in browser.post(f"{address}lend/", wanted).content.decode()
    assert Loan.objects.count() == 1
    assert archived.number in read(browser, "/archive/?state=out")
    browser.post(f"{address}return/", {"returned_on": str(today)})
    assert Loan.objects.get().returned_on == today
    assert "没有借出" in browser.post(f"{address}return/", {"returned_on": str(today)}).content.decode()


def test_a_loan_overdue_stands_on_top(evening: Portfolio, archived: Volume, enter: Enter) -> None:
    today = timezone.localdate()
    browser = enter(evening.cast.supervisor)
    wanted = {"borrower": "张甲", "purpose": "复核", "borrowed_on": str(today), "due_on": str(today)}
    browser.post(f"/archive/{archived.pk}/lend/", wanted)
    Loan.objects.update(borrowed_on=today - timedelta(9), due_on=today - timedelta(2))
    said = read(browser, "/archive/?state=overdue")
    assert "借出逾期 <b>1</b> 卷" in said
    assert "逾期 2 天" in said


def test_a_volume_moves_and_the_rule_changes_for_later_ones(evening: Portfolio, archived: Volume, enter: Enter) -> None:
    browser = enter(evening.cast.risk_manager)
    moved = browser.post(f"/archive/{archived.pk}/move/", {"cabinet": "5号柜", "shelf": ""}, follow=True)
    assert "在 5号柜" in moved.content.decode()
    assert "无需变更" in browser.post(f"/archive/{archived.pk}/move/", {"cabinet": "5号柜"}).content.decode()
    assert "请填写保管年限" in browser.post("/archive/rule/", {"prefix": "HF", "retention_years": ""}).content.decode()
    assert "卷号字头须为" in browser.post("/archive/rule/", {"prefix": "H/F", "for_good": "on"}).content.decode()
    assert browser.post("/archive/rule/", {"prefix": "HF", "retention_years": "30"}).status_code == 302
    archived.refresh_from_db()
    assert archived.number.startswith("BHHF-")
    assert 'value="30"' in read(browser, "/archive/rule/")


@pytest.mark.parametrize(
    ("page", "most"), [("/handover/", 16), ("/handover/?part=all", 16), ("list", 20), ("/archive/", 13), ("volume", 16)]
)
def test_a_page_takes_few_queries_however_long_it_is(
    evening: Portfolio,
    archived: Volume,
    at: str,
    enter: Enter,
    take_in: TakeIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    page: str,
    most: int,
) -> None:
    """Forty more clients of 业务一部 with a visit each: as many queries as before."""
    issue_more(take_in)
    for party in Party.objects.filter(name__startswith="客户"):
        Visit.objects.create(client=party, visited_on=date(2026, 9, 1), kind=VisitKind.REGULAR, by=evening.cast.a)
    hand_overs.refresh(hand_over=HandOver.objects.get(), actor="M01", door="page")
    browser = enter(evening.cast.risk_manager)
    address = {"list": f"{at}?part=all", "volume": f"/archive/{archived.pk}/"}.get(page, page)
    with django_assert_max_num_queries(32):  # who looks first after a change has the reports summed
        browser.get(address)
    with django_assert_max_num_queries(most + 4 * page.startswith("/handover/")):  # the sum, and what came since
        browser.get(address)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_answers_in_both_languages(
    evening: Portfolio, archived: Volume, at: str, enter: Enter, language: str
) -> None:
    browser = enter(evening.cast.risk_manager)
    browser.cookies["django_language"] = language
    volume = f"/archive/{archived.pk}/"
    pages = ("/handover/", "/handover/?part=all", at, f"{at}?part=giving", f"{at}back/", f"{at}accept/", "/archive/")
    for page in (*pages, volume, f"{volume}lend/", f"{volume}return/", f"{volume}move/", "/archive/rule/"):
        assert browser.get(page)["Content-Language"] == language
        read(browser, page)


def test_a_loan_overdue_waits_for_those_who_keep_the_archive(
    evening: Portfolio, archived: Volume, enter: Enter
) -> None:
    """Lent to 张甲 until 2026-10-20: on 10-21 it is on 孙戊's and 赵己's list and in the digest, on nobody else's."""
    browser = enter(evening.cast.supervisor)
    today = str(timezone.localdate())
    wanted = {"borrower": "A01", "purpose": "核对", "borrowed_on": today, "due_on": today}
    assert browser.post(f"/archive/{archived.pk}/lend/", wanted).status_code == 302
    Loan.objects.update(borrowed_on=date(2026, 10, 12), due_on=date(2026, 10, 20))
    said = "张甲借阅，应于 2026-10-20 归还，请催还"
    assert said not in read(browser, "/")
    engine.run(on=date(2026, 10, 21))
    for staff in (evening.cast.supervisor, evening.cast.risk_manager):
        assert said in read(enter(staff), "/")
        [digest] = list_digests([staff.pk], on=date(2026, 10, 21))
        assert said in digest.text
    assert said not in read(enter(evening.cast.manager), "/")
