"""What `baohou verify` proves of days: each that has ended has its line in every file of heads outside the database."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Final

from baohou.core.errors import Refused
from baohou.day.models import Run
from baohou.kernel.audit import heads
from baohou.kernel.audit.proofs import Asked, Found, Proof

_WHAT_TO_DO: Final = (
    "请从别处找回这个文件（或把那天的信存成文件，用 --heads 核对）；确是新设的位置、或文件因故丢失的，"
    "由负责的人运行 baohou heads --because 原因，从现在起重新记。"
)


def _prove(_: Asked) -> Found:
    """Every configured file against the days that have ended since it began; before the first has, nothing is owed."""
    found = Found()
    ended = list(Run.objects.filter(ended_at__isnull=False).order_by("pk").values_list("on", "ended_at"))
    begun = heads.list_begun()
    for place in heads.places() if ended else []:
        _prove_file(place, begun.get(str(place)), ended, found)
    return found


def _prove_file(place: Path, begun: datetime | None, ended: list[tuple[date, datetime | None]], found: Found) -> None:
    try:
        lines = [head for _, _, head in heads.read([place])] if place.exists() else []
    except Refused:
        return  # told by the proof of the heads themselves
    if not lines:
        missing = f"日终已办到 {ended[-1][0]}，链头文件 {place} 却不在（或是空的）：它被删去，或没有写成。"
        found.fault(missing + _WHAT_TO_DO)
        return
    since = begun or datetime.fromisoformat(lines[0].at)
    written = {head.on for head in lines}
    for on in dict.fromkeys(str(on) for on, ended_at in ended if ended_at and ended_at > since):
        if on in written:
            found.proven += 1
        else:
            found.fault(f"业务日 {on} 办完了，链头文件 {place} 里却没有它：那一行被删去，或没有写成。{_WHAT_TO_DO}", on)


PROOF: Final = Proof("day.heads", "每个业务日的链头", "天", _prove, order=1)
