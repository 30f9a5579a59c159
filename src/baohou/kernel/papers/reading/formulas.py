"""Formulas in a table that is read: whose result is taken, whose is not, and texts that another program would run."""

from __future__ import annotations

from typing import Final

from baohou.core.sayings import listed, say
from baohou.kernel.papers.reading.cells import Unreadable, tidy

SHOWN: Final = 8
"""So many cells are named in a note."""
_MARKS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_ALWAYS: Final = ("=", "＝")
_CALLS: Final = frozenset("(|!（｜！")


class Formulas:
    """What is met of formulas while a sheet is read.

    A result that the file holds is taken, and told in a note; a formula without one, and a text that reads as a
    formula, are faults: nobody knows what its author saw.
    """

    def __init__(self) -> None:
        self._taken: dict[tuple[int, int], None] = {}
        self._marked: dict[tuple[int, int], None] = {}

    def meet(self, number: int, place: int, *, computed: bool) -> None:
        """A cell with a formula; Unreadable when the file does not hold its result."""
        if not computed:
            raise Unreadable(say("是公式，文件里却没有存下计算结果；请用表格软件打开，保存一次，或直接填值"))
        self._taken[number, place] = None

    def require_text(self, cell: str, number: int, place: int | None) -> None:
        """Unreadable when a text reads as a formula; one that merely begins like one (+86…, -) is noted."""
        text = tidy(cell)
        if not text.startswith(_MARKS):
            return
        if text.startswith(_ALWAYS) or not _CALLS.isdisjoint(text):
            raise Unreadable(say("以“%(text)s”开头，像公式，不当文字收；请填它的值，或去掉开头的符号", text=text[0]))
        if len(text) > 1 and place is not None:
            self._marked[number, place] = None

    def notes(self) -> list[str]:
        """What a person should know before the file is taken."""
        told: list[str] = []
        if self._taken:
            told.append(
                say(
                    "有 %(n)s 格是公式，取的是文件里存着的计算结果，请核对：%(cells)s",
                    n=len(self._taken),
                    cells=_cells(self._taken),
                )
            )
        if self._marked:
            told.append(
                say(
                    "有 %(n)s 格文字以 +、- 或 @ 开头，照文字取入：%(cells)s",
                    n=len(self._marked),
                    cells=_cells(self._marked),
                )
            )
        return told


def _cells(found: dict[tuple[int, int], None]) -> str:
    shown = listed(f"{letters_of(place)}{number}" for number, place in list(found)[:SHOWN])
    return say("%(shown)s 等", shown=shown) if len(found) > SHOWN else shown


def letters_of(place: int) -> str:
    """The letters over a column, counted from 0, as a spreadsheet shows them."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
