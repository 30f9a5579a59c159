"""A department's visit plan as columns: what is counted, filtered and put in order without an object for each visit.

The same plan as queries.plans tells visit by visit; a page makes objects of what it shows only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import polars as pl

from baohou.core.columns import NEVER, NOBODY, day_number, latest
from baohou.core.period import Quarter
from baohou.core.rulebook import RuleBook
from baohou.guarantee.queries import facts as reading
from baohou.guarantee.rules import timelines
from baohou.guarantee.rules.facts import Facts
from baohou.guarantee.rules.visits import visit_duties
from baohou.guarantee.rules.words import DutyKind, Grade
from baohou.kernel import columns
from baohou.kernel.columns import Column, Kind, Table
from baohou.kernel.parties.districts import district_of
from baohou.kernel.rulebook.queries import get_rule_book

LINES: Final = {
    "key": pl.Int64,
    "kind": pl.Int16,
    "client_id": pl.Int64,
    "subject_id": pl.Int64,
    "project_id": pl.Int64,
    "department_id": pl.Int64,
    "opens_on": pl.Int32,
    "due_on": pl.Int32,
    "done_on": pl.Int32,
    "overdue": pl.Boolean,
    "grade": pl.Int16,
    "manager_a": pl.Int64,
    "manager_b": pl.Int64,
    "client": pl.String,
    "id_no": pl.String,
    "district": pl.String,
    "project_no": pl.String,
}
"""A visit of the plan in columns, see queries.forms.visit_plan.PlannedVisit; NOBODY, NEVER stand where there is none.

``overdue``: due before the quarter and still owed at its beginning, so not in the plan. ``grade`` is 0 where no version
of the rule book gives one, ``district`` empty where the identity number names none.
"""
ORDER: Final = ("due_on", "opens_on", "client", "project_no", "kind", "key")
"""What the lines of a plan stand in the order of, those still owed first."""

_SECOND: Final = Table(
    "guarantee_guarantee",
    {"guarantee_id": Column(Kind.ID, "id"), "manager_id": Column(Kind.REF, "manager_b_id")},
)
_SECONDS_LATER: Final = Table(
    "guarantee_managerappointment",
    {
        "guarantee_id": Column(Kind.ID, "guarantee_id"),
        "manager_id": Column(Kind.REF, "manager_b_id"),
        "effective_on": Column(Kind.DAY, "effective_on"),
    },
)


def derive_lines(*, department: int, quarter: Quarter, clients: Sequence[int]) -> pl.DataFrame:
    """The visits of a department's plan (LINES) that are about some clients, at most some ten thousand; in no order."""
    if not clients:
        return pl.DataFrame(schema=LINES)
    book, last = get_rule_book(), quarter.last
    facts = reading.get_facts(book, clients=clients).sound()[0].known(last)
    lines = timelines.lines(facts)
    duties = visit_duties(facts, book, on=last, lines=lines)
    first = day_number(quarter.first)
    owed = duties.filter(pl.col("lapsed_on") == NEVER, pl.col("done_on") >= first)
    owed = owed.filter((pl.col("due_on") < first) | _belongs(first, day_number(last)))
    ours = _with_projects(owed, facts, lines.speaking, last).filter(pl.col("department_id") == department)
    ours = _managed(ours, lines.managers).rename({"manager_id": "manager_a"})
    return _named(_graded(_with_seconds(ours, facts), facts, book, quarter.first), first)


def _belongs(first: int, last: int) -> pl.Expr:
    """Regular visits whose period touches the quarter, others due in it."""
    touching = (pl.col("opens_on") <= last) & (pl.col("due_on") >= first)
    return touching & ((pl.col("kind") == DutyKind.REGULAR_VISIT) | (pl.col("due_on") <= last))


