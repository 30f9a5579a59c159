"""Visit duties: routine (PGM.3), regular (PGM.4) and special (PGM.5), from the facts as known on a day.

``visit_duties`` is the one definition: the night that plans a million clients, the screen that re-plans one, and the
list of what was owed last Tuesday all call it.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import narwhals as nw

from baohou.core.columns import NEVER, NOBODY, Engine, Frame, day_number, key_column
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
) -> Frame:
    """Visit duties as seen on a day, of the clients in ``facts``; with ``after``, only those that open later.

    ``facts`` holds whole clients and sound visits (Facts.sound); facts dated after ``on`` do not count. ``lines``
    are those of the facts known on the day, for a caller who has them already.
    """
    known = facts.known(on)
    since = -1 if after is None else day_number(after)
    lines = timelines.lines(known) if lines is None else lines
    day = day_number(on)
    of_clients = nw.concat([_regular(known, book, lines, day, since), _special(known, book, lines.in_force, since)])
    of_clients = _owned_by_client(of_clients, lines.speaking, day, known.engine)
    routine = _owned_by_guarantee(_routine(known, book, since), known, lines.managers, day)
    columns = [column for column in DUTIES if column not in ("done_on", "lapsed_on")]
    columns += ["end_on", "visited_on"]
    duties = nw.concat([of_clients.select(columns), routine.select(columns)])
    return _settled(duties).select(*DUTIES)


def _routine(known: Facts, book: RuleBook, since: int) -> Frame:
    """PGM.3: one visit for each guarantee, within days_after_issue of its issue (day 0)."""
    duties = known.guarantees.filter(nw.col("issued_on") > since)
    duties = duties.with_columns(opens_on=nw.col("issued_on"), end_on=nw.col("released_on"))
    duties = duties.with_columns(version_id=version_at(book, "opens_on")).filter(nw.col("version_id") != NOBODY)
    days = value_of(book, "PGM.3", "days_after_issue", codes=known.codes)
    duties = duties.with_columns(due_on=(nw.col("opens_on") + days).cast(nw.Int32))
    visits = known.visits.filter(nw.col("kind") == VisitKind.ROUTINE).select("guarantee_id", "visited_on")
    duties = _first_visit(duties, visits, "guarantee_id", known.engine)
    return _keyed(duties, DutyKind.ROUTINE_VISIT, subject="guarantee_id")


def _regular(known: Facts, book: RuleBook, lines: Lines, day: int, since: int) -> Frame:
    """PGM.4: one visit in each period on whose first day the client is in force and has a grade of that rhythm."""
    engine = known.engine
    graded = lines.in_force.join(lines.grades, on="client_id", how="inner", suffix="_grade")
    low = nw.max_horizontal("from_on", "from_on_grade")
    high = nw.min_horizontal("until_on", "until_on_grade")
    graded = graded.with_columns(low=low, high=high).filter(nw.col("low") < nw.col("high"))
    parts = [
        _first_days(graded, months, begins=max(begins, since + 1), ends=min(ends, day + 1), engine=engine).with_columns(
            version_id=nw.lit(number, nw.Int64)
        )
        for number, begins, ends, months in _rhythms(book)
    ]
    if not parts:
        return _no_duties(engine)
    duties = nw.concat(parts)
    duties = duties.with_columns(
        opens_on=engine.first_day_of(nw.col("month")),
        due_on=(engine.first_day_of(nw.col("month") + nw.col("months")) - 1).cast(nw.Int32),
        end_on=nw.col("until_on"),
    )
    duties = _first_visit(duties, known.visits, "client_id", engine)
    return _keyed(duties, DutyKind.REGULAR_VISIT, subject="client_id")


def _rhythms(book: RuleBook) -> list[tuple[int, int, int, nw.Expr]]:
    """For each version: its number, the days it is in force, the months of a grade's rhythm (0: none)."""
    result = []
    for version in book.versions:
        given = {grade: int(version.parameter("PGM.4", name).value) for grade, name in _RHYTHMS.items()}
        default = Grade.read(str(version.parameter("PGM.7", "default_grade").value))
        assert default is not None, "the loader takes no default grade but one of the four"
        months = nw.lit(given[default], nw.Int32)
        for grade, rhythm in given.items():
            months = nw.when(nw.col("grade") == grade.value).then(nw.lit(rhythm, nw.Int32)).otherwise(months)
        result.append((version.number, day_number(version.effective_on), day_number(version.ends_on), months))
    return result


