"""One way to make a cell of ours from the cells of a row of theirs."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from baohou.core.sayings import say
from baohou.kernel.papers.reading.cells import Cell, Unreadable, half_width, is_blank, read_code, show
from baohou.kernel.papers.reading.values import read_date

ANY = "*"
Getter = Callable[[str], Cell]
"""Gives the cell of a row under one of their headers."""


@dataclass(frozen=True)
class When:
    """A condition on a row: each header's cell is one of the words ("*": anything; the empty text: nothing)."""

    cells: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def holds(self, get: Getter) -> bool:
        return all(_is_one_of(get(header), words) for header, words in self.cells)


def _is_one_of(cell: Cell, words: tuple[str, ...]) -> bool:
    text = "" if is_blank(cell) else half_width(show(cell))
    return text in words or (ANY in words and text != "")


@dataclass(frozen=True)
class Case:
    """How a cell of ours is made when its condition holds; the steps are taken in the order of the fields."""

    when: When = When()
    always: Cell | None = None
    source: str = ""
    first: int | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    times: Decimal | None = None
    days_since: date | None = None
    plus_months: str | int = 0
    plus_days: str | int = 0
    prefix: str = ""

    def headers(self) -> set[str]:
        """Their headers that this case reads."""
        named = {h for h in (self.source, self.plus_months, self.plus_days) if isinstance(h, str) and h}
        return named | {header for header, _ in self.when.cells}

    def cell(self, get: Getter) -> Cell:
        """Our cell; empty when theirs is. Unreadable when theirs is not what the mapping expects."""
        if self.always is not None:
            return self.always
        cell = get(self.source)
        if is_blank(cell):
            return ""
        if self.first is not None:
            cell = read_code(cell)[: self.first]
        if self.words:
            cell = self._word(cell)
        if self.times is not None:
            cell = self._multiplied(cell)
        if self.days_since is not None or self.plus_months or self.plus_days:
            cell = self._day(cell, get)
        return f"{self.prefix}{read_code(cell)}" if self.prefix else cell

    def _word(self, cell: Cell) -> Cell:
        text = half_width(show(cell))
        word = self.words.get(text, self.words.get(ANY))
        if word is None:
            raise Unreadable(say("映射的词表里没有“%(text)s”", text=text))
        return word

    def _multiplied(self, cell: Cell) -> Cell:
        assert self.times is not None
        try:
            return f"{Decimal(half_width(show(cell)).replace(',', '')) * self.times:f}"
        except InvalidOperation:
            raise Unreadable(say("不是数字，不能按映射换算")) from None

    def _day(self, cell: Cell, get: Getter) -> Cell:
        day = read_date(cell) if self.days_since is None else self.days_since + timedelta(days=_whole(cell))
        day = add_months(day, _amount(self.plus_months, get))
        return day + timedelta(days=_amount(self.plus_days, get))


def _amount(said: str | int, get: Getter) -> int:
    """A number said in the mapping, or held by the cell under the header that the mapping names."""
    return said if isinstance(said, int) else _whole(get(said))


def _whole(cell: Cell) -> int:
    text = half_width(show(cell)).replace(",", "")
    if not text.removeprefix("-").isdigit() or len(text) > 6:
        raise Unreadable(say("“%(text)s”不是整数，不能按映射换算成日期", text=text))
    return int(text)


def add_months(day: date, months: int) -> date:
    """So many calendar months later; the month's last day where it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def choose(cases: Sequence[Case], get: Getter) -> Case:
    """The first case whose condition holds; Unreadable when none does."""
    for case in cases:
        if case.when.holds(get):
            return case
    seen = "，".join(f"{h}={show(get(h))}" for h in sorted({h for case in cases for h, _ in case.when.cells}))
    raise Unreadable(say("映射里没有一种情形适用（%(seen)s）", seen=seen))
