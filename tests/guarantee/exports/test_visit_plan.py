"""The visit plan: which visits are owed in a quarter, before it begins and after."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baohou.core.errors import Refused
from baohou.guarantee.models import Guarantee, Visit
from baohou.guarantee.rules.words import VisitKind
from baohou.kernel.parties.models import Party
from tests.cast import FOOD, STEEL, Portfolio, TakeIn
from tests.guarantee.exports.readers import line_of, table, text_of, workbook, written

pytestmark = pytest.mark.django_db


def owed(rows: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    """Client, kind, first and last day of each line."""
    return [
        (row["客户名称"][:2], row["回访类别"], f"{row['应访起始日']:%m-%d}", f"{row['最迟回访日']:%m-%d}")
        for row in rows
    ]


@pytest.mark.clause("PGM.8", "PGM.4")
def test_a_plan_can_be_drawn_up_before_its_quarter_begins(portfolio: Portfolio, take_in: TakeIn) -> None:
    """Food is watched from 30 September 2027, steel not graded: the plan for the last quarter of 2027 gives food three
    visits and steel one, although nothing of that quarter has happened."""
    take_in("grades", [(FOOD, "关注", "2027-09-30", "季末分类", "吴外")])
    assert owed(table("visit-plan", quarter="2027Q4")) == [("东方", "定期", "10-01", "12-31")]
    plan = table("visit-plan", quarter="2027Q4", department="业务二部")
    assert owed(plan) == [
        ("湖滨", "定期", "10-01", "10-31"),
        ("湖滨", "定期", "11-01", "11-30"),
        ("湖滨", "定期", "12-01", "12-31"),
    ]
    assert {row["风险分类"] for row in plan} == {"关注"}
    assert {row["计划回访日期"] for row in plan} | {row["实际回访日期"] for row in plan} == {None}


@pytest.mark.clause("PGM.3", "PGM.9")
def test_it_holds_routine_visits_due_in_the_quarter(portfolio: Portfolio) -> None:
    """Steel's second guarantee of 6 July has its routine visit due on 21 July; the regular one of the quarter comes
    on top. Paper's regular visit lapsed with its release on 20 August."""
    rows = table("visit-plan")
    assert owed(rows) == [("东方", "例行", "07-06", "07-21"), ("东方", "定期", "07-01", "09-30")]
    assert [row["项目编号"] for row in rows] == ["BH-2026-002", "BH-2026-002"]
    assert [row["项目经理A角"] for row in rows] == ["李乙", "李乙"]


@pytest.mark.clause("PGM.5")
def test_it_holds_special_visits_that_were_ordered(portfolio: Portfolio, take_in: TakeIn) -> None:
    """An urgent visit to steel ordered on 3 August is due on 4 August."""
    take_in("orders", [(STEEL, "2026-08-03", "紧急", "钱丙", "停工传闻")])
    assert ("东方", "特别", "08-03", "08-04") in owed(table("visit-plan"))


@pytest.mark.clause("PGM.4")
def test_a_half_year_visit_not_made_yet_is_carried_into_the_second_quarter(
    portfolio: Portfolio, take_in: TakeIn
) -> None:
    """Steel is good from 2026: its visit of the first half of 2027 is in the plans of both quarters until it is made
    on 15 March 2027, and then only in that of the first."""
    take_in("grades", [(STEEL, "良好", "2026-12-31", "年末分类", "张甲")])
    [row] = table("visit-plan", quarter="2027Q2")
    assert (row["应访起始日"], row["最迟回访日"], row["备注"]) == (
        datetime(2027, 1, 1),
        datetime(2027, 6, 30),
        "上季结转",
    )
    visit(portfolio, date(2027, 3, 15))
    [row] = table("visit-plan", quarter="2027Q1")
    assert row["实际回访日期"] == datetime(2027, 3, 15)
    with pytest.raises(Refused, match="业务一部 2027Q2 没有应办的回访"):
        written("visit-plan", "xlsx", quarter="2027Q2")


@pytest.mark.clause("PGM.15", "PGM.6")
def test_afterwards_it_shows_when_and_how_each_visit_was_made(portfolio: Portfolio) -> None:
    """A regular visit on 10 September with two methods does the quarter's regular duty; the routine one stays open."""
    visit(portfolio, date(2026, 9, 10), methods="site、座谈")
    routine, regular = table("visit-plan")
    assert (routine["实际回访日期"], routine["回访方法"]) == (None, None)
    assert (regular["实际回访日期"], regular["回访方法"]) == (datetime(2026, 9, 10), "实地查看、座谈")


