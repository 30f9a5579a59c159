"""What is wrong with a file: where, what, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a file. ``row`` is the row's number as a spreadsheet shows it, None for the whole sheet;
    ``column`` is the column's header; ``place`` is the column's position from 0 when it has a cell to mark."""

    row: int | None
    column: str
    value: str
    message: str
    sheet: str = ""
    place: int | None = None

    def __str__(self) -> str:
        where = [self.sheet] if self.sheet else []
        where += [f"第 {self.row} 行"] if self.row is not None else []
        where += [f"“{self.column}”"] if self.column else []
        shown = f"（{self.value}）" if self.value else ""
        return f"{' '.join(where)}{shown}：{self.message}" if where else self.message
