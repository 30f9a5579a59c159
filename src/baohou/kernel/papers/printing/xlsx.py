"""Papers as a workbook: one printable A4 worksheet for each, never a formula, never a link made of someone's text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

from baohou.kernel.papers.books import open_book
from baohou.kernel.papers.printing import layout
from baohou.kernel.papers.printing.markup import Block, Cell, Form, Row, read
from baohou.kernel.papers.printing.paper import Paper

_A4 = 9
_MM_PER_CHARACTER = 1.95
_POINTS_PER_MM = 72 / 25.4
_INCHES_PER_MM = 1 / 25.4
_FONT = "宋体"
_SAFE_DIGITS = 15
_NAME_LENGTH = 31
_TEXT_LENGTH = 32_767
"""What one cell of Excel holds; a longer text is whole in the PDF only."""

Spot = tuple[int, int]


def write_xlsx(*, papers: Iterable[Paper], out: BinaryIO) -> None:
    """Write each paper on a worksheet of its own, ready to be printed on A4."""
    book = open_book(out)
    formats = _Formats(book)
    taken: set[str] = set()
    for paper in papers:
        form = read(paper.html())
        _Sheet(book.add_worksheet(sheet_name(paper.sheet, taken)), formats, form).write()
    book.close()


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that Excel accepts: at most 31 characters, none of []:*?/\\ and not used yet in any case of letters."""
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", wanted).strip(" '") or "1"
    name, turn = clean[:_NAME_LENGTH], 1
    while name.lower() in taken:
        turn += 1
        tail = f" {turn}"
        name = clean[: _NAME_LENGTH - len(tail)] + tail
    taken.add(name.lower())
    return name


class _Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, **wanted: Any) -> Any:
        key = tuple(sorted(wanted.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_name": _FONT, "valign": "vcenter", **wanted})
        return self._made[key]

    def of(self, cell: Cell, block: Block) -> Any:
        """The format of a cell as the style sheet of the PDF has it."""
        if block.kind == "h1":
            return self.get(bold=True, font_size=18, align="center")
        lined = block.kind == "table" and "plain" not in block.classes
        wanted: dict[str, Any] = {"font_size": 10, "text_wrap": True, "align": _align(cell, lined=lined)}
        if lined:
            wanted |= {"border": 1, "indent": int(wanted["align"] == "left")}
        if "strong" in cell.classes or (lined and cell.head and "label" not in cell.classes):
            wanted["bold"] = True
        if "section" in cell.classes:
            wanted["bg_color"] = "#EEEEEE"
        if edge := cell.classes & {"top", "bottom"}:
            wanted["valign"] = min(edge)
        if isinstance(cell.value, date):
            wanted["num_format"] = "yyyy-mm-dd"
        if isinstance(cell.value, Decimal):
            wanted["num_format"] = "#,##0.00" if cell.value.as_tuple().exponent else "0"
        return self.get(**wanted)


def _align(cell: Cell, *, lined: bool) -> str:
    if "number" in cell.classes or "right" in cell.classes:
        return "right"
    if "centre" in cell.classes or (lined and cell.head):
        return "center"
    return "left"


class _Sheet:
    """One worksheet while it is written, from the top down."""

    def __init__(self, sheet: Any, formats: _Formats, form: Form) -> None:
        self._sheet, self._formats, self._form = sheet, formats, form
        self._at = 0
        self._columns = len(form.widths_mm)

    def write(self) -> None:
        self._set_up_page()
        for column, width in enumerate(self._form.widths_mm):
            self._sheet.set_column(column, column, width / _MM_PER_CHARACTER)
        for block in self._form.blocks:
            self._write_block(block)

    def _set_up_page(self) -> None:
        sheet = self._sheet
        sheet.set_paper(_A4)
        if self._form.wide:
            sheet.set_landscape()
        sheet.set_margins(*(mm * _INCHES_PER_MM for mm in (14, 14, 16, 18)))
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&C{self._form.footer}")

    def _write_block(self, block: Block) -> None:
        if block.kind != "table":
            block.rows[0].cells[0].columns = self._columns
        first = self._at
        for row in block.rows:
            self._write_row(row, block)
        heads = sum(row.head for row in block.rows)
        if heads:
            self._sheet.repeat_rows(first, first + heads - 1)
            self._sheet.freeze_panes(first + heads, 0)

    def _write_row(self, row: Row, block: Block) -> None:
        """Write a row of the form; one too high for Excel takes several rows of the sheet."""
        heights = layout.heights(block.kind, self._lines(row), row.height_mm * _POINTS_PER_MM)
        for down, height in enumerate(heights):
            self._sheet.set_row(self._at + down, height)
        column = 0
        for cell in row.cells:
            self._write_cell(cell, block, (self._at, column), len(heights))
            column += cell.columns
        self._at += len(heights)

    def _lines(self, row: Row) -> int:
        """How many lines the fullest cell of a row has."""
        lines, column = 1, 0
        for cell in row.cells:
            width = sum(self._form.widths_mm[column : column + cell.columns])
            lines = max(lines, layout.lines(cell.text, width / _MM_PER_CHARACTER))
            column += cell.columns
        return lines

    def _write_cell(self, cell: Cell, block: Block, spot: Spot, rows: int) -> None:
        style = self._formats.of(cell, block)
        if cell.columns > 1 or rows > 1:
            self._sheet.merge_range(*spot, spot[0] + rows - 1, spot[1] + cell.columns - 1, None, style)
        match cell.value:
            case date():
                self._sheet.write_datetime(*spot, cell.value, style)
            case Decimal() if len(cell.value.as_tuple().digits) <= _SAFE_DIGITS:
                self._sheet.write_number(*spot, float(cell.value), style)
            case _ if not cell.text:
                self._sheet.write_blank(*spot, None, style)
            case _:
                self._sheet.write_string(*spot, cell.text[:_TEXT_LENGTH], style)
