"""Reading the facts that the rules stand on, as columns: all of them, or those of some clients."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Final

import polars as pl
from django.db.models import Min

from baohou.core.rulebook import RuleBook
from baohou.guarantee.models import GradeChange, Guarantee, ManagerAppointment, SpecialOrder, Touched, Visit
from baohou.guarantee.rules.facts import APPOINTMENTS, GRADES, ORDERS, VISITS, Facts, empty
from baohou.kernel import columns
from baohou.kernel.columns import Column, Kind, Table
from baohou.kernel.people.models import Department, Post

GUARANTEE_TABLE: Final = Table(
    "guarantee_guarantee",
    {
        "guarantee_id": Column(Kind.ID, "id"),
        "issued_on": Column(Kind.DAY, "issued_on"),
        "client_id": Column(Kind.ID, "client_id"),
        "released_on": Column(Kind.DAY, "released_on"),
        "department_id": Column(Kind.REF, "department_id"),
        "manager_id": Column(Kind.REF, "manager_a_id"),
    },
)
APPOINTMENT_TABLE: Final = Table(
    "guarantee_managerappointment",
    {
        "guarantee_id": Column(Kind.ID, "guarantee_id"),
        "manager_id": Column(Kind.REF, "manager_a_id"),
        "effective_on": Column(Kind.DAY, "effective_on"),
    },
)
GRADE_TABLE: Final = Table(
    "guarantee_gradechange",
    {
        "client_id": Column(Kind.ID, "client_id"),
        "grade": Column(Kind.CODE, "grade"),
        "effective_on": Column(Kind.DAY, "effective_on"),
    },
)
VISIT_TABLE: Final = Table(
    "guarantee_visit",
    {
        "client_id": Column(Kind.ID, "client_id"),
        "visited_on": Column(Kind.DAY, "visited_on"),
        "guarantee_id": Column(Kind.ID, "guarantee_id"),
        "kind": Column(Kind.CODE, "kind"),
    },
)
ORDER_TABLE: Final = Table(
    "guarantee_specialorder",
    {
        "client_id": Column(Kind.ID, "client_id"),
        "ordered_on": Column(Kind.DAY, "ordered_on"),
        "urgency": Column(Kind.CODE, "urgency"),
    },
)
FILING_TABLE: Final = Table(
    "guarantee_filing",
    {
        "department_id": Column(Kind.REF, "department_id"),
        "quarter": Column(Kind.DAY, "quarter"),
        "kind": Column(Kind.CODE, "kind"),
        "filed_on": Column(Kind.DAY, "filed_on"),
    },
)
POSTING_TABLE: Final = Table(
    "people_posting",
    {
        "posting_id": Column(Kind.REF, "id"),
        "staff_id": Column(Kind.REF, "staff_id"),
        "department_id": Column(Kind.REF, "department_id"),
        "manages": Column(Kind.CODE, f"CASE WHEN post = '{Post.DEPARTMENT_MANAGER.value}' THEN 1 ELSE 0 END"),
        "effective_on": Column(Kind.DAY, "effective_on"),
    },
)


def frame(table: Table, *, where: str = "", among: tuple[str, Sequence[int]] | None = None) -> pl.DataFrame:
    """A table's rows for the rules."""
    return columns.read(table, where=where, among=among)


def get_facts(book: RuleBook, *, clients: Sequence[int] | None = None) -> Facts:
    """All facts of the room, or those of some clients (at most some ten thousand)."""
    mine = None if clients is None else ("client_id", clients)
    return replace(_get_but_visits(book, clients=clients), visits=frame(VISIT_TABLE, among=mine))


@contextmanager
def reading_facts(book: RuleBook) -> Iterator[tuple[Facts, Callable[[], Facts]]]:
    """All facts of the room: at once without the visits, and with them when called for; see columns.reading_ahead."""
    facts = _get_but_visits(book)
    with columns.reading_ahead(VISIT_TABLE) as visits:
        yield facts, lambda: replace(facts, visits=visits().frame())


def _get_but_visits(book: RuleBook, *, clients: Sequence[int] | None = None) -> Facts:
    mine = None if clients is None else ("client_id", clients)
    guarantees = frame(GUARANTEE_TABLE, among=mine)
    appointments = (
        frame(APPOINTMENT_TABLE)
        if clients is None
        else frame(APPOINTMENT_TABLE, among=("guarantee_id", guarantees["guarantee_id"].to_list()))
    )
    return _with_codes(
        Facts(
            guarantees=guarantees,
            appointments=appointments,
            grades=frame(GRADE_TABLE, among=mine),
            visits=empty(VISITS),
            orders=frame(ORDER_TABLE, among=mine),
            codes={},
        ),
        book,
    )


def get_facts_in_force(book: RuleBook, *, on: date, clients: Sequence[int] | None = None) -> Facts:
    """What the opening of a period needs of clients in force on a day to whom nothing new has happened.

    Of all of them, or of some (at most some ten thousand).
    """
    mine = None if clients is None else ("client_id", clients)
    where = f"issued_on <= '{on.isoformat()}' AND (released_on IS NULL OR released_on > '{on.isoformat()}')"
    graded = f"effective_on <= '{on.isoformat()}'"
    guarantees = frame(GUARANTEE_TABLE, where=where, among=mine)
    theirs = None if clients is None else ("guarantee_id", guarantees["guarantee_id"].to_list())
    return _with_codes(
        Facts(
            guarantees=guarantees,
            appointments=frame(APPOINTMENT_TABLE, where=graded, among=theirs),
            grades=frame(GRADE_TABLE, where=graded, among=mine),
            visits=empty(VISITS),
            orders=empty(ORDERS),
            codes={},
        ),
        book,
    )


