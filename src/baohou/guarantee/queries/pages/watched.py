"""Who is watch or risk today, the most pressing first, with the measure and what is to do of it (PGM.10, GPM.3)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from baohou.core.period import Quarter, ended_quarter, quarter_of
from baohou.guarantee.models import GradeChange, Guarantee, Measure, MeasureAction
from baohou.guarantee.queries.actions import ActionRow, describe_actions
from baohou.guarantee.queries.pages.client_rows import ClientRow, describe_clients
from baohou.guarantee.queries.pages.clients import in_force
from baohou.guarantee.rules.grading import WATCHED
from baohou.guarantee.rules.words import Grade
from baohou.kernel.prepared import prepared

SHOWN: Final = 12
"""So many stand on the page; the list of clients has all."""
_NAMED: Final = 3
_LOOKED_AT: Final = 4 * SHOWN
"""Of so many actions that are overdue longest the clients are looked at."""


@dataclass(frozen=True)
class WatchedToday:
    """A client graded watch or risk since a day, with the measure of the quarter that ended last, or of a later one.

    ``actions`` are still to do; a client without a ``measure`` ``lacks`` one when it was watch or risk at that
    quarter's end.
    """

    client: ClientRow
    since: date
    measure: Measure | None
    actions: list[ActionRow]
    today: date

    @property
    def quarter(self) -> Quarter | None:
        """The quarter of the measure."""
        return quarter_of(self.measure.quarter) if self.measure else None

    @property
    def shown(self) -> list[ActionRow]:
        """The actions that a line names, the most urgent first."""
        return self.actions[:_NAMED]

    @property
    def more(self) -> int:
        return len(self.actions) - len(self.shown)

    @property
    def lacks(self) -> bool:
        return self.measure is None and self.since <= ended_quarter(self.today).last

    @property
    def said(self) -> tuple[object, ...]:
        """All that a line of the page says of it."""
        filed = (self.measure.pk, self.measure.act_id) if self.measure else None
        return self.client, self.since, filed, self.lacks, tuple(self.actions)


def list_watched_today(*, on: date) -> list[WatchedToday]:
    """Those with the longest overdue actions first, then risk, then watch, the latest graded first. Fifteen queries."""
    pressing = list(dict.fromkeys(_overdue(on)))
    order = {client: place for place, client in enumerate(pressing)}
    found = sorted(_those(pressing, on), key=lambda one: order[one.client_id])[:SHOWN]
    known = {one.client_id for one in found}
    for grade in (Grade.RISK, Grade.WATCH):
        if len(found) < SHOWN:
            found += [one for one in _latest(grade, on) if one.client_id not in known]
    return _described(found[:SHOWN], on)


def _described(found: list[GradeChange], on: date) -> list[WatchedToday]:
    clients = [one.client for one in found]
    rows = {row.id: row for row in describe_clients(clients, on=on, unless=None)}
    measures = {one.client_id: one for one in _measures([one.pk for one in clients], ended_quarter(on).last)}
    actions: defaultdict[int, list[ActionRow]] = defaultdict(list)
    for action in describe_actions(_to_do([one.pk for one in measures.values()]), today=on):
        actions[action.client_id].append(action)
    return [
        WatchedToday(rows[one.client_id], one.effective_on, measures.get(one.client_id), actions[one.client_id], on)
        for one in found
    ]


@prepared
def _overdue(on: date) -> QuerySet[MeasureAction, int]:
    """The clients of the actions that are overdue longest."""
    late = MeasureAction.objects.filter(done_on__isnull=True, due_on__lt=on).order_by("due_on", "pk")
    return late.values_list("measure__client_id", flat=True)[:_LOOKED_AT]


def _holding(on: date) -> QuerySet[GradeChange]:
    """The grades that stand on a day, of clients with a guarantee in force."""
    later = GradeChange.objects.filter(
        client=OuterRef("client"), effective_on__gt=OuterRef("effective_on"), effective_on__lte=on
    )
    held = Guarantee.objects.filter(in_force(on), client=OuterRef("client"))
    return GradeChange.objects.filter(~Exists(later), Exists(held), effective_on__lte=on).select_related("client")


@prepared
def _those(clients: list[int], on: date) -> QuerySet[GradeChange]:
    return _holding(on).filter(client__in=clients, grade__in=list(WATCHED))


@prepared
def _latest(grade: Grade, on: date) -> QuerySet[GradeChange]:
    """Twice as many as are shown: some may stand there already."""
    return _holding(on).filter(grade=grade.value).order_by("-effective_on", "-pk")[: 2 * SHOWN]


@prepared
def _measures(clients: list[int], quarter: date) -> QuerySet[Measure]:
    return Measure.objects.filter(client__in=clients, quarter__gte=quarter).order_by("quarter")


@prepared
def _to_do(measures: list[int]) -> QuerySet[MeasureAction]:
    found = MeasureAction.objects.filter(measure__in=measures, done_on__isnull=True).order_by("due_on", "pk")
    return found.select_related("measure__client", "responsible")
