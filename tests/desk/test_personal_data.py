"""Identity numbers are hidden, shown for a reason and written down; whoever takes a file is written down."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest

from baohou.core.masking import mask
from baohou.kernel.audit.models import Act
from tests.api.conftest import CallAs, call_as
from tests.cast import STEEL, Portfolio
from tests.desk.conftest import Enter
from tests.desk.reading import department_id
from tests.desk.reading import said as read

__all__ = ["call_as"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("number", "hidden"),
    [
        ("330106199003071234", "3301**********1234"),
        ("6222021001116245702", "6222***********5702"),
        ("13857112233", "138****2233"),
        ("87654321", "******21"),
        ("123", "**3"),
        ("1", "*"),
        ("", ""),
    ],
)
def test_a_number_is_hidden_in_its_middle(number: str, hidden: str) -> None:
    assert mask(number) == hidden


def test_a_number_is_shown_for_a_reason_and_written_down(evening: Portfolio, enter: Enter) -> None:
    """张甲 compares with the original: the number is on that answer only, and the audit knows who, whose and why."""
    browser, page = enter(evening.cast.a), f"/clients/{evening.steel.pk}/"
    text = read(browser, page)
    assert mask(STEEL) in text and STEEL not in text
    assert "显示" in text
    assert STEEL not in read(browser, f"{page}identity/")
    answer = browser.post(f"{page}identity/", {"reason": "check", "because": "换发执照"})
    assert STEEL in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    act = Act.objects.get(verb="parties.reveal")
    assert (act.by, act.because, act.facts["id_no"]) == ("A01", "核对证件原件；换发执照", mask(STEEL))
    assert STEEL not in read(browser, page)


def test_it_rejects_showing_a_number_without_a_reason(evening: Portfolio, enter: Enter) -> None:
    """Neither no reason nor 其他 without words shows it, and what was typed stays."""
    browser, page = enter(evening.cast.a), f"/clients/{evening.steel.pk}/identity/"
    assert "请选择原因" in browser.post(page, {"because": "急用"}).content.decode()
    answer = browser.post(page, {"reason": "other", "because": " "}).content.decode()
    assert "请写明为什么要看完整号码" in answer
    assert STEEL not in answer
    assert not Act.objects.filter(verb="parties.reveal").exists()


def test_who_need_no_number_see_none(evening: Portfolio, enter: Enter) -> None:
    """王庚 and 郑辛 see the client, not its number; 吴外 not even the client."""
    page = f"/clients/{evening.steel.pk}/"
    for staff in (evening.cast.general_manager, evening.cast.admin):
        browser = enter(staff)
        text = read(browser, page)
        assert mask(STEEL) in text and "identity/" not in text
        assert browser.post(f"{page}identity/", {"reason": "check"}).status_code == 403
    assert enter(evening.cast.outsider).post(f"{page}identity/", {"reason": "check"}).status_code == 404


def test_every_file_taken_is_written_down_with_its_rows(evening: Portfolio, enter: Enter) -> None:
    """钱丙 takes the duties and annex 3: two acts with kind, name and number of rows; a refused one is none."""
    browser = enter(evening.cast.manager)
    browser.get("/duties/export.xlsx")
    browser.get(f"/reports/2026Q3/{department_id('业务一部')}/classification.xlsx")
    browser.get("/reports/2026Q3/999/classification.xlsx")
    acts = list(Act.objects.filter(verb__startswith="exports.").order_by("pk"))
    assert [(act.verb, act.by, act.door) for act in acts] == [
        ("exports.duties", "M01", "page"),
        ("exports.classification", "M01", "page"),
    ]
    assert acts[0].facts["rows"] > 5
    assert acts[0].facts["file"].endswith(".xlsx")


def test_the_list_of_clients_is_taken_as_it_is_shown(evening: Portfolio, enter: Enter) -> None:
    """钱丙 takes 东方钢铁 alone: its number stays masked, the sum is a number, and the audit knows of one row."""
    answer = enter(evening.cast.manager).get("/clients/export.xlsx?q=东方")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    [head, row, foot] = list(sheet.values)[2:]
    told = dict(zip(head, row, strict=True))
    assert (told["客户"], told["证件号码"]) == (evening.steel.name, mask(STEEL))
    assert told["在保金额（元）"] > 0
    added = dict(zip(head, foot, strict=True))
    assert (added["客户"], added["在保金额（元）"]) == ("合计 1 行", told["在保金额（元）"])
    act = Act.objects.get(verb="exports.clients")
    assert (act.by, act.facts["rows"]) == ("M01", 1)
    assert enter(evening.cast.outsider).get("/clients/export.xlsx?q=东方").status_code == 200
    assert Act.objects.filter(verb="exports.clients").latest("pk").facts["rows"] == 0


@pytest.mark.parametrize("who", ["general_manager", "admin"])
def test_searching_does_not_tell_a_number_piece_by_piece(
    evening: Portfolio, enter: Enter, call_as: CallAs, who: str
) -> None:
    """王庚 and 郑辛 see no whole number: a beginning finds nobody, the whole number its holder; 张甲's search stays."""
    staff = getattr(evening.cast, who)
    browser, caller, name = enter(staff), call_as(staff), evening.steel.name
    for words in (STEEL[:4], STEEL[:17]):
        assert name not in read(browser, f"/clients/?q={words}")
        assert caller.get("/clients", q=words).json()["items"] == []
        assert caller.get("/worklist", q=words, whose="all").json()["items"] == []
    for words in (STEEL, f" {STEEL.lower()} "):
        assert name in read(browser, f"/clients/?q={words}")
        assert [one["name"] for one in caller.get("/clients", q=words).json()["items"]] == [name]
    assert name in read(enter(evening.cast.a), f"/clients/?q={STEEL[:6]}")
    assert call_as(evening.cast.a).get("/clients", q=STEEL[:6]).json()["items"]
    assert not call_as(evening.cast.a, ["own"]).get("/clients", q=STEEL[:6]).json()["items"]
