"""The pages of the visit plan: who sees and changes what, and that nothing typed is lost."""

from __future__ import annotations

import io
import re
from datetime import date
from html import unescape
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from baohou.core.errors import Refused
from baohou.core.period import Quarter
from baohou.guarantee.exports import list_papers
from baohou.guarantee.forms.plans import read_day
from baohou.guarantee.models import FilingStep, Guarantee, PlannedDate
from baohou.guarantee.queries.plans import get_plan
from baohou.guarantee.queries.sealed_visits import check_url
from baohou.guarantee.rules.planning import too_many_from
from baohou.kernel.papers.models import Seal
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department, Staff
from baohou.kernel.rulebook import registry
from baohou.kernel.rulebook.queries import get_rule_book
from baohou.kernel.rulebook.services import load_version
from tests.cast import Portfolio
from tests.desk.conftest import TODAY, Enter
from tests.desk.reading import department_id, said

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.8", "PGM.9")]
Q4 = Quarter(2026, 4)
HTMX = {"HX-Request": "true"}


def page_of(name: str = "业务一部") -> str:
    return f"/plan/2026Q4/{department_id(name)}/"


def key_of(name: str = "业务一部") -> int:
    """The key of the department's regular visit of the quarter."""
    found = get_plan(department=Department.objects.get(name=name), quarter=Q4, today=TODAY)
    return next(row.key for row in found.rows if row.visit.kind.code == "regular")


def tick() -> str:
    """The box of that visit: its key and the day that stands there."""
    day = PlannedDate.objects.filter(duty_key=key_of()).first()
    return f"{key_of()}:{day.planned_on if day else ''}"


def send(browser: Client, address: str, **form: object) -> str:
    answer = browser.post(address, form, headers=HTMX)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_page_says_what_lacks_a_day_and_what_the_plan_is_filed_for(evening: Portfolio, enter: Enter) -> None:
    """On 2026-10-20 钱丙's plan of 2026Q4, filed with 2026Q3 until 10 October, has one visit without a day."""
    text = said(enter(evening.cast.manager), page_of())
    assert "还有 <b>1</b> 次没排日期" in text
    assert "计划期间 2026-10-01 至 2026-12-31，随 2026Q3 季末报送" in text
    assert "2026-10-10" in text
    assert "先把没排的排好" in text
    assert "/hand-in/" not in text


def test_everyone_comes_to_the_own_plan_and_the_risk_department_to_all(evening: Portfolio, enter: Enter) -> None:
    cast = evening.cast
    for staff, where in ((cast.b, "业务一部"), (cast.manager, "业务一部"), (cast.outsider, "业务二部")):
        assert enter(staff).get("/plan/")["Location"] == page_of(where)
    text = said(enter(cast.supervisor), "/plan/")
    assert "还有 <b>2</b> 个部门没报回访计划" in text
    assert page_of("业务二部") in text
    assert "业务二部" in said(enter(cast.supervisor), page_of())


@pytest.mark.parametrize(
    ("name", "department", "status"),
    [
        ("a", "业务一部", 200),
        ("a", "业务二部", 404),
        ("outsider", "业务一部", 404),
        ("other_manager", "业务一部", 404),
        ("general_manager", "业务一部", 200),
        ("admin", "业务二部", 200),
    ],
)
def test_plans_out_of_reach_are_not_found(
    evening: Portfolio, enter: Enter, name: str, department: str, status: int
) -> None:
    assert enter(getattr(evening.cast, name)).get(page_of(department)).status_code == status


def test_a_stranger_logs_in_first_and_no_quarter_beyond_the_next_is_planned(evening: Portfolio, enter: Enter) -> None:
    assert Client().get(page_of()).status_code == 302
    browser, pk = enter(evening.cast.manager), department_id("业务一部")
    assert browser.get(f"/plan/2027Q1/{pk}/").status_code == 200
    assert "2027 年放假安排未公布" in said(browser, f"/plan/2027Q1/{pk}/")
    assert browser.get(f"/plan/2027Q2/{pk}/").status_code == 404
    assert browser.get(f"/plan/2027/{pk}/").status_code == 404


