"""Who is graded watch or risk at a quarter's end, and whose disposal measure is missing (PGM.10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from baohou.guarantee.models import Measure
from baohou.guarantee.queries.grading import State, find_filing
from baohou.guarantee.queries.standing import measured_of, spoken_for
from baohou.guarantee.rules.grading import WATCHED
from baohou.guarantee.rules.words import Grade
from baohou.kernel import columns
from baohou.kernel.columns import Column, Kind, Table
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department

PAGE: Final = 50

_WATCHED: Final = [grade.value for grade in WATCHED]
_PROPOSALS: Final = Table(
    "guarantee_proposal",
    {"client_id": Column(Kind.ID, "client_id"), "proposed": Column(Kind.CODE, "grade")},
)


@dataclass(frozen=True)
class Watched:
    """A client graded watch or risk on a quarter's last day, and its measure when there is one."""

    client: Party
    grade: Grade
    guarantee_id: int
    manager_id: int
    measure: Measure | None


@dataclass(frozen=True)
class WatchedPage:
    """A stretch of the watched clients; ``lacking`` counts all without a measure, ``after`` is 0 on the last page."""

    rows: list[Watched]
    count: int
    lacking: int
    after: int


def list_watched(*, department: Department, quarter: date) -> list[Watched]:
    """The department's clients graded watch or risk on the quarter's last day, risk first, then by name.

    The department's are those for whom its guarantee speaks on that day; a client without a grade has the rule book's
    default grade. Until the quarter's table is accepted a grade proposed for that day goes before the standing one.
    """
    return _described(_watched(department, quarter), quarter)


def get_watched_page(*, department: Department, quarter: date, after: int = 0) -> WatchedPage:
    """Fifty of list_watched behind the first ``after``, and how many there are."""
    rows = _watched(department, quarter)
    measured = measured_of(rows["client_id"].to_list(), quarter=quarter)
    shown = _described(rows[after : after + PAGE], quarter)
    more = after + PAGE if len(rows) > after + PAGE else 0
    return WatchedPage(shown, len(rows), len(rows) - len(measured), more)


def _watched(department: Department, quarter: date) -> pl.DataFrame:
    """Client, grade, guarantee and manager of each watched client, in the order of the list."""
    proposed = _proposed(department, quarter)
    rows = spoken_for(department=department.pk, on=quarter)
    rows = rows.join(proposed, on="client_id", how="left").with_columns(grade=pl.coalesce("proposed", "grade"))
    rows = rows.filter(pl.col("grade").is_in(_WATCHED))
    return rows.sort("grade", "name", "client_id", descending=[True, False, False])


def _described(rows: pl.DataFrame, quarter: date) -> list[Watched]:
    clients = Party.objects.in_bulk(rows["client_id"].to_list())
    measures = {
        measure.client_id: measure
        for measure in Measure.objects.filter(quarter=quarter, client__in=clients).select_related(
            "department_manager", "manager_a", "manager_b"
        )
    }
    return [
        Watched(
            client=clients[row["client_id"]],
            grade=Grade(row["grade"]),
            guarantee_id=row["guarantee_id"],
            manager_id=row["manager_id"],
            measure=measures.get(row["client_id"]),
        )
        for row in rows.iter_rows(named=True)
    ]


def find_measure(client: Party, quarter: date) -> Measure | None:
    """A client's measure of a quarter with its people and actions. Two queries."""
    measures = Measure.objects.filter(client=client, quarter=quarter).prefetch_related("actions__responsible")
    return measures.select_related("department_manager", "manager_a", "manager_b").first()


def _proposed(department: Department, quarter: date) -> pl.DataFrame:
    """Grades proposed by client, until they hold."""
    if find_filing(department, quarter)[2] is State.ACCEPTED:
        return _PROPOSALS.empty()
    return columns.read(
        _PROPOSALS, where=f"quarter = '{quarter.isoformat()}'", among=("department_id", [department.pk])
    )
