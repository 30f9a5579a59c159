"""For whom a department's guarantees speak on a day, in columns: the clients, their managers and grades."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import partial
from typing import Final

import polars as pl

from baohou.core.columns import NOBODY, day_number, latest
from baohou.guarantee.models import Guarantee
from baohou.guarantee.queries import facts as reading
from baohou.guarantee.queries.forms.portfolio import in_force_on
from baohou.guarantee.queries.kept import keep
from baohou.guarantee.rules import timelines
from baohou.guarantee.rules.words import Grade
from baohou.kernel import columns
from baohou.kernel.columns import Column, Kind, Table
from baohou.kernel.rulebook.queries import get_rule_book

_MEASURES: Final = Table("guarantee_measure", {"client_id": Column(Kind.ID, "client_id")})
_MEASURE_ACTS: Final = Table(
    "guarantee_measure", {"client_id": Column(Kind.ID, "client_id"), "act": Column(Kind.LONG, "COALESCE(act_id, 0)")}
)


def default_grade(on: date) -> Grade | None:
    """The grade that the version in force gives a client whom nobody graded (PGM.7); None without a version."""
    version = get_rule_book().in_force(on)
    return Grade.read(str(version.parameter("PGM.7", "default_grade").value)) if version else None


def spoken_for(*, department: int, on: date, clients: Collection[int] | None = None) -> pl.DataFrame:
    """Of all clients, or of some, those for whom a guarantee of the department speaks on a day; in no order.

    client_id, guarantee_id, manager_id, name, id_no, initials, and the grade of the day: the default grade for clients
    whom nobody has graded, 0 where no version of the rule book gives one. Asked of all it is kept (queries.kept).
    """
    if clients is None:
        return keep(("spoken for", department, on.isoformat()), partial(_spoken_for, department, on))
    return _spoken_for(department, on, clients)


def _spoken_for(department: int, on: date, clients: Collection[int] | None) -> pl.DataFrame:
    held = Guarantee.objects.filter(in_force_on(on), department_id=department)
    theirs = set(held.order_by().values_list("client_id", flat=True))
    if clients is not None:
        theirs &= set(clients)
    facts = reading.get_facts_in_force(get_rule_book(), on=on, clients=sorted(theirs)).known(on)
    line = timelines.speaking(facts)
    standing = line.select("client_id").unique().with_columns(day=pl.lit(day_number(on), pl.Int32))
    take = {"guarantee_id": NOBODY, "department_id": NOBODY, "manager_id": NOBODY}
    standing = latest(standing, line, by="client_id", at="day", on="from_on", take=take)
    standing = standing.filter(pl.col("department_id") == department)
    graded = latest(standing, facts.grades, by="client_id", at="day", on="effective_on", take={"grade": 0})
    unless = default_grade(on)
    grade = pl.when(pl.col("grade") == 0).then(unless.value if unless else 0).otherwise(pl.col("grade"))
    found = graded.select("client_id", "guarantee_id", "manager_id", grade=grade)
    names = ("name", "id_no", "initials")
    parties = columns.read_texts_among("parties_party", key="id", names=names, numbers=found["client_id"])
    return found.join(parties.rename({"id": "client_id"}), on="client_id")


def measured_of(clients: list[int], *, quarter: date) -> pl.Series:
    """Of some clients those with a measure of a quarter."""
    return columns.read(_MEASURES, where=f"quarter = '{quarter.isoformat()}'", among=("client_id", clients))[
        "client_id"
    ]


def measure_acts(clients: list[int], *, quarter: date) -> pl.DataFrame:
    """``measured_of`` with the ``act`` of each measure, which tells two writings of it apart; 0 for none."""
    return columns.read(_MEASURE_ACTS, where=f"quarter = '{quarter.isoformat()}'", among=("client_id", clients))