def test_a_project_manager_sees_the_own_visits_only(evening: Portfolio, enter: Enter) -> None:
    """A client that only 李乙 manages is not on 张甲's page, but on that of the department's manager."""
    clients_of(evening, 1, evening.cast.b)
    assert "客户000" not in said(enter(evening.cast.a), page_of())
    assert "客户000" in said(enter(evening.cast.b), page_of())
    assert "客户000" in said(enter(evening.cast.manager), page_of())


def test_a_day_is_saved_in_its_row(evening: Portfolio, enter: Enter) -> None:
    """李乙 writes 10-26: the row comes back with Monday the 26th, and the worklist names the day."""
    browser = enter(evening.cast.b)
    row = send(browser, f"{page_of()}{key_of()}/", planned_on="10-26", seen="")
    assert 'value="2026-10-26"' in row
    assert "周一" in row
    assert PlannedDate.objects.get().planned_on == date(2026, 10, 26)
    assert "计划 10-26" in said(browser, "/")


def test_a_refused_day_keeps_what_was_typed(evening: Portfolio, enter: Enter) -> None:
    """A Sunday is asked about and confirmed; a day too late and a word that is no day are kept as typed."""
    browser, address = enter(evening.cast.b), f"{page_of()}{key_of()}/"
    row = send(browser, address, planned_on="10-25", seen="")
    assert "休息日" in row
    assert 'value="10-25"' in row
    assert "仍排在这一天" in row
    assert 'value="2026-10-25"' in send(browser, address, planned_on="10-25", seen="", confirmed="1")
    row = send(browser, address, planned_on="下周", seen="2026-10-25")
    assert "“下周”不是日期" in row
    assert "保留 2026-10-25" in row
    assert "晚于最迟回访日" in send(browser, address, planned_on="2027-01-04", seen="2026-10-25")


def test_the_second_of_two_is_told_and_may_insist(evening: Portfolio, enter: Enter) -> None:
    """张甲 and 李乙 both saw an empty day."""
    address = f"{page_of()}{key_of()}/"
    send(enter(evening.cast.b), address, planned_on="10-26", seen="")
    second = enter(evening.cast.a)
    row = send(second, address, planned_on="10-27", seen="")
    assert "李乙已把东方钢铁有限公司的这次回访排在 2026-10-26（周一）" in row
    assert 'value="10-27"' in row
    assert 'name="seen" value="2026-10-26"' in row
    send(second, address, planned_on="10-27", seen="2026-10-26")
    assert PlannedDate.objects.get().by == evening.cast.a


def test_it_rejects_days_from_those_who_may_not_plan(evening: Portfolio, enter: Enter) -> None:
    """The risk department may not (403); another department's manager does not find the page (404)."""
    address = f"{page_of()}{key_of()}/"
    for name, status in (("supervisor", 403), ("general_manager", 403), ("other_manager", 404), ("outsider", 404)):
        answer = enter(getattr(evening.cast, name)).post(address, {"planned_on": "10-26", "seen": ""}, headers=HTMX)
        assert answer.status_code == status, name
    assert enter(evening.cast.b).get(address).status_code == 405
    assert enter(evening.cast.b).post(f"{page_of()}hand-in/").status_code == 403
    assert enter(evening.cast.manager).post(f"{page_of()}review/", {"verdict": "accept"}).status_code == 403


def test_several_are_done_at_once_and_a_refusal_keeps_the_ticks(evening: Portfolio, enter: Enter) -> None:
    """Spread with nothing ticked; then the ticked one set to a Sunday is refused with tick and note kept."""
    browser = enter(evening.cast.manager)
    form = {"deed": "spread", "first": "2026-10-20", "last": "2026-12-31"}
    assert browser.post(f"{page_of()}several/?kind=regular", form)["Location"] == f"{page_of()}?kind=regular"
    assert PlannedDate.objects.count() == 1
    text = send(browser, f"{page_of()}several/", deed="set", key=tick(), day="2026-10-25", note="同路")
    assert "仍排在这一天" in text
    assert "同路" in text
    assert text.count(" checked") == 1
    assert "请先勾选" in send(browser, f"{page_of()}several/", deed="clear")
    assert "请填顺延几个工作日" in send(browser, f"{page_of()}several/", deed="shift", key=tick(), by="很多")
    refused = send(browser, f"{page_of()}several/", **form)
    assert refused.count("没有还没排日期的回访") == 1
    assert 'aria-invalid="true"' not in refused
    assert browser.post(f"{page_of()}several/", {"deed": "shift", "key": tick(), "by": "-1"}).status_code == 302
    assert browser.post(f"{page_of()}several/", {"deed": "clear", "key": tick()}).status_code == 302
    assert not PlannedDate.objects.exists()
    assert browser.post(f"{page_of()}several/", {"deed": "什么"}).status_code == 404


