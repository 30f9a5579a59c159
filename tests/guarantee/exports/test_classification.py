"""The in-force client classification table: who is on it, what each line says, and that its sums are exact."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baohou.guarantee.models import Guarantee, ManagerAppointment
from baohou.guarantee.services import measures
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department
from tests.cast import FOOD, STEEL, Portfolio, TakeIn
from tests.guarantee.exports.readers import line_of, table, text_of, workbook, written

pytestmark = pytest.mark.django_db


@pytest.mark.clause("PGM.15", "PGM.9")
def test_it_lists_the_clients_in_force_on_the_quarters_last_day(portfolio: Portfolio) -> None:
    """Paper was released on 20 August: on 30 September only steel, with both its guarantees, is left of 业务一部."""
    [row] = table("classification")
    assert row["客户名称"] == "东方钢铁有限公司"
    assert row["项目编号"] == "BH-2026-002", "the later guarantee speaks for the client"
    assert (row["在保笔数"], row["在保金额"]) == (2, 7000000)
    assert (row["项目经理A角"], row["项目经理B角"]) == ("李乙", "张甲")


@pytest.mark.clause("PGM.7")
def test_a_client_never_graded_is_normal_and_the_table_says_so(portfolio: Portfolio) -> None:
    """Steel was never graded: normal since its first issue on 2 March 2026, by the rule book's default."""
    [row] = table("classification")
    assert (row["上季分类"], row["本季分类"]) == ("正常", "正常")
    assert row["现分类起始日"] == datetime(2026, 3, 2)
    assert row["分类理由"] == "未评定，按制度默认"


@pytest.mark.clause("PGM.7", "PGM.8")
def test_it_shows_the_grade_of_both_quarter_ends_and_since_when(portfolio: Portfolio, take_in: TakeIn) -> None:
    """Watch since 1 July, confirmed on 30 September, risk on 1 October: the table of the third quarter says watch."""
    take_in(
        "grades",
        [
            (STEEL, "关注", "2026-07-01", "回款变慢", "张甲"),
            (STEEL, "关注", "2026-09-30", "季末复评", "李乙"),
            (STEEL, "风险", "2026-10-01", "停产", "李乙"),
        ],
    )
    [row] = table("classification")
    assert (row["上季分类"], row["本季分类"], row["现分类起始日"]) == ("正常", "关注", datetime(2026, 7, 1))
    assert row["分类理由"] == "季末复评"


@pytest.mark.clause("PGM.9")
def test_a_client_new_in_the_quarter_has_no_previous_grade(portfolio: Portfolio) -> None:
    """On 31 March 2026 steel's guarantee of 2 March is the first: nothing was in force at the end of 2025."""
    [row] = table("classification", quarter="2026Q1")
    assert row["上季分类"] == "新增"


@pytest.mark.clause("PGM.10")
def test_a_watched_client_shows_its_measure_or_that_there_is_none(portfolio: Portfolio, take_in: TakeIn) -> None:
    """Steel is watched at the quarter's end; first without a measure, then with one that department and managers filed."""
    take_in("grades", [(STEEL, "关注", "2026-09-30", "回款变慢", "张甲")])
    assert table("classification")[0]["处置措施（关注、风险类）"] == "未填报"
    assert line_of("classification", "合计")[-1] == "关注、风险类客户中有 1 户未填报处置措施，本表不得上报。"
    measures.file(
        seen=0,
        client=portfolio.steel,
        quarter=date(2026, 9, 30),
        text="追加保证人",
        department_manager=portfolio.cast.manager,
        manager_a=portfolio.cast.b,
        manager_b=portfolio.cast.a,
        filed_on=date(2026, 10, 8),
        actions=[measures.Action("签保证合同", portfolio.cast.b, date(2026, 10, 31))],
        actor="M01",
        door="command",
    )
    assert table("classification")[0]["处置措施（关注、风险类）"] == "追加保证人"
    assert line_of("classification", "合计") == ["合计", "1 户", 2, 7000000]


