"""The portfolio and how well the clauses are kept, read from the sums that are kept up: a handful of short queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Sum

from baohou.core.money import HOME_CURRENCY
from baohou.core.period import Quarter, quarter_of
from baohou.guarantee.models import AmountSlice, HeavyClient, KeptSlice, OverdueSlice, PortfolioSlice
from baohou.guarantee.queries.summaries import days_shown
from baohou.guarantee.rules.ageing import BANDS
from baohou.guarantee.rules.words import CLAUSE_OF, VISITS, Dimension, DutyKind, Grade
from baohou.kernel.people.models import Department, Staff

STATES = ("on_time", "late", "overdue", "open", "lapsed")


@dataclass
class Portion:
    """The clients that share a value, on one day: by grade (0 where there is none), and what is guaranteed for them."""

    clients: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    with_measure: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    guarantees: int = 0
    amounts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def total(self) -> int:
        return sum(self.clients.values())

    def of_grades(self, *grades: Grade) -> int:
        """Clients of these grades."""
        return sum(self.clients.get(grade.value, 0) for grade in grades)

    def measured(self, *grades: Grade) -> int:
        """Clients of these grades with a measure filed for the quarter."""
        return sum(self.with_measure.get(grade.value, 0) for grade in grades)


@dataclass(frozen=True)
class Going:
    """How duties went: counts of the five states (rules.words.DutyState)."""

    on_time: int = 0
    late: int = 0
    overdue: int = 0
    open: int = 0
    lapsed: int = 0

    @property
    def judged(self) -> int:
        """Duties of which it is known whether they were done in time."""
        return self.on_time + self.late + self.overdue

    @property
    def all(self) -> int:
        return self.judged + self.open + self.lapsed

    @property
    def rate(self) -> float | None:
        """The share done in time; None when nothing was due yet."""
        return self.on_time / self.judged if self.judged else None


@dataclass(frozen=True)
class Heavy:
    """One of the clients with the most guaranteed in a currency, and its share of all in that currency."""

    place: int
    client_id: int
    name: str
    grade: Grade | None
    currency: str
    amount_fen: int
    share: float


def get_portions(dimension: Dimension, *, days: list[date]) -> dict[date, dict[str, Portion]]:
    """The portfolio cut by a dimension on each of some days of days_shown. Two queries."""
    found: dict[date, dict[str, Portion]] = {day: defaultdict(Portion) for day in days}
    counts = PortfolioSlice.objects.filter(dimension=dimension, on__in=days)
    for one in counts:
        portion = found[one.on][one.value]
        portion.clients[one.grade] += one.clients
        portion.with_measure[one.grade] += one.with_measure
        portion.guarantees += one.guarantees
    amounts = AmountSlice.objects.filter(dimension=dimension, on__in=days).order_by()
    for row in amounts.values("on", "value", "currency").annotate(fen=Sum("amount_fen")):
        found[row["on"]][row["value"]].amounts[row["currency"]] = row["fen"]
    return found


def get_clients_over(dimension: Dimension, *, days: Sequence[date]) -> dict[str, dict[date, int]]:
    """How many clients share each value of a dimension on each of some days of days_shown. One query."""
    found: dict[str, dict[date, int]] = defaultdict(dict)
    counts = PortfolioSlice.objects.filter(dimension=dimension, on__in=days).order_by()
    for value, day, clients in counts.values_list("value", "on").annotate(Sum("clients")):
        found[value][day] = clients
    return found


def get_amounts_over(dimension: Dimension, *, days: Sequence[date]) -> dict[str, dict[str, dict[date, int]]]:
    """What is guaranteed in each currency for each value of a dimension on each of some days. One query."""
    found: dict[str, dict[str, dict[date, int]]] = defaultdict(lambda: defaultdict(dict))
    sums = AmountSlice.objects.filter(dimension=dimension, on__in=days).order_by()
    for currency, value, day, fen in sums.values_list("currency", "value", "on").annotate(Sum("amount_fen")):
        found[currency][value][day] = fen
    return found


def list_heaviest(*, on: date) -> list[Heavy]:
    """The heaviest clients of each currency, the home currency first. Two queries."""
    whole = AmountSlice.objects.filter(on=on, dimension=Dimension.WHOLE).order_by()
    totals = dict(whole.values_list("currency").annotate(Sum("amount_fen")))
    heavy = HeavyClient.objects.filter(on=on).select_related("client").order_by("place")
    rows = [
        Heavy(
            place=one.place,
            client_id=one.client_id,
            name=one.client.name,
            grade=Grade(one.grade) if one.grade else None,
            currency=one.currency,
            amount_fen=one.amount_fen,
            share=one.amount_fen / totals[one.currency] if totals.get(one.currency) else 0.0,
        )
        for one in heavy
    ]
    return sorted(rows, key=lambda row: (row.currency != HOME_CURRENCY, row.currency, row.place))


def get_kept_by_clause(*, on: date) -> dict[Quarter, dict[str, Going]]:
    """How each clause was kept, by the quarter due, up to the quarter of the day. One query."""
    sums = KeptSlice.objects.order_by().values("quarter", "kind").annotate(**_sums())
    counts: dict[Quarter, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for each in sums:
        row: dict[str, Any] = dict(each)
        for state in STATES:
            counts[quarter_of(row["quarter"])][CLAUSE_OF[DutyKind(row["kind"])]][state] += row[state]
    last = quarter_of(on)
    return {
        quarter: {clause: Going(**numbers) for clause, numbers in sorted(by_clause.items())}
        for quarter, by_clause in sorted(counts.items())
        if quarter <= last
    }


def get_visits_kept(by: str, quarter: Quarter) -> dict[int, Going]:
    """How the visits due in a quarter went, by department, owner (their rows, 0 for none) or grade. One query."""
    column = {"department": "department_id", "owner": "owner_id", "grade": "grade"}[by]
    due = KeptSlice.objects.filter(quarter=quarter.last, kind__in=VISITS).order_by()
    return {
        row[column] or 0: Going(**{state: row[state] for state in STATES})
        for row in due.values(column).annotate(**_sums())
    }


@dataclass
class Ages:
    """What of a department is overdue: duties in each of rules.ageing.BANDS, and the oldest due day."""

    duties: list[int]
    oldest_due_on: date

    @property
    def total(self) -> int:
        return sum(self.duties)

    @property
    def worst_first(self) -> tuple[int, ...]:
        """By this the department with most of the oldest comes first."""
        return tuple(-number for number in reversed(self.duties))


def get_ages() -> dict[int, Ages]:
    """How old what is overdue is, by department (its row, 0 for none). One query of the sums."""
    found: dict[int, Ages] = {}
    for one in OverdueSlice.objects.all():
        ages = found.setdefault(one.department_id or 0, Ages([0] * len(BANDS), one.oldest_due_on))
        ages.duties[one.band] += one.duties
        ages.oldest_due_on = min(ages.oldest_due_on, one.oldest_due_on)
    return found


def _sums() -> dict[str, Sum]:
    return {state: Sum(state) for state in STATES}


def quarters_shown(on: date) -> list[Quarter]:
    """The quarters whose duties are summed, the newest first."""
    return [quarter_of(on), *(quarter_of(day) for day in reversed(days_shown(on)[:-1]))]


def name_departments() -> dict[int, str]:
    """The names of all departments by row."""
    return dict(Department.objects.values_list("pk", "name"))


def name_staff(rows: list[int]) -> dict[int, str]:
    """The names, with staff numbers, of some members of staff."""
    return {staff.pk: str(staff) for staff in Staff.objects.filter(pk__in=rows)}
