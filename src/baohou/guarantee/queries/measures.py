"""Who is graded watch or risk at a quarter's end, and whose disposal measure is missing (PGM.10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import narwhals as nw
import polars as pl

from baohou.core.columns import NOBODY, POLARS, day_number
from baohou.guarantee.models import Guarantee, Measure, Proposal
from baohou.guarantee.queries import facts as reading
from baohou.guarantee.queries.grading import State, find_filing
from baohou.guarantee.rules import timelines
from baohou.guarantee.rules.grading import WATCHED
from baohou.guarantee.rules.words import Grade
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department
from baohou.kernel.rulebook.queries import get_rule_book

MOST_BY_NAME = 20_000
"""Of so many clients the facts are read one by one; for more, everyone's are."""


@dataclass(frozen=True)
class Watched:
    """A client graded watch or risk on a quarter's last day, and its measure when there is one."""

    client: Party
    grade: Grade
    guarantee_id: int
    manager_id: int
    measure: Measure | None


def list_watched(*, department: Department, quarter: date) -> list[Watched]:
    """The department's clients graded watch or risk on the quarter's last day, by name.

    The department's are those for whom its guarantee speaks on that day; a client without a grade has the rule book's
    default grade. Until the quarter's table is accepted a grade proposed for that day goes before the standing one.
    """
    book = get_rule_book()
    version = book.in_force(quarter)
    default = Grade.read(str(version.parameter("PGM.7", "default_grade").value)) if version else None
    rows = _graded(department.pk, quarter, default.value if default else 0, _proposed(department, quarter))
    clients = Party.objects.in_bulk([row["client_id"] for row in rows])
    measures = {
        measure.client_id: measure
        for measure in Measure.objects.filter(quarter=quarter, client__in=clients).select_related(
            "department_manager", "manager_a", "manager_b"
        )
    }
    watched = [
        Watched(
            client=clients[row["client_id"]],
            grade=Grade(row["grade"]),
            guarantee_id=row["guarantee_id"],
            manager_id=row["manager_id"],
            measure=measures.get(row["client_id"]),
        )
        for row in rows
    ]
    return sorted(watched, key=lambda one: (-one.grade, one.client.name))


def _clients(department: int, quarter: date) -> list[int] | None:
    """The clients with a guarantee of the department, of whom it may be said to speak; None when they are too many."""
    theirs = Guarantee.objects.filter(department_id=department, issued_on__lte=quarter).order_by()
    clients = list(theirs.values_list("client_id", flat=True).distinct()[: MOST_BY_NAME + 1])
    return clients if len(clients) <= MOST_BY_NAME else None


def find_measure(client: Party, quarter: date) -> Measure | None:
    """A client's measure of a quarter with its people and actions. Two queries."""
    measures = Measure.objects.filter(client=client, quarter=quarter).prefetch_related("actions__responsible")
    return measures.select_related("department_manager", "manager_a", "manager_b").first()


def _proposed(department: Department, quarter: date) -> dict[int, int]:
    """Grades proposed by client, until they hold."""
    if find_filing(department, quarter)[2] is State.ACCEPTED:
        return {}
    return dict(Proposal.objects.filter(quarter=quarter, department=department).values_list("client_id", "grade"))


def _graded(department: int, quarter: date, default: int, proposed: dict[int, int]) -> list[dict[str, int]]:
    facts = reading.get_facts_in_force(get_rule_book(), on=quarter, clients=_clients(department, quarter))
    facts = facts.known(quarter)
    line = timelines.speaking(facts)
    day = nw.lit(day_number(quarter), nw.Int32)
    clients = line.select("client_id").unique().with_columns(day=day)
    take = {"guarantee_id": NOBODY, "department_id": NOBODY, "manager_id": NOBODY}
    clients = POLARS.latest(clients, line, by="client_id", at="day", on="from_on", take=take)
    clients = clients.filter(nw.col("department_id") == department)
    graded = POLARS.latest(clients, facts.grades, by="client_id", at="day", on="effective_on", take={"grade": 0})
    rows: pl.DataFrame = graded.to_native()
    rows = rows.with_columns(grade=pl.when(pl.col("grade") == 0).then(default).otherwise(pl.col("grade")))
    listed = [{**row, "grade": proposed.get(row["client_id"], row["grade"])} for row in rows.to_dicts()]
    return [row for row in listed if row["grade"] in WATCHED]
