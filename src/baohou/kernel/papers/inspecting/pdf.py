"""PDF files: nothing in them that runs, starts a program or carries another file."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from baohou.core.errors import Refused
from baohou.kernel.papers.inspecting.kinds import Kind

_ACTIVE: Final = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|ImportData|SubmitForm|XFA)(?=[\s/<>\[\](){}%]|$)"
)
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECTS: Final = re.compile(rb"/Type\s*/ObjStm\b|/ObjStm\b")
_STREAM: Final = re.compile(rb"stream\r?\n")
_BEFORE: Final = 2048
_MOST: Final = 64 << 20


def look_into(file: BinaryIO, *, name: str) -> Kind:
    """PDF; Refused when it has scripts, starts programs or carries files, also inside packed objects.

    One with a password keeps its packed objects to itself; like every PDF it is only ever handed out to be saved.
    """
    file.seek(0)
    content = file.read()
    if b"%%EOF" not in content[-2048:] and b"startxref" not in content[-4096:]:
        raise Refused(
            "papers.file.broken_pdf",
            "文件“%(name)s”不是完整的 PDF（可能没有下载完）；请重新取得后再传。",
            where=name,
            name=name,
        )
    for told in (_outside_streams(content), *_packed(content, name)):
        if _ACTIVE.search(_ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), told)):
            raise Refused(
                "papers.file.active_pdf",
                "文件“%(name)s”里有脚本、表单动作或夹带的文件，不收；请打印成新的 PDF，或另存为普通 PDF 再传。",
                where=name,
                name=name,
            )
    return Kind.PDF


def _outside_streams(content: bytes) -> bytes:
    """The objects without the bytes of their streams, in which any letters may stand by chance."""
    pieces, at = [], 0
    while found := _STREAM.search(content, at):
        pieces.append(content[at : found.start()])
        end = content.find(b"endstream", found.end())
        if end < 0:
            break
        at = end + len(b"endstream")
    pieces.append(content[at:] if at else content)
    return b"\n".join(pieces)


def _packed(content: bytes, name: str) -> Iterator[bytes]:
    """What stands in the streams of objects."""
    left = _MOST
    for found in _STREAM.finditer(content):
        if not _OBJECTS.search(content, max(found.start() - _BEFORE, 0), found.start()):
            continue
        end = content.find(b"endstream", found.end())
        unpacking = zlib.decompressobj()
        try:
            told = unpacking.decompress(content[found.end() : end if end > 0 else None], left)
        except zlib.error:
            continue
        left -= len(told)
        if unpacking.unconsumed_tail or left <= 0:
            raise Refused(
                "papers.file.bomb_pdf",
                "文件“%(name)s”解开后大得不正常，不收；请打印成新的 PDF 再传。",
                where=name,
                name=name,
            )
        yield told
