"""The in-force client classification table of a department and quarter (PGM.8 to PGM.10).

While it is made it says what is proposed; handed in it says what was handed in; accepted it says what was sealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from baohou.core.money import sum_by_currency
from baohou.core.period import Quarter
from baohou.guarantee.models import Guarantee, Measure, Proposal
from baohou.guarantee.queries.forms.portfolio import Amounts, Graded, Managers, Portfolio, in_force_on, sum_amounts
from baohou.guarantee.queries.grading import State, find_filing
from baohou.guarantee.queries.table_paper import PAPER, tell
from baohou.guarantee.rules.grading import WATCHED
from baohou.guarantee.rules.words import Grade
from baohou.kernel.papers.models import Seal
from baohou.kernel.people.models import Department


@dataclass(frozen=True)
class Classified:
    """One client of the table. ``previous`` is None for a client that had nothing in force a quarter before."""

    client: str
    project_no: str
    guarantees: int
    amounts: Amounts
    previous: Graded | None
    graded: Graded
    managers: Managers
    measure: str
    needs_measure: bool


@dataclass(frozen=True)
class Total:
    """A line of the table's foot; ``grade`` is None for clients that have none, and on the grand total."""

    grade: Grade | None
    clients: int
    guarantees: int
    amounts: Amounts


@dataclass(frozen=True)
class Classification:
    department: str
    quarter: Quarter
    rows: list[Classified]
    by_grade: list[Total]
    total: Total
    draft: str = ""
    """How far a table has come that is not accepted yet; empty when it is, and while nobody has proposed a grade."""
    seal: Seal | None = None

    @property
    def currencies(self) -> list[str]:
        return list(self.total.amounts)

    @property
    def without_measure(self) -> int:
        """Clients graded watch or risk for which no disposal measure is filed for the quarter (PGM.10)."""
        return sum(row.needs_measure and not row.measure for row in self.rows)


def get_classification(*, department: Department, quarter: Quarter) -> Classification:
    """Every client for whom a guarantee of the department speaks on the quarter's last day, the worst grade first.

    Eleven queries at most, and those of the rule book.
    """
    filing, steps, state = find_filing(department, quarter.last)
    handed_in = steps[-1] if state is State.HANDED_IN else None
    if state is State.ACCEPTED:
        seal = Seal.objects.filter(kind=PAPER, subject_id__in=[step.pk for step in steps]).first()
        if seal is not None:
            return _table(department, quarter, _as_told(seal.content["said"]), seal=seal)
    if handed_in is not None and (said := tell(handed_in.pk)) is not None and said["rows"]:
        return _table(
            department, quarter, _as_told(said), draft=f"已上报，待接收（{handed_in.on} {handed_in.by.name}上报）"
        )
    rows, proposed = classify(department=department, quarter=quarter)
    open_draft = "草稿：本表尚未上报，分类为拟定，待部门经理签字" if proposed and filing is None else ""
    returned = "草稿：本表已退回，分类为拟定，待重新上报" if state is State.RETURNED else ""
    return _table(department, quarter, list(rows.values()), draft=returned or open_draft)


def classify(*, department: Department, quarter: Quarter) -> tuple[dict[int, Classified], int]:
    """The table's rows by client as they would be handed in now, and how many grades are proposed."""
    held = Guarantee.objects.filter(in_force_on(quarter.last), department=department)
    portfolio = Portfolio(clients=held.values_list("client_id", flat=True))
    measures = dict(Measure.objects.filter(quarter=quarter.last).values_list("client_id", "text"))
    made = Proposal.objects.filter(quarter=quarter.last, client__in=held.values("client_id"))
    proposals = {
        client: (Grade(grade), because) for client, grade, because in made.values_list("client_id", "grade", "because")
    }
    rows = {
        client: _classified(portfolio, client, speaking, quarter, measures.get(client, ""), proposals.get(client))
        for client in portfolio.clients()
        if (speaking := portfolio.speaking(client=client, on=quarter.last)) and speaking.department_id == department.pk
    }
    return rows, len(proposals.keys() & rows.keys())


