"""Cells of an .xlsx that hold an error such as #DIV/0!: the reader gives them as empty, so they are found here."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from posixpath import join, normpath

_CELL = re.compile(rb'<c\b(?=[^>]*\bt="e")(?=[^>]*\br="([A-Z]+)([0-9]+)")[^>]*>(.*?)</c>', re.DOTALL)
_SHOWN = re.compile(rb"<v>(.*?)</v>")
_MARK = b't="e"'
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_CHUNK = 4 << 20
_LONGEST_CELL = 1 << 16


def error_cells(path: Path) -> dict[str, dict[tuple[int, int], str]]:
    """For each sheet the cells (row from 1, place from 0) that hold an error, with the error."""
    found: dict[str, dict[tuple[int, int], str]] = {}
    with zipfile.ZipFile(path) as book:
        for name, part in _parts(book).items():
            found[name] = dict(_errors_of(book, part))
    return found


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


def _errors_of(book: zipfile.ZipFile, part: str) -> Iterator[tuple[tuple[int, int], str]]:
    """The error cells of one sheet, read in pieces that overlap by the longest cell."""
    with book.open(part) as file:
        held = b""
        while chunk := file.read(_CHUNK):
            held += chunk
            if _MARK in held:
                for cell in _CELL.finditer(held):
                    yield _place(cell[1], cell[2]), _error(cell[3])
            held = held[-_LONGEST_CELL:]


def _place(letters: bytes, number: bytes) -> tuple[int, int]:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return int(number), place - 1


def _error(content: bytes) -> str:
    shown = _SHOWN.search(content)
    return shown[1].decode() if shown else "#ERROR"