def test_a_day_that_someone_else_set_meanwhile_stays_and_is_named(evening: Portfolio, enter: Enter) -> None:
    """钱丙 has ticked the visit without a day; 李乙 sets one with a note: 钱丙's 2026-11-03 leaves it alone and says so."""
    head, ticked = enter(evening.cast.manager), tick()
    assert f'value="{ticked}"' in said(head, page_of())
    send(enter(evening.cast.b), f"{page_of()}{key_of()}/", planned_on="11-02", seen="", note="已与客户约好")
    form = {"deed": "set", "key": ticked, "day": "2026-11-03", "note": ""}
    text = head.post(f"{page_of()}several/", form, follow=True).content.decode()
    assert "以下客户的回访日期刚被别人改过，没有动，请看过再改：东方钢铁有限公司" in text
    assert "已改" not in text
    kept = PlannedDate.objects.get()
    assert (kept.planned_on, kept.note) == (date(2026, 11, 2), "已与客户约好")
    head.post(f"{page_of()}several/", {**form, "key": tick()})
    kept = PlannedDate.objects.get()
    assert (kept.planned_on, kept.note) == (date(2026, 11, 3), "已与客户约好")


def test_handing_in_returning_and_accepting(evening: Portfolio, enter: Enter) -> None:
    """钱丙 hands in, 孙戊 forgets the reason, returns it with one, 钱丙 hands in again, 孙戊 accepts what he saw."""
    head, risk = enter(evening.cast.manager), enter(evening.cast.supervisor)
    head.post(f"{page_of()}hand-in/")
    assert "还有 1 次回访没有计划日期" in said(head, page_of())
    head.post(f"{page_of()}several/", {"deed": "spread", "first": "10-20", "last": "12-31"})
    assert "可以上报" in said(head, page_of())
    head.post(f"{page_of()}hand-in/")
    assert "接收计划" in said(risk, page_of())
    assert "请填写退回理由" in send(risk, f"{page_of()}review/", verdict="return", because=" ")
    first = FilingStep.objects.get().pk
    risk.post(f"{page_of()}review/", {"verdict": "return", "because": "东方钢铁提前", "step": first})
    assert "退回：东方钢铁提前" in said(head, page_of())
    head.post(f"{page_of()}hand-in/")
    old = send(risk, f"{page_of()}review/", verdict="return", because="再提前", step=str(first))
    assert "已重新上报，请看过现在的内容再办" in old and "再提前" in old
    assert "计划刚刚改动过" in send(risk, f"{page_of()}review/", verdict="accept", seen="0")
    plan = get_plan(department=Department.objects.get(name="业务一部"), quarter=Q4, today=TODAY)
    risk.post(f"{page_of()}review/", {"verdict": "accept", "seen": plan.fingerprint})
    assert [step.get_verb_display() for step in FilingStep.objects.order_by("pk")] == [
        "已上报",
        "已退回",
        "已上报",
        "已接收",
    ]
    send(head, f"{page_of()}{key_of()}/", planned_on="12-01", seen=str(plan.rows[0].planned_on))
    text = said(risk, page_of())
    assert "封存码" in text
    [paper] = list_papers(form="visit-plan", department="业务一部", quarter=Q4, printed_on=TODAY, kind="pdf")
    assert f"扫码或打开 {check_url(Seal.objects.get().code)} 核验" in paper.html()
    assert "接收后改期" in text
    assert "接收后改期" in said(risk, f"{page_of()}?state=marked")