def _first_days(graded: Frame, months: nw.Expr, *, begins: int, ends: int, engine: Engine) -> Frame:
    """A row for each period of the rhythm that begins in the span, from ``begins`` up to the day before ``ends``."""
    rows = graded.with_columns(months=months).filter(nw.col("months") > 0)
    rows = rows.with_columns(low=nw.max_horizontal("low", nw.lit(begins)), high=nw.min_horizontal("high", nw.lit(ends)))
    rows = rows.filter(nw.col("low") < nw.col("high"))
    first = engine.month_of(nw.col("low") - 1) + 1
    rows = rows.with_columns(
        first=((first + nw.col("months") - 1) // nw.col("months") * nw.col("months")).cast(nw.Int32),
        last=engine.month_of(nw.col("high") - 1).cast(nw.Int32),
    )
    rows = rows.select("client_id", "until_on", "months", "first", "last")
    return engine.spread(rows, first="first", last="last", step="months", into="month").drop("first", "last")


def _special(known: Facts, book: RuleBook, spans: Frame, since: int) -> Frame:
    """PGM.5: a special visit that somebody ordered, within the days that its urgency gives."""
    duties = known.orders.filter(nw.col("ordered_on") > since).with_columns(opens_on=nw.col("ordered_on"))
    duties = duties.with_columns(version_id=version_at(book, "opens_on")).filter(nw.col("version_id") != NOBODY)
    days = nw.lit(0, nw.Int64)
    for urgency in Urgency:
        given = value_of(book, "PGM.5", f"{urgency.code}_days", codes=known.codes)
        days = nw.when(nw.col("urgency") == urgency.value).then(given).otherwise(days)
    duties = duties.with_columns(due_on=(nw.col("opens_on") + days).cast(nw.Int32))
    duties = known.engine.latest(duties, spans, by="client_id", at="opens_on", on="from_on", take={"until_on": 0})
    duties = duties.with_columns(end_on=nw.max_horizontal("until_on", "opens_on"))
    visits = known.visits.filter(nw.col("kind") == VisitKind.SPECIAL)
    duties = _first_visit(duties, visits, "client_id", known.engine)
    return _keyed(duties, DutyKind.SPECIAL_VISIT, subject="client_id")


def _first_visit(duties: Frame, visits: Frame, by: str, engine: Engine) -> Frame:
    """The day of the first of the visits on or after the day the duty opens."""
    return engine.first_from(duties, visits, by=by, at="opens_on", on="visited_on")


def _keyed(duties: Frame, kind: DutyKind, *, subject: str) -> Frame:
    """With kind and key; only a routine visit is about something else than the client."""
    about = nw.col(subject) if subject != "client_id" else nw.lit(NOBODY, nw.Int64)
    return duties.with_columns(
        kind=nw.lit(kind.value, nw.Int16), key=key_column(kind.value, subject, "opens_on"), subject_id=about
    ).select("key", "kind", "client_id", "subject_id", "version_id", "opens_on", "due_on", "end_on", "visited_on")


def _no_duties(engine: Engine) -> Frame:
    days = ("opens_on", "due_on", "end_on", "visited_on")
    names = ("key", "kind", "client_id", "subject_id", "version_id", *days)
    types = {"kind": nw.Int16(), **dict.fromkeys(days, nw.Int32())}
    return engine.frame({name: [] for name in names}).select(
        *(nw.col(name).cast(types.get(name, nw.Int64())) for name in names)
    )


def _owned_by_client(duties: Frame, line: Frame, day: int, engine: Engine) -> Frame:
    """The department and A manager of the guarantee that speaks on the earlier of today and the due day."""
    duties = duties.with_columns(owned_on=nw.min_horizontal("due_on", nw.lit(day)).cast(nw.Int32))
    duties = timelines.at(duties, line, day="owned_on", engine=engine)
    return duties.with_columns(owner_id=nw.col("manager_id"))


def _owned_by_guarantee(duties: Frame, known: Facts, managers: Frame, day: int) -> Frame:
    """The guarantee's own department and A manager on the earlier of today and the due day, while it is in force."""
    duties = duties.with_columns(owned_on=nw.min_horizontal("due_on", nw.lit(day)).cast(nw.Int32))
    departments = known.guarantees.select("guarantee_id", "department_id")
    duties = duties.with_columns(guarantee_id=nw.col("subject_id")).join(departments, on="guarantee_id", how="left")
    take = {"manager_id": NOBODY}
    duties = known.engine.latest(duties, managers, by="guarantee_id", at="owned_on", on="from_on", take=take)
    there = nw.col("owned_on") < nw.col("end_on")
    return duties.with_columns(
        owner_id=nw.when(there).then(nw.col("manager_id")).otherwise(nw.lit(NOBODY, nw.Int64)),
        department_id=nw.when(there).then(nw.col("department_id")).otherwise(nw.lit(NOBODY, nw.Int64)),
    )


def _settled(duties: Frame) -> Frame:
    """Lapsed on the first day, not later than due, with nothing in force, unless done before; else done or not."""
    lapses = (nw.col("end_on") <= nw.col("due_on")) & (nw.col("visited_on") >= nw.col("end_on"))
    never = nw.lit(NEVER, nw.Int32)
    return duties.with_columns(
        lapsed_on=nw.when(lapses).then(nw.col("end_on")).otherwise(never),
        done_on=nw.when(lapses).then(never).otherwise(nw.col("visited_on")),
    )
