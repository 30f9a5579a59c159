"""Reading papers back as other programs would: poppler for PDF, openpyxl for Excel."""

from __future__ import annotations

import io
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from baohou.core.period import Quarter
from baohou.guarantee.exports import list_papers, write_papers

PRINTED_ON = date(2026, 10, 8)


def written(form: str, kind: str, *, department: str = "业务一部", quarter: str = "2026Q3") -> bytes:
    """A form as the bytes of its file, printed on 8 October 2026."""
    papers = list_papers(
        form=form, department=department, quarter=Quarter.parse(quarter), printed_on=PRINTED_ON, kind=kind
    )
    out = io.BytesIO()
    write_papers(papers=papers, kind=kind, out=out)
    return out.getvalue()


def workbook(form: str, **wanted: str) -> Workbook:
    """A form as a workbook that another program opens."""
    return load_workbook(io.BytesIO(written(form, "xlsx", **wanted)))


def table(form: str, **wanted: str) -> list[dict[str, Any]]:
    """The lines of a table form by the words of its head, from the line numbered 1 to the last numbered one."""
    rows = [list(row) for row in workbook(form, **wanted).worksheets[0].iter_rows(values_only=True)]
    head = next(row for row in rows if row[0] == "序号")
    names = [str(name).replace("\n", "") for name in head]
    return [dict(zip(names, row, strict=True)) for row in rows if isinstance(row[0], int)]


def line_of(form: str, label: str, **wanted: str) -> list[Any]:
    """The first line of a table form that begins with a label, without empty cells."""
    rows = workbook(form, **wanted).worksheets[0].iter_rows(values_only=True)
    return [cell for cell in next(row for row in rows if row[0] == label) if cell is not None]


def poppler(tool: str, pdf: bytes, folder: Path, *options: str) -> str:
    """What one of poppler's tools prints about a PDF."""
    path = folder / "form.pdf"
    path.write_bytes(pdf)
    tail = ["-"] if tool == "pdftotext" else []
    return subprocess.run([tool, *options, str(path), *tail], check=True, capture_output=True, text=True).stdout


def text_of(pdf: bytes, folder: Path) -> str:
    """The text of a PDF without the blanks that its layout made."""
    return "".join(poppler("pdftotext", pdf, folder, "-raw").split())
