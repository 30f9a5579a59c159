"""Whole files: encodings, delimiters, sheets, headers, and what is broken about them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from baohou.core.errors import Refused
from baohou.kernel.papers.reading import (
    Column,
    Reading,
    read_code,
    read_date,
    read_fen,
    read_table,
    read_wan,
    write_marked,
)

COLUMNS = (
    Column("project_no", "项目编号", read_code, max_length=10),
    Column("issued_on", "起始日", read_date),
    Column("amount", "担保金额", read_fen, units={"元": read_fen, "万元": read_wan}),
    Column("bank", "合作银行", read_code, required=False),
)
GOOD = [["项目编号", "起始日", "担保金额"], ["P1", "2026-01-05", "100"]]


def read(path: Path) -> Reading:
    return read_table(path=path, columns=COLUMNS, names=("portfolio", "在保项目"))


def text_file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "a.csv"
    path.write_bytes(text.encode(encoding))
    return path


def book(folder: Path, **sheets: list[list[object]]) -> Path:
    path = folder / "a.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as made:
        for name, rows in sheets.items():
            page = made.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return path


def values(reading: Reading) -> list[tuple[object, ...]]:
    return [row.values for row in reading.rows if row.good]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_the_usual_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = "\r\n".join(delimiter.join(row) for row in [["项目编号", "起始日", "担保金额"], ["P1", "2026-01-05", "100"]])
    reading = read(text_file(tmp_path, text, encoding))
    assert not reading.faults
    assert values(reading) == [("P1", date(2026, 1, 5), 10_000, None)]


def test_headers_are_known_in_english_in_full_width_and_with_blanks(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path, "\ufeff Project No ,起 始 日*,ＡＭＯＵＮＴ（万元）\nP1,2026年1月5日,0.5\n"))
    assert values(reading) == [("P1", date(2026, 1, 5), 500_000, None)]


def test_titles_above_the_header_totals_below_and_empty_rows_do_no_harm(tmp_path: Path) -> None:
    reading = read(book(tmp_path, 表=[["在保项目一览"], [], *GOOD, [], ["合计", "", 100]]))
    assert [(row.number, row.values[0]) for row in reading.rows] == [(4, "P1")]
    assert not reading.faults


def test_a_sheet_is_found_by_its_name_or_by_its_columns(tmp_path: Path) -> None:
    other: list[list[object]] = [["说明", "无"], ["请勿改动", ""]]
    assert len(read(book(tmp_path, 说明=other, 台账=GOOD)).rows) == 1
    assert read(book(tmp_path, 台账=GOOD, 在保项目=GOOD)).sheet == "在保项目"


def test_the_wrong_workbook_says_which_columns_it_lacks(tmp_path: Path) -> None:
    reading = read(book(tmp_path, 说明=[["一"]], 工资=[["姓名", "工资"], ["张三", 1]]))
    assert not reading.usable
    assert "“说明”、“工资”" in str(reading.faults[0])


def test_two_sheets_that_fit_are_not_chosen_between(tmp_path: Path) -> None:
    assert "都像" in str(read(book(tmp_path, 一=GOOD, 二=GOOD)).faults[0])


def test_missing_and_double_headers_are_named_together(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path, "起始日,issued_on,备注\n2026-01-05,2026-01-05,x\n"))
    assert sorted(fault.column for fault in reading.faults) == ["担保金额", "起始日", "项目编号"]
    assert reading.unused == ["备注"]


def test_every_fault_of_every_row_is_named_at_once(tmp_path: Path) -> None:
    reading = read(
        text_file(tmp_path, "项目编号,起始日,担保金额\n,2026-02-30,1.234\nP2,2026-01-05,1\nP-much-too-long,x,1\n")
    )
    assert [(fault.row, fault.column) for fault in reading.faults] == [
        (2, "项目编号"), (2, "起始日"), (2, "担保金额"), (4, "项目编号"), (4, "起始日"),
    ]  # fmt: skip
    assert [row.good for row in reading.rows] == [False, True, False]


def test_a_row_longer_than_its_header_has_shifted(tmp_path: Path) -> None:
    """1,000,000 without quotes is three cells; empty cells at the end do no harm."""
    reading = read(text_file(tmp_path, "项目编号,起始日,担保金额\nP1,2026-01-05,1,000,000\nP2,2026-01-05,1,,\n"))
    assert [(fault.row, "1,000" in fault.message) for fault in reading.faults] == [(2, True)]


def test_merged_cells_among_the_rows_are_one_fault_each(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as made:
        page = made.add_worksheet("表")
        page.merge_range("A1:C1", "在保项目")
        for number, row in enumerate(GOOD):
            page.write_row(number + 1, 0, row)
        page.merge_range("A4:A5", "P2")
        page.write_row("B4", ["2026-01-05", 1])
        page.write_row("B5", ["2026-01-06", 1])
    reading = read(path)
    assert [(fault.row, fault.column) for fault in reading.faults] == [(4, "项目编号")]
    assert "A4:A5" in reading.faults[0].message
    assert values(reading) == [("P1", date(2026, 1, 5), 10_000, None)]


def test_error_cells_are_faults_not_blanks(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as made:
        page = made.add_worksheet("表")
        page.write_row("A1", ["项目编号", "起始日", "担保金额", "合作银行"])
        page.write_row("A2", ["P1", "2026-01-05", 1])
        page.write_formula("D2", "=1/0", None, "#DIV/0!")
    assert ["#DIV/0!" in fault.message for fault in read(path).faults] == [True]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "空"),
        ("a.xlsx", b"", "空"),
        ("a.xlsx", b"PK\x03\x04 not a book", "完好"),
        ("a.xlsx", b"<html><table></table></html>", "完好"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版"),
        ("a.csv", b"\xff\xff\xfe\x80\x80", "编码"),
        ("a.csv", '项目编号,起始日,担保金额\nP1,"2026-01-05,1\n'.encode(), "引号"),
    ],
)
def test_a_file_that_cannot_be_opened_says_why(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Refused, match=said):
        read(path)


def test_a_sheet_without_anything_has_no_header(tmp_path: Path) -> None:
    assert "没有找到表头" in str(read(book(tmp_path, 表=[])).faults[0])


def test_the_marked_copy_colours_and_explains_the_faulty_cells(tmp_path: Path) -> None:
    path = text_file(tmp_path, "项目编号,起始日,担保金额\n=P1,2026-02-30,1\nP2,2026-01-05,\n")
    reading, marked = read(path), tmp_path / "marked.xlsx"
    write_marked(source=path, faults=reading.faults, target=marked)
    back = openpyxl.load_workbook(marked)
    page = back["a"]
    assert page["A2"].value == "=P1"
    assert page["B2"].fill.bgColor.rgb == page["C3"].fill.bgColor.rgb != page["B3"].fill.bgColor.rgb
    assert page["B2"].comment is not None
    assert "没有这一天" in page["B2"].comment.text
    assert [row[1].value for row in back["错误清单"].iter_rows(min_row=2)] == [2, 2, 3]


def _of_formulas(folder: Path, *cells: tuple[str, object]) -> Path:
    """A table whose amounts are formulas, each with the result that is stored beside it."""
    path = folder / "formulas.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["项目编号", "起始日", "担保金额"])
        for number, (formula, result) in enumerate(cells, 1):
            page.write_string(number, 0, f"P{number}")
            page.write_string(number, 1, "2026-01-05")
            page.write_formula(number, 2, formula, None, result)
    return path


def test_the_result_of_a_formula_is_taken_and_told(tmp_path: Path) -> None:
    """An office computes =50*10000 and looks names up: what it saw is what is taken, and the page says so."""
    reading = read(_of_formulas(tmp_path, ("=50*10000", 500000), ("=C2", "12.5")))
    assert reading.faults == []
    assert [row.values[2] for row in reading.rows] == [50_000_000, 1250]
    assert reading.notes == ["有 2 格是公式，取的是文件里存着的计算结果，请核对：C2、C3"]


def test_a_formula_that_was_never_computed_is_a_fault(tmp_path: Path) -> None:
    """openpyxl writes formulas without results; read as empty they would say that nothing is there."""
    path, book = tmp_path / "a.xlsx", openpyxl.Workbook()
    for row in (*GOOD, ["P2", "2026-01-06", "=1+1"]):
        book.active.append(row)
    book.save(path)
    (fault,) = read(path).faults
    assert (fault.row, fault.column) == (3, "担保金额")
    assert "没有存下计算结果" in fault.message


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "=A1", "＝A1", "+cmd|x", "-SUM(A1)", "@SUM(A1)"])
def test_a_text_that_reads_as_a_formula_is_a_fault(tmp_path: Path, text: str) -> None:
    reading = read(text_file(tmp_path, f'项目编号,起始日,担保金额,合作银行\nP1,2026-01-05,1,"{text}"\n'))
    (fault,) = reading.faults
    assert (fault.row, fault.column, fault.value) == (2, "合作银行", text)
    assert "像公式" in fault.message


def test_a_text_that_only_begins_like_a_formula_is_taken_and_told(tmp_path: Path) -> None:
    reading = read(
        text_file(tmp_path, "项目编号,起始日,担保金额,合作银行\nP1,2026-01-05,1,+86银行\nP2,2026-01-05,1,-\n")
    )
    assert [row.values[3] for row in reading.rows] == ["+86银行", "-"]
    assert reading.notes == ["有 1 格文字以 +、- 或 @ 开头，照文字取入：D2"]
