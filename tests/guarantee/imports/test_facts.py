"""Grades, visits, orders, filings and changes of managers by file."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from baohou.core.errors import Refused
from baohou.guarantee.models import Filing, GradeChange, ManagerAppointment, SpecialOrder, Touched, Visit
from baohou.guarantee.rules.words import FilingKind, Grade, Urgency, VisitKind
from baohou.kernel.audit.models import Change
from tests.cast import FOOD, STEEL, Portfolio
from tests.guarantee.imports.conftest import TODAY, Import, found

pytestmark = pytest.mark.django_db
UNKNOWN = "X:NOBODY"


@pytest.mark.clause("PGM.7")
def test_grades_are_taken_with_who_when_and_why(import_rows: Import, portfolio: Portfolio) -> None:
    Touched.objects.all().delete()
    outcome = import_rows(
        "grades", (STEEL, "关注", "2026-03-31", "回款放慢", "钱丙"), (FOOD, "GOOD", "2026/3/31", "", "M02")
    )
    assert outcome.taken
    one = GradeChange.objects.get(client=portfolio.steel)
    assert (one.grade, one.effective_on, one.because, one.by) == (
        Grade.WATCH, date(2026, 3, 31), "回款放慢", portfolio.cast.manager,
    )  # fmt: skip
    assert Touched.objects.filter(client=portfolio.steel, since=date(2026, 3, 31)).exists()


def test_a_grade_of_an_unknown_client_or_by_an_unknown_person_is_a_fault(
    import_rows: Import, portfolio: Portfolio
) -> None:
    outcome = import_rows("grades", (UNKNOWN, "很好", "2026-03-31", "", "谁"), (STEEL, "关注", "2026-03-31", "", "A01"))
    assert found(outcome) == [(2, "证件号码"), (2, "风险分类"), (2, "评定人")]
    assert not GradeChange.objects.exists()


def test_another_grade_on_the_same_day_is_a_difference(import_rows: Import, portfolio: Portfolio) -> None:
    import_rows("grades", (STEEL, "关注", "2026-03-31", "慢", "M01"))
    other = (STEEL, "风险", "2026-03-31", "慢", "A01")
    shown = import_rows("grades", other)
    assert [(d.column, d.before, d.after) for d in shown.differences] == [
        ("风险分类", "关注", "风险"),
        ("评定人", "M01", "A01"),
    ]
    assert import_rows("grades", other, update=True).taken
    assert GradeChange.objects.get().grade == Grade.RISK
    assert Change.objects.get(before__isnull=False).key == f"{STEEL} 2026-03-31"


def test_new_rows_beside_a_difference_are_taken_with_partial(import_rows: Import, portfolio: Portfolio) -> None:
    import_rows("grades", (STEEL, "关注", "2026-03-31", "", "M01"))
    rows = [(STEEL, "风险", "2026-03-31", "", "M01"), (STEEL, "正常", "2026-06-30", "", "M01")]
    assert not import_rows("grades", *rows).taken
    outcome = import_rows("grades", *rows, partial=True)
    assert (outcome.taken, outcome.counts["grades"]["new"], outcome.counts["grades"]["left"]) == (True, 1, 1)
    assert list(GradeChange.objects.order_by("effective_on").values_list("grade", flat=True)) == [
        Grade.WATCH,
        Grade.NORMAL,
    ]


@pytest.mark.clause("PGM.3", "PGM.4", "PGM.5")
def test_visits_of_all_kinds_are_taken(import_rows: Import, portfolio: Portfolio) -> None:
    day = portfolio.second.issued_on.isoformat()
    rows = [
        (STEEL, portfolio.first.project_no, day, "例行", "A01"),
        (STEEL, "", day, "定期回访", "张甲"),
        (STEEL, "", day, "special", "B01"),
        (STEEL, portfolio.second.project_no, day, "定期", "A01"),
    ]
    assert import_rows("visits", *rows).taken
    assert import_rows("visits", *rows).counts["visits"]["same"] == 4
    assert sorted(Visit.objects.values_list("kind", flat=True)) == [
        VisitKind.ROUTINE, VisitKind.REGULAR, VisitKind.REGULAR, VisitKind.SPECIAL,
    ]  # fmt: skip
    assert Visit.objects.first().findings == {}  # type: ignore[union-attr]


def test_visits_that_cannot_have_been_are_faults(import_rows: Import, portfolio: Portfolio) -> None:
    day = portfolio.second.issued_on.isoformat()
    first_issue = min(portfolio.first.issued_on, portfolio.second.issued_on)
    outcome = import_rows(
        "visits",
        (STEEL, "", day, "例行", "A01"),
        (STEEL, portfolio.elsewhere.project_no, day, "定期", "A01"),
        (STEEL, "NEVER", day, "例行", "A01"),
        (STEEL, "", (first_issue - timedelta(days=1)).isoformat(), "定期", "A01"),
        (STEEL, "", (TODAY + timedelta(days=1)).isoformat(), "特别", "A01"),
        (UNKNOWN, "", day, "拜访", "谁"),
        (STEEL, "", first_issue.isoformat(), "定期", "A01"),
    )
    assert found(outcome) == [
        (2, "项目编号"), (3, "项目编号"), (4, "项目编号"), (5, "回访日"), (6, "回访日"),
        (7, "证件号码"), (7, "回访类别"), (7, "回访人"),
    ]  # fmt: skip


def test_a_visit_is_removed_by_its_key(import_rows: Import, portfolio: Portfolio) -> None:
    day = portfolio.first.issued_on.isoformat()
    visit = (STEEL, portfolio.first.project_no, day, "例行", "A01")
    import_rows("visits", visit)
    Touched.objects.all().delete()
    headings = ("证件号码", "项目编号", "回访日", "回访类别")
    with pytest.raises(Refused, match="理由"):
        import_rows("visits", visit[:4], headings=headings, remove=True)
    assert import_rows("visits", visit[:4], headings=headings, remove=True, because="没有去过").taken
    assert not Visit.objects.exists()
    change = Change.objects.get(before__isnull=False)
    assert (change.before["by"], change.after, change.act.because) == ("A01", None, "没有去过")
    assert Touched.objects.get().since == portfolio.first.issued_on


@pytest.mark.clause("PGM.5")
def test_orders_of_special_visits(import_rows: Import, portfolio: Portfolio) -> None:
    order = (STEEL, "2026-05-06", "紧急", "赵己", "银行来函")
    assert import_rows("orders", order).taken
    one = SpecialOrder.objects.get()
    assert (one.urgency, one.ordered_on, one.by) == (Urgency.URGENT, date(2026, 5, 6), portfolio.cast.risk_manager)
    assert found(import_rows("orders", (*order[:2], "马上", *order[3:]))) == [(2, "紧急程度")]
    assert found(import_rows("orders", order, (*order[:2], "high", *order[3:]))) == [(2, "证件号码"), (3, "证件号码")]


@pytest.mark.clause("PGM.9", "PGM.11")
def test_filings_of_departments(import_rows: Import, portfolio: Portfolio) -> None:
    rows = [
        ("业务一部", "2026Q1", "在保客户分类表", "2026-04-09", "钱丙"),
        ("业务一部", "2026年第一季度", "visit_plan", "2026-04-10", "M01"),
        ("业务一部", "2026Q1", "移交", "2026-04-11", "M01"),
    ]
    assert import_rows("filings", *rows).taken
    filed = Filing.objects.order_by("kind").values_list("quarter", "kind", "filed_on")
    assert list(filed) == [
        (date(2026, 3, 31), FilingKind.CLASSIFICATION_REPORT, date(2026, 4, 9)),
        (date(2026, 3, 31), FilingKind.VISIT_PLAN, date(2026, 4, 10)),
        (date(2026, 3, 31), FilingKind.HAND_OVER, date(2026, 4, 11)),
    ]
    wrong = import_rows("filings", ("无此部", "2026Q5", "报告", "2027-01-01", "谁"))
    assert found(wrong) == [(2, "业务部门"), (2, "季度"), (2, "上报类别"), (2, "上报日"), (2, "上报人")]


def test_managers_change_by_day(import_rows: Import, portfolio: Portfolio) -> None:
    headings = ("项目编号", "A角", "生效日")
    number, since = portfolio.first.project_no, portfolio.first.issued_on + timedelta(days=30)
    assert import_rows("managers", (number, "李乙", since.isoformat()), headings=headings).taken
    one = ManagerAppointment.objects.get()
    assert (one.guarantee, one.manager_a, one.manager_b, one.effective_on) == (
        portfolio.first, portfolio.cast.b, None, since,
    )  # fmt: skip
    early = (portfolio.first.issued_on - timedelta(days=1)).isoformat()
    assert import_rows("managers", (number, "李乙", early), headings=headings).parts[0].notes
    assert found(import_rows("managers", ("NEVER", "谁", early), headings=headings)) == [(2, "项目编号"), (2, "A角")]
