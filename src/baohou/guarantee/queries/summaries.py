"""The sums over the whole portfolio and all duties, derived by columns, and the mark of what they rest on.

They are kept in tables of their own (services.summaries) and read from there by the pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Final

import polars as pl
from django.db.models import Count, Max, QuerySet

from baohou.core.columns import NEVER, NOBODY, day_number, day_of, latest
from baohou.core.period import Quarter, quarter_of
from baohou.core.rulebook import RuleBook
from baohou.guarantee.models import OverdueSlice, Summary, Visit
from baohou.guarantee.queries import facts as reading
from baohou.guarantee.queries.changes import latest_acts, latest_step
from baohou.guarantee.rules import timelines
from baohou.guarantee.rules.ageing import band_of
from baohou.guarantee.rules.facts import Facts
from baohou.guarantee.rules.words import Dimension, Grade
from baohou.kernel import columns
from baohou.kernel.columns import Column, Kind, Table
from baohou.kernel.duties import store
from baohou.kernel.duties.models import Duty
from baohou.kernel.prepared import prepared
from baohou.kernel.rulebook.queries import get_rule_book

PORTFOLIO: Final = "portfolio"
KEPT: Final = "kept"
REPORTS: Final = "reports"
QUARTERS_BACK: Final = 8
HEAVIEST: Final = 20

_BESIDE_THE_PORTFOLIO: Final = (
    *("visits.record", "import.visits", "remove.visits", "orders.order_special", "import.orders", "remove.orders"),
    *("reports.file", "reports.handed_in", "reports.returned", "reports.accepted", "import.filings", "remove.filings"),
    *("accountability.waive", "people.make_logins", "day.guarantee.duties", "day.guarantee.penalties"),
)
"""Acts that leave guarantees, clients, grades and measures as they were; any other may change them."""
_BESIDE_THE_REPORTS: Final = (
    *("visits.record", "orders.order_special", "import.orders", "remove.orders"),
    *("reports.file", "reports.handed_in", "reports.returned", "reports.accepted", "import.filings", "remove.filings"),
    *("hand_overs.give", "hand_overs.receive", "hand_overs.send_back", "hand_overs.sign_over", "hand_overs.sign_for"),
    *("plans.arrange", "plans.clear", "plans.set_date", "plans.set_dates", "plans.shift", "plans.spread"),
    *("proposals.propose", "proposals.propose_many", "proposals.keep_the_rest", "measures.file", "measures.finish"),
    *("accountability.waive", "people.make_logins", "day.guarantee.duties", "day.guarantee.penalties"),
)
"""Acts that leave guarantees, lists of reports and the visits that there were as they were."""
_STILL_UNDER_WAY: Final = 1000
"""So many of the latest visits stay out of the sum of reports: one whose row comes before may still be written."""
_FORM: Final = {KEPT: ("with ages",)}
"""What a release added to a part: sums that an earlier one kept are derived anew."""
_BESIDE: Final = {PORTFOLIO: _BESIDE_THE_PORTFOLIO, KEPT: (), REPORTS: _BESIDE_THE_REPORTS}

_AMOUNTS: Final = Table(
    "guarantee_guarantee",
    {"guarantee_id": Column(Kind.ID, "id"), "amount_fen": Column(Kind.LONG, "amount_fen")},
    key="guarantee_id",
)
_INDUSTRIES: Final = Table(
    "parties_party",
    {"client_id": Column(Kind.ID, "id"), "industry": Column(Kind.CODE, "industry")},
    key="client_id",
)
_MEASURES: Final = Table(
    "guarantee_measure",
    {"client_id": Column(Kind.ID, "client_id"), "day": Column(Kind.DAY, "quarter")},
    key="client_id",
)
_VISITS: Final = Table(
    "guarantee_visit", {**reading.VISIT_TABLE.columns, "by_id": Column(Kind.REF, "by_id")}, key="client_id"
)
_LISTED: Final = "EXISTS (SELECT 1 FROM guarantee_handoveritem AS listed WHERE listed.visit_id = guarantee_visit.id)"
_OF_A_DUTY: Final = ("kind", "client_id", "department_id", "owner_id", "due_on", "done_on")
_LAPSED: Final = Column(Kind.CODE, "CASE WHEN lapsed_on IS NULL THEN 0 ELSE 1 END")
_DUTIES: Final = Table(
    store.TABLE.name, {**{name: store.TABLE.columns[name] for name in _OF_A_DUTY}, "lapsed": _LAPSED}
)
"""What is asked of a duty, in two words."""

_VALUES: Final = {
    Dimension.WHOLE: pl.lit(""),
    Dimension.DEPARTMENT: pl.col("department_id"),
    Dimension.PRODUCT: pl.col("product"),
    Dimension.BANK: pl.col("bank"),
    Dimension.INDUSTRY: pl.col("industry"),
}


@dataclass(frozen=True)
class PortfolioSums:
    """Rows as the tables have them: see guarantee.models.PortfolioSlice, AmountSlice, HeavyClient."""

    slices: list[pl.DataFrame]
    amounts: list[pl.DataFrame]
    heaviest: pl.DataFrame


def mark_of(part: str, *, on: date) -> str:
    """What a part of the sums rests on: the business day, the latest acts, and for duties the latest step of a day."""
    said = [on.isoformat(), *map(str, latest_acts(beside=_BESIDE[part])), *_FORM.get(part, ())]
    if part == KEPT:
        said.append(f"step {latest_step()}")
    return sha256(" ".join(said).encode()).hexdigest()


def get_editions() -> tuple[tuple[Any, ...], ...]:
    """What the sums rest on and when they were made: what is shown of them is the same while this is. One query."""
    return tuple(_editions())


@prepared
def _editions() -> QuerySet[Summary, tuple[Any, ...]]:
    return Summary.objects.order_by("part").values_list("part", "mark", "made_at")


def is_up_to_date(part: str, *, on: date) -> bool:
    """Whether a part of the sums is as of a day and rests on what is in the books now."""
    return Summary.objects.filter(part=part, on=on, mark=mark_of(part, on=on)).exists()


def days_shown(on: date) -> list[date]:
    """The days on which the portfolio is shown: the last day of each of the quarters before, and the business day."""
    quarters = list(_quarters_before(on))
    return [*(quarter.last for quarter in reversed(quarters)), on]


def _quarters_before(on: date) -> Iterator[Quarter]:
    quarter = quarter_of(on)
    for _ in range(QUARTERS_BACK):
        quarter = quarter.previous()
        yield quarter


def sum_portfolio(*, on: date) -> PortfolioSums:
    """The portfolio on each of days_shown, by every dimension and grade."""
    book = get_rule_book()
    facts = reading.get_facts_of_portfolio(book).known(on)
    grades = facts.grades.sort("client_id", "effective_on")
    line = timelines.speaking(facts)
    held = _described(facts)
    measures = columns.read(_MEASURES).with_columns(measured=pl.lit(value=True))
    slices, amounts = [], []
    today = held.head(0).with_columns(grade=pl.lit(0, pl.Int16))
    for day in days_shown(on):
        number = day_number(day)
        standing = held.filter((pl.col("issued_on") <= number) & (pl.col("released_on") > number))
        clients = standing.select("client_id").unique()
        clients = clients.with_columns(day=pl.lit(number, pl.Int32))
        clients = latest(clients, line, by="client_id", at="day", on="from_on", take={"department_id": NOBODY})
        clients = latest(clients, grades, by="client_id", at="day", on="effective_on", take={"grade": 0})
        known = clients.with_columns(_graded(_default_grade(book, day)))
        known = known.join(measures, on=["client_id", "day"], how="left").with_columns(
            pl.col("measured").fill_null(value=False)
        )
        today = standing.join(known, on="client_id")
        for dimension in Dimension:
            one, two = _cut(today, dimension, day)
            slices.append(one)
            amounts.append(two)
    return PortfolioSums(slices, amounts, _heaviest(today, on))


def _described(facts: Facts) -> pl.DataFrame:
    """Guarantees with what the portfolio is cut by and summed."""
    guarantees = facts.guarantees.select("guarantee_id", "client_id", "issued_on", "released_on")
    texts = columns.read_texts("guarantee_guarantee", key="id", names=("product", "bank", "currency"))
    guarantees = guarantees.join(columns.read(_AMOUNTS), on="guarantee_id")
    guarantees = guarantees.join(texts, left_on="guarantee_id", right_on="id")
    return guarantees.join(columns.read(_INDUSTRIES), on="client_id")


def _default_grade(book: RuleBook, day: date) -> int:
    """The grade of clients whom nobody graded (PGM.7); 0 without a version in force."""
    version = book.in_force(day)
    grade = Grade.read(str(version.parameter("PGM.7", "default_grade").value)) if version else None
    return grade.value if grade else 0


def _graded(default: int) -> pl.Expr:
    return pl.when(pl.col("grade") == 0).then(pl.lit(default, pl.Int16)).otherwise(pl.col("grade")).alias("grade")


def _cut(held: pl.DataFrame, dimension: Dimension, day: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Counts and amounts by the values of a dimension and the grades."""
    valued = held.with_columns(value=_VALUES[dimension])
    client = pl.col("client_id")
    counts = valued.group_by("value", "grade").agg(
        clients=client.n_unique(), guarantees=pl.len(), with_measure=client.filter(pl.col("measured")).n_unique()
    )
    amounts = valued.group_by("value", "grade", "currency").agg(pl.col("amount_fen").sum())
    stamp = {"on": pl.lit(day), "dimension": pl.lit(dimension.value), "value": pl.col("value").cast(pl.String)}
    return (
        counts.with_columns(**stamp).select(
            "on", "dimension", "value", "grade", "clients", "guarantees", "with_measure"
        ),
        amounts.with_columns(pl.col("currency").cast(pl.String), **stamp).select(
            "on", "dimension", "value", "grade", "currency", "amount_fen"
        ),
    )


