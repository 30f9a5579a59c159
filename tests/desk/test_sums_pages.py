"""The risk view, the overview and the list of duties: what they say, who may see them, what opens what."""

from __future__ import annotations

import io
import re
from datetime import date
from html import unescape

import openpyxl
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from baohou.guarantee.models import GradeChange, Summary
from baohou.guarantee.rules.words import FilingKind, Grade
from baohou.guarantee.services import grades, measures, reports
from baohou.guarantee.views import risk
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.models import Department
from tests.cast import Portfolio, TakeIn
from tests.desk.conftest import TODAY, Enter
from tests.desk.reading import department_id
from tests.desk.reading import said as read

pytestmark = pytest.mark.django_db
CUTS = ("department", "product", "bank", "industry")
SHEETS = ("grade", *CUTS, *(f"{cut}-quarters" for cut in CUTS), "ageing", "clauses", "heaviest")
RISK_SHEETS = ("department", "person", "visits-by-grade", "ageing", "watched")
_NUMBER = r'<a href="([^"]+)"><span class="num">([+-]?[\d,]+)</span></a>'
_LINK = re.compile(rf"<t[dh][^>]*>{_NUMBER}")
_SHARE = re.compile(
    r'<a href="([^"]+)"><span class="num">[\d.]+%</span></a> <span class="text-secondary num">\d+/(\d+)'
)
_SUM = re.compile(
    r'<td class="r"[^>]*><a href="(/guarantees/[^"]+)"><span class="num[^"]*"[^>]*>([\d,]+\.\d\d)(?![\d%])'
)
_COUNT = re.compile(r"<h1>.*?<b>([+-]?\d+)\+?</b>", re.S)
_CELL = re.compile(r'<td class="r"[^>]*>(.*?)</td>', re.S)
_SAID = re.compile(r'<div class="page-line">.*?<div class="do">', re.S)
_NOT_COUNTED = re.compile(r"共 <b>\d+</b> 行|<span class=\"num\"[^>]*>\d{4}-\d\d-\d\d</span>|2026Q\d")
"""In the first lines of a page: how many rows stand on it, and days."""


def _counts(page: str) -> list[tuple[str, int]]:
    """Every linked number of a page's tables, with the address it opens."""
    return [(unescape(href), int(number.replace(",", ""))) for href, number in _LINK.findall(page)]


def _unlinked(page: str) -> list[str]:
    """The numbers that open nothing: in cells of tables, and in what a page says first."""
    cells = [cell for cell in _CELL.findall(page) if cell.strip() not in ("", "—") and not cell.startswith("<a href=")]
    first = _SAID.search(page)
    assert first is not None
    said = re.sub(r"<a .*?</a>|<time.*?</time>", "", _NOT_COUNTED.sub("", first[0]), flags=re.S)
    return [*cells, *re.findall(r"<b>[^<]*\d[^<]*</b>", said)]


def _count(browser: Client, address: str) -> int:
    """How many the list behind a number says it has; an empty list of clients says 0."""
    found = _COUNT.search(read(browser, address))
    assert found is not None, address
    return int(found[1])


@pytest.mark.clause("PGM.1", "GPM.3")
@pytest.mark.parametrize(
    "page",
    [
        "/overview/",
        "/risk/",
        "/risk/2026Q3/",
        "/overview/product/",
        "/overview/department-quarters/",
        "/risk/2026Q2/person/",
        "/overview/ageing/",
        "/risk/2026Q2/ageing/",
    ],
)
def test_every_number_is_that_of_the_list_it_opens(evening: Portfolio, enter: Enter, page: str) -> None:
    """东方钢铁 is watch since 2026-09-15: each linked number is counted again on the page that it opens."""
    a = evening.cast.manager
    grades.change(
        client=evening.steel,
        grade=Grade.WATCH,
        effective_on=date(2026, 9, 15),
        because="回款慢",
        by=a,
        actor="M01",
        door="page",
    )
    browser = enter(evening.cast.risk_manager)
    shown = read(browser, page)
    counts = _counts(shown) + [(unescape(href), int(of)) for href, of in _SHARE.findall(shown)]
    assert counts
    assert _unlinked(shown) == []
    for address, number in counts:
        assert _count(browser, address) == number, address
    for href, amount in _SUM.findall(shown):
        listed = read(browser, unescape(href))
        assert amount in listed if float(amount.replace(",", "")) else "没有这样的在保业务" in listed, href
    for href, number in re.findall(r'<a href="([^"?]*\?[^"]*)"[^>]*><b>([+-]?\d+)</b></a>', shown):
        address = unescape(href).split("#")[0]
        if address.startswith("?"):
            listed = read(browser, f"{page}{address}").split('id="reports"')[1].split("</section>")[0]
            assert listed.count('class="asked"') == int(number), address
        else:
            assert _count(browser, address) == int(number), address


