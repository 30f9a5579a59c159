"""Opening volumes, putting them in their place, and the rule by which a kind is numbered and kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Max

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.audit.capture import add_rows
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.services import record_act, record_changes
from baohou.kernel.papers.archive.reading import require_there, rule_of
from baohou.kernel.papers.models import Volume, VolumeItem, VolumeRule

_PREFIX = re.compile(r"[A-Za-z0-9一-鿿]{1,16}")
LONGEST_RETENTION = 200
"""Years; longer is for good."""


@dataclass(frozen=True)
class Place:
    """Where a volume stands: a cabinet, and a shelf of it when the cabinet has some."""

    cabinet: str
    shelf: str = ""


@dataclass(frozen=True)
class Contents:
    """One paper that goes into a volume; ``pages`` None when nobody counted them."""

    kind: str
    subject_id: int
    number: str
    title: str
    dated: date
    pages: int | None = None
    note: str = ""


@transaction.atomic
def open_volume(
    *,
    kind: str,
    title: str,
    unit: str,
    unit_id: int,
    period: str,
    contents: Sequence[Contents],
    place: Place,
    retention_years: int | None,
    on: date,
    act: Act,
) -> Volume:
    """Bind papers into a new volume; its number is prefix-period-unit-sequence and is never given again.

    ``retention_years`` None keeps it for good. Refused: nothing to bind, no cabinet, a retention out of range. The
    caller holds a lock under which no other volume of that unit and period is opened.
    """
    if not contents:
        raise Refused("papers.volume.empty", "没有可以归档的材料。")
    place = _stated(place)
    _require_retention(retention_years)
    series = f"{rule_of(kind).prefix}-{period}-{unit}"
    sequence = (Volume.objects.filter(series=series).aggregate(last=Max("sequence"))["last"] or 0) + 1
    volume = Volume.objects.create(
        kind=kind,
        number=f"{series}-{sequence:02d}",
        series=series,
        sequence=sequence,
        title=title,
        unit=unit,
        unit_id=unit_id,
        period=period,
        opened_on=on,
        cabinet=place.cabinet,
        shelf=place.shelf,
        retention_years=retention_years,
        act=act,
    )
    add_rows(
        VolumeItem,
        [
            VolumeItem(
                volume=volume,
                position=position,
                kind=one.kind,
                subject_id=one.subject_id,
                number=one.number,
                title=one.title,
                dated=one.dated,
                pages=one.pages,
                note=one.note,
            )
            for position, one in enumerate(contents, 1)
        ],
        batch_size=500,
    )
    return volume


@transaction.atomic
def move(*, volume: Volume, place: Place, actor: str, door: str) -> Volume:
    """Put a volume in another place. Refused: no cabinet, the place where it stands already, or destroyed."""
    place = _stated(place)
    volume = Volume.objects.select_for_update().get(pk=volume.pk)
    require_there(volume)
    before = {"cabinet": volume.cabinet, "shelf": volume.shelf}
    after = {"cabinet": place.cabinet, "shelf": place.shelf}
    if before == after:
        raise Refused(
            "papers.volume.same_place",
            "%(volume)s 已经在%(place)s，无需变更。",
            where="存放位置",
            volume=volume.number,
            place=_said(place),
        )
    act = record_act(verb="archive.move", door=door, by=actor, facts={"volume": volume.number})
    record_changes(act=act, table="papers_volume", rows=[(volume.number, before, after)])
    volume.cabinet, volume.shelf = place.cabinet, place.shelf
    volume.save(update_fields=["cabinet", "shelf"])
    return volume


@transaction.atomic
def set_rule(*, kind: str, prefix: str, retention_years: int | None, actor: str, door: str) -> VolumeRule:
    """Say how volumes of a kind are numbered and kept from now on; those that are open stay as they are.

    Refused: a prefix that is not 1 to 16 letters, digits or Chinese characters; a retention out of range.
    """
    prefix = prefix.strip()
    if not _PREFIX.fullmatch(prefix):
        raise Refused("papers.volume.prefix", "卷号字头须为 1 到 16 个字母、数字或汉字。", where="卷号字头")
    _require_retention(retention_years)
    rule = rule_of(kind)
    before = {"prefix": rule.prefix, "retention_years": rule.retention_years} if rule.pk else None
    after = {"prefix": prefix, "retention_years": retention_years}
    act = record_act(verb="archive.set_rule", door=door, by=actor, facts={"kind": kind, **after})
    if before is not None:
        record_changes(act=act, table="papers_volumerule", rows=[(kind, before, after)])
    rule.prefix, rule.retention_years, rule.act = prefix, retention_years, act
    rule.save()
    return rule


def _stated(place: Place) -> Place:
    stated = Place(place.cabinet.strip(), place.shelf.strip())
    if not stated.cabinet:
        raise Refused("papers.volume.no_place", "请填写存放的柜号。", where="柜号")
    return stated


def _said(place: Place) -> str:
    return f"{place.cabinet} {place.shelf}".strip()


def _require_retention(years: int | None) -> None:
    if years is not None and not 1 <= years <= LONGEST_RETENTION:
        message = say("保管期限须为 1 到 %(longest_retention)s 年，或永久。", longest_retention=LONGEST_RETENTION)
        raise Refused("papers.volume.retention", message, where="保管期限")
