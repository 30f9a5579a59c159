"""A department's visit plan as a person sees it, in columns: counted, filtered and put in order; rows on demand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Final

import polars as pl
from django.db.models import QuerySet

from baohou.core.columns import NEVER, NOBODY, day_number, day_of
from baohou.core.period import Quarter
from baohou.guarantee.models import PlannedDate
from baohou.guarantee.queries.forms.visit_plan import held_in, tell_visits
from baohou.guarantee.queries.kept import keep
from baohou.guarantee.queries.planned import ORDER, derive_lines
from baohou.guarantee.queries.plans import (
    GoneVisit,
    PlanRow,
    Review,
    Since,
    accepted_in,
    dates_of,
    fingerprint_of,
    get_review,
    gone_from,
    list_own_clients,
    row_of,
)
from baohou.guarantee.rules.planning import filed_for
from baohou.guarantee.rules.words import DutyKind, Grade, VisitKind
from baohou.kernel import columns
from baohou.kernel.columns import Column, Kind, Table
from baohou.kernel.people.access import Person, Right
from baohou.kernel.people.models import Department, Staff
from baohou.kernel.prepared import prepared

NO_DISTRICT: Final = "none"
STATES: Final = ("undated", "dated", "done", "marked")

_DATES: Final = Table(
    "guarantee_planneddate",
    {"key": Column(Kind.LONG, "duty_key"), "planned_on": Column(Kind.DAY, "planned_on")},
)
_ACCEPTED: Final = Table(
    "guarantee_acceptedvisit",
    {
        "key": Column(Kind.LONG, "duty_key"),
        "client_id": Column(Kind.ID, "client_id"),
        "accepted_on": Column(Kind.DAY, "planned_on"),
        "accepted_a": Column(Kind.ID, "manager_a_id"),
    },
)
_OWED: Final = pl.col("done_on") == NEVER
_DATED: Final = pl.col("planned_on") < NEVER


@dataclass(frozen=True)
class Filters:
    """What the address of the page says; empty means everything.

    ``lead``: the person's as manager A only. Planned on ``day``, or from ``since`` until ``until``.
    """

    person: int | None = None
    grade: Grade | None = None
    kind: VisitKind | None = None
    district: str = ""
    state: str = ""
    day: date | None = None
    lead: bool = False
    since: date | None = None
    until: date | None = None

    @property
    def any(self) -> bool:
        return self != Filters()

    def take(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows that these filters leave."""
        conditions = self._conditions()
        return rows.filter(*conditions) if conditions else rows

    def _conditions(self) -> list[pl.Expr]:
        conditions = [_IN_STATE[self.state]] if self.state else []
        if self.person is not None:
            conditions.append(pl.col("manager_a") == self.person if self.lead else managed_by(self.person))
        if self.grade is not None:
            conditions.append(pl.col("grade") == self.grade.value)
        if self.kind is not None:
            conditions.append(pl.col("kind") == DutyKind[f"{self.kind.name}_VISIT"].value)
        if self.district:
            conditions.append(pl.col("district") == ("" if self.district == NO_DISTRICT else self.district))
        if self.day is not None:
            conditions.append(pl.col("planned_on") == day_number(self.day))
        if self.since is not None:
            conditions.append(pl.col("planned_on") >= day_number(self.since))
        if self.until is not None:
            conditions.append(pl.col("planned_on") <= day_number(self.until))
        return conditions


_IN_STATE: Final = {
    "undated": _OWED & ~_DATED,
    "dated": _OWED & _DATED,
    "done": ~_OWED,
    "marked": pl.col("mark") != "",
}


UNDATED: Final = Filters(state="undated")
"""What is still to be given a day before a plan can be handed in."""


def managed_by(staff: int) -> pl.Expr:
    """Whether a person is manager A or B of a visit."""
    return (pl.col("manager_a") == staff) | (pl.col("manager_b") == staff)


