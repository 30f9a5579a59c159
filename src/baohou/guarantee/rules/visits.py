"""Visit duties: routine (PGM.3), regular (PGM.4) and special (PGM.5), from the facts as known on a day.

``visit_duties`` is the one definition: the night that plans a million clients, the screen that re-plans one, and the
list of what was owed last Tuesday all call it.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from baohou.core.columns import (
    NEVER,
    NOBODY,
    day_number,
    first_day_of,
    first_from,
    key_column,
    latest,
    month_of,
    spread,
)
from baohou.core.rulebook import RuleBook
from baohou.guarantee.rules import timelines
from baohou.guarantee.rules.book import value_of, version_at
from baohou.guarantee.rules.facts import Facts
from baohou.guarantee.rules.timelines import Lines
from baohou.guarantee.rules.words import DutyKind, Grade, Urgency, VisitKind

DUTIES: Final = (
    "key",
    "kind",
    "client_id",
    "subject_id",
    "department_id",
    "owner_id",
    "version_id",
    "opens_on",
    "due_on",
    "done_on",
    "lapsed_on",
)
"""The columns of duties: NOBODY and NEVER stand where there is none."""

_RHYTHMS: Final = {grade: f"{grade.code}_months" for grade in Grade}


def visit_duties(
    facts: Facts, book: RuleBook, *, on: date, after: date | None = None, lines: Lines | None = None
) -> pl.DataFrame:
    """Visit duties as seen on a day, of the clients in ``facts``; with ``after``, only those that open later.

    ``facts`` holds whole clients and sound visits (Facts.sound); facts dated after ``on`` do not count. ``lines``
    are those of the facts known on the day, for a caller who has them already.
    """
    known = facts.known(on)
    since = -1 if after is None else day_number(after)
    lines = timelines.lines(known) if lines is None else lines
    day = day_number(on)
    of_clients = pl.concat([_regular(known, book, lines, day, since), _special(known, book, lines.in_force, since)])
    of_clients = _owned_by_client(of_clients, lines.speaking, day)
    routine = _owned_by_guarantee(_routine(known, book, since), known, lines.managers, day)
    columns = [column for column in DUTIES if column not in ("done_on", "lapsed_on")]
    columns += ["end_on", "visited_on"]
    duties = pl.concat([of_clients.select(columns), routine.select(columns)])
    return _settled(duties).select(*DUTIES)


def _routine(known: Facts, book: RuleBook, since: int) -> pl.DataFrame:
    """PGM.3: one visit for each guarantee, within days_after_issue of its issue (day 0)."""
    duties = known.guarantees.filter(pl.col("issued_on") > since)
    duties = duties.with_columns(opens_on=pl.col("issued_on"), end_on=pl.col("released_on"))
    duties = duties.with_columns(version_id=version_at(book, "opens_on")).filter(pl.col("version_id") != NOBODY)
    days = value_of(book, "PGM.3", "days_after_issue", codes=known.codes)
    duties = duties.with_columns(due_on=(pl.col("opens_on") + days).cast(pl.Int32))
    visits = known.visits.filter(pl.col("kind") == VisitKind.ROUTINE).select("guarantee_id", "visited_on")
    duties = _first_visit(duties, visits, "guarantee_id")
    return _keyed(duties, DutyKind.ROUTINE_VISIT, subject="guarantee_id")


def _regular(known: Facts, book: RuleBook, lines: Lines, day: int, since: int) -> pl.DataFrame:
    """PGM.4: one visit in each period on whose first day the client is in force and has a grade of that rhythm."""
    graded = lines.in_force.join(lines.grades, on="client_id", how="inner", suffix="_grade")
    low = pl.max_horizontal("from_on", "from_on_grade")
    high = pl.min_horizontal("until_on", "until_on_grade")
    graded = graded.with_columns(low=low, high=high).filter(pl.col("low") < pl.col("high"))
    parts = [
        _first_days(graded, months, begins=max(begins, since + 1), ends=min(ends, day + 1)).with_columns(
            version_id=pl.lit(number, pl.Int64)
        )
        for number, begins, ends, months in _rhythms(book)
    ]
    if not parts:
        return _no_duties()
    duties = pl.concat(parts)
    duties = duties.with_columns(
        opens_on=first_day_of(pl.col("month")),
        due_on=(first_day_of(pl.col("month") + pl.col("months")) - 1).cast(pl.Int32),
        end_on=pl.col("until_on"),
    )
    duties = _first_visit(duties, known.visits, "client_id")
    return _keyed(duties, DutyKind.REGULAR_VISIT, subject="client_id")


def _rhythms(book: RuleBook) -> list[tuple[int, int, int, pl.Expr]]:
    """For each version: its number, the days it is in force, the months of a grade's rhythm (0: none)."""
    result = []
    for version in book.versions:
        given = {grade: int(version.parameter("PGM.4", name).value) for grade, name in _RHYTHMS.items()}
        default = Grade.read(str(version.parameter("PGM.7", "default_grade").value))
        assert default is not None, "the loader takes no default grade but one of the four"
        months = pl.lit(given[default], pl.Int32)
        for grade, rhythm in given.items():
            months = pl.when(pl.col("grade") == grade.value).then(pl.lit(rhythm, pl.Int32)).otherwise(months)
        result.append((version.number, day_number(version.effective_on), day_number(version.ends_on), months))
    return result


