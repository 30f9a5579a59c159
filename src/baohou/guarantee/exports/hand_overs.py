"""The receipt of a hand-over and the contents page of a volume, as they are printed on A4 (PGM.11)."""

from __future__ import annotations

import io
from datetime import date

from baohou.guarantee.models import HandOverReceipt
from baohou.guarantee.queries.destructions import DestroyedList
from baohou.guarantee.queries.forms.hand_over_receipt import get_contents, get_receipt
from baohou.kernel.papers import archive
from baohou.kernel.papers.models import Volume
from baohou.kernel.papers.printing import Paper, write_pdf


def print_receipt(receipt: HandOverReceipt, *, printed_on: date) -> bytes:
    """The receipt with both signatures and its seal code, as PDF. Refused without a Chinese font."""
    printed = get_receipt(receipt)
    context = {"printed": printed, "receipt": receipt, "printed_on": printed_on}
    return _pdf(Paper("guarantee/exports/hand_over_receipt.html", context, str(printed.quarter)))


def print_contents(volume: Volume, *, printed_on: date) -> bytes:
    """The contents page of a volume, as PDF. Refused without a Chinese font."""
    contents = get_contents(volume, archive.standing_of(volume, on=printed_on))
    context = {"contents": contents, "volume": volume, "printed_on": printed_on}
    return _pdf(Paper("guarantee/exports/volume_contents.html", context, volume.number))


def print_destroyed(found: DestroyedList, *, printed_on: date) -> bytes:
    """The list of volumes destroyed together, as PDF. Refused without a Chinese font."""
    rows = [(one, archive.kept_through(one), *found.papers.get(one.pk, (0, 0))) for one in found.volumes]
    context = {"found": found, "rows": rows, "printed_on": printed_on}
    return _pdf(Paper("guarantee/exports/volumes_destroyed.html", context, str(found.destruction.on)))


def destroyed_name(found: DestroyedList) -> str:
    """What the file of a list of destroyed volumes is called."""
    return f"案卷销毁清册-{found.destruction.on}-{found.destruction.pk}.pdf"


def _pdf(paper: Paper) -> bytes:
    out = io.BytesIO()
    write_pdf(papers=[paper], out=out)
    return out.getvalue()