@pytest.mark.clause("PGM.4")
def test_what_is_overdue_is_told_by_how_long(evening: Portfolio, enter: Enter) -> None:
    """The risk department and the general manager see the same numbers; a day later what was a week late is older."""
    late = Duty.objects.filter(done_on=None, lapsed_on=None, due_on__lt=TODAY).values_list("due_on", flat=True)
    days = [(TODAY - due_on).days for due_on in late]
    numbers = [sum(first <= n <= last for n in days) for first, last in ((1, 7), (8, 30), (31, 90), (91, 99_999))]
    for who, page in ((evening.cast.risk_manager, "/risk/"), (evening.cast.general_manager, "/overview/")):
        shown = read(enter(who), page)
        table = shown.split('id="ageing"')[1].split("</figure>")[0]
        foot = _counts(table.split("<tfoot>")[1])
        assert [number for _, number in foot] == [*numbers, len(days)]
        assert foot[0][0] == "/duties/?state=overdue&since=2026-10-13&until=2026-10-19"
        assert foot[3][0] == "/duties/?state=overdue&until=2026-07-21"
        assert f">{min(late).isoformat()}</a>" in table
    listed = read(enter(evening.cast.risk_manager), "/duties/?state=overdue&since=2026-10-13&until=2026-10-19")
    assert "期限自 2026-10-13 起" in listed and "期限到 2026-10-19 止" in listed


