"""A department's duties of a quarter: classification table, visit plan (PGM.9) and hand-over of reports (PGM.11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from baohou.core.columns import NEVER, NOBODY, day_number, key_column, latest
from baohou.core.period import Quarter, quarter_of
from baohou.core.rulebook import RuleBook
from baohou.guarantee.rules import timelines
from baohou.guarantee.rules.book import Codes, value_of, version_at
from baohou.guarantee.rules.facts import Facts
from baohou.guarantee.rules.visits import DUTIES
from baohou.guarantee.rules.words import CLAUSE_OF, DutyKind, FilingKind

_FILED_BY = {
    FilingKind.CLASSIFICATION_REPORT: DutyKind.CLASSIFICATION_REPORT,
    FilingKind.VISIT_PLAN: DutyKind.VISIT_PLAN,
    FilingKind.HAND_OVER: DutyKind.HAND_OVER,
}
_SAMPLE = 64
"""Of how many visits one is looked at first."""
DUTY_OF_FILING = _FILED_BY
"""The duty that a filing does."""


def quarters_ended(begin: date | None, on: date) -> list[Quarter]:
    """The quarters that end from one day on up to another; none where nothing ever began."""
    quarters: list[Quarter] = []
    quarter = quarter_of(begin) if begin else None
    while quarter and quarter.last <= on:
        quarters.append(quarter)
        quarter = quarter.next()
    return quarters


def owing_departments(facts: Facts, quarters: Sequence[Quarter], *, line: pl.DataFrame | None = None) -> pl.DataFrame:
    """Which department owes what for which quarter: (kind, department_id, opens_on).

    A department with a client in force on the quarter's last day owes table and plan, and the hand-over if a visit was
    made in the quarter to a client that was its own on the day of the visit. Facts after a quarter's end do not matter
    for it. ``line`` is timelines.speaking of the facts, for a caller who has it already.
    """
    if not quarters:
        return no_departments()
    if line is None:
        line = timelines.speaking(replace(facts, appointments=facts.appointments.head(0)))
    line = timelines.spans(line, "client_id")
    ends = [day_number(quarter.last) for quarter in quarters]
    in_force = [_departments(line.filter((pl.col("from_on") <= last) & (pl.col("until_on") > last))) for last in ends]
    serving = pl.concat(
        [one.with_columns(opens_on=pl.lit(last, pl.Int32)) for one, last in zip(in_force, ends, strict=True)]
    )
    visiting = _visiting(facts, line, quarters, serving)
    owing = {
        DutyKind.CLASSIFICATION_REPORT: serving,
        DutyKind.VISIT_PLAN: serving,
        DutyKind.HAND_OVER: visiting,
    }
    return pl.concat(
        [
            departments.select("department_id", "opens_on", kind=pl.lit(kind.value, pl.Int16))
            for kind, departments in owing.items()
        ]
    ).select("kind", "department_id", "opens_on")


def no_departments() -> pl.DataFrame:
    """Nothing owed by any department."""
    return pl.DataFrame(schema={"kind": pl.Int16, "department_id": pl.Int64, "opens_on": pl.Int32})


def _visiting(facts: Facts, line: pl.DataFrame, quarters: Sequence[Quarter], serving: pl.DataFrame) -> pl.DataFrame:
    """Those of the departments serving, by quarter, whose own clients were visited in it.

    A sample of the visits mostly shows all of them; only of quarters for which it does not, every visit is looked at.
    """
    keys = ["department_id", "opens_on"]
    found = serving.head(0)
    for every in (_SAMPLE, 1):
        missing = serving.join(found, on=keys, how="anti")["opens_on"].unique().to_list()
        visits = facts.visits.gather_every(every)
        parts = [_visited(visits, line, quarter) for quarter in quarters if day_number(quarter.last) in missing]
        if parts:
            found = pl.concat([found, *parts]).unique().join(serving, on=keys, how="inner")
    return found


def _visited(visits: pl.DataFrame, line: pl.DataFrame, quarter: Quarter) -> pl.DataFrame:
    """The departments whose own clients were visited in a quarter: (department_id, opens_on)."""
    first, last = day_number(quarter.first), day_number(quarter.last)
    visits = visits.filter((pl.col("visited_on") >= first) & (pl.col("visited_on") <= last))
    visits = timelines.at(visits, line, day="visited_on")
    return _departments(visits).with_columns(opens_on=pl.lit(last, pl.Int32))


def _departments(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col("department_id") != NOBODY).select("department_id").unique()


def report_duties(
    owed: pl.DataFrame, filings: pl.DataFrame, postings: pl.DataFrame, book: RuleBook, *, on: date, codes: Codes
) -> pl.DataFrame:
    """The duties of departments as seen on a day, from who owes what (owing_departments)."""
    day = day_number(on)
    duties = owed.filter(pl.col("opens_on") <= day).with_columns(version_id=version_at(book, "opens_on"))
    duties = duties.filter(pl.col("version_id") != NOBODY)
    duties = duties.with_columns(due_on=_due_on(book, codes))
    duties = _filed(duties, filings.filter(pl.col("filed_on") <= day))
    duties = duties.with_columns(owned_on=pl.min_horizontal("due_on", pl.lit(day)).cast(pl.Int32))
    duties = latest(
        duties,
        manager_line(postings, day),
        by="department_id",
        at="owned_on",
        on="from_on",
        take={"item_id": NOBODY},
    )
    key = pl.lit(0, pl.Int64)
    for kind in _FILED_BY.values():
        key = (
            pl.when(pl.col("kind") == kind.value)
            .then(key_column(kind.value, "department_id", "opens_on"))
            .otherwise(key)
        )
    duties = duties.with_columns(
        key=key,
        client_id=pl.lit(NOBODY, pl.Int64),
        subject_id=pl.lit(NOBODY, pl.Int64),
        owner_id=pl.col("item_id"),
        lapsed_on=pl.lit(NEVER, pl.Int32),
    )
    return duties.select(*DUTIES)


def _due_on(book: RuleBook, codes: Codes) -> pl.Expr:
    """Day n of the quarter that follows; the first day of that quarter is the day after the one the duty opens on."""
    days = pl.lit(0, pl.Int64)
    for kind in _FILED_BY.values():
        given = value_of(book, CLAUSE_OF[kind], "day_of_quarter", codes=codes)
        days = pl.when(pl.col("kind") == kind.value).then(given).otherwise(days)
    return (pl.col("opens_on") + days).cast(pl.Int32)


def _filed(duties: pl.DataFrame, filings: pl.DataFrame) -> pl.DataFrame:
    kind = pl.lit(0, pl.Int16)
    for filing, duty in _FILED_BY.items():
        kind = pl.when(pl.col("kind") == filing.value).then(pl.lit(duty.value, pl.Int16)).otherwise(kind)
    filed = filings.select("department_id", kind.alias("kind"), opens_on="quarter", done_on="filed_on")
    duties = duties.join(filed, on=["department_id", "kind", "opens_on"], how="left")
    return duties.with_columns(pl.col("done_on").fill_null(NEVER).cast(pl.Int32))


def manager_line(postings: pl.DataFrame, day: int) -> pl.DataFrame:
    """Who manages a department when: (department_id, from_on, item_id); of two the one appointed last.

    A person's posting holds until the person's next posting known on the day.
    """
    known = postings.filter(pl.col("effective_on") <= day).sort("staff_id", "effective_on", "posting_id")
    same = pl.col("staff_id").shift(-1).fill_null(NOBODY) == pl.col("staff_id")
    until = pl.when(same).then(pl.col("effective_on").shift(-1)).otherwise(pl.lit(NEVER)).cast(pl.Int32)
    held = known.with_columns(until_on=until).filter((pl.col("manages") == 1) & (pl.col("department_id") != NOBODY))
    items = held.select(
        "department_id", "until_on", item_id="staff_id", from_on="effective_on", rank="posting_id"
    ).filter(pl.col("from_on") < pl.col("until_on"))
    return timelines.leading(items, by="department_id").sort("department_id", "from_on")
