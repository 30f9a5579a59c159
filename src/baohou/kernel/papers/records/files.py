"""Files kept under the SHA-256 of their bytes: looked into before they are kept, written whole or not at all."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from baohou.core.errors import Refused
from baohou.kernel.papers.models import StoredFile
from baohou.kernel.papers.records import places

LARGEST = 20 * 1024 * 1024
"""Bytes of one file."""
LARGEST_TABLE = 200 * 1024 * 1024
"""Bytes of a table that waits to be taken."""
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_PIXELS = 50_000_000
_PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_ZIPPED = b"PK\x03\x04"


@dataclass(frozen=True)
class Kept:
    """A file that was kept, and whether it had been kept before."""

    file: StoredFile
    known: bool


def keep(content: bytes, *, name: str, pictures_only: bool = False) -> Kept:
    """Keep a file: JPEG, PNG, WebP, PDF, .xlsx or .docx by what the bytes are, not by what the name says.

    Refused when empty, larger than LARGEST, or of another type. Call it inside the transaction of what refers to it:
    bytes without a row do no harm, a row without bytes cannot be.
    """
    if not content:
        raise Refused("papers.file.empty", f"文件“{name}”是空的，请重新选择。", where=name)
    if len(content) > LARGEST:
        message = f"文件“{name}”有 {len(content) / 1048576:.1f} MB，超过 {LARGEST // 1048576} MB，请压缩后再传。"
        raise Refused("papers.file.too_large", message, where=name)
    content_type = _type_of(content, name)
    if content_type is None or (pictures_only and not content_type.startswith("image/")):
        wanted = "照片（JPEG、PNG、WebP）" if pictures_only else "照片、PDF、xlsx 或 docx"
        raise Refused("papers.file.type", f"文件“{name}”不是{wanted}，请换一个文件。", where=name)
    digest = hashlib.sha256(content).hexdigest()
    places.put(digest, content)
    file, new = StoredFile.objects.get_or_create(
        sha256=digest, defaults={"size": len(content), "content_type": content_type}
    )
    return Kept(file, not new)


def keep_table(content: bytes, *, name: str) -> Kept:
    """Keep a table that waits to be taken, .xlsx or .csv by its name: reading it is what finds out what it is.

    Refused when empty or larger than LARGEST_TABLE.
    """
    if not content:
        raise Refused("papers.file.empty", f"文件“{name}”是空的，请重新选择。", where=name)
    if len(content) > LARGEST_TABLE:
        message = f"文件“{name}”有 {len(content) / 1048576:.1f} MB，超过 {LARGEST_TABLE // 1048576} MB，请分成几个。"
        raise Refused("papers.file.too_large", message, where=name)
    digest = hashlib.sha256(content).hexdigest()
    places.put(digest, content)
    content_type = _XLSX if Path(name).suffix.lower() == ".xlsx" else "text/csv"
    file, new = StoredFile.objects.get_or_create(
        sha256=digest, defaults={"size": len(content), "content_type": content_type}
    )
    return Kept(file, not new)


def _type_of(content: bytes, name: str) -> str | None:
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    ending = Path(name).suffix.lower()
    if content.startswith(_ZIPPED) and ending in (".xlsx", ".docx"):
        office = {".xlsx": "spreadsheetml.sheet", ".docx": "wordprocessingml.document"}[ending]
        return f"application/vnd.openxmlformats-officedocument.{office}"
    try:
        with Image.open(io.BytesIO(content)) as picture:
            found, (width, height) = picture.format, picture.size
            if found not in _PICTURES or width * height > MOST_PIXELS:
                return None
            picture.verify()
            return _PICTURES[found]
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
