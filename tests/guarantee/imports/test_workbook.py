"""Workbooks, the sample company, and the real portfolio."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from baohou.core.errors import Refused
from baohou.guarantee.imports import KINDS, WORKBOOK, take
from baohou.guarantee.imports.sample import write_sample
from baohou.guarantee.models import Filing, GradeChange, Guarantee, ManagerAppointment, SpecialOrder, Visit
from baohou.guarantee.rules.words import Grade, VisitKind
from baohou.kernel.parties.identity import check
from baohou.kernel.parties.models import Party
from tests.guarantee.imports.conftest import TODAY, found

SBA = Path(__file__).parents[3] / "examples" / "sba-california"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "sample.xlsx"
    write_sample(clients=60, seed=7, on=TODAY, path=path)
    return path


def test_the_same_arguments_give_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again.xlsx", tmp_path / "other.xlsx"
    write_sample(clients=60, seed=7, on=TODAY, path=again)
    write_sample(clients=60, seed=8, on=TODAY, path=other)
    assert sample.read_bytes() == again.read_bytes() != other.read_bytes()


@pytest.mark.django_db
def test_the_sample_is_taken_in_one_go_and_only_once(sample: Path) -> None:
    outcome = take(kind=WORKBOOK, path=sample, today=TODAY)
    assert not outcome.faults
    assert list(outcome.counts) == list(KINDS)
    assert Party.objects.count() == 60
    assert all(check(id_no) == id_no for id_no in Party.objects.values_list("id_no", flat=True))
    assert set(GradeChange.objects.values_list("grade", flat=True)) == set(Grade.numbers())
    assert set(Visit.objects.values_list("kind", flat=True)) == set(VisitKind.numbers())
    assert all(model.objects.exists() for model in (ManagerAppointment, SpecialOrder, Filing))  # type: ignore[attr-defined]
    again = take(kind=WORKBOOK, path=sample, today=TODAY)
    assert all(counts["same"] == counts["read"] for counts in again.counts.values())


@pytest.mark.django_db
def test_a_fault_in_one_sheet_keeps_all_sheets_out(sample: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(sample)
    book["风险分类"]["B2"] = "很好"
    book.save(tmp_path / "broken.xlsx")
    outcome = take(kind=WORKBOOK, path=tmp_path / "broken.xlsx", today=TODAY)
    assert [(fault.sheet, *place) for fault, place in zip(outcome.faults, found(outcome), strict=True)] == [
        ("风险分类", 2, "风险分类")
    ]
    assert not Guarantee.objects.exists()
    outcome.marked(tmp_path / "marked.xlsx")
    assert openpyxl.load_workbook(tmp_path / "marked.xlsx")["风险分类"]["B2"].comment is not None


@pytest.mark.django_db
def test_a_workbook_without_a_known_sheet_is_refused(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("工资")
    with pytest.raises(Refused, match="在保项目"):
        take(kind=WORKBOOK, path=tmp_path / "a.xlsx")


@pytest.mark.django_db
def test_the_real_portfolio_is_read_through_its_mapping() -> None:
    """2,102 loans of California: 2,088 are taken, 3 without an issue day and 11 that contradict themselves are named."""
    take(kind="staff", path=SBA / "staff.csv")
    how = {"kind": "portfolio", "path": SBA / "portfolio.csv", "mapping": SBA / "mapping.toml", "today": TODAY}
    assert not take(**how).taken  # type: ignore[arg-type]
    outcome = take(**how, partial=True)  # type: ignore[arg-type]
    assert outcome.taken
    assert outcome.counts["portfolio"] == {
        "read": 2102, "new": 2088, "changed": 0, "removed": 0, "same": 0, "left": 14,
    }  # fmt: skip
    assert Counter(fault.column for fault in outcome.faults) == {"起始日（DisbursementDate）": 3, "ChgOffDate": 11}
    one = Guarantee.objects.get(project_no="1004285007")
    assert (one.issued_on, one.ends_on, one.released_on) == (date(2001, 4, 30), date(2004, 4, 30), date(2004, 4, 30))
    assert (one.amount_fen, one.currency, one.client.id_no) == (1_500_000, "USD", "X:SBA-0001")
    off = Guarantee.objects.get(project_no="1004535010")
    assert off.issued_on == date(2003, 9, 30)
