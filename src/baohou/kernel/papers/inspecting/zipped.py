"""Archives that are safe to unpack: how many parts, how large unpacked (counted, not believed), no overlaps."""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import BinaryIO, Final

from baohou.core.errors import Refused

MOST_PARTS: Final = 5_000
MOST_UNPACKED: Final = {False: 300 << 20, True: 1536 << 20}
"""Bytes of all parts together: of a kept file; of a table, which is read in pieces."""
MOST_TIMES: Final = 250
"""A part of more than _SMALL bytes is unpacked to so many times its size at most; worksheets reach 100."""
_SMALL: Final = 4 << 20
_CHUNK: Final = 1 << 18
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_ENCRYPTED: Final = 0x1 | 0x40


def open_archive(file: BinaryIO, *, name: str, table: bool) -> zipfile.ZipFile:
    """The archive, once each of its parts has been unpacked and thrown away; Refused when it is not safe.

    Raises zipfile.BadZipFile when it is damaged.
    """
    archive = zipfile.ZipFile(file)
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise _bomb(name)
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise Refused(
            "papers.file.locked", "文件“%(name)s”加了密码，看不到里面；请去掉密码再传。", where=name, name=name
        )
    if any(_strays(part.filename) for part in parts) or len({part.filename.lower() for part in parts}) < len(parts):
        raise zipfile.BadZipFile("names that stray, or twice")
    if sum(part.file_size for part in parts) > MOST_UNPACKED[table]:
        raise _bomb(name)
    left = MOST_UNPACKED[table]
    end = 0
    for part in sorted(parts, key=lambda part: part.header_offset):
        if part.header_offset < end:
            raise _bomb(name)
        begin = _data_of(file, part)
        end = begin + part.compress_size
        left -= _unpacked(file, part, begin, left, name)
    return archive


def _strays(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/") or "\x00" in name


def _data_of(file: BinaryIO, part: zipfile.ZipInfo) -> int:
    """Where the packed bytes of a part begin."""
    file.seek(part.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
        raise zipfile.BadZipFile("no header")
    *_, name_length, extra_length = _LOCAL.unpack(header)
    return part.header_offset + _LOCAL.size + int(name_length) + int(extra_length)


def _unpacked(file: BinaryIO, part: zipfile.ZipInfo, begin: int, left: int, name: str) -> int:
    """How many bytes a part really has; Refused when they are too many, damaged when not as many as it says."""
    if part.compress_type == zipfile.ZIP_STORED:
        if part.compress_size != part.file_size:
            raise zipfile.BadZipFile("a stored part of two sizes")
        return part.file_size
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile("packed in a way that office programs don't use")
    most = min(left, max(_SMALL, part.compress_size * MOST_TIMES))
    file.seek(begin)
    unpacking, packed, size = zlib.decompressobj(-zlib.MAX_WBITS), part.compress_size, 0
    while not unpacking.eof:
        chunk = unpacking.unconsumed_tail
        if not chunk:
            chunk = file.read(min(_CHUNK, packed))
            packed -= len(chunk)
        try:
            size += len(unpacking.decompress(chunk, _CHUNK))
        except zlib.error as error:
            raise zipfile.BadZipFile("damaged") from error
        if size > most:
            raise _bomb(name)
        if not chunk and not unpacking.eof:
            raise zipfile.BadZipFile("cut off")
    if size != part.file_size:
        raise _bomb(name)
    return size


def _bomb(name: str) -> Refused:
    return Refused(
        "papers.file.bomb",
        "文件“%(name)s”解开后大得不正常，不收；如果是正常的表格，请用表格软件打开，删去空白的行和列，另存一次再传。",
        where=name,
        name=name,
    )
