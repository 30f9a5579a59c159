"""For whom a department's guarantees speak on a day, in columns: the clients, their managers and grades."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import narwhals as nw
import polars as pl

from baohou.core.columns import NOBODY, POLARS, day_number
from baohou.guarantee.models import Guarantee
from baohou.guarantee.queries import facts as reading
from baohou.guarantee.queries.forms.portfolio import in_force_on
from baohou.guarantee.queries.pages.clients import default_grade
from baohou.guarantee.rules import timelines
from baohou.kernel import columns
from baohou.kernel.columns import Column, Kind, Table
from baohou.kernel.rulebook.queries import get_rule_book

_MEASURES: Final = Table("guarantee_measure", {"client_id": Column(Kind.ID, "client_id")})


def list_held(*, department: int, on: date) -> list[int]:
    """The clients with a guarantee of the department in force on a day: no others can be spoken for. One query."""
    held = Guarantee.objects.filter(in_force_on(on), department_id=department)
    return sorted(set(held.order_by().values_list("client_id", flat=True)))


def spoken_for(*, department: int, on: date, clients: Iterable[int] | None) -> pl.DataFrame:
    """Of some clients, or of all, those for whom a guarantee of the department speaks on a day.

    client_id, guarantee_id, manager_id, and the grade of the day: the default grade for clients whom nobody has graded,
    0 where no version of the rule book gives one.
    """
    among = None if clients is None else list(clients)
    facts = reading.get_facts_in_force(get_rule_book(), on=on, clients=among).known(on)
    line = timelines.speaking(facts)
    standing = line.select("client_id").unique().with_columns(day=nw.lit(day_number(on), nw.Int32))
    take = {"guarantee_id": NOBODY, "department_id": NOBODY, "manager_id": NOBODY}
    standing = POLARS.latest(standing, line, by="client_id", at="day", on="from_on", take=take)
    standing = standing.filter(nw.col("department_id") == department)
    graded = POLARS.latest(standing, facts.grades, by="client_id", at="day", on="effective_on", take={"grade": 0})
    found: pl.DataFrame = graded.to_native()
    unless = default_grade(on)
    grade = pl.when(pl.col("grade") == 0).then(unless.value if unless else 0).otherwise(pl.col("grade"))
    return found.select("client_id", "guarantee_id", "manager_id", grade=grade)


def measured_of(clients: list[int], *, quarter: date) -> pl.Series:
    """Of some clients those with a measure of a quarter."""
    return columns.read(_MEASURES, where=f"quarter = '{quarter.isoformat()}'", among=("client_id", clients))[
        "client_id"
    ]