def test_of_many_departments_the_risk_view_shows_the_first(
    evening: Portfolio, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for one of two departments, each table leads to all of them; the total stays that of both."""
    browser = enter(evening.cast.risk_manager)
    whole = read(browser, "/risk/2026Q4/")
    monkeypatch.setattr(risk, "DEPARTMENTS_SHOWN", 1)
    Summary.objects.all().delete()  # what the page kept of these sums shows both departments
    few = read(browser, "/risk/2026Q4/")
    assert re.findall(r"<tfoot>.*?</tfoot>", few, re.DOTALL) == re.findall(r"<tfoot>.*?</tfoot>", whole, re.DOTALL)
    assert few.count("看其余 1 行") == 3
    assert "看其余" not in whole
    for address in ('href="/reports/2026Q3/"', 'href="/risk/2026Q4/department/"', 'href="/risk/2026Q4/watched/"'):
        assert address in few
    assert "业务二部" in read(browser, "/risk/2026Q4/department/")


@pytest.mark.clause("PGM.9")
def test_the_risk_view_says_who_has_handed_in_and_how_it_stands(evening: Portfolio, enter: Enter) -> None:
    """业务一部 hands in its plan, it is returned for 缺两户; the rest of 2026Q3 is missing and overdue."""
    cast = evening.cast
    filing = reports.file(
        department=Department.objects.get(name="业务一部"),
        quarter=date(2026, 9, 30),
        kind=FilingKind.VISIT_PLAN,
        filed_on=date(2026, 10, 9),
        by=cast.manager,
        actor="M01",
        door="page",
    )
    browser = enter(cast.supervisor)
    assert "待接收" in read(browser, "/risk/")
    reports.return_(filing=filing, because="缺两户", on=TODAY, by=cast.supervisor, actor="S01", door="page")
    said = read(browser, "/risk/")
    assert '2026Q3 还有 <a href="?standing=unreported#reports"><b>3</b></a> 件没报' in said
    for told in ("已退回", "缺两户", "逾期未报", f"/reports/2026Q3/{department_id('业务一部')}/"):
        assert told in said, told
    only = read(browser, "/risk/?standing=returned")
    assert "业务一部" in only.split('id="returned"')[0].split('id="reports"')[1]
    assert "业务二部" not in only.split('id="returned"')[0].split('id="reports"')[1]
    reports.hand_in_again(filing=filing, on=TODAY, by=cast.manager, actor="M01", door="page")
    assert "缺两户" not in read(browser, "/risk/")


@pytest.mark.clause("PGM.10")
def test_the_risk_view_counts_clients_without_a_measure(evening: Portfolio, enter: Enter) -> None:
    """湖滨食品 is risk at the end of 2026Q3: it lacks a measure until one is filed."""
    cast, by = evening.cast, {"actor": "M02", "door": "page"}
    day = date(2026, 9, 20)
    grades.change(client=evening.food, grade=Grade.RISK, effective_on=day, because="停产", by=cast.other_manager, **by)
    browser = enter(cast.risk_manager)
    missing = f"/clients/?department={department_id('业务二部')}&grade=risk&measure=missing&on=2026-09-30"
    assert (missing, 1) in _counts(read(browser, "/risk/"))
    assert "湖滨食品有限公司" in read(browser, missing)
    measures.file(
        seen=0,
        client=evening.food,
        quarter=date(2026, 9, 30),
        text="每周上门",
        department_manager=cast.other_manager,
        manager_a=cast.outsider,
        manager_b=None,
        filed_on=date(2026, 10, 8),
        actions=[measures.Action("每周上门", cast.outsider, date(2026, 12, 31))],
        **by,
    )
    assert (missing, 0) in _counts(read(browser, "/risk/"))


@pytest.mark.clause("PGM.10")
def test_lists_of_watch_and_risk_say_how_their_measures_stand(evening: Portfolio, enter: Enter) -> None:
    """湖滨食品 is risk, its measure has an action overdue since 2026-10-15 and one until December; 东方钢铁 has none."""
    cast, day, last = evening.cast, date(2026, 9, 20), date(2026, 9, 30)
    what = {"effective_on": day, "because": "停产", "by": cast.risk_manager, "actor": "R01", "door": "page"}
    grades.change(client=evening.food, grade=Grade.RISK, **what)  # type: ignore[arg-type]
    grades.change(client=evening.steel, grade=Grade.WATCH, **what)  # type: ignore[arg-type]
    measures.file(
        seen=0,
        client=evening.food,
        quarter=last,
        text="每周上门",
        department_manager=cast.other_manager,
        manager_a=cast.outsider,
        manager_b=None,
        filed_on=date(2026, 10, 8),
        actions=[
            measures.Action("查封存货", cast.outsider, date(2026, 10, 15)),
            measures.Action("每周上门", cast.outsider, date(2026, 12, 31)),
        ],
        actor="M02",
        door="page",
    )
    browser = enter(cast.risk_manager)
    for address in ("/clients/?grade=watched", "/clients/?grade=watched&on=2026-09-30"):
        said = read(browser, address)
        assert _count(browser, address) == 2
        assert "2026Q3 措施" in said
        assert said.count("没有措施") == 1
        assert "逾期 1 件" in said.split("湖滨食品有限公司")[-1]
        assert "未办 2 件" in said.split("湖滨食品有限公司")[-1]
    assert "逾期 1 件" in read(browser, "/clients/?measure=filed&on=2026-09-30")
    assert "措施" not in read(browser, "/clients/").split("<table")[1]
    department = read(browser, f"/reports/2026Q3/{department_id('业务二部')}/")
    assert "逾期 1 件" in department
    assert "未办 2 件" in department


def test_the_overview_tells_the_change_in_words(evening: Portfolio, enter: Enter, take_in: TakeIn) -> None:
    """Two clients in force on 2026-10-20 and at the end of 2026Q3; a third begins on 2026-10-12: +1."""
    browser = enter(evening.cast.general_manager)
    assert '<b>2</b></a> 户，比 2026Q3 末 <a href="/clients/?since=2026-09-30"><b>0</b></a> 户' in read(
        browser, "/overview/"
    )
    take_in(
        "portfolio",
        [
            (
                "BH-2026-010",
                "南山纸业有限公司",
                "91110000802100433B",
                "业务一部",
                "张甲",
                "",
                "100",
                "2026-10-12",
                "",
                "",
            )
        ],
    )
    said = read(browser, "/overview/")
    assert '<b>3</b></a> 户，比 2026Q3 末 <a href="/clients/?since=2026-09-30"><b>+1</b></a> 户' in said
    assert "7,000,000.00" in said
    changed = read(browser, "/clients/?since=2026-09-30")
    assert "比 2026-09-30 <b>+1</b> 户" in changed
    assert "新来 1 户，离开 0 户" in changed
    assert "南山纸业有限公司" in changed
    assert "东方钢铁有限公司" not in changed
    went = read(browser, "/clients/?since=2026-06-30&on=2026-09-30")
    assert "比 2026-06-30 <b>-1</b> 户" in went
    assert "南山纸业有限公司" in went


def test_amounts_of_two_currencies_stand_apart(evening: Portfolio, enter: Enter) -> None:
    """东方钢铁's second guarantee is in US dollars: a column of its own, and a list of the heaviest of its own."""
    from baohou.guarantee.models import Guarantee

    Guarantee.objects.filter(pk=evening.second.pk).update(currency="USD")
    Summary.objects.all().delete()
    browser = enter(evening.cast.general_manager)
    said = read(browser, "/overview/")
    assert "在保金额（CNY）" in said
    assert "在保金额（USD）" in said
    assert "2,000,000.00 USD" in said
    assert 'id="heaviest-USD"' in said


@pytest.mark.parametrize("who", ["a", "manager"])
@pytest.mark.parametrize(
    "page",
    ["/risk/", "/risk/2026Q3/person/", "/risk/2026Q3/all.xlsx", "/overview/", "/overview/bank/", "/overview/all.xlsx"],
)
def test_who_does_not_see_everything_may_not_see_the_sums(
    evening: Portfolio, enter: Enter, who: str, page: str
) -> None:
    """张甲 and 钱丙 see their own and their department's; the sums over all are refused, and not in their menu."""
    browser = enter(getattr(evening.cast, who))
    assert browser.get(page).status_code == 403
    assert 'href="/overview/"' not in read(browser, "/")


def test_each_finds_the_views_in_the_menu(evening: Portfolio, enter: Enter) -> None:
    """The risk department both, the general manager the overview, who can open the risk view all the same."""
    assert 'href="/risk/"' in read(enter(evening.cast.supervisor), "/")
    said = read(enter(evening.cast.general_manager), "/")
    assert 'href="/overview/"' in said
    assert 'class="go" href="/risk/"' not in said
    assert read(enter(evening.cast.general_manager), "/risk/")


@pytest.mark.parametrize(
    "page", ["/risk/2026Q9/", "/risk/2026Q3/nothing/", "/overview/nothing/", "/duties/?quarter=later"]
)
def test_what_is_not_there_is_not_found(evening: Portfolio, enter: Enter, page: str) -> None:
    assert enter(evening.cast.risk_manager).get(page).status_code == 404


def test_the_pages_ask_a_bounded_number_of_queries(
    evening: Portfolio, enter: Enter, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Once the sums are kept, however many clients there are."""
    browser = enter(evening.cast.risk_manager)
    for page in ("/overview/", "/risk/"):
        browser.get(page)
    for page, most in (("/overview/", 45), ("/risk/", 40), ("/duties/?kind=visits&grade=normal", 20)):
        with django_assert_max_num_queries(most):
            browser.get(page)


def test_the_list_of_duties_keeps_to_the_readers_reach(evening: Portfolio, enter: Enter) -> None:
    """张甲 asks for the duties of 业务二部: none are 张甲's."""
    other = department_id("业务二部")
    assert _count(enter(evening.cast.a), f"/duties/?department={other}") == 0
    assert _count(enter(evening.cast.outsider), f"/duties/?department={other}&kind=visits") > 0


def test_the_list_of_duties_is_turned_page_by_page(evening: Portfolio, enter: Enter) -> None:
    """A hundred and twenty more duties: three pages, none twice, none left out."""
    like = Duty.objects.filter(party=evening.steel).order_by("key")[0]
    for number in range(120):
        like.pk = 10_000 + number
        like.due_on = max(like.opens_on, date(2026, 9, 1 + number % 20))
        like.save(force_insert=True)
    browser = enter(evening.cast.risk_manager)
    address, seen = "/duties/?kind=visits", []
    while address:
        page = read(browser, address)
        seen += re.findall(r"/duties/(\d+)/why/", page)
        following = re.search(r'class="ms-auto" href="([^"]+)"', page)
        address = f"/duties/{unescape(following[1])}" if following else ""
    assert len(seen) == len(set(seen)) == Duty.objects.filter(kind__lte=3, opens_on__lte=TODAY).count()


def test_the_list_of_duties_goes_to_excel_as_filtered(evening: Portfolio, enter: Enter) -> None:
    """The overdue visits of 2026Q3, with the same rows as the page, days as days, nothing as a formula."""
    browser = enter(evening.cast.risk_manager)
    asked = "?kind=visits&quarter=2026Q3&state=overdue"
    answer = browser.get(f"/duties/export.xlsx{asked}")
    page = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert page is not None
    *rows, foot = page.iter_rows(min_row=4, values_only=True)
    assert foot[0] == f"合计 {len(rows)} 行"
    assert len(rows) == _count(browser, f"/duties/{asked}") > 0
    assert {row[-1] for row in rows} == {"逾期未办"}
    assert "东方钢铁有限公司" in {row[0] for row in rows}
    assert all(row[8].date() <= date(2026, 9, 30) for row in rows)


@pytest.mark.parametrize(("page", "codes"), [("/overview", SHEETS), ("/risk/2026Q3", RISK_SHEETS)])
def test_each_table_has_its_excel_with_the_same_numbers(
    evening: Portfolio, enter: Enter, page: str, codes: tuple[str, ...]
) -> None:
    """Sheet by sheet and all in one file; the amounts are numbers in yuan."""
    browser = enter(evening.cast.risk_manager)
    for code in codes:
        assert browser.get(f"{page}/{code}.xlsx").status_code == 200
        assert f'id="{code}"' in read(browser, f"{page}/")
        assert f'id="{code}"' in read(browser, f"{page}/{code}/")
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"{page}/all.xlsx").content))
    assert len(book.sheetnames) == len(codes) + (len(CUTS) if page == "/overview" else 0)  # each cut in money, too
    if page == "/overview":
        heaviest = next(book.worksheets[-1].iter_rows(min_row=4, max_row=4, values_only=True))
        assert heaviest[:3] == ("东方钢铁有限公司", "正常", 7_000_000)
        assert heaviest[3] == pytest.approx(7 / 8.2)


def test_clients_are_listed_as_of_a_day_that_has_passed(evening: Portfolio, enter: Enter) -> None:
    """南山纸业 was released on 2026-08-20: in force on 2026-06-30, not today; a day to come is today."""
    browser = enter(evening.cast.risk_manager)
    assert "南山纸业有限公司" in read(browser, "/clients/?on=2026-06-30")
    assert "南山纸业有限公司" not in read(browser, "/clients/")
    assert "截至 2026-10-20" in read(browser, "/clients/?on=2030-01-01")
    assert _count(browser, "/clients/?on=2026-06-30&industry=-") == 3
    assert _count(browser, "/clients/?bank=-") == 2
    assert GradeChange.objects.count() == 0


def test_an_empty_company_is_shown_what_to_do(cast: object, enter: Enter) -> None:
    """Before the first guarantee and the first day: no table breaks."""
    browser = enter(cast.general_manager)  # type: ignore[attr-defined]
    assert "还没有可汇总的数" in read(browser, "/overview/")
    assert read(browser, "/risk/")