def test_the_load_is_shown_per_person_and_day_and_too_many_in_words(evening: Portfolio, enter: Enter) -> None:
    """Four visits of 张甲 on Monday 26 October are too many; an even share would be one."""
    clients_of(evening, 4, evening.cast.a)
    browser = enter(evening.cast.manager)
    plan = get_plan(department=Department.objects.get(name="业务一部"), quarter=Q4, today=TODAY)
    keys = [row.key for row in plan.rows if row.visit.client.startswith("客户")]
    browser.post(f"{page_of()}several/", {"deed": "set", "key": keys, "day": "2026-10-26"})
    text = said(browser, f"{page_of()}?view=load")
    assert "张甲 10-26 4 次（3 次起算过多）" in text
    assert "有 1 天一人排得过多" in text
    day = said(browser, f"{page_of()}?day=2026-10-26&person={evening.cast.a.pk}")
    assert day.count('id="visit-') == 4


def test_the_load_is_shown_per_person_and_week_and_each_number_opens_its_visits(
    evening: Portfolio, enter: Enter
) -> None:
    """Four of 张甲's on Monday 26 October and one on Sunday 1 November are one week; 2 October is in a week of 1 day."""
    clients_of(evening, 5, evening.cast.a)
    browser = enter(evening.cast.manager)
    plan = get_plan(department=Department.objects.get(name="业务一部"), quarter=Q4, today=TODAY)
    keys = [row.key for row in plan.rows if row.visit.client.startswith("客户")]
    browser.post(f"{page_of()}several/", {"deed": "set", "key": keys[:4], "day": "2026-10-26"})
    browser.post(f"{page_of()}several/", {"deed": "set", "key": keys[4:], "day": "2026-11-01", "confirmed": "1"})
    text = browser.get(f"{page_of()}?view=load").content.decode()
    table = text.split('id="weeks"')[1].split("</figure>")[0]
    asked = f"?person={evening.cast.a.pk}&amp;lead=1&amp;since=2026-10-26&amp;until=2026-11-01"
    assert f'{asked}"><span class="num">5</span>' in table
    assert ">10-26 (5)<" in table and ">10-01 (0)<" in table
    week = said(browser, f"{page_of()}{unescape(asked)}")
    assert week.count('id="visit-') == 5 and "只看 2026-10-26 至 2026-11-01" in week
    for href, number in re.findall(r'<a href="([^"]+)"><span class="num">(\d+)</span>', table):
        assert said(browser, unescape(href)).count('id="visit-') == int(number), href
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"{page_of()}weeks.xlsx").content))
    assert book.worksheets[0].cell(4, 1).value == "张甲"
    assert 'id="weeks"' in said(browser, f"{page_of()}weeks/")


def test_too_many_is_more_than_twice_an_even_share() -> None:
    """Ten visits on sixty days: from three on. 150 visits: an even share is three, from seven on."""
    assert [too_many_from(visits=n, working_days=60, version=None) for n in (0, 10, 60, 61, 150)] == [3, 3, 3, 5, 7]
    assert too_many_from(visits=2, working_days=0, version=None) == 5


@pytest.mark.clause("PGM.8")
def test_the_rule_book_says_what_too_many_is(evening: Portfolio, enter: Enter, tmp_path: Path) -> None:
    """A version that allows five a day and four times an even share, in force on the last day of the third quarter."""
    (shipped,) = registry.shipped_files()
    text = shipped.read_text("utf-8").replace("name: 2016-04-01", "name: 2026-09-01")
    text = text.replace("effective_on: 2016-04-01", "effective_on: 2026-09-01")
    text = text.replace("too_many_visits:\n        value: 3", "too_many_visits:\n        value: 5")
    text = text.replace("too_many_times:\n        value: 2", "too_many_times:\n        value: 4")
    (tmp_path / "new.yaml").write_text(text, "utf-8")
    load_version(path=tmp_path / "new.yaml", by="X01", door="command", on=date(2026, 8, 31))
    clients_of(evening, 6, evening.cast.a)
    browser = enter(evening.cast.manager)
    plan = get_plan(department=Department.objects.get(name="业务一部"), quarter=Q4, today=TODAY)
    keys = [row.key for row in plan.rows if row.visit.client.startswith("客户")]
    for count, crowded in ((4, False), (5, True)):
        browser.post(f"{page_of()}several/", {"deed": "set", "key": keys[:count], "day": "2026-10-26"})
        assert ("5 次起算过多" in said(browser, f"{page_of()}?view=load")) is crowded
    assert too_many_from(visits=60, working_days=60, version=get_rule_book().in_force(TODAY)) == 5
    assert too_many_from(visits=120, working_days=60, version=get_rule_book().in_force(TODAY)) == 9


