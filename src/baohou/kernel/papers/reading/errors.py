"""Cells of an .xlsx with an error such as #DIV/0!, or a formula: the reader tells neither, so they are found here."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from posixpath import join, normpath

_CELL = re.compile(rb'<c\b(?=[^>]*\bt="e")(?=[^>]*\br="([A-Z]+)([0-9]+)")[^>]*>(.*?)</c>', re.DOTALL)
_SHOWN = re.compile(rb"<v>(.*?)</v>")
_FORMULA = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]*\br="([A-Z]+)([0-9]+)")([^>]*)(?<!/)>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>.*?</(?:\w+:)?f>)(.*?)</(?:\w+:)?c>',
    re.DOTALL,
)
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)\b[^>]*>[^<]")
_TEXT = b't="str"'
_MARK, _FORMULA_MARK = b't="e"', re.compile(rb"<(?:\w+:)?f[\s/>]")
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_CHUNK = 4 << 20
_LONGEST_CELL = 1 << 16


@dataclass
class Odd:
    """Cells of one sheet (row from 1, place from 0): errors with what they say, formulas with whether a result is
    stored beside them. A program that writes formulas and computes nothing stores none."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: dict[tuple[int, int], bool] = field(default_factory=dict)


def odd_cells(path: Path) -> dict[str, Odd]:
    """For each sheet its cells with errors and with formulas."""
    with zipfile.ZipFile(path) as book:
        return {name: _odd_of(book, part) for name, part in _parts(book).items()}


def _parts(book: zipfile.ZipFile) -> dict[str, str]:
    """The file of each sheet inside the workbook."""
    links = (dict(_ATTRIBUTE.findall(tag)) for tag in _RELATION.findall(_text(book, "xl/_rels/workbook.xml.rels")))
    targets = {link["Id"]: link["Target"] for link in links}
    names = set(book.namelist())
    parts = {}
    for tag in _SHEET.findall(_text(book, "xl/workbook.xml")):
        sheet = dict(_ATTRIBUTE.findall(tag))
        target = targets.get(sheet.get("r:id", ""), "")
        part = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
        if part in names:
            parts[unescape(sheet["name"])] = part
    return parts


def _text(book: zipfile.ZipFile, part: str) -> str:
    return book.read(part).decode("utf-8-sig")


def _odd_of(book: zipfile.ZipFile, part: str) -> Odd:
    """The odd cells of one sheet, read in pieces that overlap by the longest cell."""
    odd = Odd()
    with book.open(part) as file:
        held = b""
        while chunk := file.read(_CHUNK):
            held += chunk
            if _MARK in held:
                odd.errors.update((_place(cell[1], cell[2]), _error(cell[3])) for cell in _CELL.finditer(held))
            if _FORMULA_MARK.search(held):
                odd.formulas.update(_formulas(held))
            held = held[-_LONGEST_CELL:]
    return odd


def _formulas(held: bytes) -> Iterator[tuple[tuple[int, int], bool]]:
    for cell in _FORMULA.finditer(held):
        yield _place(cell[1], cell[2]), _TEXT in cell[3] or _VALUE.search(cell[4]) is not None


def _place(letters: bytes, number: bytes) -> tuple[int, int]:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return int(number), place - 1


def _error(content: bytes) -> str:
    shown = _SHOWN.search(content)
    return shown[1].decode() if shown else "#ERROR"
