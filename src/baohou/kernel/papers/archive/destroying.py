"""Destroying volumes whose time is over: of each stay its number, its dates, its papers' numbers, and who did it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from baohou.core.errors import Refused
from baohou.core.sayings import listed, say
from baohou.kernel.audit.capture import forgetting, thin_rows
from baohou.kernel.audit.services import record_act
from baohou.kernel.papers.archive.reading import Standing, standing_of
from baohou.kernel.papers.models import Destruction, Volume, VolumeItem

DESTROYED: Final[str] = say("已随案卷销毁")
"""What a contents page says in place of the title of a paper that was destroyed."""
VERB: Final = "archive.destroy"
_NAMED: Final = 10


@dataclass(frozen=True)
class Someone:
    """Who asked or checked, as the list of the destroyed names them; empty for nobody."""

    number: str = ""
    name: str = ""


@transaction.atomic
def destroy(
    *, volumes: Sequence[int], because: str, by: Someone, checked: Someone, on: date, actor: str, door: str
) -> Destruction:
    """Destroy volumes, by their rows, as one list. Refused as ``require_destroyable`` says.

    Number, kind, unit, dates and the numbers of the papers stay, their titles go. What hangs on the papers is the
    room's to take away in the same act.
    """
    held = require_destroyable(Volume.objects.filter(pk__in=volumes), because=because, on=on)
    facts = {"volumes": [one.number for one in held], "on": str(on)}
    act = record_act(verb=VERB, door=door, by=actor, because=because, facts=facts)
    destruction = Destruction.objects.create(
        on=on,
        because=because.strip(),
        by_no=by.number,
        by_name=by.name,
        checked_no=checked.number,
        checked_name=checked.name,
        act=act,
    )
    for volume in held:
        volume.destruction = destruction
        volume.save(update_fields=["destruction"])
    items = list(VolumeItem.objects.filter(volume__in=held))
    for item in items:
        item.title = DESTROYED
    with forgetting():
        thin_rows(VolumeItem, items, ["title"])
    return destruction


def require_destroyable(volumes: QuerySet[Volume], *, because: str, on: date) -> list[Volume]:
    """These volumes, held to the end of the transaction.

    Refused: no reason, none, one that is kept for good or still to be kept, lent out, or destroyed already.
    """
    if not because.strip():
        raise Refused("papers.destroy.no_reason", "请写明销毁的理由。", where="销毁理由")
    held = list(volumes.select_for_update().order_by("pk"))
    if not held:
        raise Refused("papers.destroy.none", "请先勾选要销毁的案卷。", where="案卷")
    standings = [standing_of(volume, on=on) for volume in held]
    gone = [one for one in standings if one.destroyed]
    if gone:
        raise Refused("papers.destroy.gone", "以下案卷已经销毁，请刷新后再看：%(named)s。", named=_named(gone))
    kept = [one for one in standings if not one.expired]
    if kept:
        message = say("以下案卷还没有过保管期，不能销毁：%(named)s。请只勾选已到期的。", named=_named(kept))
        raise Refused("papers.destroy.kept", message, where="案卷")
    out = [one for one in standings if one.loan is not None]
    if out:
        message = say("以下案卷借出未还，不能销毁：%(named)s。请收回后再提请。", named=_named(out))
        raise Refused("papers.destroy.out", message, where="案卷")
    return held


def _named(standings: Sequence[Standing]) -> str:
    named = listed(one.volume.number for one in standings[:_NAMED])
    return say("%(named)s 等 %(n)s 卷", named=named, n=len(standings)) if len(standings) > _NAMED else named
