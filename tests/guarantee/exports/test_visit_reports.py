"""The client visit reports: which visits have one, and that nothing written down on a visit is lost on paper."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baohou.guarantee.exports.forms import MOST_SHEETS
from baohou.guarantee.models import Visit
from baohou.guarantee.rules.matters import METHODS, asked_of, methods_used, other_methods
from baohou.guarantee.rules.words import VisitKind
from tests.cast import Portfolio
from tests.guarantee.exports.readers import table, text_of, workbook, written

pytestmark = pytest.mark.django_db

OPINION = "希望降低费率"


def visit(portfolio: Portfolio, on: str, kind: VisitKind = VisitKind.REGULAR, **more: Any) -> Visit:
    """A visit of 张甲 to steel."""
    told = {"client": portfolio.steel, "by": portfolio.cast.a, **more}
    return Visit.objects.create(visited_on=date.fromisoformat(on), kind=kind, **told)


def report(**wanted: str) -> list[str]:
    """The texts of the first report's worksheet, in order."""
    sheet = workbook("visit-report", **wanted).worksheets[1]
    return [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]


@pytest.mark.clause("PGM.11")
def test_each_visit_of_the_quarter_has_a_report_by_day(portfolio: Portfolio) -> None:
    """Of visits on 30 June, 1 July, 30 September and 1 October two lie in the third quarter."""
    for on in ("2026-09-30", "2026-06-30", "2026-07-01", "2026-10-01"):
        visit(portfolio, on)
    rows = table("visit-report")
    assert [row["回访日期"] for row in rows] == [datetime(2026, 7, 1), datetime(2026, 9, 30)]


@pytest.mark.clause("PGM.11")
def test_a_visit_belongs_to_the_clients_department_on_its_day(portfolio: Portfolio) -> None:
    """业务二部 guarantees steel too from 1 September: the visit of 31 August is 业务一部's, that of 1 September is not."""
    guarantee = portfolio.first
    guarantee.pk, guarantee.project_no, guarantee.issued_on = None, "BH-9", date(2026, 9, 1)
    guarantee.department = portfolio.elsewhere.department
    guarantee.save()
    visit(portfolio, "2026-08-31")
    visit(portfolio, "2026-09-01")
    assert [row["回访日期"] for row in table("visit-report")] == [datetime(2026, 8, 31)]
    assert [row["回访日期"] for row in table("visit-report", department="业务二部")] == [datetime(2026, 9, 1)]


def test_a_visit_that_names_another_clients_project_has_no_report(portfolio: Portfolio) -> None:
    """A visit to steel names food's project: it is set aside until that is mended."""
    visit(portfolio, "2026-07-08")
    visit(portfolio, "2026-07-09", VisitKind.ROUTINE, guarantee=portfolio.elsewhere)
    assert len(table("visit-report")) == 1


@pytest.mark.clause("PGM.3a", "PGM.5a", "PGM.15")
@pytest.mark.parametrize("kind", list(VisitKind))
def test_the_form_asks_what_its_kind_of_visit_has_to_find_out(portfolio: Portfolio, kind: VisitKind) -> None:
    """Every matter of the kind has its line, with what was found; the client's opinion has its own place."""
    findings = {matter.code: f"{matter.zh}：已核实" for matter in asked_of(kind)}
    visit(portfolio, "2026-07-10", kind, guarantee=portfolio.second, findings=findings)
    told = report()
    places = [told.index(matter.zh) for matter in asked_of(kind)]
    assert places == sorted(places)
    assert [told[place + 1] for place in places] == list(findings.values())
    assert f"■{kind.zh}" in "".join(told)
    assert "".join(told).count("■") == 1


@pytest.mark.clause("PGM.6")
def test_it_says_which_of_the_four_methods_were_used_and_what_each_found(portfolio: Portfolio) -> None:
    """Books were checked and found right; talks were held, of which nothing was noted; the other two were not used."""
    findings = {"methods": {"site": "库存与账面相符"}}
    visit(portfolio, "2026-07-10", methods="座谈", findings=findings)
    told = report()
    site, talk, workers, others = METHODS
    assert told[told.index(f"■ {site.zh}") + 1] == "库存与账面相符"
    assert {f"■ {talk.zh}", f"□ {workers.zh}", f"□ {others.zh}"} <= set(told)


