"""A department's duties of a quarter: classification table, visit plan (PGM.9) and hand-over of reports (PGM.11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import narwhals as nw

from baohou.core.columns import NEVER, NOBODY, Engine, Frame, day_number, key_column
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


def owing_departments(facts: Facts, quarters: Sequence[Quarter], *, line: Frame | None = None) -> Frame:
    """Which department owes what for which quarter: (kind, department_id, opens_on).

    A department with a client in force on the quarter's last day owes table and plan, and the hand-over if a visit was
    made in the quarter to a client that was its own on the day of the visit. Facts after a quarter's end do not matter
    for it. ``line`` is timelines.speaking of the facts, for a caller who has it already.
    """
    if not quarters:
        return no_departments(facts.engine)
    if line is None:
        line = timelines.speaking(replace(facts, appointments=facts.appointments.head(0)))
    line = timelines.spans(line, "client_id")
    ends = [day_number(quarter.last) for quarter in quarters]
    in_force = [_departments(line.filter((nw.col("from_on") <= last) & (nw.col("until_on") > last))) for last in ends]
    serving = nw.concat(
        [one.with_columns(opens_on=nw.lit(last, nw.Int32)) for one, last in zip(in_force, ends, strict=True)]
    )
    visiting = _visiting(facts, line, quarters, serving)
    owing = {
        DutyKind.CLASSIFICATION_REPORT: serving,
        DutyKind.VISIT_PLAN: serving,
        DutyKind.HAND_OVER: visiting,
    }
    return nw.concat(
        [
            departments.select("department_id", "opens_on", kind=nw.lit(kind.value, nw.Int16))
            for kind, departments in owing.items()
        ]
    ).select("kind", "department_id", "opens_on")


def no_departments(engine: Engine) -> Frame:
    """Nothing owed by any department."""
    empty = engine.frame({"kind": [], "department_id": [], "opens_on": []})
    return empty.select(
        nw.col("kind").cast(nw.Int16), nw.col("department_id").cast(nw.Int64), nw.col("opens_on").cast(nw.Int32)
    )


def _visiting(facts: Facts, line: Frame, quarters: Sequence[Quarter], serving: Frame) -> Frame:
    """Those of the departments serving, by quarter, whose own clients were visited in it.

    A sample of the visits mostly shows all of them; only of quarters for which it does not, every visit is looked at.
    """
    keys = ["department_id", "opens_on"]
    found = serving.head(0)
    for every in (_SAMPLE, 1):
        missing = serving.join(found, on=keys, how="anti")["opens_on"].unique().to_list()
        visits = facts.visits.gather_every(every)
        parts = [
            _visited(visits, line, quarter, facts.engine) for quarter in quarters if day_number(quarter.last) in missing
        ]
        if parts:
            found = nw.concat([found, *parts]).unique().join(serving, on=keys, how="inner")
    return found


def _visited(visits: Frame, line: Frame, quarter: Quarter, engine: Engine) -> Frame:
    """The departments whose own clients were visited in a quarter: (department_id, opens_on)."""
    first, last = day_number(quarter.first), day_number(quarter.last)
    visits = visits.filter((nw.col("visited_on") >= first) & (nw.col("visited_on") <= last))
    visits = timelines.at(visits, line, day="visited_on", engine=engine)
    return _departments(visits).with_columns(opens_on=nw.lit(last, nw.Int32))


def _departments(frame: Frame) -> Frame:
    return frame.filter(nw.col("department_id") != NOBODY).select("department_id").unique()


def report_duties(
    owed: Frame, filings: Frame, postings: Frame, book: RuleBook, *, on: date, engine: Engine, codes: Codes
) -> Frame:
    """The duties of departments as seen on a day, from who owes what (owing_departments)."""
    day = day_number(on)
    duties = owed.filter(nw.col("opens_on") <= day).with_columns(version_id=version_at(book, "opens_on"))
    duties = duties.filter(nw.col("version_id") != NOBODY)
    duties = duties.with_columns(due_on=_due_on(book, codes))
    duties = _filed(duties, filings.filter(nw.col("filed_on") <= day))
    duties = duties.with_columns(owned_on=nw.min_horizontal("due_on", nw.lit(day)).cast(nw.Int32))
    duties = engine.latest(
        duties,
        manager_line(postings, day),
        by="department_id",
        at="owned_on",
        on="from_on",
        take={"item_id": NOBODY},
    )
    key = nw.lit(0, nw.Int64)
    for kind in _FILED_BY.values():
        key = (
            nw.when(nw.col("kind") == kind.value)
            .then(key_column(kind.value, "department_id", "opens_on"))
            .otherwise(key)
        )
    duties = duties.with_columns(
        key=key,
        client_id=nw.lit(NOBODY, nw.Int64),
        subject_id=nw.lit(NOBODY, nw.Int64),
        owner_id=nw.col("item_id"),
        lapsed_on=nw.lit(NEVER, nw.Int32),
    )
    return duties.select(*DUTIES)


def _due_on(book: RuleBook, codes: Codes) -> nw.Expr:
    """Day n of the quarter that follows; the first day of that quarter is the day after the one the duty opens on."""
    days = nw.lit(0, nw.Int64)
    for kind in _FILED_BY.values():
        given = value_of(book, CLAUSE_OF[kind], "day_of_quarter", codes=codes)
        days = nw.when(nw.col("kind") == kind.value).then(given).otherwise(days)
    return (nw.col("opens_on") + days).cast(nw.Int32)


def _filed(duties: Frame, filings: Frame) -> Frame:
    kind = nw.lit(0, nw.Int16)
    for filing, duty in _FILED_BY.items():
        kind = nw.when(nw.col("kind") == filing.value).then(nw.lit(duty.value, nw.Int16)).otherwise(kind)
    filed = filings.select("department_id", kind.alias("kind"), opens_on="quarter", done_on="filed_on")
    duties = duties.join(filed, on=["department_id", "kind", "opens_on"], how="left")
    return duties.with_columns(nw.col("done_on").fill_null(NEVER).cast(nw.Int32))


def manager_line(postings: Frame, day: int) -> Frame:
    """Who manages a department when: (department_id, from_on, item_id); of two the one appointed last.

    A person's posting holds until the person's next posting known on the day.
    """
    known = postings.filter(nw.col("effective_on") <= day).sort("staff_id", "effective_on", "posting_id")
    same = nw.col("staff_id").shift(-1).fill_null(NOBODY) == nw.col("staff_id")
    until = nw.when(same).then(nw.col("effective_on").shift(-1)).otherwise(nw.lit(NEVER)).cast(nw.Int32)
    held = known.with_columns(until_on=until).filter((nw.col("manages") == 1) & (nw.col("department_id") != NOBODY))
    items = held.select(
        "department_id", "until_on", item_id="staff_id", from_on="effective_on", rank="posting_id"
    ).filter(nw.col("from_on") < nw.col("until_on"))
    return timelines.leading(items, by="department_id").sort("department_id", "from_on")
