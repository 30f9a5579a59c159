"""Files kept under the SHA-256 of their bytes: looked into before they are kept, written whole or not at all."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from baohou.kernel.papers.inspecting import ATTACHED, CONTENT_TYPES, PICTURES, inspect
from baohou.kernel.papers.models import StoredFile
from baohou.kernel.papers.records import places

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Kept:
    """A file that was kept, and whether it had been kept before."""

    file: StoredFile
    known: bool


def keep(content: bytes, *, name: str, pictures_only: bool = False) -> Kept:
    """Keep a file: JPEG, PNG, WebP, PDF, .xlsx or .docx by what the bytes are, not by what the name says.

    Refused as ``inspect`` refuses. Call it inside the transaction of what refers to it: bytes without a row do no harm,
    a row without bytes cannot be.
    """
    content_type = CONTENT_TYPES[
        inspect(io.BytesIO(content), name=name, wanted=PICTURES if pictures_only else ATTACHED)
    ]
    digest = hashlib.sha256(content).hexdigest()
    places.put(digest, content)
    file, new = StoredFile.objects.get_or_create(
        sha256=digest, defaults={"size": len(content), "content_type": content_type}
    )
    return Kept(file, not new)


def keep_table(content: bytes, *, name: str) -> Kept:
    """Keep a table that waits to be taken, .xlsx or .csv by its name; it was looked into when it was sent."""
    digest = hashlib.sha256(content).hexdigest()
    places.put(digest, content)
    content_type = _XLSX if name.lower().endswith(".xlsx") else "text/csv"
    file, new = StoredFile.objects.get_or_create(
        sha256=digest, defaults={"size": len(content), "content_type": content_type}
    )
    return Kept(file, not new)
