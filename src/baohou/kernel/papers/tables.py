"""Tables of numbers as a page shows them: the same rows on the screen, behind a chart, and in Excel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO, Final

from baohou.core.money import to_yuan
from baohou.kernel.papers.books import open_book
from baohou.kernel.papers.printing.xlsx import sheet_name

_WIDTH: Final = 16
_FIRST_WIDTH: Final = 30
_SAFE_DIGITS: Final = 15


@dataclass(frozen=True)
class Head:
    """A column: ``kind`` is text, count, change, fen, share or date; ``drawn`` charts it, in the colour of ``tone``."""

    text: str
    kind: str = "text"
    tone: str = ""
    drawn: bool = False
    currency: str = ""


@dataclass(frozen=True)
class Cell:
    """A value (None shows a dash), the list that it opens, and what a share is a share of."""

    value: Any
    href: str = ""
    of: str = ""
    tone: str = ""


@dataclass(frozen=True)
class View:
    """Another way to look at a table, and where it stands; or the way that is looked at."""

    title: str
    href: str
    is_shown: bool


@dataclass(frozen=True)
class Sheet:
    """A table. ``chart`` is how it is drawn (stack, bars, lines or nothing); ``more`` opens the rest of its rows.

    Drawn is a series for each column over the rows, or ``across`` a series for each row over the columns. ``views`` are
    the ways to look at the same: one is this table.
    """

    code: str
    title: str
    note: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    chart: str = ""
    across: bool = False
    more: str = ""
    left_out: int = 0
    views: Sequence[View] = ()
    foot: Sequence[Cell] = field(default_factory=tuple)

    @property
    def headed(self) -> list[list[tuple[Head, Cell]]]:
        """The rows with the head of each cell."""
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]

    @property
    def footed(self) -> list[tuple[Head, Cell]]:
        """The foot with the head of each cell."""
        return list(zip(self.heads, self.foot, strict=True)) if self.foot else []


def write_sheets(*, sheets: Iterable[Sheet], out: BinaryIO) -> None:
    """Write each table on a worksheet of its own: its title and note, the heads, then the rows; never a formula."""
    book = open_book(out)
    taken: set[str] = set()
    for sheet in sheets:
        _Writer(book, book.add_worksheet(sheet_name(sheet.title, taken))).write(sheet)
    book.close()


def write_rows(*, title: str, note: str, heads: Sequence[Head], rows: Iterable[Sequence[Any]], out: BinaryIO) -> None:
    """Write one long table row by row, in memory of one row."""
    book = open_book(out, by_rows=True)
    writer = _Writer(book, book.add_worksheet(sheet_name(title, set())))
    writer.begin(title, note, heads)
    for row in rows:
        writer.line([Cell(value) for value in row], heads)
    book.close()


class _Writer:
    """One worksheet while it is written, from the top down."""

    def __init__(self, book: Any, page: Any) -> None:
        self._page, self._at = page, 0
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._head = book.add_format({"bold": True, "bg_color": "#E7EEF7", "bottom": 1, "text_wrap": True})
        self._formats = {
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "fen": book.add_format({"num_format": "#,##0.00"}),
            "count": book.add_format({"num_format": "#,##0"}),
            "change": book.add_format({"num_format": "+#,##0;-#,##0;0"}),
            "share": book.add_format({"num_format": "0.0%"}),
        }

    def write(self, sheet: Sheet) -> None:
        self.begin(sheet.title, sheet.note, sheet.heads)
        for row in [*sheet.rows, *([sheet.foot] if sheet.foot else [])]:
            self.line(row, sheet.heads)

    def begin(self, title: str, note: str, heads: Sequence[Head]) -> None:
        self._page.set_column(0, 0, _FIRST_WIDTH)
        self._page.set_column(1, max(len(heads) - 1, 1), _WIDTH)
        self._page.write_string(0, 0, title, self._title)
        self._page.write_string(1, 0, note)
        for place, head in enumerate(heads):
            self._page.write_string(2, place, head.text, self._head)
        self._page.freeze_panes(3, 1)
        self._at = 3

    def line(self, row: Sequence[Cell], heads: Sequence[Head]) -> None:
        for place, (head, cell) in enumerate(zip(heads, row, strict=True)):
            self._put(place, head, cell.value)
        self._at += 1

    def _put(self, place: int, head: Head, value: Any) -> None:
        style = self._formats.get(head.kind)
        if head.kind == "fen" and isinstance(value, int):
            yuan = to_yuan(value)
            if len(yuan.as_tuple().digits) > _SAFE_DIGITS:
                self._page.write_string(self._at, place, f"{yuan:,}")
                return
            value = yuan
        match value:
            case None:
                return
            case date():
                self._page.write_datetime(self._at, place, value, style or self._formats["date"])
            case int() | float() | Decimal():
                self._page.write_number(self._at, place, float(value), style)
            case _:
                self._page.write_string(self._at, place, str(value)[:32_767])