def _with_projects(owed: pl.DataFrame, facts: Facts, speaking: pl.DataFrame, last: date) -> pl.DataFrame:
    """The project of each visit, its own or the one that speaks for the client, and the department of that.

    It speaks on the due day or the quarter's last; when nothing is in force then, on the day the visit opened.
    """
    owed = owed.with_columns(owned_on=pl.min_horizontal("due_on", pl.lit(day_number(last))).cast(pl.Int32))
    line = speaking.rename({"guarantee_id": "held_id", "department_id": "of_id"}).drop("manager_id")
    take = {"held_id": NOBODY, "of_id": NOBODY}
    owed = latest(owed, line, by="client_id", at="owned_on", on="from_on", take=take)
    line = line.rename({"held_id": "first_id", "of_id": "first_of_id"})
    take = {"first_id": NOBODY, "first_of_id": NOBODY}
    owed = latest(owed, line, by="client_id", at="opens_on", on="from_on", take=take)
    own = facts.guarantees.select(subject_id="guarantee_id", own_of_id="department_id")
    owed = owed.join(own, on="subject_id", how="left").with_columns(pl.col("own_of_id").fill_null(NOBODY))
    is_own, holds = pl.col("subject_id") != NOBODY, pl.col("held_id") != NOBODY
    speaks = pl.when(holds).then(pl.col("held_id")).otherwise(pl.col("first_id"))
    speaks_of = pl.when(holds).then(pl.col("of_id")).otherwise(pl.col("first_of_id"))
    return owed.with_columns(
        project_id=pl.when(is_own).then(pl.col("subject_id")).otherwise(speaks),
        department_id=pl.when(is_own).then(pl.col("own_of_id")).otherwise(speaks_of),
    )


def _with_seconds(ours: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Manager B of each visit, on the day that its manager A is asked for."""
    projects = ours["project_id"].unique().to_list()
    seconds = columns.read(_SECOND, among=("id", projects))
    issued = facts.guarantees.select("guarantee_id", "issued_on")
    later = facts.appointments.drop("manager_id")
    if len(later):
        those = columns.read(_SECONDS_LATER, among=("guarantee_id", projects))
        later = later.join(those, on=["guarantee_id", "effective_on"], how="inner")
    else:
        later = later.with_columns(manager_id=pl.lit(NOBODY, pl.Int64))
    line = timelines.managers(
        replace(facts, guarantees=issued.join(seconds, on="guarantee_id", how="inner"), appointments=later)
    )
    return _managed(ours, line).rename({"manager_id": "manager_b"})


def _managed(ours: pl.DataFrame, managers: pl.DataFrame) -> pl.DataFrame:
    line = managers.rename({"guarantee_id": "project_id"})
    return latest(ours, line, by="project_id", at="owned_on", on="from_on", take={"manager_id": NOBODY})


def _graded(ours: pl.DataFrame, facts: Facts, book: RuleBook, first: date) -> pl.DataFrame:
    """The grade of each visit's client on the day before the quarter, or on the day it opens if that is later."""
    eve = day_number(first - timedelta(days=1))
    ours = ours.with_columns(graded_on=pl.max_horizontal("opens_on", pl.lit(eve)).cast(pl.Int32))
    line = facts.grades.sort("client_id", "effective_on")
    ours = latest(ours, line, by="client_id", at="graded_on", on="effective_on", take={"grade": 0})
    default = pl.lit(0, pl.Int16)
    for version in book.versions:
        grade = Grade.read(str(version.parameter("PGM.7", "default_grade").value))
        in_force = (pl.col("graded_on") >= day_number(version.effective_on)) & (
            pl.col("graded_on") < day_number(version.ends_on)
        )
        default = pl.when(in_force).then(pl.lit(grade.value if grade else 0, pl.Int16)).otherwise(default)
    return ours.with_columns(grade=pl.when(pl.col("grade") == 0).then(default).otherwise(pl.col("grade")))


def _named(ours: pl.DataFrame, first: int) -> pl.DataFrame:
    """With the texts that lines are put in order and filtered by."""
    clients = columns.read_texts_among(
        "parties_party", key="id", names=("name", "id_no"), numbers=ours["client_id"].unique()
    ).rename({"id": "client_id", "name": "client"})
    districts = [district_of(number).code for number in clients["id_no"]]
    clients = clients.with_columns(pl.Series("district", districts, dtype=pl.String))
    projects = columns.read_texts_among(
        "guarantee_guarantee", key="id", names=("project_no",), numbers=ours["project_id"].unique()
    ).rename({"id": "project_id"})
    ours = ours.with_columns(overdue=pl.col("due_on") < first)
    ours = ours.join(clients, on="client_id", how="left").join(projects, on="project_id", how="left")
    return ours.select(pl.col(name).cast(dtype) for name, dtype in LINES.items())