def test_filters_stand_in_the_address(evening: Portfolio, enter: Enter) -> None:
    """By grade, kind, district, state and person; what means nothing is left out."""
    browser = enter(evening.cast.manager)
    for query, lines in (
        ("kind=regular", 1),
        ("kind=special", 0),
        ("grade=normal", 1),
        ("grade=risk", 0),
        ("district=330100", 1),
        ("district=none", 0),
        ("state=undated", 1),
        ("state=done", 0),
        (f"person={evening.cast.a.pk}", 1),
        (f"person={evening.cast.outsider.pk}", 0),
        ("person=x&state=y&kind=z&page=99&day=w", 1),
    ):
        assert said(browser, f"{page_of()}?{query}").count('id="visit-') == lines, query


def test_the_printed_plan_bears_the_planned_days(evening: Portfolio, enter: Enter) -> None:
    """The Excel form of 2026Q4, reached from the reports of 2026Q3."""
    import io

    import openpyxl

    browser = enter(evening.cast.manager)
    send(browser, f"{page_of()}{key_of()}/", planned_on="10-26", seen="")
    address = f"/reports/2026Q4/{department_id('业务一部')}/visit-plan.xlsx"
    assert address in said(browser, f"/reports/2026Q3/{department_id('业务一部')}/")
    assert browser.get(f"/reports/2026Q3/{department_id('业务一部')}/visit_plan/file/")["Location"] == page_of()
    book = openpyxl.load_workbook(io.BytesIO(browser.get(address).content))
    values = [str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row]
    assert "2026-10-26 00:00:00" in values


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-10-12", date(2026, 10, 12)),
        ("10-12", date(2026, 10, 12)),
        ("１０．１２", date(2026, 10, 12)),
        ("10月12日", date(2026, 10, 12)),
        ("1012", date(2026, 10, 12)),
        ("20261012", date(2026, 10, 12)),
        (" ", None),
    ],
)
def test_days_may_be_written_short(text: str, day: date | None) -> None:
    assert read_day(text, Q4) == day


@pytest.mark.parametrize("text", ["12", "10-32", "2026", "明天", "10-12-2026"])
def test_it_rejects_what_is_no_day(text: str) -> None:
    with pytest.raises(Refused):
        read_day(text, Q4)


def test_the_number_of_queries_does_not_grow(
    evening: Portfolio, enter: Enter, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """The page with sixty more clients, as the manager and as a project manager; and one day saved."""
    clients_of(evening, 60, evening.cast.a)
    head, own = enter(evening.cast.manager), enter(evening.cast.a)
    for browser in (head, own):
        browser.get(page_of())
        with django_assert_max_num_queries(45):
            browser.get(page_of())
    with django_assert_max_num_queries(85):
        send(own, f"{page_of()}{key_of()}/", planned_on="10-26", seen="")


def clients_of(portfolio: Portfolio, count: int, manager: Staff) -> None:
    """So many more clients of 业务一部, each with a guarantee of August 2026."""
    firms = Party.objects.bulk_create([Party(id_no=f"91330100{n:010d}", name=f"客户{n:03d}") for n in range(count)])
    Guarantee.objects.bulk_create(
        Guarantee(
            project_no=f"Z-{firm.id_no}",
            client=firm,
            department=portfolio.first.department,
            manager_a=manager,
            amount_fen=1,
            issued_on=date(2026, 8, 3),
        )
        for firm in firms
    )
