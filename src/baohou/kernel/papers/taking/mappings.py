"""Mappings kept under a name: kept, found for a file with the same headers, removed."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from baohou.core.errors import Refused
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.services import record_act, record_changes
from baohou.kernel.papers.models import ImportMapping
from baohou.kernel.papers.reading.columns import plain
from baohou.kernel.papers.reading.mapping import read_mapping

_LONGEST_NAME = 64


@transaction.atomic
def keep_mapping(*, kind: str, name: str, content: str, actor: str, door: str) -> ImportMapping:
    """Keep a mapping under a name; one of the same kind and name gives way, and its history is kept.

    Refused without a name, and when the content is no mapping (WrongMapping).
    """
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME:
        raise Refused(
            "papers.mapping.no_name",
            "请给映射起一个名字，最多 %(longest_name)s 个字。",
            where="name",
            longest_name=_LONGEST_NAME,
        )
    read_mapping(text=content, name=name)
    before = ImportMapping.objects.select_for_update().filter(kind=kind, name=name).first()
    if before is not None and before.content == content:
        return before
    act = record_act(verb="mappings.keep", door=door, by=actor, facts={"kind": kind, "name": name})
    if before is not None:
        _remember(act, before, after=content)
    kept, _ = ImportMapping.objects.update_or_create(
        kind=kind, name=name, defaults={"content": content, "by": actor, "act": act}
    )
    return kept


@transaction.atomic
def remove_mapping(*, mapping: ImportMapping, actor: str, door: str) -> None:
    """Remove a kept mapping; its content stays in the history."""
    act = record_act(verb="mappings.remove", door=door, by=actor, facts={"kind": mapping.kind, "name": mapping.name})
    _remember(act, mapping, after=None)
    mapping.delete()


def list_mappings(*, kind: str | None = None) -> QuerySet[ImportMapping]:
    """The kept mappings, of one kind or all, by name."""
    kept = ImportMapping.objects.order_by("kind", "name")
    return kept if kind is None else kept.filter(kind=kind)


def find_fitting(*, kind: str, headers: Iterable[str]) -> ImportMapping | None:
    """The kept mapping that reads most of these headers and names none that is not among them; the newest of equals."""
    there = {plain(header) for header in headers}
    best: tuple[int, ImportMapping] | None = None
    for mapping in ImportMapping.objects.filter(kind=kind).order_by("-kept_at"):
        named = {plain(header) for header in read_mapping(text=mapping.content, name=mapping.name).headers()}
        if named and named <= there and (best is None or len(named) > best[0]):
            best = len(named), mapping
    return best[1] if best else None


def _remember(act: Act, mapping: ImportMapping, *, after: str | None) -> None:
    rows = [(f"{mapping.kind} {mapping.name}", {"content": mapping.content}, after and {"content": after})]
    record_changes(act=act, table=ImportMapping._meta.label, rows=rows)