def _heaviest(held: pl.DataFrame, on: date) -> pl.DataFrame:
    """Of each currency the clients with the most guaranteed; of equal ones the one known longer."""
    sums = held.group_by("currency", "client_id").agg(pl.col("amount_fen").sum(), pl.col("grade").first())
    sums = sums.with_columns(pl.col("currency").cast(pl.String))
    sums = sums.sort(["currency", "amount_fen", "client_id"], descending=[False, True, False])
    sums = sums.with_columns(place=pl.int_range(1, pl.len() + 1).over("currency"), on=pl.lit(on))
    return sums.filter(pl.col("place") <= HEAVIEST).select(
        "on", "currency", "place", "client_id", "grade", "amount_fen"
    )


def sum_kept(*, on: date) -> pl.DataFrame:
    """How the duties that have opened by a day went, by quarter due, kind, department, owner and grade.

    Of the quarters of days_shown, the day's own, and those to come.
    """
    since = min(_quarters_before(on)).first
    duties = columns.read(_DUTIES, where=f"opens_on <= '{on.isoformat()}' AND due_on >= '{since.isoformat()}'")
    day = day_number(on)
    duties = duties.with_columns(graded_on=pl.min_horizontal("due_on", pl.lit(day)).cast(pl.Int32))
    grades = reading.frame(reading.GRADE_TABLE).sort("client_id", "effective_on")
    line = latest(
        duties,
        grades,
        by="client_id",
        at="graded_on",
        on="effective_on",
        take={"grade": 0},
    )
    duties = line
    duties = duties.with_columns(
        pl.when(pl.col("client_id") == NOBODY)
        .then(pl.lit(0, pl.Int16))
        .otherwise(_graded(_default_grade(get_rule_book(), on)))
        .alias("grade"),
        _quarter_of(duties["due_on"]),
    )
    sums: pl.DataFrame = duties.group_by("quarter", "kind", "department_id", "owner_id", "grade").agg(*_states(day))
    return sums.sort(pl.all())


