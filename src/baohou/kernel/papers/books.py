"""The one writer of workbooks: what people wrote is text in its cell, never a formula, a link or a number."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO, Final

import xlsxwriter

_AS_TEXT: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def open_book(out: BinaryIO | Path, *, by_rows: bool = False) -> Any:
    """A new workbook, to be closed by the caller. ``by_rows`` keeps one row in memory, and takes them in order."""
    return xlsxwriter.Workbook(out, {**_AS_TEXT, ("constant_memory" if by_rows else "in_memory"): True})