@dataclass(frozen=True)
class PlanTable:
    """The plan of a department, or what of it is a person's own.

    ``rows``: queries.planned.LINES with ``planned_on``, ``accepted_on``, ``was_a``, ``mark`` (see Since), in the plan's
    order.
    ``clients``: whose visits were looked at, None for all of the department; ``live`` are the keys of those visits.
    ``overdue``: visits due before the quarter and still owed; they are made at once and not planned.
    """

    department: Department
    quarter: Quarter
    today: date
    rows: pl.DataFrame
    review: Review
    overdue: int
    clients: list[int] | None
    live: pl.Series
    accepted: pl.DataFrame

    @property
    def total(self) -> int:
        return len(self.rows)

    @cached_property
    def undated(self) -> int:
        """How many visits are still to be given a day before the plan can be handed in."""
        return len(UNDATED.take(self.rows))

    @property
    def filed_for(self) -> Quarter:
        return filed_for(self.quarter)

    @property
    def fingerprint(self) -> str:
        """What Plan.fingerprint is of the same visits."""
        days = {number: day_of(number) for number in self.rows["planned_on"].unique()}
        read = self.rows.select("key", "planned_on", _OWED.alias("owed")).iter_rows()
        return fingerprint_of((key, days[planned_on], owed) for key, planned_on, owed in read)

    @cached_property
    def gone(self) -> list[GoneVisit]:
        """Visits accepted, or planned for a day of the quarter, that the rules do not put into the plan any more."""
        keys = {*self._planned_in_quarter(), *self._accepted()} - set(self.live)
        if not keys:
            return []
        dates = {one.duty_key: one for one in dates_of(self.department, self.clients).filter(duty_key__in=keys)}
        accepted = {one.duty_key: one for one in accepted_in(self.review, self.clients).filter(duty_key__in=keys)}
        return gone_from(self.department, self.quarter, set(), dates, accepted)

    def _planned_in_quarter(self) -> pl.Series:
        first, last = self.quarter.first.isoformat(), self.quarter.last.isoformat()
        ours = f"SELECT client_id FROM guarantee_guarantee WHERE department_id = {self.department.pk:d}"
        where = f"planned_on BETWEEN '{first}' AND '{last}' AND client_id IN ({ours})"
        among = None if self.clients is None else ("client_id", self.clients)
        return columns.read(_DATES, where=where, among=among)["key"]

    def _accepted(self) -> pl.Series:
        if self.clients is None:
            return self.accepted["key"]
        return self.accepted.filter(pl.col("client_id").is_in(self.clients))["key"]

    def told(self, rows: pl.DataFrame) -> list[PlanRow]:
        """Some of the rows visit by visit; a bounded number of queries."""
        of_key = {one.duty_key: one for one in _dates_of(rows["key"].to_list())}
        days = {key: one.planned_on for key, one in of_key.items()}
        marks = rows.select("mark", "accepted_on", "was_a")
        names = dict(Staff.objects.filter(pk__in=set(marks["was_a"]) - {NOBODY}).values_list("pk", "name"))
        visits = tell_visits(rows, quarter=self.quarter, dates=days)
        return [
            row_of(
                visit,
                of_key.get(visit.key),
                Since(mark, day_of(accepted_on), names.get(was_a, "")),
                today=self.today,
            )
            for visit, (mark, accepted_on, was_a) in zip(visits, marks.iter_rows(), strict=True)
        ]

    def load(self) -> dict[int, Counter[date]]:
        """How many visits each A manager has planned for each day of the quarter; everyone who has visits is named."""
        counts: dict[int, Counter[date]] = {person: Counter() for person in self.rows["manager_a"].unique()}
        first, last = day_number(self.quarter.first), day_number(self.quarter.last)
        inside = self.rows.filter(pl.col("planned_on").is_between(first, last))
        for person, number, many in inside.group_by("manager_a", "planned_on").agg(pl.len()).iter_rows():
            day = day_of(number)
            assert day is not None, "a day of the quarter"
            counts[person][day] = many
        return counts


