"""Matching a sheet's headers with the columns that are wanted, before any row is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from baohou.core.sayings import listed, say
from baohou.kernel.papers.reading.cases import Getter, choose
from baohou.kernel.papers.reading.cells import Cell, Reader, Unreadable, half_width, is_blank, show
from baohou.kernel.papers.reading.columns import Column, plain
from baohou.kernel.papers.reading.faults import Fault
from baohou.kernel.papers.reading.mapping import Mapping
from baohou.kernel.papers.reading.sheets import Sheet

HEADER_WITHIN = 20
"""The header is looked for in so many rows from the top: offices put titles and notes above it."""

_REMEMBERED = 8192


@dataclass(frozen=True)
class Planned:
    """How one column's value is found in a row: ``make`` when it is mapped, else the cell at ``place``."""

    column: Column
    read: Reader
    header: str
    place: int | None
    make: Callable[[Getter], Cell] | None = None


@dataclass
class Plan:
    """What the header row says: where each column is, and what is wrong with it."""

    header_row: int = 0
    width: int = 0
    planned: list[Planned] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def score(self) -> int:
        return len(self.planned)


def make_plan(*, sheet: Sheet, columns: Sequence[Column], mapping: Mapping) -> Plan:
    """The plan of the row, among the first ones, that looks most like the header."""
    best = Plan()
    for number, cells in islice(sheet.rows(), HEADER_WITHIN):
        if mapping.header_row in (None, number) and not all(map(is_blank, cells)):
            plan = _Matching(sheet.name, number, cells, mapping).plan(columns)
            if plan.score > best.score or not best.header_row:
                best = plan
    if not best.header_row:
        best.faults.append(Fault(None, "", "", say("表是空的，没有找到表头"), sheet.name))
    return best


@dataclass
class _Matching:
    sheet: str
    number: int
    cells: list[Cell]
    mapping: Mapping

    def plan(self, columns: Sequence[Column]) -> Plan:
        plan = Plan(header_row=self.number, width=len(self.cells))
        headers = [half_width(show(cell)) for cell in self.cells]
        used: set[int] = set()
        plan.places = self._their_places(headers, used, plan)
        for column in columns:
            if column.code in self.mapping.columns:
                plan.planned += self._mapped(column, plan)
            else:
                plan.planned += self._matched(column, headers, used, plan)
        unknown = self.mapping.columns.keys() - {column.code for column in columns}
        plan.faults += [self._fault(code, say("映射里写了这一列，但这种表没有它")) for code in sorted(unknown)]
        plan.unused = [h for place, h in enumerate(headers) if h and place not in used]
        return plan

    def _their_places(self, headers: list[str], used: set[int], plan: Plan) -> dict[str, int]:
        """Where the headers that the mapping names stand."""
        by_name: dict[str, list[int]] = {}
        for place, header in enumerate(headers):
            by_name.setdefault(plain(header), []).append(place)
        places = {}
        for name in sorted(self.mapping.headers()):
            found = by_name.get(plain(name), [])
            if len(found) == 1:
                places[name] = found[0]
                used.add(found[0])
            else:
                plan.faults.append(
                    self._fault(name, say("映射里写的列，表头里有两个") if found else say("映射里写的列，表头里没有"))
                )
        return places

    def _mapped(self, column: Column, plan: Plan) -> list[Planned]:
        cases = self.mapping.columns[column.code]
        source = next((case.source for case in cases if case.source), "")
        if any(header not in plan.places for case in cases for header in case.headers()):
            return []
        header = _both(column, source) if source else column.header
        make = lambda get: choose(cases, get).cell(get)  # noqa: E731
        return [Planned(column, _remembering(column, column.read), header, plan.places.get(source), make)]

    def _matched(self, column: Column, headers: list[str], used: set[int], plan: Plan) -> list[Planned]:
        found = [(place, read) for place, h in enumerate(headers) if h and (read := column.reader_for(h))]
        used.update(place for place, _ in found)
        if len(found) > 1:
            names = listed(headers[place] for place, _ in found)
            plan.faults.append(
                self._fault(
                    column.header,
                    say("这一列有 %(n)s 个（%(names)s），请只留一个", n=len(found), names=names),
                    found[1][0],
                )
            )
        elif not found and column.required:
            plan.faults.append(
                self._fault(
                    column.header,
                    say("缺少这一列；表头应为“%(header)s”或“%(code)s”", header=column.header, code=column.code),
                )
            )
        return [
            Planned(column, _remembering(column, read), _both(column, headers[place]), place)
            for place, read in found[:1]
        ]

    def _fault(self, column: str, message: str, place: int | None = None) -> Fault:
        return Fault(self.number, column, "", message, self.sheet, place)


def _both(column: Column, theirs: str) -> str:
    """Our header, and theirs in brackets when it is written otherwise."""
    return column.header if plain(theirs) == plain(column.header) else f"{column.header}（{theirs}）"


def _remembering(column: Column, read: Reader) -> Reader:
    """The same reader, faster for values that come again and again, and Unreadable for texts that are too long."""
    longest = column.max_length

    def read_within(cell: Cell) -> object:
        value = read(cell)
        if longest is not None and len(value) > longest:
            raise Unreadable(say("太长：最多 %(longest)s 个字，现有 %(n)s 个", longest=longest, n=len(value)))
        return value

    return lru_cache(maxsize=_REMEMBERED, typed=True)(read if longest is None else read_within)