def _first_days(graded: pl.DataFrame, months: pl.Expr, *, begins: int, ends: int) -> pl.DataFrame:
    """A row for each period of the rhythm that begins in the span, from ``begins`` up to the day before ``ends``."""
    rows = graded.with_columns(months=months).filter(pl.col("months") > 0)
    rows = rows.with_columns(low=pl.max_horizontal("low", pl.lit(begins)), high=pl.min_horizontal("high", pl.lit(ends)))
    rows = rows.filter(pl.col("low") < pl.col("high"))
    first = month_of(pl.col("low") - 1) + 1
    rows = rows.with_columns(
        first=((first + pl.col("months") - 1) // pl.col("months") * pl.col("months")).cast(pl.Int32),
        last=month_of(pl.col("high") - 1).cast(pl.Int32),
    )
    rows = rows.select("client_id", "until_on", "months", "first", "last")
    return spread(rows, first="first", last="last", step="months", into="month").drop("first", "last")


def _special(known: Facts, book: RuleBook, spans: pl.DataFrame, since: int) -> pl.DataFrame:
    """PGM.5: a special visit that somebody ordered, within the days that its urgency gives."""
    duties = known.orders.filter(pl.col("ordered_on") > since).with_columns(opens_on=pl.col("ordered_on"))
    duties = duties.with_columns(version_id=version_at(book, "opens_on")).filter(pl.col("version_id") != NOBODY)
    days = pl.lit(0, pl.Int64)
    for urgency in Urgency:
        given = value_of(book, "PGM.5", f"{urgency.code}_days", codes=known.codes)
        days = pl.when(pl.col("urgency") == urgency.value).then(given).otherwise(days)
    duties = duties.with_columns(due_on=(pl.col("opens_on") + days).cast(pl.Int32))
    duties = latest(duties, spans, by="client_id", at="opens_on", on="from_on", take={"until_on": 0})
    duties = duties.with_columns(end_on=pl.max_horizontal("until_on", "opens_on"))
    visits = known.visits.filter(pl.col("kind") == VisitKind.SPECIAL)
    duties = _first_visit(duties, visits, "client_id")
    return _keyed(duties, DutyKind.SPECIAL_VISIT, subject="client_id")


def _first_visit(duties: pl.DataFrame, visits: pl.DataFrame, by: str) -> pl.DataFrame:
    """The day of the first of the visits on or after the day the duty opens."""
    return first_from(duties, visits, by=by, at="opens_on", on="visited_on")


def _keyed(duties: pl.DataFrame, kind: DutyKind, *, subject: str) -> pl.DataFrame:
    """With kind and key; only a routine visit is about something else than the client."""
    about = pl.col(subject) if subject != "client_id" else pl.lit(NOBODY, pl.Int64)
    return duties.with_columns(
        kind=pl.lit(kind.value, pl.Int16), key=key_column(kind.value, subject, "opens_on"), subject_id=about
    ).select("key", "kind", "client_id", "subject_id", "version_id", "opens_on", "due_on", "end_on", "visited_on")


def _no_duties() -> pl.DataFrame:
    days = ("opens_on", "due_on", "end_on", "visited_on")
    names = ("key", "kind", "client_id", "subject_id", "version_id", *days)
    return pl.DataFrame(schema={**dict.fromkeys(names, pl.Int64), "kind": pl.Int16, **dict.fromkeys(days, pl.Int32)})


def _owned_by_client(duties: pl.DataFrame, line: pl.DataFrame, day: int) -> pl.DataFrame:
    """The department and A manager of the guarantee that speaks on the earlier of today and the due day."""
    duties = duties.with_columns(owned_on=pl.min_horizontal("due_on", pl.lit(day)).cast(pl.Int32))
    duties = timelines.at(duties, line, day="owned_on")
    return duties.with_columns(owner_id=pl.col("manager_id"))


def _owned_by_guarantee(duties: pl.DataFrame, known: Facts, managers: pl.DataFrame, day: int) -> pl.DataFrame:
    """The guarantee's own department and A manager on the earlier of today and the due day, while it is in force."""
    duties = duties.with_columns(owned_on=pl.min_horizontal("due_on", pl.lit(day)).cast(pl.Int32))
    departments = known.guarantees.select("guarantee_id", "department_id")
    duties = duties.with_columns(guarantee_id=pl.col("subject_id")).join(departments, on="guarantee_id", how="left")
    take = {"manager_id": NOBODY}
    duties = latest(duties, managers, by="guarantee_id", at="owned_on", on="from_on", take=take)
    there = pl.col("owned_on") < pl.col("end_on")
    return duties.with_columns(
        owner_id=pl.when(there).then(pl.col("manager_id")).otherwise(pl.lit(NOBODY, pl.Int64)),
        department_id=pl.when(there).then(pl.col("department_id")).otherwise(pl.lit(NOBODY, pl.Int64)),
    )


def _settled(duties: pl.DataFrame) -> pl.DataFrame:
    """Lapsed on the first day, not later than due, with nothing in force, unless done before; else done or not."""
    lapses = (pl.col("end_on") <= pl.col("due_on")) & (pl.col("visited_on") >= pl.col("end_on"))
    never = pl.lit(NEVER, pl.Int32)
    return duties.with_columns(
        lapsed_on=pl.when(lapses).then(pl.col("end_on")).otherwise(never),
        done_on=pl.when(lapses).then(never).otherwise(pl.col("visited_on")),
    )
