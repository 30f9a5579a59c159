"""What the pages say, and with how many queries."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from pytest_django import DjangoAssertNumQueries

from baohou.guarantee.rules.words import Grade, VisitKind
from baohou.guarantee.services import grades, visits
from baohou.kernel.accountability.models import Entry
from baohou.kernel.duties.models import Duty
from baohou.kernel.parties.models import Party
from tests.cast import STEEL, Portfolio, TakeIn, issue_more
from tests.desk.conftest import Enter
from tests.desk.reading import department_id
from tests.desk.reading import said as read

pytestmark = pytest.mark.django_db


def _pages(portfolio: Portfolio) -> list[str]:
    client, department = f"/clients/{portfolio.steel.pk}", f"/reports/2026Q3/{department_id('业务一部')}"
    duty, entry = Duty.objects.filter(party=portfolio.steel)[0], Entry.objects.filter(party=portfolio.steel)[0]
    return [
        *("/", "/clients/", f"{client}/", f"{client}/visit/", f"{client}/visit/?kind=special", f"{client}/grade/"),
        *(f"{client}/special/", f"{client}/measure/2026Q3/", f"/duties/{duty.key}/why/"),
        *(
            "/reports/",
            "/reports/2026Q2/",
            f"{department}/",
            f"{department}/classification_report/file/",
            "/handover/",
            "/archive/",
        ),
        *("/penalties/", "/penalties/?month=2026-04", f"/penalties/{entry.duty_key}/{entry.staff_id}/"),
        *(f"/penalties/{entry.duty_key}/{entry.staff_id}/waive/", "/rules/", "/rules/kept/", "/rules/add/"),
        *(
            "/runs/",
            "/imports/",
            "/start/",
            "/?of=unowned",
            "/?kind=hand_over",
            "/clients/?q=dfgt&grade=normal&released=1",
        ),
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_answers_in_both_languages_or_refuses_by_post(
    evening: Portfolio, enter: Enter, language: str
) -> None:
    """Each post asks for each page: it is shown, or refused as not allowed (403) or not within reach (404)."""
    cast, seen = evening.cast, set()
    for staff in (cast.a, cast.manager, cast.supervisor, cast.risk_manager, cast.general_manager, cast.admin):
        browser = enter(staff)
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        for page in _pages(evening):
            answer = browser.get(page)
            assert answer.status_code in (200, 403, 404), (staff, page)
            if answer.status_code == 200:
                seen.add(page)
                assert answer["Content-Language"] == language
    assert seen == set(_pages(evening))


def test_chinese_comes_first_whatever_the_browser_prefers(evening: Portfolio, enter: Enter) -> None:
    """A browser that prefers English shows Chinese until its user switches."""
    browser = enter(evening.cast.a)
    assert "我的工作" in browser.get("/", headers={"accept-language": "en"}).content.decode()
    browser.post("/language/", {"language": "en", "next": "/"})
    assert "My work" in read(browser, "/")


def test_a_page_lets_the_browser_run_only_our_own_scripts(evening: Portfolio, enter: Enter) -> None:
    """No page may run or load anything from elsewhere, nor a script written into it."""
    answer = enter(evening.cast.a).get("/")
    assert answer["Content-Security-Policy"].startswith("default-src 'self'")
    assert "<script>" not in answer.content.decode()


def test_my_work_says_how_much_is_owed_with_the_late_first(evening: Portfolio, enter: Enter) -> None:
    """On 2026-10-20 张甲 has missed the routine visit of BH-2026-001 and still owes this quarter's."""
    said = read(enter(evening.cast.a), "/")
    assert "逾期" in said
    assert said.index("BH-2026-001") < said.index("2026-10-20") or "今天欠" in said
    assert "东方钢铁有限公司" in said
    assert "湖滨食品有限公司" not in said


@pytest.mark.clause("PGM.1")
def test_all_that_is_watched_of_a_client_is_on_one_page(evening: Portfolio, enter: Enter) -> None:
    """东方钢铁, visited on 2026-10-12 and graded watch from 2026-10-15: guarantees, visit, grade, what is owed and late."""
    cast, steel = evening.cast, evening.steel
    by = {"by": cast.a, "actor": cast.a.staff_no, "door": "test"}
    found = {"methods": "", "summary": "库存积压", "findings": {}}
    visits.record(client=steel, guarantee=None, on=date(2026, 10, 12), kind=VisitKind.REGULAR, **found, **by)
    grades.change(client=steel, grade=Grade.WATCH, effective_on=date(2026, 10, 15), because="货款回笼慢", **by)
    said = read(enter(cast.a), f"/clients/{steel.pk}/")
    for told in ("BH-2026-001", "关注", "货款回笼慢", "2026-10-12", "库存积压", "例行回访", "逾期"):
        assert told in said, told


@pytest.mark.clause("PGM.3")
def test_why_is_answered_in_place(evening: Portfolio, enter: Enter) -> None:
    """htmx asks why: the tree alone; a browser without script gets a page around it."""
    duty = Duty.objects.filter(party=evening.steel).order_by("due_on")[0]
    browser = enter(evening.cast.a)
    part = browser.get(f"/duties/{duty.key}/why/", headers={"hx-request": "true"}).content.decode()
    assert "PGM.3" in part
    assert "15 天" in part
    assert "<html" not in part
    assert "<html" in read(browser, f"/duties/{duty.key}/why/")


@pytest.mark.clause("PGM.9")
def test_the_risk_department_sees_who_has_not_reported(evening: Portfolio, enter: Enter) -> None:
    """On 2026-10-20 neither department has handed in anything for 2026Q3, due on 2026-10-10."""
    said = read(enter(evening.cast.risk_manager), "/reports/2026Q3/")
    assert "2026Q3 还有 <b>4</b> 件没报" in said
    assert "业务一部" in said
    assert "业务二部" in said


