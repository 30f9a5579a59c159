"""Single cells as a file holds them, and what can be read from any of them as text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from baohou.core.sayings import say

Cell = str | int | float | bool | date | datetime | time | timedelta
"""What a cell holds; the empty text when it holds nothing."""

Reader = Callable[[Cell], Any]
"""Turns a cell that is not empty into a value, or raises Unreadable."""

_INVISIBLE = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_BLANKS = re.compile(r"\s+")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[Ee]\+?[0-9]+")
_EXACT_DIGITS = 10**15
"""Excel keeps 15 digits of a number; what is longer has lost its last ones."""

LOST_DIGITS = say("被存成了数字，第 15 位以后的数字已经丢失，不能还原；请先把该列的格式设为“文本”，再按原件重新录入")


class Unreadable(Exception):
    """A cell that can't be read as what its column wants; ``message`` says what is wrong and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def is_blank(cell: Cell) -> bool:
    """Whether a cell holds nothing but blanks."""
    return isinstance(cell, str) and not (cell and tidy(cell))


def tidy(text: str) -> str:
    """The text without invisible characters and outer blanks."""
    return (text if text.isprintable() else _INVISIBLE.sub("", text)).strip()


def half_width(text: str) -> str:
    """The text in half-width characters, without outer blanks, inner blanks run together."""
    bare = tidy(text)
    return _BLANKS.sub(" ", bare if bare.isascii() else unicodedata.normalize("NFKC", bare)).strip()


def show(cell: Cell) -> str:
    """The cell as the person who typed it sees it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT_DIGITS else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    return str(cell)


def read_text(cell: Cell) -> str:
    """Free text, as it was written; a number or date typed in its place is written out."""
    if isinstance(cell, float | int) and not isinstance(cell, bool) and abs(cell) >= _EXACT_DIGITS:
        raise Unreadable(LOST_DIGITS)
    return tidy(show(cell))


def read_code(cell: Cell) -> str:
    """A number or name that things are found by: half-width, single blanks; never from a damaged number or a date."""
    if isinstance(cell, date | time | timedelta):
        raise Unreadable(say("被 Excel 当成了日期；请把该列的格式设为“文本”，再重新录入"))
    text = half_width(read_text(cell))
    if _SCIENTIFIC.fullmatch(text):
        raise Unreadable(LOST_DIGITS)
    return text