@pytest.mark.clause("PGM.6")
@pytest.mark.parametrize(
    ("text", "used", "other"),
    [
        ("实地查看、盘点实物、查看账务", {"site"}, ""),
        ("与客户及主要管理人员座谈；随机询问生产工人", {"talk", "workers"}, ""),
        ("向有关部门和其他人员了解", {"third_party"}, ""),
        ("site talk", {"site", "talk"}, ""),
        ("座谈、电话", {"talk"}, "电话"),
        ("", set(), ""),
        *((method.zh, {method.code}, "") for method in METHODS),
    ],
)
def test_a_method_is_known_by_what_people_write_for_it(text: str, used: set[str], other: str) -> None:
    assert methods_used(text, {}) == used
    assert other_methods(text) == other


def test_methods_in_other_words_and_findings_of_another_form_are_printed_too(portfolio: Portfolio) -> None:
    """An imported visit names "电话" as its method; a finding of a special visit stands on a regular one."""
    visit(portfolio, "2026-07-10", methods="电话", findings={"executives": "总经理更换", "weather": "雨"})
    told = report()
    assert told[told.index("其他方法") + 1] == "电话"
    assert told[told.index("高管人事变动") + 1] == "总经理更换"
    assert told[told.index("weather") + 1] == "雨"


@pytest.mark.clause("PGM.15")
def test_it_names_client_project_people_and_places_to_sign(portfolio: Portfolio) -> None:
    """A routine visit to steel's second project, made by 张甲; 李乙 is its A manager. The identity number is masked."""
    visit(portfolio, "2026-07-10", VisitKind.ROUTINE, guarantee=portfolio.second, summary="正常", findings={})
    told = report()
    for label, value in (
        ("客户名称", "东方钢铁有限公司"),
        ("证件号码", "9133**********058B"),
        ("项目编号", "BH-2026-002"),
        ("担保金额", "2000000"),
        ("担保期间", "2026-07-06 至 2027-07-05"),
        ("该户在保", "2 笔，7,000,000.00"),
        ("回访日期", "2026-07-10 00:00:00"),
        ("回访人", "张甲"),
        ("风险分类", "正常（未评定，按制度默认）"),
        ("项目经理A角", "李乙"),
        ("项目经理B角", "张甲"),
        ("回访摘要及结论", "正常"),
    ):
        assert told[told.index(label) + 1] == value
    signs = ["项目经理A角（签字）", "项目经理B角（签字）", "客户（签章）", "部门经理（签字）"]
    assert told[told.index(signs[0]) :][:4] == signs


@pytest.mark.clause("PGM.15")
def test_the_pdf_holds_the_same_fields_and_counts_pages_in_each_report(
    portfolio: Portfolio, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Two reports, each on a page of its own: 第 1 页 共 1 页 stands there twice."""
    visit(portfolio, "2026-07-10", summary="一切正常", findings={"business": "订单饱满", "client_opinion": OPINION})
    visit(portfolio, "2026-08-10", VisitKind.SPECIAL, findings={"market": "销售下滑"})
    pdf = text_of(written("visit-report", "pdf"), tmp_path_factory.mktemp("pdf"))
    for text in ("一切正常", "订单饱满", OPINION, "销售下滑", "附件1", "客户（签章）"):
        assert text in pdf
    assert pdf.count("第1页共1页") == 2


def test_a_workbook_lists_all_and_holds_each_report_while_they_are_few(portfolio: Portfolio) -> None:
    """Up to the limit each report has a sheet; beyond it the workbook is the list, and says where the forms are."""
    made = [date(2026, 7, 1).replace(day=1 + n % 30, month=7 + n // 30) for n in range(MOST_SHEETS + 1)]
    Visit.objects.bulk_create(
        Visit(client=portfolio.steel, visited_on=on, kind=VisitKind.REGULAR, by=portfolio.cast.a) for on in made[1:]
    )
    sheets = workbook("visit-report").sheetnames
    assert len(sheets) == 1 + MOST_SHEETS
    assert sheets[:2] == ["2026Q3", "001 东方钢铁有限公司"]
    visit(portfolio, made[0].isoformat())
    book = workbook("visit-report")
    assert book.sheetnames == ["2026Q3"]
    assert "逐份签字的报告请导出 PDF" in str(list(book.worksheets[0].values)[1])


def test_the_number_of_queries_does_not_grow_with_visits(portfolio: Portfolio) -> None:
    visit(portfolio, "2026-07-10")
    with CaptureQueriesContext(connection) as few:
        table("visit-report")
    for day in range(11, 30):
        visit(portfolio, f"2026-07-{day}", VisitKind.ROUTINE, guarantee=portfolio.second)
    with CaptureQueriesContext(connection) as many:
        assert len(table("visit-report")) == 20
    assert len(many) == len(few)
