"""A report with the client's papers and photos, through the real verbs."""

from __future__ import annotations

import io
from datetime import date
from uuid import uuid4

from bench import answers
from PIL import Image

from baohou.guarantee.models import Visit
from baohou.guarantee.rules.words import VisitKind
from baohou.guarantee.services import submissions
from baohou.guarantee.services.submissions import Report
from tests.cast import Portfolio


def photo(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 90, 90)).save(out, "JPEG")
    return out.getvalue()


def report_with_papers(portfolio: Portfolio, *, on: date) -> Visit:
    """张甲 came back from 东方钢铁 with the firm's report and tax certificate, and two photos."""
    key, a = uuid4(), portfolio.cast.a
    given = {
        "报表.pdf": b"%PDF-1.4 a %%EOF",
        "1.jpg": photo(1),
        "完税证明.pdf": b"%PDF-1.4 b %%EOF",
        "2.jpg": photo(2),
    }
    kept = [
        submissions.keep_file(key=key, sender=a, content=content, name=name).file.sha256
        for name, content in given.items()
    ]
    report = Report(
        client=portfolio.steel,
        guarantee=None,
        on=on,
        kind=VisitKind.REGULAR,
        by=a,
        methods="座谈",
        summary=answers.CONCLUSION,
        findings=answers.findings(VisitKind.REGULAR),
        unsigned_because="老板出差",
        files=list(zip(kept, given, strict=True)),
    )
    return submissions.submit(key=key, sender=a, report=report, actor="A01", door="page").visit
