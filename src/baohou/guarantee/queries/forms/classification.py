"""The in-force client classification table of a department and quarter (PGM.8 to PGM.10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from baohou.core.period import Quarter
from baohou.guarantee.models import Guarantee, Measure
from baohou.guarantee.queries.forms.portfolio import Amounts, Graded, Managers, Portfolio, in_force_on, sum_amounts
from baohou.guarantee.rules.words import Grade
from baohou.kernel.people.models import Department

_NEEDS_MEASURE = (Grade.WATCH, Grade.RISK)


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

    @property
    def currencies(self) -> list[str]:
        return list(self.total.amounts)

    @property
    def without_measure(self) -> int:
        """Clients graded watch or risk for which no disposal measure is filed for the quarter (PGM.10)."""
        return sum(row.needs_measure and not row.measure for row in self.rows)


def get_classification(*, department: Department, quarter: Quarter) -> Classification:
    """Every client for whom a guarantee of the department speaks on the quarter's last day, the worst grade first.

    Seven queries, and those of the rule book.
    """
    held = Guarantee.objects.filter(in_force_on(quarter.last), department=department)
    portfolio = Portfolio(clients=held.values_list("client_id", flat=True))
    measures = dict(Measure.objects.filter(quarter=quarter.last).values_list("client_id", "text"))
    rows = [
        _classified(portfolio, client, speaking, quarter, measures.get(client, ""))
        for client in portfolio.clients()
        if (speaking := portfolio.speaking(client=client, on=quarter.last)) and speaking.department_id == department.pk
    ]
    rows.sort(key=lambda row: (-(row.graded.grade or 0), row.client, row.project_no))
    return Classification(department.name, quarter, rows, list(_by_grade(rows)), _total(None, rows))


def _classified(portfolio: Portfolio, client: int, speaking: Guarantee, quarter: Quarter, measure: str) -> Classified:
    held = portfolio.in_force(client=client, on=quarter.last)
    graded = portfolio.graded(client=client, on=quarter.last)
    return Classified(
        client=speaking.client.name,
        project_no=speaking.project_no,
        guarantees=len(held),
        amounts=sum_amounts(held),
        previous=_previous(portfolio, client, quarter.previous().last),
        graded=graded,
        managers=portfolio.managers(guarantee=speaking, on=quarter.last),
        measure=measure,
        needs_measure=graded.grade in _NEEDS_MEASURE,
    )


def _previous(portfolio: Portfolio, client: int, on: date) -> Graded | None:
    return portfolio.graded(client=client, on=on) if portfolio.in_force(client=client, on=on) else None


def _by_grade(rows: list[Classified]) -> Iterable[Total]:
    """A total for each of the four grades, also when it is empty, and one for clients without a grade if there are."""
    for grade in (*reversed(Grade), None):
        of_grade = [row for row in rows if row.graded.grade == grade]
        if grade or of_grade:
            yield _total(grade, of_grade)


def _total(grade: Grade | None, rows: list[Classified]) -> Total:
    sums: dict[str, int] = {}
    for row in rows:
        for currency, fen in row.amounts.items():
            sums[currency] = sums.get(currency, 0) + fen
    return Total(grade, len(rows), sum(row.guarantees for row in rows), dict(sorted(sums.items())))
