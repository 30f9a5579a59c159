"""How high a worksheet's row must be, since Excel does not fit merged cells to their text."""

from __future__ import annotations

import math
import unicodedata

_LINE_POINTS = 14.0
_PADDING_POINTS = 5.0
_TITLE_POINTS = 34.0
_EXCEL_MAXIMUM = 409.0


def columns_of(text: str) -> int:
    """How many narrow characters wide a text is: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def lines(text: str, width: float) -> int:
    """How many lines a text takes in a cell of so many narrow characters."""
    room = max(width - 1, 1)
    return sum(max(1, math.ceil(columns_of(line) / room)) for line in text.split("\n"))


def heights(kind: str, wanted_lines: int, at_least: float) -> list[float]:
    """Heights, in points, of the worksheet rows that a row of the form takes: one, or more when Excel allows no more.

    Together they are enough for the row's lines and at least what the form asks.
    """
    if kind == "h1":
        return [_TITLE_POINTS]
    wanted = max(wanted_lines * _LINE_POINTS + _PADDING_POINTS, at_least)
    rows = math.ceil(wanted / _EXCEL_MAXIMUM)
    return [wanted / rows] * rows
