"""What a list shows, as an Excel file that is written down when it is taken."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from django.http import HttpResponse

from baohou.guarantee.exports.tables import Head, write_rows
from baohou.kernel.people.doors import Asked
from baohou.kernel.people.exports import XLSX, hand_out

MOST_ROWS: Final = 100_000
"""So many rows go into an Excel file; the file and the page say so."""


def rows_file(
    request: Asked, rows: Iterable[Sequence[Any]], *, heads: Sequence[Head], title: str, note: str, on: date, kind: str
) -> HttpResponse:
    """Rows of a list as of a day; ``kind`` is what the act of taking them is called by."""
    out, taken = io.BytesIO(), list(rows)
    write_rows(title=title, note=note, heads=heads, rows=taken, out=out)
    name = f"{title}-{on}.xlsx"
    return hand_out(request, out.getvalue(), name=name, content_type=XLSX, kind=kind, rows=len(taken))
