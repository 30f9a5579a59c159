"""The company that bench.tamper tampers with: imported, run, visits sealed, penalties waived, a head outside."""

from __future__ import annotations

import io
import tempfile
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

from PIL import Image

from bench import answers

ON: Final = date(2026, 10, 20)


def make_company(*, clients: int = 12) -> None:
    """A company of some clients as of ON, by the program's own verbs."""
    from django.core.management import call_command
    from django.utils import timezone

    from baohou.day import engine
    from baohou.guarantee.imports import take
    from baohou.guarantee.imports.sample import write_sample
    from baohou.kernel.audit import heads
    from baohou.kernel.rulebook.services import load_shipped

    call_command("migrate", verbosity=0, interactive=False)
    load_shipped(door="command")
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "book.xlsx"
        write_sample(clients=clients, seed=1, on=ON, path=book)
        assert take(kind="workbook", path=book, today=ON).taken
    engine.run(on=min(ON, timezone.localdate()))
    _hire()
    _waive()
    _visit()
    heads.write_out(on=ON)


def _hire() -> None:
    """So many at once that they share rows of the audit."""
    from baohou.guarantee.imports import take

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "staff.csv"
        lines = "".join(f"H{n},新员{n},业务九部,项目经理\n" for n in range(120))
        path.write_text(f"工号,姓名,部门,岗位\n{lines}", encoding="utf-8")
        assert take(kind="staff", path=path, today=ON).taken


def _waive() -> None:
    from baohou.kernel.accountability.models import Entry, EntryKind
    from baohou.kernel.accountability.services import waive

    for entry in Entry.objects.filter(kind=EntryKind.PENALTY).select_related("staff").order_by("pk")[:3]:
        waive(
            duty_key=entry.duty_key,
            staff=entry.staff,
            amount_fen=entry.amount_fen // 2 or 1,
            because="客户所在地封路，已电话联系",
            on=ON,
            actor="admin",
            door="page",
        )


def _visit() -> None:
    from baohou.guarantee.models import Guarantee
    from baohou.guarantee.rules.words import VisitKind
    from baohou.guarantee.services import submissions
    from baohou.kernel.people.models import Staff

    by = Staff.objects.order_by("pk").first()
    assert by is not None
    for place, guarantee in enumerate(Guarantee.objects.select_related("client").order_by("pk")[:3], 1):
        key = UUID(int=place)
        photo = submissions.keep_file(key=key, sender=by, content=_picture(place), name=f"照片{place}.png")
        drawn = submissions.keep_file(
            key=key, sender=by, content=_picture(place, ink=True), name="签名.png", is_signature=True
        )
        report = submissions.Report(
            client=guarantee.client,
            guarantee=None,
            on=max(ON, guarantee.issued_on),
            kind=VisitKind.SPECIAL,
            by=by,
            methods="座谈",
            summary=f"经营正常 {place}",
            findings=answers.findings(VisitKind.SPECIAL),
            signer="王总",
            signature=drawn.file.sha256,
            files=[(photo.file.sha256, f"照片{place}.png")],
        )
        visit = submissions.submit(key=key, sender=by, report=report, actor=by.staff_no, door="page").visit
        submissions.add(visit=visit, text="补充：已取得报表", by=by, actor=by.staff_no, door="page")


def _picture(shade: int, *, ink: bool = False) -> bytes:
    image = Image.new("RGB", (24, 18), (shade, 90, 90))
    if ink:
        image.putpixel((3, 4), (255, 255, 255))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
