"""Who is graded watch or risk at a quarter's end, and whose disposal measure is missing (PGM.10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import narwhals as nw
import polars as pl

from baohou.core.columns import NOBODY, POLARS, day_number
from baohou.guarantee.models import GradeChange, Guarantee, Measure, Proposal
from baohou.guarantee.queries import facts as reading
from baohou.guarantee.queries.grading import State, find_filing
from baohou.guarantee.rules import timelines
from baohou.guarantee.rules.grading import WATCHED
from baohou.guarantee.rules.words import Grade
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department
from baohou.kernel.rulebook.queries import get_rule_book

PAGE: Final = 50
MOST_BY_NAME: Final = 20_000
"""Of so many clients the facts are read one by one; for more, everyone's are."""


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
    clients = [row["client_id"] for row in rows]
    measured = set(Measure.objects.filter(quarter=quarter, client__in=clients).values_list("client_id", flat=True))
    shown = _described(rows[after : after + PAGE], quarter)
    more = after + PAGE if len(rows) > after + PAGE else 0
    return WatchedPage(shown, len(rows), len(rows) - len(measured), more)


def _watched(department: Department, quarter: date) -> list[dict[str, int]]:
    """Client, grade, guarantee and manager of each watched client, in the order of the list."""
    version = get_rule_book().in_force(quarter)
    default = Grade.read(str(version.parameter("PGM.7", "default_grade").value)) if version else None
    proposed = _proposed(department, quarter)
    clients = _clients(department.pk, quarter)
    if default not in WATCHED:
        clients = _ever_watched(clients, department.pk, quarter, proposed)
    rows = _graded(department.pk, quarter, default.value if default else 0, proposed, clients)
    names = dict(Party.objects.filter(pk__in=[row["client_id"] for row in rows]).values_list("pk", "name"))
    return sorted(rows, key=lambda row: (-row["grade"], names[row["client_id"]]))


def _described(rows: list[dict[str, int]], quarter: date) -> list[Watched]:
    clients = Party.objects.in_bulk([row["client_id"] for row in rows])
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
        for row in rows
    ]


def _clients(department: int, quarter: date) -> list[int] | None:
    """The clients with a guarantee of the department, of whom it may be said to speak; None when they are too many."""
    theirs = Guarantee.objects.filter(department_id=department, issued_on__lte=quarter).order_by()
    clients = list(theirs.values_list("client_id", flat=True).distinct()[: MOST_BY_NAME + 1])
    return clients if len(clients) <= MOST_BY_NAME else None


def _ever_watched(
    clients: list[int] | None, department: int, quarter: date, proposed: dict[int, int]
) -> list[int] | None:
    """Of these clients those who were ever graded watch or risk, or are proposed to be: no others can be now."""
    if clients is None:
        return None
    theirs = Guarantee.objects.filter(department_id=department, issued_on__lte=quarter).order_by()
    given = GradeChange.objects.filter(
        grade__in=WATCHED, effective_on__lte=quarter, client__in=theirs.values("client_id")
    )
    found = set(given.order_by().values_list("client_id", flat=True))
    return sorted(found | {client for client, grade in proposed.items() if grade in WATCHED})


def find_measure(client: Party, quarter: date) -> Measure | None:
    """A client's measure of a quarter with its people and actions. Two queries."""
    measures = Measure.objects.filter(client=client, quarter=quarter).prefetch_related("actions__responsible")
    return measures.select_related("department_manager", "manager_a", "manager_b").first()


def _proposed(department: Department, quarter: date) -> dict[int, int]:
    """Grades proposed by client, until they hold."""
    if find_filing(department, quarter)[2] is State.ACCEPTED:
        return {}
    return dict(Proposal.objects.filter(quarter=quarter, department=department).values_list("client_id", "grade"))


def _graded(
    department: int, quarter: date, default: int, proposed: dict[int, int], clients: list[int] | None
) -> list[dict[str, int]]:
    facts = reading.get_facts_in_force(get_rule_book(), on=quarter, clients=clients)
    facts = facts.known(quarter)
    line = timelines.speaking(facts)
    day = nw.lit(day_number(quarter), nw.Int32)
    standing = line.select("client_id").unique().with_columns(day=day)
    take = {"guarantee_id": NOBODY, "department_id": NOBODY, "manager_id": NOBODY}
    standing = POLARS.latest(standing, line, by="client_id", at="day", on="from_on", take=take)
    standing = standing.filter(nw.col("department_id") == department)
    graded = POLARS.latest(standing, facts.grades, by="client_id", at="day", on="effective_on", take={"grade": 0})
    rows: pl.DataFrame = graded.to_native()
    rows = rows.with_columns(grade=pl.when(pl.col("grade") == 0).then(default).otherwise(pl.col("grade")))
    listed = [{**row, "grade": proposed.get(row["client_id"], row["grade"])} for row in rows.to_dicts()]
    return [row for row in listed if row["grade"] in WATCHED]