@pytest.mark.clause("PGM.9")
def test_the_client_belongs_to_the_department_whose_guarantee_speaks(portfolio: Portfolio, take_in: TakeIn) -> None:
    """业务二部 guarantees steel on 1 September, later than 业务一部 did: on 30 September steel is on its table only.

    Of two guarantees of one day the greater project number speaks, by code point: "b" goes before "A".
    """
    row = ("东方钢铁有限公司", STEEL)
    rest = ("100.10", "2026-09-01", "2027-08-31", "")
    take_in("portfolio", [("b-1", *row, "业务二部", "吴外", "", *rest), ("A-2", *row, "业务一部", "张甲", "", *rest)])
    assert [line["项目编号"] for line in table("classification", department="业务二部")] == ["b-1", "BH-2026-004"]
    take_in("portfolio", [("c-1", *row, "业务一部", "张甲", "", *rest)])
    [line] = table("classification")
    assert (line["项目编号"], line["在保笔数"], line["在保金额"]) == ("c-1", 5, 7000300.30)


@pytest.mark.clause("PGM.15")
def test_the_totals_by_grade_add_up_to_the_fen(portfolio: Portfolio, take_in: TakeIn) -> None:
    """Ten guarantees of 0.10 yuan for food beside its 1,200,000: 1,200,001.00, not 1,200,000.9999."""
    one = ("湖滨食品有限公司", FOOD, "业务二部", "吴外", "", "0.10", "2026-06-01", "2027-05-31", "")
    take_in("portfolio", [(f"S-{n:02d}", *one) for n in range(10)])
    take_in("grades", [(FOOD, "良好", "2026-06-30", "现金流充足", "吴外")])
    assert line_of("classification", "良好小计", department="业务二部") == ["良好小计", "1 户", 11, 1200001]
    assert line_of("classification", "风险小计", department="业务二部") == ["风险小计", "0 户", 0, 0]
    assert line_of("classification", "合计", department="业务二部") == ["合计", "1 户", 11, 1200001]


def test_amounts_of_two_currencies_are_never_added(portfolio: Portfolio) -> None:
    """Steel's second guarantee is in US dollars: the line and the total name both sums."""
    Guarantee.objects.filter(pk=portfolio.second.pk).update(currency="USD")
    [row] = table("classification")
    assert row["在保金额"] == "CNY 5,000,000.00\nUSD 2,000,000.00"
    assert line_of("classification", "合计")[3] == "CNY 5,000,000.00\nUSD 2,000,000.00"


def test_managers_are_those_of_the_quarters_last_day(portfolio: Portfolio) -> None:
    """张甲 takes over on 30 September, 李乙 again on 1 October."""
    for staff, on in ((portfolio.cast.a, date(2026, 9, 30)), (portfolio.cast.b, date(2026, 10, 1))):
        ManagerAppointment.objects.create(guarantee=portfolio.second, manager_a=staff, effective_on=on)
    [row] = table("classification")
    assert (row["项目经理A角"], row["项目经理B角"]) == ("张甲", None)


@pytest.mark.clause("PGM.15")
def test_the_pdf_holds_the_same_fields_as_the_workbook(
    portfolio: Portfolio, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every text cell of the worksheet is found in the PDF."""
    pdf = text_of(written("classification", "pdf"), tmp_path_factory.mktemp("pdf"))
    sheet = workbook("classification").worksheets[0]
    texts = [
        "".join(str(cell.value).split()) for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)
    ]
    assert [text for text in texts if text not in pdf] == []
    assert "第1页共1页" in pdf


def test_the_number_of_queries_does_not_grow_with_clients(portfolio: Portfolio) -> None:
    with CaptureQueriesContext(connection) as few:
        table("classification")
    firm = Party.objects.bulk_create([Party(id_no=f"X:{n}", name=f"客户{n}") for n in range(50)])
    department = Department.objects.get(name="业务一部")
    Guarantee.objects.bulk_create(
        Guarantee(
            project_no=f"Z-{client.pk}",
            client=client,
            department=department,
            manager_a=portfolio.cast.a,
            amount_fen=1,
            issued_on=date(2026, 8, 3),
        )
        for client in firm
    )
    with CaptureQueriesContext(connection) as many:
        assert len(table("classification")) == 51
    assert len(many) == len(few)


def test_paper_is_on_the_table_while_in_force(portfolio: Portfolio) -> None:
    """On 30 June both steel and paper are in force."""
    rows = table("classification", quarter="2026Q2")
    assert {row["客户名称"] for row in rows} == {"东方钢铁有限公司", "南山纸业有限公司"}
