"""The kinds of file that are accepted, and how large each may be."""

from __future__ import annotations

from enum import Enum
from typing import Final

from django.conf import settings


class Kind(Enum):
    """What a file is by its content; the value is its ending."""

    JPEG = "jpg"
    PNG = "png"
    WEBP = "webp"
    PDF = "pdf"
    XLSX = "xlsx"
    DOCX = "docx"
    CSV = "csv"


_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
CONTENT_TYPES: Final = {
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.WEBP: "image/webp",
    Kind.PDF: "application/pdf",
    Kind.XLSX: f"{_OFFICE}spreadsheetml.sheet",
    Kind.DOCX: f"{_OFFICE}wordprocessingml.document",
    Kind.CSV: "text/csv",
}
PICTURES: Final = frozenset({Kind.JPEG, Kind.PNG, Kind.WEBP})
ATTACHED: Final = PICTURES | {Kind.PDF, Kind.XLSX, Kind.DOCX}
"""What is kept beside a paper."""
TABLES: Final = frozenset({Kind.XLSX, Kind.CSV})
"""What facts are imported from."""


def largest_of(wanted: frozenset[Kind], kind: Kind) -> int:
    """Bytes that a file of a kind may have where these kinds are wanted."""
    use = "table" if wanted == TABLES else "picture" if kind in PICTURES else "pdf" if kind is Kind.PDF else "office"
    megabytes: int = settings.LARGEST_MB[use]
    return megabytes << 20