def sum_overdue(*, on: date) -> list[OverdueSlice]:
    """The duties overdue on a day, however old, by department and how long. One query, of the index of what is to do.

    A duty opens no later than it is due, so all that are past their day have opened.
    """
    owed = Duty.objects.filter(done_on__isnull=True, lapsed_on__isnull=True, due_on__lt=on).order_by()
    sums: dict[tuple[int | None, int], OverdueSlice] = {}
    for department, due_on, duties in owed.values_list("department", "due_on").annotate(Count("pk")):
        key = department, band_of(due_on, on=on)
        empty = OverdueSlice(department_id=department, band=key[1], duties=0, oldest_due_on=due_on)
        one = sums.setdefault(key, empty)
        one.duties += duties
        one.oldest_due_on = min(one.oldest_due_on, due_on)
    return list(sums.values())


def _quarter_of(days: pl.Series) -> pl.Series:
    """The last day of the quarter of each day."""
    distinct = days.unique().to_list()
    lasts = [day_number(quarter_of(known).last) for known in map(day_of, distinct) if known]
    return days.replace_strict(
        pl.Series(distinct, dtype=pl.Int32), pl.Series(lasts, dtype=pl.Int32), return_dtype=pl.Int32
    ).alias("quarter")


def _states(day: int) -> Sequence[pl.Expr]:
    """Counts of each state (rules.words.DutyState) as seen on a day."""
    lapsed, done = pl.col("lapsed") == 1, pl.col("done_on") < NEVER
    owed, in_time = ~lapsed & ~done, pl.col("done_on") <= pl.col("due_on")
    past = pl.col("due_on") < day
    states = {
        "on_time": done & ~lapsed & in_time,
        "late": done & ~lapsed & ~in_time,
        "overdue": owed & past,
        "open": owed & ~past,
        "lapsed": lapsed,
    }
    return [state.sum().cast(pl.Int64).alias(name) for name, state in states.items()]