def get_facts_of_quarters(book: RuleBook, *, first: date, last: date) -> Facts:
    """What the reports of the quarters from ``first`` to ``last`` need: their visits, and all guarantees.

    All, since whether a visit is sound (Facts.sound) does not depend on the day that is looked at.
    """
    visited = f"visited_on BETWEEN '{first.isoformat()}' AND '{last.isoformat()}'"
    return _with_codes(
        Facts(
            guarantees=frame(GUARANTEE_TABLE),
            appointments=empty(APPOINTMENTS),
            grades=empty(GRADES),
            visits=frame(VISIT_TABLE, where=visited),
            orders=empty(ORDERS),
            codes={},
        ),
        book,
    )


def get_facts_of_portfolio(book: RuleBook) -> Facts:
    """All guarantees and grades, which say who was in force, whose, and how graded on any day."""
    return _with_codes(
        Facts(
            guarantees=frame(GUARANTEE_TABLE),
            appointments=empty(APPOINTMENTS),
            grades=frame(GRADE_TABLE),
            visits=empty(VISITS),
            orders=empty(ORDERS),
            codes={},
        ),
        book,
    )


def get_codes(book: RuleBook) -> dict[str, dict[str, int]]:
    """The numbers of the names that exceptions in the rule book may speak of."""
    return {
        "department": dict(Department.objects.values_list("name", "pk")),
        "product": {name: place for place, name in enumerate(sorted(_products(book)), start=1)},
    }


def _products(book: RuleBook) -> set[str]:
    """The products that some exception names."""
    return {
        name
        for version in book.versions
        for clause in version.clauses.values()
        for parameter in clause.parameters.values()
        for exception in parameter.exceptions
        for name in exception.when.get("product", ())
    }


def _with_codes(facts: Facts, book: RuleBook) -> Facts:
    """The facts with what is told by text: the order of project numbers, and products that exceptions name."""
    codes = get_codes(book)
    guarantees = facts.guarantees
    guarantees = guarantees.with_columns(
        pl.Series("rank", _ranks(guarantees), dtype=pl.Int16), _product_column(guarantees, codes["product"])
    )
    return replace(facts, guarantees=guarantees, codes=codes)


def _ranks(guarantees: pl.DataFrame) -> pl.Series:
    """The place of each guarantee, by project number as text, among those its client got on the same day."""
    tied = guarantees.filter(pl.struct("client_id", "issued_on").is_duplicated())
    if not len(tied):
        return pl.zeros(len(guarantees), dtype=pl.Int16, eager=True)
    numbers = dict(_project_numbers(tied["guarantee_id"].to_list()))
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for guarantee, client, day in tied.select("guarantee_id", "client_id", "issued_on").iter_rows():
        groups[client, day].append(guarantee)
    place = {
        guarantee: rank
        for group in groups.values()
        for rank, guarantee in enumerate(sorted(group, key=lambda guarantee: numbers[guarantee]))
    }
    old = pl.Series(place.keys(), dtype=pl.Int64)
    return guarantees["guarantee_id"].replace_strict(old, pl.Series(place.values(), dtype=pl.Int16), default=0)


def _project_numbers(guarantees: Sequence[int]) -> Iterable[tuple[int, str]]:
    for start in range(0, len(guarantees), 10_000):
        yield from Guarantee.objects.filter(pk__in=guarantees[start : start + 10_000]).values_list("pk", "project_no")


def _product_column(guarantees: pl.DataFrame, codes: dict[str, int]) -> pl.Series:
    named = dict(Guarantee.objects.filter(product__in=codes).values_list("pk", "product")) if codes else {}
    if not named:
        return pl.zeros(len(guarantees), dtype=pl.Int16, eager=True).alias("product")
    old = pl.Series(named.keys(), dtype=pl.Int64)
    new = pl.Series([codes[product] for product in named.values()], dtype=pl.Int16)
    return guarantees["guarantee_id"].replace_strict(old, new, default=0).alias("product")


def list_clients_dated(*, after: date, on: date) -> set[int]:
    """Clients to whom a fact is dated after one day, up to another."""
    between = (after, on)
    dated = [
        Guarantee.objects.filter(issued_on__gt=between[0], issued_on__lte=between[1]),
        Guarantee.objects.filter(released_on__gt=between[0], released_on__lte=between[1]),
        GradeChange.objects.filter(effective_on__gt=between[0], effective_on__lte=between[1]),
        Visit.objects.filter(visited_on__gt=between[0], visited_on__lte=between[1]),
        SpecialOrder.objects.filter(ordered_on__gt=between[0], ordered_on__lte=between[1]),
    ]
    clients = {client for facts in dated for client in facts.order_by().values_list("client_id", flat=True)}
    appointed = ManagerAppointment.objects.filter(effective_on__gt=between[0], effective_on__lte=between[1])
    return clients | set(appointed.order_by().values_list("guarantee__client_id", flat=True))


def list_touched() -> list[tuple[int, int, date]]:
    """Rows (number, client, since) of clients whose facts changed since the day last derived their duties."""
    return list(Touched.objects.order_by("pk").values_list("pk", "client_id", "since"))


def get_first_fact() -> date | None:
    """The first day on which anything was guaranteed."""
    first: date | None = Guarantee.objects.aggregate(first=Min("issued_on"))["first"]
    return first
