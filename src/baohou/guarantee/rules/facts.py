"""The facts that the rules of this room read, as columns, and what of them is known on a day.

Days are day numbers (core.columns), NEVER where a date is missing; rows are named by their
numbers, NOBODY where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import polars as pl

from baohou.core.columns import NEVER, NOBODY, day_number

_ID, _DAY, _CODE = pl.Int64, pl.Int32, pl.Int16

GUARANTEES: Final = {
    "guarantee_id": _ID,
    "client_id": _ID,
    "department_id": _ID,
    "manager_id": _ID,
    "issued_on": _DAY,
    "released_on": _DAY,
    "rank": _CODE,
    "product": _CODE,
}
"""rank: order by project number among guarantees of one client issued on one day. product: see Facts.codes."""
APPOINTMENTS: Final = {"guarantee_id": _ID, "manager_id": _ID, "effective_on": _DAY}
GRADES: Final = {"client_id": _ID, "grade": _CODE, "effective_on": _DAY}
VISITS: Final = {"client_id": _ID, "guarantee_id": _ID, "visited_on": _DAY, "kind": _CODE}
ORDERS: Final = {"client_id": _ID, "ordered_on": _DAY, "urgency": _CODE}
FILINGS: Final = {"department_id": _ID, "quarter": _DAY, "kind": _CODE, "filed_on": _DAY}
POSTINGS: Final = {"posting_id": _ID, "staff_id": _ID, "department_id": _ID, "manages": _CODE, "effective_on": _DAY}


def empty(columns: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """No facts of this kind."""
    return pl.DataFrame(schema=dict(columns))


@dataclass(frozen=True)
class Facts:
    """All facts, or those of some clients.

    ``codes`` translates the names that exceptions in the rule book speak of (fact, name) into the numbers that stand
    in the columns: {"department": {"业务一部": 3}, "product": {"流动资金贷款担保": 1}}.
    ``known_on`` is the day up to which these are the facts; None while they are all.
    """

    guarantees: pl.DataFrame
    appointments: pl.DataFrame
    grades: pl.DataFrame
    visits: pl.DataFrame
    orders: pl.DataFrame
    codes: Mapping[str, Mapping[str, int]]
    known_on: date | None = None

    def known(self, on: date) -> Facts:
        """The facts dated up to a day: what comes after it does not exist for it."""
        if self.known_on == on:
            return self
        day = day_number(on)
        released = pl.when(pl.col("released_on") > day).then(NEVER).otherwise(pl.col("released_on")).cast(pl.Int32)
        return replace(
            self,
            known_on=on,
            guarantees=self.guarantees.filter(pl.col("issued_on") <= day).with_columns(released_on=released),
            appointments=self.appointments.filter(pl.col("effective_on") <= day),
            grades=self.grades.filter(pl.col("effective_on") <= day),
            visits=self.visits.filter(pl.col("visited_on") <= day),
            orders=self.orders.filter(pl.col("ordered_on") <= day),
        )

    def sound(self) -> tuple[Facts, pl.DataFrame]:
        """The facts without visits that contradict the guarantees, and those visits with what is wrong in ``fault``."""
        judged = _judged(self.visits, self.guarantees)
        wrong = judged.filter(pl.col("fault") != NO_FAULT)
        if not len(wrong):
            return self, wrong
        return replace(self, visits=judged.filter(pl.col("fault") == NO_FAULT).drop("fault")), wrong


NO_FAULT, BEFORE_ISSUE, OTHER_CLIENT = range(3)


def _judged(visits: pl.DataFrame, guarantees: pl.DataFrame) -> pl.DataFrame:
    """Visits with a fault: before the client's first issue, or naming a guarantee of another client."""
    first = guarantees.group_by("client_id").agg(first_issue=pl.col("issued_on").min())
    owners = guarantees.select("guarantee_id", owner_id="client_id")
    names_one = pl.col("guarantee_id") != NOBODY
    fault = (
        pl.when(pl.col("visited_on") < pl.col("first_issue").fill_null(NEVER))
        .then(pl.lit(BEFORE_ISSUE))
        .when(names_one & (pl.col("owner_id").fill_null(0) != pl.col("client_id")))
        .then(pl.lit(OTHER_CLIENT))
        .otherwise(pl.lit(NO_FAULT))
    )
    joined = visits.join(first, on="client_id", how="left").join(owners, on="guarantee_id", how="left")
    return joined.with_columns(fault=fault).drop("first_issue", "owner_id")
