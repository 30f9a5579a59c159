"""Lists go to Excel as they are filtered, with their sums below; each taking is written down, user text stays text."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from baohou.core import places
from baohou.core.masking import mask
from baohou.guarantee.queries import measures as watched
from baohou.kernel.accountability import ledger
from baohou.kernel.accountability.models import Entry, EntryKind
from baohou.kernel.audit.models import Act
from baohou.kernel.papers.archive import reading
from baohou.kernel.people import list_files
from tests.cast import STEEL, Portfolio
from tests.desk import walking as at
from tests.desk.conftest import Enter
from tests.desk.reading import said as read
from tests.desk.walking import World, build
from tests.kernel.accountability.acts import appeal, waive

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("https://x.example","点我")'


@dataclass
class Book:
    """A list as Excel: its note, its rows by head, and the line below them."""

    note: str
    rows: list[dict[str, Any]]
    foot: dict[str, Any]


def take(browser: Client, address: str) -> Book:
    """The list of an address; it has to be a file without formulas and links."""
    answer = browser.get(address)
    assert answer.status_code == 200, address
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type != "f"
            assert cell.hyperlink is None
    _title, note, head, *rows = sheet.values
    told = [dict(zip(map(str, head), row, strict=True)) for row in rows]
    return Book(str(note[0]), told[:-1], told[-1] if told else {})


def taken(kind: str) -> tuple[str, int]:
    """Who took a list last, and how many rows."""
    act = Act.objects.filter(verb=f"exports.{kind}").latest("pk")
    return act.by, act.facts["rows"]


@pytest.fixture
def world(evening: Portfolio, enter: Enter) -> World:
    return build(evening, enter(evening.cast.a))


@pytest.mark.clause("PGM.12")
def test_penalties_go_to_excel_with_their_sums(evening: Portfolio, enter: Enter) -> None:
    """钱丙 takes 张甲's penalties: the rows of the page, what 孙戊 waived, the same sums to the fen."""
    penalty = Entry.objects.filter(kind=EntryKind.PENALTY, staff=evening.cast.a).order_by("pk")[0]
    waive(penalty, evening.cast.supervisor, 1000)
    browser, asked = enter(evening.cast.manager), f"?staff={evening.cast.a.staff_no}"
    book = take(browser, f"/penalties/export.xlsx{asked}")
    page = ledger.list_ledger(
        _person(evening.cast.manager),
        ledger.Filters(staff_no="A01"),
        on=date(2026, 10, 20),
    )
    assert len(book.rows) == len(page.stories) > 1
    assert {row["责任人"] for row in book.rows} == {"张甲"}
    assert "部分减免" in {row["状态"] for row in book.rows}
    assert book.foot["责任人"] == f"合计 {len(book.rows)} 行"
    assert book.foot["处罚（元）"] * 100 == page.penalty_fen > 0
    assert book.foot["净额（元）"] * 100 == page.net_fen == page.penalty_fen - 1000
    assert taken("ledger") == ("M01", len(book.rows))
    assert f"合计 {len(book.rows)} 件" in read(browser, f"/penalties/{asked}")


def _person(staff: Any) -> Any:
    from baohou.kernel.people.access import find_person

    staff.refresh_from_db()
    found = find_person(staff.user, on=date(2026, 10, 20))
    assert found is not None
    return found


