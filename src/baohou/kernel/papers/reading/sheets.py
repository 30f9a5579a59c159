"""Opening .csv and .xlsx files as sheets of rows, or saying in one sentence why they can't be opened."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.papers.inspecting import TABLES, inspect
from baohou.kernel.papers.reading.cells import Cell
from baohou.kernel.papers.reading.errors import Odd, odd_cells

ENCODINGS = ("utf-8-sig", "gb18030")
DELIMITERS = ",;\t；，"
_CHUNK = 1 << 20
_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0"

Area = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell (row, place), rows counted from 1 and places from 0."""


@dataclass
class Sheet:
    """A sheet whose rows can be read once or again; ``rows()`` gives (row number from 1, cells from column A)."""

    name: str
    merged: list[Area] = field(default_factory=list)
    odd: Odd = field(default_factory=Odd)
    _path: Path = Path()
    _sheet: CalamineSheet | None = None
    _csv: tuple[str, str] | None = None

    @property
    def delimited(self) -> bool:
        """Whether cells are told apart by delimiters, so that one too many shifts the rest of the row."""
        return self._csv is not None

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        if self._sheet is not None:
            return self._xlsx_rows(self._sheet)
        return self._csv_rows()

    def height(self) -> int:
        """How many rows the sheet has, about: a cell of a .csv may hold line breaks."""
        if self._sheet is not None:
            return self._sheet.total_height
        with self._path.open("rb") as file:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(_CHUNK), b""))

    def _xlsx_rows(self, sheet: CalamineSheet) -> Iterator[tuple[int, list[Cell]]]:
        left: list[Cell] = [""] * (sheet.start[1] if sheet.start else 0)
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            yield number, [*left, *cells]

    def _csv_rows(self) -> Iterator[tuple[int, list[Cell]]]:
        assert self._csv is not None
        encoding, delimiter = self._csv
        with self._path.open(encoding=encoding, newline="") as file:
            lines = csv.reader(file, delimiter=delimiter, strict=True)
            number = 0
            try:
                for number, cells in enumerate(lines, start=1):
                    yield number, list(cells)
            except csv.Error as error:
                raise Refused(
                    "papers.reading.broken_csv",
                    "第 %(number)s 行起读不下去：引号没有成对，或有不能识别的字符（%(error)s）；请用表格软件另存一次",
                    where=self._path.name,
                    number=number + 1,
                    error=error,
                ) from error


def open_sheets(*, path: Path, encoding: str | None = None, delimiter: str | None = None) -> list[Sheet]:
    """The visible sheets of a file; Refused with the reason when there is none to read."""
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise Refused("papers.reading.empty", "文件是空的", where=path.name)
    if head.startswith(_OLE):
        raise Refused(
            "papers.reading.old_format", "是旧版 .xls 或加了密码的文件；请去掉密码，另存为 .xlsx", where=path.name
        )
    with path.open("rb") as file:
        # What a page was sent was measured there; whoever types the command may read a file of any size.
        inspect(file, name=path.name, wanted=TABLES, sized=False)
    if head.startswith(_ZIP) or path.suffix.lower() in (".xlsx", ".xlsm"):
        return _open_xlsx(path)
    return [_open_csv(path, encoding, delimiter)]


def _open_xlsx(path: Path) -> list[Sheet]:
    broken = say("不是完好的 .xlsx 文件（可能下载不全，或只是改了扩展名）；请用表格软件打开后另存为 .xlsx")
    try:
        book = CalamineWorkbook.from_path(path)
        shown = [m.name for m in book.sheets_metadata if m.visible == SheetVisibleEnum.Visible]
        odd = odd_cells(path)
        return [_xlsx_sheet(path, book.get_sheet_by_name(name), odd.get(name, Odd())) for name in shown]
    except PasswordError as error:
        raise Refused("papers.reading.password", "文件加了密码；请去掉密码再导入", where=path.name) from error
    except (CalamineError, zipfile.BadZipFile, KeyError, OSError) as error:
        raise Refused("papers.reading.broken_xlsx", broken, where=path.name) from error


def _xlsx_sheet(path: Path, sheet: CalamineSheet, odd: Odd) -> Sheet:
    merged = [((a[0] + 1, a[1]), (z[0] + 1, z[1])) for a, z in sheet.merged_cell_ranges or []]
    return Sheet(name=sheet.name, merged=merged, odd=odd, _path=path, _sheet=sheet)


def _open_csv(path: Path, encoding: str | None, delimiter: str | None) -> Sheet:
    encoding = encoding or _encoding_of(path)
    return Sheet(name="", _path=path, _csv=(encoding, delimiter or _delimiter_of(path, encoding)))


def _encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
    for encoding in ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        with path.open("rb") as file, suppress(UnicodeDecodeError):
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
            return encoding
    raise Refused(
        "papers.reading.encoding", "文字编码既不是 UTF-8 也不是 GB18030；请另存为“CSV UTF-8”", where=path.name
    )


def _delimiter_of(path: Path, encoding: str) -> str:
    """The delimiter that splits the first line that has any; a comma when none does."""
    with path.open(encoding=encoding) as file:
        for line in io.StringIO(file.read(1 << 16)):
            bare = re.sub(r'"[^"]*"', "", line)
            best = max(DELIMITERS, key=bare.count)
            if bare.count(best):
                return best
    return ","
