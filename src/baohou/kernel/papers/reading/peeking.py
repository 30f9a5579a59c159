"""A look into a file before it is read: its headers, a few rows, and which of our columns they seem to hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path

from baohou.core.errors import Refused
from baohou.kernel.papers.reading.cells import Cell, half_width, is_blank, show
from baohou.kernel.papers.reading.columns import Column, plain
from baohou.kernel.papers.reading.mapping import Mapping
from baohou.kernel.papers.reading.plan import HEADER_WITHIN, Plan, make_plan
from baohou.kernel.papers.reading.sheets import Sheet, open_sheets

SAMPLES = 5
_ALIKE = 0.6
"""Headers that resemble each other less than this (0 to 1) are not proposed."""


@dataclass(frozen=True)
class Peek:
    """What the first rows of a file show. ``matched`` gives our code → their header where the header is known;
    ``complete`` says that the file can be read as it is."""

    sheets: list[str]
    sheet: str
    header_row: int
    headers: list[str]
    samples: list[list[str]]
    matched: dict[str, str] = field(default_factory=dict)
    complete: bool = False

    def sample_of(self, header: str) -> list[str]:
        """The cells under a header in the sample rows."""
        place = self.headers.index(header)
        return [row[place] for row in self.samples if place < len(row)]


def peek(*, path: Path, columns: Sequence[Column], names: Sequence[str] = (), mapping: Mapping | None = None) -> Peek:
    """Look into a file; ``mapping`` may name the sheet, the header's row, the encoding and the delimiter.

    Refused when the file can't be opened, is empty, or has no such sheet.
    """
    asked = mapping or Mapping()
    place = Mapping(sheet=asked.sheet, header_row=asked.header_row, encoding=asked.encoding, delimiter=asked.delimiter)
    sheets = open_sheets(path=path, encoding=asked.encoding, delimiter=asked.delimiter)
    known = [sheet.name for sheet in sheets]
    wanted = [s for s in sheets if asked.sheet in (None, s.name)]
    wanted = [s for s in wanted if s.name.strip().lower() in names] or wanted
    plans = [(make_plan(sheet=s, columns=columns, mapping=place), s) for s in wanted]
    if not plans:
        raise Refused("papers.reading.no_sheet", "没有名为“%(sheet)s”的工作表", where=path.name, sheet=asked.sheet)
    plan, sheet = max(plans, key=lambda found: found[0].score)
    return _look(sheet, plan, asked.header_row or (plan.header_row if plan.score else _likely_header(sheet)), known)


def _look(sheet: Sheet, plan: Plan, header_row: int, known: list[str]) -> Peek:
    head: list[Cell] = []
    samples: list[list[str]] = []
    for number, cells in islice(sheet.rows(), header_row + 10 * SAMPLES):
        if number == header_row:
            head = cells
        elif number > header_row and not all(map(is_blank, cells)):
            samples.append([show(cell) for cell in cells])
    headers = [half_width(show(cell)) for cell in head]
    if not any(headers):
        raise Refused("papers.reading.no_header", "表是空的，没有找到表头", where=sheet.name)
    matched = {one.column.code: headers[one.place] for one in plan.planned if one.place is not None}
    return Peek(
        sheets=known,
        sheet=sheet.name,
        header_row=header_row,
        headers=headers,
        samples=samples[:SAMPLES],
        matched=matched if plan.header_row == header_row else {},
        complete=not plan.faults and plan.header_row == header_row,
    )


def _likely_header(sheet: Sheet) -> int:
    """The first of the rows with the most different texts: titles and notes stand alone in theirs."""
    best, most = 1, 0
    for number, cells in islice(sheet.rows(), HEADER_WITHIN):
        texts = {half_width(show(cell)) for cell in cells if isinstance(cell, str) and not is_blank(cell)}
        if len(texts) > most:
            best, most = number, len(texts)
    return best


def propose(*, columns: Sequence[Column], headers: Iterable[str], matched: dict[str, str]) -> dict[str, str]:
    """Our code → their header: the known ones, then those most alike, each header once."""
    proposed = dict(matched)
    free = [header for header in dict.fromkeys(headers) if header and header not in matched.values()]
    pairs = [(_likeness(column, header), column.code, header) for column in columns for header in free]
    for likeness, code, header in sorted(pairs, key=lambda pair: -pair[0]):
        if likeness >= _ALIKE and code not in proposed and header not in proposed.values():
            proposed[code] = header
    return proposed


def _likeness(column: Column, header: str) -> float:
    theirs, ours = plain(header), (column.code, column.header, *column.aliases)
    return max(SequenceMatcher(None, plain(name), theirs).ratio() for name in ours)
