"""Visits that contradict the guarantees: set aside with the reason, until they are mended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl

from baohou.core.columns import day_of
from baohou.core.sayings import say
from baohou.day.models import SetAside
from baohou.guarantee.models import Guarantee, Visit
from baohou.guarantee.rules.facts import BEFORE_ISSUE, OTHER_CLIENT
from baohou.guarantee.rules.words import VisitKind
from baohou.kernel.parties.models import Party

STEP: Final = "guarantee.duties"
_CODES: Final = {
    BEFORE_ISSUE: "guarantee.visit.before_issue",
    OTHER_CLIENT: "guarantee.visit.other_client",
}


def set_aside(wrong: pl.DataFrame, *, clients: Sequence[int] | None, on: date) -> int:
    """Bring what is set aside of some clients (None: of all) to the visits found wrong; their number."""
    found = {(row, _CODES[fault]): message for row, fault, message in _named(wrong)}
    known = {(one.row, one.code): one for one in _known(clients)}
    SetAside.objects.filter(pk__in=[one.pk for key, one in known.items() if key not in found]).delete()
    SetAside.objects.bulk_create(
        SetAside(step=STEP, table=Visit._meta.db_table, row=row, code=code, message=message, since=on)
        for (row, code), message in found.items()
        if (row, code) not in known
    )
    return len(found)


def list_clients_set_aside() -> set[int]:
    """The clients of whom something is set aside."""
    rows = SetAside.objects.filter(step=STEP).values_list("row", flat=True)
    return set(Visit.objects.filter(pk__in=list(rows)).values_list("client_id", flat=True))


def _known(clients: Sequence[int] | None) -> list[SetAside]:
    """What is set aside of these clients, and of visits that are there no more."""
    every = list(SetAside.objects.filter(step=STEP))
    if clients is None or not every:
        return every
    owner = dict(Visit.objects.filter(pk__in=[one.row for one in every]).values_list("pk", "client_id"))
    wanted = set(clients)
    return [one for one in every if one.row not in owner or owner[one.row] in wanted]


def _named(wrong: pl.DataFrame) -> list[tuple[int, int, str]]:
    """(row, fault, what is wrong and what to do) of each visit found wrong."""
    if not len(wrong):
        return []
    clients = wrong["client_id"].unique().to_list()
    names = dict(Party.objects.filter(pk__in=clients).values_list("pk", "name"))
    projects = dict(
        Guarantee.objects.filter(pk__in=wrong["guarantee_id"].unique().to_list()).values_list("pk", "project_no")
    )
    rows = {
        (client, guarantee or 0, day, kind): pk
        for pk, client, guarantee, day, kind in Visit.objects.filter(client_id__in=clients).values_list(
            "pk", "client_id", "guarantee_id", "visited_on", "kind"
        )
    }
    named: list[tuple[int, int, str]] = []
    for client, guarantee, day, kind, fault in wrong.select(
        "client_id", "guarantee_id", "visited_on", "kind", "fault"
    ).iter_rows():
        visited = day_of(day)
        assert visited is not None, "a visit has a day"
        about = say(
            "%(client)s %(on)s 的%(kind)s回访",
            client=names.get(client) or say("未知客户"),
            on=visited.isoformat(),
            kind=say(VisitKind(kind).zh),
        )
        if fault == BEFORE_ISSUE:
            said = say("%(visit)s早于该客户首笔担保的起始日，请核对回访日期或担保起始日。", visit=about)
        else:
            project = projects.get(guarantee, "")
            said = say("%(visit)s所填项目 %(project)s 属于别的客户，请核对项目编号。", visit=about, project=project)
        named.append((rows[client, guarantee, visited, kind], fault, said))
    return named