def test_a_long_ledger_is_read_piece_by_piece_and_cut_where_it_says(
    evening: Portfolio, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two stories at a time give the same file; three rows at most, and the file says so."""
    browser = enter(evening.cast.risk_manager)
    whole = take(browser, "/penalties/export.xlsx")
    assert len(whole.rows) > 4
    monkeypatch.setattr(places, "AT_ONCE", 2)
    assert take(browser, "/penalties/export.xlsx") == whole
    monkeypatch.setattr(list_files, "MOST_ROWS", 3)
    monkeypatch.setattr("baohou.kernel.accountability.list_views.MOST_ROWS", 3)
    cut = take(browser, "/penalties/export.xlsx")
    assert cut.rows == whole.rows[:3]
    assert cut.note.endswith("只取前 3 行") and "只取前" not in whole.note


def test_who_sees_only_oneself_takes_only_that(evening: Portfolio, enter: Enter) -> None:
    """张甲 takes his own penalties whatever the address asks for; 吴外 none of 业务一部's."""
    asked = "/penalties/export.xlsx?whose=&staff=B01"
    assert take(enter(evening.cast.a), asked).rows == []
    assert {row["工号"] for row in take(enter(evening.cast.a), "/penalties/export.xlsx").rows} == {"A01"}
    assert take(enter(evening.cast.other_manager), asked).rows == []
    assert taken("ledger") == ("M02", 0)


def test_appeals_go_to_excel_as_the_part_shown(
    evening: Portfolio, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """赵己 takes the two that wait, one of which says a formula: it stays text; 张甲 his own."""
    first, second = Entry.objects.filter(kind=EntryKind.PENALTY, staff=evening.cast.a).order_by("pk")[:2]
    appeal(first, evening.cast.a, text=FORMULA)
    appeal(second, evening.cast.a)
    browser = enter(evening.cast.risk_manager)
    book = take(browser, "/appeals/export.xlsx?part=waiting")
    assert [row["说的是"] for row in book.rows] == [FORMULA, "当日客户停电，次日补访"]
    assert {row["结果"] for row in book.rows} == {"待裁定"}
    assert book.foot["处罚（元）"] * 100 == first.amount_fen + second.amount_fen
    assert "合计 2 件" in read(browser, "/appeals/?part=waiting")
    monkeypatch.setattr(places, "AT_ONCE", 1)
    assert take(browser, "/appeals/export.xlsx?part=waiting") == book
    assert take(enter(evening.cast.a), "/appeals/export.xlsx?part=waiting").rows == book.rows[::-1]
    assert taken("appeals") == ("A01", 2)
    assert take(enter(evening.cast.b), "/appeals/export.xlsx").rows == []


@pytest.mark.clause("PGM.9")
def test_reports_of_a_quarter_go_to_excel(evening: Portfolio, enter: Enter) -> None:
    """孙戊 takes 2026Q3: three rows for each department; 钱丙 only her department's; the page counts what was filed."""
    from baohou.guarantee.rules.words import FilingKind
    from baohou.guarantee.services import reports

    reports.file(
        department=evening.first.department,
        quarter=date(2026, 9, 30),
        kind=FilingKind.VISIT_PLAN,
        filed_on=date(2026, 10, 9),
        by=evening.cast.manager,
        actor="M01",
        door="page",
    )
    browser = enter(evening.cast.supervisor)
    book = take(browser, "/reports/2026Q3/export.xlsx")
    assert sorted(row["部门"] for row in book.rows) == ["业务一部"] * 3 + ["业务二部"] * 3
    plan = next(row for row in book.rows if row["报表"] == "回访计划表" and row["部门"] == "业务一部")
    assert (plan["报送日"].date(), plan["报送人"], plan["接收情况"]) == (date(2026, 10, 9), "钱丙", "等待接收")
    assert taken("reports") == ("S01", 6)
    assert "已报 1 / 2" in read(browser, "/reports/2026Q3/")
    assert {row["部门"] for row in take(enter(evening.cast.manager), "/reports/2026Q3/export.xlsx").rows} == {
        "业务一部"
    }
    assert browser.get("/reports/2026Q9/export.xlsx").status_code == 404


@pytest.mark.clause("PGM.10")
def test_measures_go_to_excel_masked(world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    """东方钢铁 is watch at the end of 2026Q3: its measure with what 李乙 is to do, its number masked."""
    at.file_measure(world)
    browser, address = enter(world.cast.manager), f"/reports/2026Q3/{world.department.pk}/measures.xlsx"
    [row] = take(browser, address).rows
    assert (row["客户"], row["证件号码"], row["风险分类"]) == ("东方钢铁有限公司", mask(STEEL), "关注")
    assert row["处置措施"] == "压降敞口"
    assert row["要办的事"] == "每周核对（李乙，期限 2026-11-30）"
    assert taken("measures") == ("M01", 1)
    assert enter(world.cast.other_manager).get(address).status_code == 404
    monkeypatch.setattr(watched, "AT_ONCE", 1)
    assert take(browser, address).rows == [row]


@pytest.mark.clause("PGM.11")
def test_hand_overs_go_to_excel_with_their_sums(world: World, enter: Enter) -> None:
    """孙戊 takes all lists: the counts add up to what the page's last line says."""
    browser = enter(world.cast.supervisor)
    book = take(browser, "/handover/export.xlsx?part=all")
    assert {row["状态"] for row in book.rows} >= {"已归档", "待移交"}
    for head in ("报告", "已移交", "已点收", "已归档", "缺"):
        assert book.foot[head] == sum(row[head] or 0 for row in book.rows)
    assert book.foot["报告"] > 0
    assert taken("hand-overs") == ("S01", len(book.rows))
    page = read(browser, "/handover/?part=all")
    assert f"合计 {len(book.rows)} 份清单" in page
    assert f'data-label="报告">{book.foot["报告"]}</td>' in page


@pytest.mark.clause("PGM.11")
def test_volumes_go_to_excel(world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    """孙戊 takes the archive with who has what; 张甲 sees the papers of his own visits only; a search narrows it."""
    at.lend(world)
    browser = enter(world.cast.supervisor)
    book = take(browser, "/archive/export.xlsx")
    [row] = book.rows
    assert (row["部门"], row["季度"], row["在哪里"]) == ("业务一部", "2026Q2", "张甲 借出")
    assert row["应还"].date() == date(2026, 11, 3)
    assert row["份数"] == book.foot["份数"] == 1
    assert taken("volumes") == ("S01", 1)
    assert take(browser, "/archive/export.xlsx?state=in").rows == []
    assert take(enter(world.cast.outsider), "/archive/export.xlsx").rows == []
    monkeypatch.setattr(places, "AT_ONCE", 1)
    assert take(browser, "/archive/export.xlsx") == book


def test_a_list_of_many_is_said_to_be_of_many(world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Volumes are counted up to a number; the page says that there may be more."""
    browser = enter(world.cast.supervisor)
    assert "<b>1</b> 卷" in read(browser, "/archive/")
    monkeypatch.setattr(reading, "MANY", 1)
    assert "<b>1+</b> 卷" in read(browser, "/archive/")


def test_what_a_list_costs_does_not_grow_with_its_rows(
    evening: Portfolio, enter: Enter, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Each file is made in a bounded number of queries, the act of taking it included."""
    browser = enter(evening.cast.risk_manager)
    for address in ("/penalties/export.xlsx", "/reports/2026Q3/export.xlsx", "/handover/export.xlsx?part=all"):
        browser.get(address)
        with django_assert_max_num_queries(32):
            browser.get(address)