def as_stated(row: Classified) -> dict[str, Any]:
    """A row in words and numbers that JSON can keep; read again when a table is printed as it was handed in."""
    return {
        "client": row.client,
        "project_no": row.project_no,
        "guarantees": row.guarantees,
        "amounts": dict(row.amounts),
        "previous": _graded_as_stated(row.previous) if row.previous else None,
        "graded": _graded_as_stated(row.graded),
        "manager_a": row.managers.a,
        "manager_b": row.managers.b,
    }


def _graded_as_stated(graded: Graded) -> dict[str, Any]:
    return {
        "grade": graded.grade.code if graded.grade else "",
        "since": graded.since.isoformat() if graded.since else None,
        "because": graded.because,
        "assumed": graded.assumed,
    }


def _as_told(said: Mapping[str, Any]) -> list[Classified]:
    return [
        Classified(
            client=row["client"],
            project_no=row["project_no"],
            guarantees=row["guarantees"],
            amounts=row["amounts"],
            previous=_graded_as_told(row["previous"]) if row["previous"] else None,
            graded=(graded := _graded_as_told(row["graded"])),
            managers=Managers(row["manager_a"], row["manager_b"]),
            measure=row["measure"]["text"] if row["measure"] else "",
            needs_measure=graded.grade in WATCHED,
        )
        for row in said["rows"]
    ]


def _graded_as_told(said: Mapping[str, Any]) -> Graded:
    since = date.fromisoformat(said["since"]) if said["since"] else None
    return Graded(Grade.read(said["grade"]), since, said["because"], assumed=said["assumed"])


def _table(
    department: Department, quarter: Quarter, rows: list[Classified], *, draft: str = "", seal: Seal | None = None
) -> Classification:
    rows = sorted(rows, key=lambda row: (-(row.graded.grade or 0), row.client, row.project_no))
    return Classification(department.name, quarter, rows, list(_by_grade(rows)), _total(None, rows), draft, seal)


def _classified(
    portfolio: Portfolio,
    client: int,
    speaking: Guarantee,
    quarter: Quarter,
    measure: str,
    proposed: tuple[Grade, str] | None,
) -> Classified:
    held = portfolio.in_force(client=client, on=quarter.last)
    graded = portfolio.graded(client=client, on=quarter.last)
    if proposed is not None:
        graded = _as_proposed(graded, *proposed, on=quarter.last)
    return Classified(
        client=speaking.client.name,
        project_no=speaking.project_no,
        guarantees=len(held),
        amounts=sum_amounts(held),
        previous=_previous(portfolio, client, quarter.previous().last),
        graded=graded,
        managers=portfolio.managers(guarantee=speaking, on=quarter.last),
        measure=measure,
        needs_measure=graded.grade in WATCHED,
    )


def _as_proposed(standing: Graded, grade: Grade, because: str, *, on: date) -> Graded:
    """A grade confirmed keeps its first day and, unless a new one is given, its reason; a new one begins on ``on``."""
    if grade is standing.grade:
        confirmed = standing.assumed and not because
        return Graded(grade, standing.since, because or standing.because, assumed=confirmed)
    return Graded(grade, on, because, assumed=False)


def _previous(portfolio: Portfolio, client: int, on: date) -> Graded | None:
    return portfolio.graded(client=client, on=on) if portfolio.in_force(client=client, on=on) else None


def _by_grade(rows: list[Classified]) -> Iterable[Total]:
    """A total for each of the four grades, also when it is empty, and one for clients without a grade if there are."""
    for grade in (*reversed(Grade), None):
        of_grade = [row for row in rows if row.graded.grade == grade]
        if grade or of_grade:
            yield _total(grade, of_grade)


def _total(grade: Grade | None, rows: list[Classified]) -> Total:
    sums = sum_by_currency(amount for row in rows for amount in row.amounts.items())
    return Total(grade, len(rows), sum(row.guarantees for row in rows), dict(sorted(sums.items())))