def last_row_to_sum() -> int:
    """The visit up to whose row the reports are summed."""
    return max(0, (Visit.objects.aggregate(last=Max("pk"))["last"] or 0) - _STILL_UNDER_WAY)


def sum_reports(*, on: date, last_row: int) -> pl.DataFrame:
    """Visits on no hand-over list, by quarter, by the department that spoke for the client, and by who made them.

    Of the quarters of days_shown and the day's own, up to the day and to a row.
    """
    since = min(_quarters_before(on)).first
    made = f"visited_on BETWEEN '{since.isoformat()}' AND '{on.isoformat()}' AND id <= {last_row:d}"
    visits = columns.read(_VISITS, where=f"{made} AND NOT {_LISTED}")
    facts = reading.get_facts_of_portfolio(get_rule_book())
    named = visits.join(facts.guarantees.select("guarantee_id", whose="client_id"), on="guarantee_id", how="left")
    sound = named.filter((pl.col("guarantee_id") == NOBODY) | (pl.col("whose") == pl.col("client_id")))
    spoken = latest(
        sound.select("client_id", "visited_on", "by_id"),
        timelines.speaking(facts),
        by="client_id",
        at="visited_on",
        on="from_on",
        take={"department_id": NOBODY},
    )
    reports = spoken.filter(pl.col("department_id") != NOBODY)
    reports = reports.with_columns(_quarter_of(reports["visited_on"]))
    counted = reports.group_by("quarter", "department_id", "by_id").agg(visits=pl.len().cast(pl.Int64))
    return counted.sort(pl.all())
