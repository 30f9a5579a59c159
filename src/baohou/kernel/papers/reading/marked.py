"""The faulty file again, as an .xlsx with its faulty cells coloured and commented, and a list of all faults."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from baohou.kernel.papers.books import open_book
from baohou.kernel.papers.reading.cells import Cell
from baohou.kernel.papers.reading.faults import Fault
from baohou.kernel.papers.reading.mapping import Mapping
from baohou.kernel.papers.reading.sheets import Sheet, open_sheets
from baohou.kernel.saying import in_words

_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
_MOST_COMMENTS = 20_000
"""Excel opens slowly with more; the list of faults has them all."""


def write_marked(*, source: Path, faults: Sequence[Fault], target: Path, mapping: Mapping | None = None) -> None:
    """Write the marked copy of ``source`` in the reader's language; Refused when ``source`` can't be opened."""
    mapping = mapping or Mapping()
    sheets = open_sheets(path=source, encoding=mapping.encoding, delimiter=mapping.delimiter)
    book = open_book(target, by_rows=True)
    formats, listing = _formats(book), _("错误清单")
    _write_list(book.add_worksheet(listing), faults, formats)
    for sheet in sheets:
        own = [fault for fault in faults if fault.sheet == sheet.name]
        if own:
            name = (sheet.name or source.stem).translate(_FORBIDDEN)[:31]
            _write_copy(book.add_worksheet(_("数据") if name == listing else name), sheet, own, formats)
    book.close()


def _formats(book: Any) -> dict[str, Any]:
    faulty = {"bg_color": "#FFC7CE", "font_color": "#9C0006"}
    return {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "faulty": book.add_format(faulty),
        "faulty date": book.add_format({**faulty, "num_format": "yyyy-mm-dd"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _write_list(page: Any, faults: Sequence[Fault], formats: dict[str, Any]) -> None:
    page.set_column(0, 0, 12)
    page.set_column(1, 1, 8)
    page.set_column(2, 3, 24)
    page.set_column(4, 4, 80)
    page.freeze_panes(1, 0)
    page.write_row(0, 0, [_("工作表"), _("行"), _("列"), _("值"), _("问题和办法")], formats["head"])
    for number, fault in enumerate(faults, start=1):
        page.write_row(number, 0, [fault.sheet, fault.row or "", fault.column, fault.value, in_words(fault.message)])


def _write_copy(page: Any, sheet: Sheet, faults: Sequence[Fault], formats: dict[str, Any]) -> None:
    """Write every cell where it was; a fault without a cell of its own marks the first cell of its row."""
    marks: dict[tuple[int, int], list[str]] = {}
    for fault in faults:
        marks.setdefault((fault.row or 1, fault.place or 0), []).append(in_words(fault.message))
    commented = set(list(marks)[:_MOST_COMMENTS])
    page.set_column(0, 30, 16)
    for number, cells in sheet.rows():
        marked = [place for row, place in _of_row(marks, number, len(cells))]
        for place in range(max([len(cells), *(place + 1 for place in marked)])):
            cell = cells[place] if place < len(cells) else ""
            faulty = (number, place) in marks
            _write_cell(page, number - 1, place, cell, faulty, formats)
            if (number, place) in commented:
                page.write_comment(number - 1, place, "\n".join(marks[number, place]), {"x_scale": 2})


def _of_row(marks: dict[tuple[int, int], list[str]], number: int, width: int) -> list[tuple[int, int]]:
    return [(number, place) for place in range(width + 1) if (number, place) in marks]


def _write_cell(page: Any, row: int, place: int, cell: Cell, faulty: bool, formats: dict[str, Any]) -> None:
    if isinstance(cell, date | datetime | time | timedelta):
        page.write_datetime(row, place, cell, formats["faulty date" if faulty else "date"])
    elif cell == "":
        page.write_blank(row, place, None, formats["faulty"] if faulty else None)
    elif isinstance(cell, bool):
        page.write_boolean(row, place, cell, formats["faulty"] if faulty else None)
    elif isinstance(cell, str):
        page.write_string(row, place, cell, formats["faulty"] if faulty else None)
    else:
        page.write_number(row, place, cell, formats["faulty"] if faulty else None)
