"""What a list shows, as an Excel file with its sums below, that is written down when it is taken."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from baohou.kernel.papers.tables import Head, write_rows
from baohou.kernel.people.doors import Asked
from baohou.kernel.people.exports import XLSX, hand_out

MOST_ROWS: Final = 100_000
"""So many rows go into an Excel file; the file and the page say so."""
_ADDED: Final = ("fen", "count")
"""The kinds of columns that are added up below the rows."""


def rows_file(
    request: Asked, rows: Iterable[Sequence[Any]], *, heads: Sequence[Head], title: str, note: str, on: date, kind: str
) -> HttpResponse:
    """Rows of a list as of a day with their sums below; ``kind`` is what the act of taking them is called by.

    The caller takes at most MOST_ROWS rows; the file says it of a list that has as many.
    """
    out, taken = io.BytesIO(), list(rows)
    if len(taken) >= MOST_ROWS:
        note = f"{note}{_('；只取前 %(n)s 行') % {'n': MOST_ROWS}}"
    foot = [_foot(heads, taken)] if taken else []
    write_rows(title=title, note=note, heads=heads, rows=[*taken, *foot], out=out)
    name = f"{title}-{on}.xlsx"
    return hand_out(request, out.getvalue(), name=name, content_type=XLSX, kind=kind, rows=len(taken))


def _foot(heads: Sequence[Head], rows: Sequence[Sequence[Any]]) -> list[Any]:
    """How many rows there are, and the sum of each column of amounts or counts."""
    said = ngettext("合计 %(n)s 行", "合计 %(n)s 行", len(rows)) % {"n": len(rows)}
    sums = [
        sum(row[place] or 0 for row in rows) if head.kind in _ADDED else None
        for place, head in enumerate(heads[1:], start=1)
    ]
    return [said, *sums]