@pytest.mark.clause("PGM.4")
def test_a_late_visit_is_said_to_be_late(portfolio: Portfolio, take_in: TakeIn) -> None:
    """Food is watched from 30 June; its visit of July is made on 5 August and does August's as well."""
    take_in("grades", [(FOOD, "关注", "2026-06-30", "季末分类", "吴外")])
    take_in("visits", [(FOOD, "", "2026-08-05", "定期", "吴外")])
    july, august, september = table("visit-plan", department="业务二部")
    assert (july["备注"], august["备注"], september["备注"]) == ("逾期完成", None, None)
    assert july["实际回访日期"] == august["实际回访日期"] == datetime(2026, 8, 5)
    assert september["实际回访日期"] is None


@pytest.mark.clause("PGM.7")
def test_a_change_of_grade_in_the_quarter_re_plans_what_follows(portfolio: Portfolio, take_in: TakeIn) -> None:
    """Food is normal on 1 July and watched from 20 July: beside the quarter's visit it owes August and September."""
    take_in("grades", [(FOOD, "关注", "2026-07-20", "回款变慢", "吴外")])
    rows = table("visit-plan", department="业务二部")
    assert [(line[2], line[3]) for line in owed(rows)] == [("08-01", "08-31"), ("07-01", "09-30"), ("09-01", "09-30")]
    assert [row["风险分类"] for row in rows] == ["关注", "正常", "关注"]


@pytest.mark.clause("PGM.9")
def test_visits_overdue_from_earlier_quarters_are_counted_not_planned(portfolio: Portfolio) -> None:
    """By 1 July steel owes the routine visit of March and the regular one of the second quarter; paper's routine visit
    and so on: they are to be made at once, so the plan counts them below its lines."""
    line = line_of("visit-plan", "合计")[1]
    assert line.startswith("例行回访 1 次，定期回访 1 次，特别回访 0 次，共 2 次，涉及客户 1 户。")
    assert "另有本季以前到期、尚未办理的回访 3 次" in line


def test_clients_of_one_name_are_two_clients(portfolio: Portfolio) -> None:
    """Another firm is called as steel is."""
    other = Party.objects.create(id_no="X:2", name="东方钢铁有限公司")
    guarantee = portfolio.first
    guarantee.pk, guarantee.project_no, guarantee.client = None, "BH-9", other
    guarantee.save()
    assert "涉及客户 2 户" in line_of("visit-plan", "合计")[1]


def test_a_client_released_after_its_visit_stays_in_the_plan(portfolio: Portfolio) -> None:
    """Paper was visited on 6 August and released on the 20th: done, though nothing is in force on 30 September."""
    Visit.objects.create(
        client=portfolio.paper, visited_on=date(2026, 8, 6), kind=VisitKind.REGULAR, by=portfolio.cast.a
    )
    paper = [row for row in table("visit-plan") if row["客户名称"] == "南山纸业有限公司"]
    assert [(row["实际回访日期"], row["项目编号"]) for row in paper] == [(datetime(2026, 8, 6), "BH-2026-003")]


def test_nothing_is_owed_without_a_version_in_force(portfolio: Portfolio) -> None:
    """In 2015 the rule book did not exist."""
    Guarantee.objects.filter(pk=portfolio.first.pk).update(issued_on=date(2015, 1, 5))
    with pytest.raises(Refused, match="没有应办的回访"):
        written("visit-plan", "xlsx", quarter="2015Q3")


@pytest.mark.clause("PGM.15")
def test_the_pdf_holds_the_same_fields_as_the_workbook(
    portfolio: Portfolio, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pdf = text_of(written("visit-plan", "pdf"), tmp_path_factory.mktemp("pdf"))
    sheet = workbook("visit-plan").worksheets[0]
    texts = [
        "".join(str(cell.value).split()) for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)
    ]
    assert [text for text in texts if text not in pdf] == []


def test_the_number_of_queries_does_not_grow_with_clients(portfolio: Portfolio) -> None:
    with CaptureQueriesContext(connection) as few:
        table("visit-plan")
    firms = Party.objects.bulk_create([Party(id_no=f"X:{n}", name=f"客户{n}") for n in range(50)])
    Guarantee.objects.bulk_create(
        Guarantee(
            project_no=f"Z-{firm.id_no}",
            client=firm,
            department=portfolio.first.department,
            manager_a=portfolio.cast.a,
            amount_fen=1,
            issued_on=date(2026, 8, 3),
        )
        for firm in firms
    )
    with CaptureQueriesContext(connection) as many:
        assert len(table("visit-plan")) == 52
    assert len(many) == len(few)


def visit(portfolio: Portfolio, on: date, methods: str = "") -> None:
    """A regular visit to steel."""
    Visit.objects.create(
        client=portfolio.steel, visited_on=on, kind=VisitKind.REGULAR, by=portfolio.cast.a, methods=methods
    )
