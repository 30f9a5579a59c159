"""Reading a rendered form back as blocks of cells, for outputs that know cells and not HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

_MILLIMETRES = re.compile(r"(?:width|height):\s*([0-9.]+)mm")

Attributes = list[tuple[str, str | None]]


@dataclass
class Cell:
    """A cell, its text as printed, and its value where the form tells one exactly."""

    head: bool
    classes: frozenset[str]
    columns: int = 1
    text: str = ""
    value: Decimal | date | None = None


@dataclass
class Row:
    head: bool
    height_mm: float
    cells: list[Cell] = field(default_factory=list)


@dataclass
class Block:
    """A heading (``h1``), a paragraph (``p``) or a table; the first two are one cell as wide as the form."""

    kind: str
    classes: frozenset[str]
    rows: list[Row] = field(default_factory=list)


@dataclass
class Form:
    """A rendered form: the widths of its columns in millimetres and its blocks from top to bottom."""

    wide: bool = False
    footer: str = ""
    widths_mm: list[float] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


class _Reader(HTMLParser):
    """Fills a Form from the few elements that papers are made of."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.form = Form()
        self._in_head = False
        self._cell: Cell | None = None

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        told = {name: value or "" for name, value in attrs}
        classes = frozenset(told.get("class", "").split())
        match tag:
            case "body":
                self.form.wide = "wide" in classes
            case "meta" if told.get("name") == "footer":
                self.form.footer = told["content"]
            case "h1" | "p":
                self._cell = Cell(head=False, classes=classes)
                self.form.blocks.append(Block(tag, classes, [Row(False, 0, [self._cell])]))
            case "table":
                self.form.blocks.append(Block(tag, classes))
            case "thead":
                self._in_head = True
            case "col":
                self.form.widths_mm.append(_millimetres(told))
            case "tr":
                self.form.blocks[-1].rows.append(Row(self._in_head, _millimetres(told)))
            case "th" | "td":
                self._cell = Cell(tag == "th", classes, int(told.get("colspan", 1)))
                self.form.blocks[-1].rows[-1].cells.append(self._cell)
            case "time" if self._cell:
                self._cell.value = date.fromisoformat(told["datetime"])
            case "data" if self._cell:
                self._cell.value = Decimal(told["value"])

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "thead":
                self._in_head = False
            case "h1" | "p" | "th" | "td":
                self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.text += data


def _millimetres(told: dict[str, str]) -> float:
    found = _MILLIMETRES.search(told.get("style", ""))
    return float(found[1]) if found else 0


def read(html: str) -> Form:
    """The blocks of a rendered form. A ``<time>`` or ``<data>`` is all that its cell holds."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    for cell in (cell for block in reader.form.blocks for row in block.rows for cell in row.cells):
        cell.text = cell.text.strip()
    return reader.form
