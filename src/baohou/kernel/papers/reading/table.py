"""Reading a sheet's rows as values of the wanted columns, with all faults in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from baohou.core.sayings import listed, say
from baohou.kernel.papers.reading.cells import Cell, Unreadable, is_blank, show, tidy
from baohou.kernel.papers.reading.columns import Column
from baohou.kernel.papers.reading.faults import Fault
from baohou.kernel.papers.reading.formulas import Formulas, letters_of
from baohou.kernel.papers.reading.mapping import Mapping
from baohou.kernel.papers.reading.plan import Plan, Planned, make_plan
from baohou.kernel.papers.reading.sheets import Area, Sheet, open_sheets
from baohou.kernel.papers.reading.telling import Tell, tell_nobody, telling

TOTALS = frozenset({"合计", "总计", "小计", "合 计", "总 计"})
OPENING, READING = "打开文件", "逐行读取"
"""What is told while a file is read."""


class Row(NamedTuple):
    """A row's number in the sheet and the values of the columns, in their order; None where there is no value.

    A row that is not ``good`` already has a fault: what could not be read of it is None as well.
    """

    number: int
    values: tuple[Any, ...]
    good: bool = True


@dataclass
class Reading:
    """What was read: the rows, every fault, and which columns the sheet has."""

    sheet: str
    columns: Sequence[Column]
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    read: int = 0
    header_row: int = 0
    unused: list[str] = field(default_factory=list)
    present: frozenset[str] = frozenset()
    usable: bool = False
    notes: list[str] = field(default_factory=list)
    _heads: dict[str, tuple[str, int | None]] = field(default_factory=dict)

    def fault(self, *, row: int | None, code: str, value: object, message: str) -> None:
        """Add a fault that was found after reading, at the column with this code."""
        header, place = self._heads.get(code, (code, None))
        shown = "" if value is None else str(value)
        self.faults.append(Fault(row, header, shown, message, self.sheet, place))


def read_table(
    *,
    path: Path,
    columns: Sequence[Column],
    mapping: Mapping | None = None,
    names: Sequence[str] = (),
    tell: Tell = tell_nobody,
) -> Reading:
    """Read the sheet of a file that has these columns; ``names`` are the names such a sheet usually has.

    Refused when the file can't be opened at all; every other fault is in the reading.
    """
    mapping = mapping or Mapping()
    tell(OPENING, 0, 0)
    sheets = open_sheets(path=path, encoding=mapping.encoding, delimiter=mapping.delimiter)
    return _choose(sheets, columns, mapping, names, tell)


def read_sheet(
    *, sheet: Sheet, columns: Sequence[Column], mapping: Mapping | None = None, tell: Tell = tell_nobody
) -> Reading:
    """Read one sheet."""
    mapping = mapping or Mapping()
    return _read(sheet, make_plan(sheet=sheet, columns=columns, mapping=mapping), columns, mapping, tell)


def _choose(
    sheets: list[Sheet], columns: Sequence[Column], mapping: Mapping, names: Sequence[str], tell: Tell
) -> Reading:
    """Read the sheet that fits: the one the mapping names, the one with a usual name, the one without faults."""
    there = listed(f"“{sheet.name}”" for sheet in sheets)
    if mapping.sheet is not None:
        sheets = [sheet for sheet in sheets if sheet.name == mapping.sheet]
        if not sheets:
            return _nothing(
                columns, say("没有名为“%(sheet)s”的工作表；文件里有 %(there)s", sheet=mapping.sheet, there=there)
            )
    if len(sheets) > 1:
        sheets = [sheet for sheet in sheets if tidy(sheet.name).lower() in names] or sheets
    plans = [(make_plan(sheet=sheet, columns=columns, mapping=mapping), sheet) for sheet in sheets]
    good = [(plan, sheet) for plan, sheet in plans if not plan.faults]
    if len(good) > 1:
        alike = listed(f"“{sheet.name}”" for _, sheet in good)
        return _nothing(
            columns, say("工作表 %(alike)s 都像要导入的表；请只留一张，或在映射文件里用 sheet 指明", alike=alike)
        )
    if not good and len(plans) > 1 and max(plan.score for plan, _ in plans) < 2:
        wanted = listed(say(column.header) for column in columns if column.required)
        return _nothing(
            columns, say("各工作表（%(there)s）都没有要导入的列；应有 %(wanted)s", there=there, wanted=wanted)
        )
    plan, sheet = good[0] if good else max(plans, key=lambda found: found[0].score)
    return _read(sheet, plan, columns, mapping, tell)


def _nothing(columns: Sequence[Column], message: str) -> Reading:
    return Reading(sheet="", columns=columns, faults=[Fault(None, "", "", message)])


def _read(sheet: Sheet, plan: Plan, columns: Sequence[Column], mapping: Mapping, tell: Tell) -> Reading:
    reading = Reading(
        sheet=sheet.name,
        columns=columns,
        faults=list(plan.faults),
        header_row=plan.header_row,
        unused=plan.unused,
        present=frozenset(planned.column.code for planned in plan.planned),
        usable=not plan.faults,
        _heads={planned.column.code: (planned.header, planned.place) for planned in plan.planned},
    )
    if reading.usable:
        _Rows(sheet, plan, mapping, reading, tell).read()
    return reading


@dataclass
class _Rows:
    sheet: Sheet
    plan: Plan
    mapping: Mapping
    reading: Reading
    tell: Tell

    def read(self) -> None:
        order = {column.code: i for i, column in enumerate(self.reading.columns)}
        self.by_place = [(order[planned.column.code], planned) for planned in self.plan.planned]
        self.width = len(order)
        self.covered = self._covered()
        self.formulas = Formulas()
        for number, cells in telling(self.sheet.rows(), self.tell, READING, self.sheet.height()):
            if number > self.plan.header_row and not self._passed_over(number, cells):
                self._row(number, cells)
        self.reading.notes += self.formulas.notes()

    def _passed_over(self, number: int, cells: list[Cell]) -> bool:
        """Empty rows and rows of totals."""
        first = next((cell for cell in cells if not is_blank(cell)), None)
        if first is None:
            return number not in self.covered and not any(row == number for row, _ in self.sheet.odd.errors)
        return isinstance(first, str) and first.strip() in TOTALS

    def _row(self, number: int, cells: list[Cell]) -> None:
        self.reading.read += 1
        before = len(self.reading.faults)
        values: list[Any] = [None] * self.width
        for index, planned in self.by_place:
            values[index] = self._value(number, cells, planned)
        self._refuse(number, cells)
        if self.sheet.delimited and len(cells) > self.plan.width:
            self._check_width(number, cells)
        good = len(self.reading.faults) == before and number not in self.covered
        self.reading.rows.append(Row(number, tuple(values), good))

    def _value(self, number: int, cells: list[Cell], planned: Planned) -> Any:
        """The value of one column, None when empty; what can't be read becomes a fault."""
        cell: Cell = ""
        try:
            if planned.make is None and planned.place is not None:
                cell = self._at(number, cells, planned.place)
            elif planned.make is not None:
                cell = planned.make(lambda header: self._at(number, cells, self.plan.places[header]))
            if is_blank(cell):
                return self._blank(number, planned)
            value = planned.read(cell)
            if isinstance(value, str) and isinstance(cell, str):
                self.formulas.require_text(cell, number, planned.place)
            return value
        except Unreadable as wrong:
            shown = cells[planned.place] if planned.place is not None and planned.place < len(cells) else cell
            self._fault(number, planned, show(shown), wrong.message)
            return None

    def _at(self, number: int, cells: list[Cell], place: int) -> Cell:
        if self.sheet.odd.errors and (number, place) in self.sheet.odd.errors:
            raise Unreadable(
                say("单元格是错误值 %(error)s；请改正公式，或直接填值", error=self.sheet.odd.errors[number, place])
            )
        if self.sheet.odd.formulas and (number, place) in self.sheet.odd.formulas:
            self.formulas.meet(number, place, computed=self.sheet.odd.formulas[number, place])
        return cells[place] if place < len(cells) else ""

    def _blank(self, number: int, planned: Planned) -> None:
        if planned.column.required and (number, planned.place) not in self.covered.get(number, ()):
            self._fault(number, planned, "", say("必须填写，不能为空"))

    def _check_width(self, number: int, cells: list[Cell]) -> None:
        """A fault when a row has more cells than the header: an amount written 1,000 without quotes does that."""
        if not all(map(is_blank, cells[self.plan.width :])):
            message = say(
                "这一行有 %(n)s 格，表头只有 %(width)s 格；含分隔符的值（如 1,000）要加引号",
                n=len(cells),
                width=self.plan.width,
            )
            self.reading.faults.append(Fault(number, "", "", message, self.sheet.name))

    def _refuse(self, number: int, cells: list[Cell]) -> None:
        for refusal in self.mapping.refusals:
            if refusal.when.holds(lambda header: self._at(number, cells, self.plan.places[header])):
                header = refusal.when.cells[-1][0]
                place = self.plan.places[header]
                fault = Fault(number, header, show(cells[place]), refusal.because, self.sheet.name, place)
                self.reading.faults.append(fault)

    def _fault(self, number: int, planned: Planned, value: str, message: str) -> None:
        self.reading.faults.append(Fault(number, planned.header, value, message, self.sheet.name, planned.place))

    def _covered(self) -> dict[int, set[tuple[int, int]]]:
        """The cells of each row that lie in merged areas of columns that are read; each area is one fault."""
        heads = {planned.place: planned.header for _, planned in self.by_place if planned.place is not None}
        heads |= {place: header for header, place in self.plan.places.items() if place not in heads}
        covered: dict[int, set[tuple[int, int]]] = {}
        for area in self.sheet.merged:
            (top, left), (bottom, right) = area
            places = [place for place in range(left, right + 1) if place in heads]
            if bottom <= self.plan.header_row or not places:
                continue
            message = say("合并单元格 %(name)s：只有左上角一格有值；请取消合并，逐格填写", name=_name(area))
            self.reading.faults.append(Fault(top, heads[places[0]], "", message, self.sheet.name, places[0]))
            for number in range(top, bottom + 1):
                covered.setdefault(number, set()).update((number, place) for place in places)
        return covered


def _name(area: Area) -> str:
    return ":".join(f"{letters_of(place)}{row}" for row, place in area)