@pytest.mark.clause("PGM.15")
def test_the_forms_can_be_downloaded(evening: Portfolio, enter: Enter) -> None:
    """钱丙 takes the classification table of 2026Q3 as Excel and as PDF."""
    browser, department = enter(evening.cast.manager), department_id("业务一部")
    book = browser.get(f"/reports/2026Q3/{department}/classification.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames
    assert browser.get(f"/reports/2026Q3/{department}/classification.pdf").content.startswith(b"%PDF")
    assert browser.get(f"/reports/2026Q3/{department}/visit-report.pdf").status_code == 302


def test_the_rule_book_counts_how_well_it_is_kept(evening: Portfolio, enter: Enter) -> None:
    """No routine visit was made: none on time, all four overdue or lapsed."""
    said = read(enter(evening.cast.risk_manager), "/rules/kept/")
    assert 'id="kept-pgm3"' in said
    assert "按时率 0%" in said


def test_clients_are_found_by_name_initials_and_numbers(evening: Portfolio, enter: Enter) -> None:
    """东方钢铁 by 钢铁, by dfgt, by the beginning of its identity number, by BH-2026-001; nothing by 长江."""
    browser = enter(evening.cast.risk_manager)
    for words in ("钢铁", "dfgt", STEEL[:8], "BH-2026-001"):
        assert "东方钢铁有限公司" in read(browser, f"/clients/?q={words}"), words
    said = read(browser, "/clients/?q=长江")
    assert "没有符合条件的客户" in said
    assert STEEL not in read(browser, "/clients/")
    assert "南山纸业有限公司" not in read(browser, "/clients/")
    assert "南山纸业有限公司" in read(browser, "/clients/?released=1")


def test_clients_are_filtered_by_grade_department_and_manager(evening: Portfolio, enter: Enter) -> None:
    """Nobody is graded: all are normal by default; 业务二部 and 吴外 have 湖滨食品 alone."""
    browser = enter(evening.cast.risk_manager)
    assert "东方钢铁有限公司" in read(browser, "/clients/?grade=normal")
    assert "没有符合条件的客户" in read(browser, "/clients/?grade=risk")
    for chosen in (f"department={department_id('业务二部')}", f"manager={evening.cast.outsider.pk}"):
        said = read(browser, f"/clients/?{chosen}")
        assert "湖滨食品有限公司" in said
        assert "东方钢铁有限公司" not in said


def test_pages_turn_by_the_last_client_not_by_counting(evening: Portfolio, enter: Enter, take_in: TakeIn) -> None:
    """120 clients: three pages, each client once, in order."""
    issue_more(take_in, count=120, manager="吴外")
    browser, after, found = enter(evening.cast.risk_manager), "", []
    for _ in range(3):
        page = browser.get(f"/clients/?after={after}").context["page"]
        found += [row.id for row in page.rows]
        after = page.after
    assert after == ""
    assert len(found) == len(set(found)) == 122


@pytest.mark.parametrize(
    ("page", "most"),
    [("/", 29), ("/clients/", 20), ("/reports/2026Q3/", 14), ("/penalties/", 13), ("/rules/", 16), ("/runs/", 11)],
)
def test_a_list_takes_few_queries_however_long_it_is(
    evening: Portfolio,
    enter: Enter,
    take_in: TakeIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    page: str,
    most: int,
) -> None:
    """Forty more clients with late visits: not one query more."""
    from baohou.day import engine
    from tests.desk.conftest import TODAY

    issue_more(take_in, manager="吴外")
    engine.run(on=TODAY)
    browser = enter(evening.cast.risk_manager)
    with django_assert_max_num_queries(most):
        browser.get(page)


def test_a_client_takes_few_queries(
    evening: Portfolio, enter: Enter, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """The page of a client with its whole time line."""
    browser = enter(evening.cast.a)
    with django_assert_max_num_queries(22):
        browser.get(f"/clients/{evening.steel.pk}/")


def test_sums_are_shown_in_yuan_or_ten_thousand_exactly(evening: Portfolio, enter: Enter) -> None:
    """5,000,000 and 2,000,000 yuan in force for 东方钢铁; switched, 700 万元."""
    browser = enter(evening.cast.a)
    assert "7,000,000.00 元" in read(browser, "/clients/")
    browser.post("/money/", {"money": "wan", "next": "/clients/"})
    assert "700 万元" in read(browser, "/clients/")


def test_a_switch_never_leads_off_the_site(evening: Portfolio, enter: Enter) -> None:
    """An address elsewhere as the place to go on is ignored."""
    answer = enter(evening.cast.a).post("/money/", {"money": "wan", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_the_switch_is_remembered_over_https_only_where_there_is_https(
    evening: Portfolio, enter: Enter, settings: Any
) -> None:
    browser = enter(evening.cast.a)
    assert not browser.post("/money/", {"money": "wan"}).cookies["money"]["secure"]
    settings.SESSION_COOKIE_SECURE = True
    assert browser.post("/money/", {"money": "wan"}, secure=True).cookies["money"]["secure"]


def test_a_day_behind_the_calendar_is_said_on_every_page(evening: Portfolio, enter: Enter) -> None:
    """The day was run up to 2026-10-20 only."""
    for page in ("/", "/clients/", "/reports/"):
        assert "日终只运行到 2026-10-20" in read(enter(evening.cast.a), page)


def test_a_client_nobody_knows_is_not_found(evening: Portfolio, enter: Enter) -> None:
    """An address that was never a client's."""
    assert Party.objects.filter(pk=999_999).exists() is False
    assert enter(evening.cast.risk_manager).get("/clients/999999/").status_code == 404
