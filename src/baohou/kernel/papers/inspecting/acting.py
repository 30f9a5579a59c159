"""Formulas that act when a workbook is opened or clicked: they fetch, send, start a program or read another file.

Ordinary formulas stay: a client's own ledger adds up. What is looked at is every formula of every part: of cells,
names, conditions, checks of input, columns of tables.
"""

from __future__ import annotations

import re
import zipfile
from typing import Final
from xml.parsers import expat

_HOLDERS: Final = frozenset(
    {
        *("f", "formula", "formula1", "formula2", "oldFormula", "definedName"),
        *("calculatedColumnFormula", "totalsRowFormula"),
    }
)
"""The tags that hold a formula, without the prefix of their namespace."""
_TEXT: Final = re.compile(r'"(?:[^"]|"")*"')
_ACTS: Final = re.compile(
    r"(?<![A-Z0-9_])"
    r"(?:WEBSERVICE|FILTERXML|ENCODEURL|HYPERLINK|IMAGE|RTD|DDE|DDEINIT|CALL|EXEC|EXECUTE|EVALUATE|REGISTER(?:\.ID)?"
    r"|SQL\.REQUEST|STOCKHISTORY|PY|CUBE\w+|IMPORT(?:XML|HTML|DATA|FEED|RANGE))\s*\("
)
_DDE: Final = re.compile(r"[\w']\s*\|")
_ELSEWHERE: Final = re.compile(r"'[^']*\[[^\[\]]*\][^']*'!|\[[^\[\]]*\][\w.]*!|[A-Z]+:/{2}|\\\\\w", re.I)
"""A cell of another workbook ('[a.xlsx]b'!A1, [1]b!A1), an address, a share of another machine."""
_LOOKED_AT: Final = 64


def acting_formula(archive: zipfile.ZipFile) -> str:
    """The first formula of a workbook that does more than reckon; empty when there is none.

    Raises expat.ExpatError when a part is no XML though it begins as such.
    """
    for part in archive.infolist():
        looked_at = not part.filename.lower().endswith((".rels", ".vml")) and _is_xml(archive, part)
        if looked_at and (found := _found(archive, part)):
            return found
    return ""


def acts(formula: str) -> bool:
    """Whether a formula does more than reckon with what the workbook itself holds."""
    bare = _TEXT.sub('""', formula).upper()
    return bool(_ACTS.search(bare) or _DDE.search(bare) or _ELSEWHERE.search(bare))


def _is_xml(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with archive.open(part) as file:
        head = file.read(_LOOKED_AT).replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return head.startswith(b"<")


def _found(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> str:
    """The first such formula of a part."""
    found: list[str] = []
    told: list[str] = []
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def began(tag: str, _: dict[str, str]) -> None:
        told.clear()
        parser.CharacterDataHandler = told.append if tag.rpartition(":")[2] in _HOLDERS else None

    def ended(_: str) -> None:
        if told and not found and acts("".join(told)):
            found.append("".join(told))
        told.clear()
        parser.CharacterDataHandler = None

    def refuse(*_: object) -> None:
        raise zipfile.BadZipFile("a document type")

    parser.StartElementHandler, parser.EndElementHandler = began, ended
    parser.StartDoctypeDeclHandler = refuse
    with archive.open(part) as file:
        parser.ParseFile(file)
    return found[0] if found else ""
