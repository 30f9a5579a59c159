"""Tables as text (.csv): text it must be, in an encoding that says so, and not a web page under another name."""

from __future__ import annotations

import codecs
from typing import BinaryIO, Final

from baohou.core.errors import Refused
from baohou.kernel.papers.inspecting.kinds import Kind

_CHUNK: Final = 1 << 20
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF32: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_PAGES: Final = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta", b"{\\rtf")
_NEVER: Final = bytes(sorted({*range(32), 127} - {9, 10, 11, 12, 13, 26, 27}))
"""Control characters that no text has; old programs end theirs with 26."""
_LONGEST_LINE: Final = 1 << 20


def look_into(file: BinaryIO, *, name: str) -> Kind:
    """CSV; Refused when it is no text, a web page, or in an encoding that can't be known."""
    file.seek(0)
    head = file.read(_CHUNK)
    if head.startswith(_UTF32):
        raise _encoding(name)
    if head.startswith(_UTF16):
        return Kind.CSV
    if head.removeprefix(codecs.BOM_UTF8).lstrip()[:16].lower().startswith(_PAGES):
        raise Refused(
            "papers.file.web_page",
            "文件“%(name)s”其实是网页或另一种格式，只是改了扩展名；请用表格软件打开后另存为 .xlsx 再传。",
            where=name,
            name=name,
        )
    file.seek(0)
    while chunk := file.read(_CHUNK):
        if b"\x00" in chunk:
            raise _encoding(name)
        if len(chunk.translate(None, _NEVER)) < len(chunk):
            raise Refused(
                "papers.file.type", "文件“%(name)s”不是 .xlsx 或 .csv 表格，请换一个文件。", where=name, name=name
            )
    return Kind.CSV


def _encoding(name: str) -> Refused:
    return Refused(
        "papers.file.encoding",
        "文件“%(name)s”不是文字，或文字编码认不出来；请用表格软件另存为“CSV UTF-8”再传。",
        where=name,
        name=name,
    )
