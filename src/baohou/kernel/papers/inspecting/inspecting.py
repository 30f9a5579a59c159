"""The one look into a file: its kind by its content, its size, what is hidden in it, and what a virus scanner says."""

from __future__ import annotations

from typing import BinaryIO, Final

from baohou.core.errors import Refused
from baohou.kernel.papers.inspecting import delimited, office, pdf, pictures, scanning
from baohou.kernel.papers.inspecting.kinds import ATTACHED, PICTURES, TABLES, Kind, largest_of

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PDF: Final = b"%PDF-"
_WITHIN: Final = 1024
"""Readers of PDF look for its mark in so many bytes from the start, and so do we."""


def inspect(file: BinaryIO, *, name: str, wanted: frozenset[Kind], sized: bool = True) -> Kind:
    """What a file is by its content; Refused in one sentence when it is not to be taken.

    Refused: empty, larger than its kind may be (when ``sized``), none of the kinds that are wanted, encrypted, damaged,
    with macros or other things that run or reach out, made to burst when it is unpacked, or with a virus in it.
    """
    size = _size(file)
    if not size:
        raise Refused("papers.file.empty", "文件“%(name)s”是空的，请重新选择。", where=name, name=name)
    if sized:
        inspect_size(size, name=name, wanted=wanted)
    kind = _kind_of(file, name, wanted)
    if kind not in wanted:
        raise not_wanted(name, wanted)
    if sized:
        inspect_size(size, name=name, wanted=wanted, kind=kind)
    scanning.scan(file, name=name)
    file.seek(0)
    return kind


def inspect_size(size: int, *, name: str, wanted: frozenset[Kind], kind: Kind | None = None) -> None:
    """Refused when a file is larger than its kind, or any that is wanted, may be."""
    most = max(largest_of(wanted, one) for one in ([kind] if kind else wanted))
    if size > most:
        raise Refused(
            "papers.file.too_large",
            "文件“%(name)s”有 %(size)s MB，超过 %(most)s MB，请压缩或分成几个后再传。",
            where=name,
            name=name,
            size=f"{size / 1048576:.1f}",
            most=most >> 20,
        )


def not_wanted(name: str, wanted: frozenset[Kind]) -> Refused:
    """The refusal of a file that is of no kind that is wanted."""
    code = "papers.file.type"
    if wanted <= PICTURES:
        return Refused(code, "文件“%(name)s”不是照片（JPEG、PNG、WebP），请换一个文件。", where=name, name=name)
    if wanted == TABLES:
        return Refused(code, "文件“%(name)s”不是 .xlsx 或 .csv 表格，请换一个文件。", where=name, name=name)
    return Refused(code, "文件“%(name)s”不是照片、PDF、xlsx 或 docx，请换一个文件。", where=name, name=name)


def _kind_of(file: BinaryIO, name: str, wanted: frozenset[Kind]) -> Kind | None:
    """The kind, looked into as far as its kind asks for; None when it is none that we know."""
    file.seek(0)
    head = file.read(_WITHIN)
    if head.startswith(_OLE):
        raise Refused(
            "papers.file.old_or_locked",
            "文件“%(name)s”是旧版 .xls、.doc，或加了打开密码；请去掉密码，另存为 .xlsx 或 .docx 再传。",
            where=name,
            name=name,
        )
    if head.startswith(_ZIP):
        return office.look_into(file, name=name, table=wanted == TABLES)
    if wanted == TABLES:
        # A table by its ending that is no workbook is read as text; what is none is refused in those words.
        if name.lower().endswith((".xlsx", ".xlsm")):
            raise office.broken(name)
        return delimited.look_into(file, name=name)
    if _PDF in head:
        return pdf.look_into(file, name=name)
    return pictures.look_into(file, name=name) if wanted & ATTACHED else None


def _size(file: BinaryIO) -> int:
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    return size