def get_plan_table(person: Person, *, department: Department, quarter: Quarter, today: date) -> PlanTable:
    """The plan as one person sees it: a project manager own visits, others all of the department.

    A bounded number of queries.
    """
    review = get_review(department=department, quarter=quarter)
    accepted = _read_accepted(review)
    clients = None if person.sees_department(department.pk) else list_own_clients(person, quarter=quarter, on=today)
    if clients is None:
        lines = keep(("plan", department.pk, str(quarter)), partial(_derive, department.pk, quarter))
    else:
        lines = _derive(department.pk, quarter, clients)
    rows = _with_days(lines.filter(~pl.col("overdue")), accepted if review.is_accepted else None)
    mine = rows if clients is None else rows.filter(managed_by(person.staff_id or 0))
    return PlanTable(
        department=department,
        quarter=quarter,
        today=today,
        rows=mine,
        review=review,
        overdue=len(lines) - len(rows),
        clients=clients,
        live=rows["key"],
        accepted=accepted,
    )


def _derive(department: int, quarter: Quarter, clients: Sequence[int] | None) -> pl.DataFrame:
    """The lines of a plan, of all clients or some."""
    held = held_in(department=department, quarter=quarter).order_by()
    if clients is not None:
        held = held.filter(client__in=clients)
    theirs = list(held.values_list("client_id", flat=True))
    return derive_lines(department=department, quarter=quarter, clients=theirs)


def may_plan_some(person: Person, table: PlanTable) -> bool:
    """Whether the person may set the day of any visit of the plan."""
    return len(plannable(person, table, table.rows)) > 0


def plannable(person: Person, table: PlanTable, rows: pl.DataFrame) -> pl.DataFrame:
    """Of some rows those whose day the person may set: see queries.pages.plans.may_plan."""
    if not person.may(Right.PLAN_VISIT):
        return rows.head(0)
    if person.signs_for(table.department.pk):
        return rows.filter(_OWED)
    return rows.filter(_OWED, managed_by(person.staff_id or 0))


@prepared
def _dates_of(keys: list[int]) -> QuerySet[PlannedDate]:
    return PlannedDate.objects.filter(duty_key__in=keys).select_related("by")


def _read_accepted(review: Review) -> pl.DataFrame:
    if review.filing is None or not review.is_accepted:
        return _ACCEPTED.empty()
    return columns.read(_ACCEPTED, among=("filing_id", [review.filing.pk]))


def _with_days(lines: pl.DataFrame, accepted: pl.DataFrame | None) -> pl.DataFrame:
    """The lines with their planned days, and what became of them since the plan was accepted, if it was, in order."""
    dates = columns.read(_DATES, among=("duty_key", lines["key"].to_list()))
    rows = lines.join(dates, on="key", how="left").with_columns(pl.col("planned_on").fill_null(NEVER))
    if accepted is None:
        rows = rows.with_columns(accepted_on=pl.lit(NEVER), was_a=pl.lit(NOBODY), mark=pl.lit(""))
        return rows.sort(~_OWED, *ORDER)
    rows = rows.join(accepted.select("key", "accepted_on", "accepted_a"), on="key", how="left")
    new, moved = pl.col("accepted_a").is_null(), pl.col("accepted_on") != pl.col("planned_on")
    handed = pl.col("accepted_a") != pl.col("manager_a")
    mark = pl.when(new).then(pl.lit("new")).when(moved).then(pl.lit("moved"))
    rows = rows.with_columns(
        mark=mark.when(handed).then(pl.lit("handed")).otherwise(pl.lit("")),
        was_a=pl.when(handed).then("accepted_a").otherwise(NOBODY),
        accepted_on=pl.col("accepted_on").fill_null(NEVER),
    )
    return rows.drop("accepted_a").sort(~_OWED, *ORDER)
