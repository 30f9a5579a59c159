"""Exports never carry formulas made of someone's words: one writer, and what it writes is text in every cell."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from baohou.kernel.papers.books import open_book
from baohou.kernel.papers.reading import Fault, write_marked
from baohou.kernel.papers.tables import Cell as TableCell
from baohou.kernel.papers.tables import Head, write_rows, write_sheets
from baohou.kernel.papers.tables import Sheet as TableSheet

SOURCE = Path(__file__).parents[2] / "src" / "baohou"
NAMES = (
    '=HYPERLINK("https://x.example","点我")',
    "+1",
    "-1",
    "@x",
    "\t=1+1",
    "\r=1+1",
    "=cmd|' /C calc'!A0",
    "007",
    "http://x.cn",
)


def texts(content: bytes) -> list[str]:
    """Every text of a workbook; fails on a formula or a link."""
    found = []
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.value
                assert cell.hyperlink is None
                if cell.value is not None:
                    assert cell.data_type == "s"
                    found.append(str(cell.value))
    return found


def test_only_one_place_makes_workbooks() -> None:
    made = [file for file in SOURCE.rglob("*.py") if "xlsxwriter.Workbook(" in file.read_text()]
    assert [file.name for file in made] == ["books.py"]
    assert not [
        file for file in SOURCE.rglob("*.py") if "csv.writer" in file.read_text() or ".write_csv(" in file.read_text()
    ]


@pytest.mark.parametrize("by_rows", [True, False])
def test_a_workbook_holds_names_as_they_are(by_rows: bool) -> None:
    """Also by the writer's own guess, which would make =… a formula, 007 seven and http://… a link."""
    out = io.BytesIO()
    book = open_book(out, by_rows=by_rows)
    page = book.add_worksheet()
    for row, name in enumerate(NAMES):
        page.write(row, 0, name)
    book.close()
    back = [text.replace("_x000D_", "\r") for text in texts(out.getvalue())]  # how Excel writes a carriage return
    assert back == list(NAMES)


def test_every_kind_of_table_writes_names_as_text(tmp_path: Path) -> None:
    heads = [Head("客户"), Head("备注")]
    long, sums = io.BytesIO(), io.BytesIO()
    write_rows(title="清单", note=NAMES[0], heads=heads, rows=[(name, name) for name in NAMES], out=long)
    rows = [[TableCell(name), TableCell(name)] for name in NAMES]
    write_sheets(sheets=[TableSheet(code="sum", title="汇总", note=NAMES[0], heads=heads, rows=rows)], out=sums)
    source, marked = tmp_path / "a.csv", tmp_path / "marked.xlsx"
    source.write_text("客户\n" + "\n".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in NAMES))
    write_marked(source=source, faults=[Fault(2, "客户", NAMES[0], NAMES[0], "", 0)], target=marked)
    for content in (long.getvalue(), sums.getvalue()):
        assert texts(content).count(NAMES[0]) >= 2
    back = openpyxl.load_workbook(marked)
    assert all(cell.data_type != "f" for sheet in back for row in sheet.iter_rows() for cell in row)
