"""Lines of time that the rules stand on: when a client is in force, its grade, which guarantee speaks, who manages.

A line is a frame with one row per change: from ``from_on`` on, until the next row of the same subject.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from baohou.core.columns import DAY_BITS, NEVER, NOBODY, latest
from baohou.guarantee.rules.facts import Facts

_RANK_BITS = 40


@dataclass(frozen=True)
class Lines:
    """What the guarantees, their managers and the grades say, day by day: see the functions of these names."""

    in_force: pl.DataFrame
    grades: pl.DataFrame
    managers: pl.DataFrame
    speaking: pl.DataFrame


def lines(facts: Facts) -> Lines:
    """The lines of facts known on a day; visits and orders do not matter for them."""
    appointed = managers(facts)
    return Lines(
        in_force=in_force(facts.guarantees),
        grades=grades(facts),
        managers=appointed,
        speaking=speaking(facts, appointed),
    )


def in_force(guarantees: pl.DataFrame) -> pl.DataFrame:
    """Spans (client_id, from_on, until_on) in which the client has a guarantee in force; until_on is the first day not.

    In force on D: issued_on <= D < released_on. Spans that touch are one.
    """
    packed = pl.col("client_id") * (1 << DAY_BITS)
    line = guarantees.select("client_id", "issued_on", "released_on").sort("client_id", "issued_on")
    reach = (packed + pl.col("released_on")).cum_max().shift(1).fill_null(-1)
    line = line.with_columns(begins=(packed + pl.col("issued_on")) > reach)
    line = line.with_columns(span=pl.col("begins").cast(pl.Int64).cum_sum())
    spans = line.group_by("span").agg(
        pl.col("client_id").min(), from_on=pl.col("issued_on").min(), until_on=pl.col("released_on").max()
    )
    return spans.sort("span").drop("span")


def grades(facts: Facts) -> pl.DataFrame:
    """Spans (client_id, grade, from_on, until_on); grade 0, not graded yet, before a client's first grade (PGM.7)."""
    unknown = facts.guarantees.select("client_id").unique()
    unknown = unknown.with_columns(grade=pl.lit(0, pl.Int16), from_on=pl.lit(0, pl.Int32), turn=pl.lit(0, pl.Int16))
    known = facts.grades.select("client_id", "grade", from_on="effective_on").with_columns(turn=pl.lit(1, pl.Int16))
    return spans(pl.concat([unknown, known]).sort("client_id", "from_on", "turn").drop("turn"), "client_id")


def spans(line: pl.DataFrame, subject: str) -> pl.DataFrame:
    """A sorted line with the day on which each row ends."""
    same = pl.col(subject).shift(-1).fill_null(NOBODY) == pl.col(subject)
    until = pl.when(same).then(pl.col("from_on").shift(-1)).otherwise(pl.lit(NEVER)).cast(pl.Int32)
    return line.with_columns(until_on=until).filter(pl.col("from_on") < pl.col("until_on"))


def leading(items: pl.DataFrame, *, by: str) -> pl.DataFrame:
    """Which of several items of a subject leads when: (by, from_on, item_id), item_id NOBODY where none holds.

    Of the items (by, item_id, from_on, until_on, rank) that hold on a day, the one with the latest from_on leads,
    then the greatest rank.
    """
    pick = pl.col("from_on").cast(pl.Int64) * (1 << _RANK_BITS) + pl.col("rank")
    held = items.select(by, "item_id", "until_on", begins="from_on", pick=pick)
    events = pl.concat(
        [items.select(by, "from_on"), items.filter(pl.col("until_on") < NEVER).select(by, from_on="until_on")]
    ).unique()
    on_event = (pl.col("begins") <= pl.col("from_on")) & (pl.col("from_on") < pl.col("until_on"))
    best = events.join(held, on=by, how="inner").filter(on_event).group_by(by, "from_on").agg(pl.col("pick").max())
    line = events.join(best, on=[by, "from_on"], how="left")
    line = line.join(held.select(by, "pick", "item_id"), on=[by, "pick"], how="left")
    return line.with_columns(pl.col("item_id").fill_null(NOBODY)).drop("pick").sort(by, "from_on")


def managers(facts: Facts) -> pl.DataFrame:
    """A managers of guarantees: (guarantee_id, from_on, manager_id).

    The portfolio's manager holds from issue; an appointment of that very day goes before it.
    """
    issued = facts.guarantees.select("guarantee_id", "issued_on", "manager_id")
    first = issued.select("guarantee_id", "manager_id", from_on="issued_on").with_columns(turn=pl.lit(0, pl.Int16))
    later = facts.appointments.join(issued.drop("manager_id"), on="guarantee_id", how="inner")
    later = later.filter(pl.col("effective_on") >= pl.col("issued_on"))
    later = later.select("guarantee_id", "manager_id", from_on="effective_on").with_columns(turn=pl.lit(1, pl.Int16))
    return pl.concat([first, later]).sort("guarantee_id", "from_on", "turn").drop("turn")


def speaking(facts: Facts, appointed: pl.DataFrame | None = None) -> pl.DataFrame:
    """Which guarantee speaks for a client when: (client_id, from_on, guarantee_id, department_id, manager_id).

    Of the guarantees in force the one with the latest issued_on, then the greatest project number; NOBODY where
    nothing is in force. A change of that guarantee's manager is a row of its own. ``appointed``: the line of
    ``managers``, when it has been worked out already.
    """
    line = _speaking_guarantee(facts.guarantees)
    departments = facts.guarantees.select("guarantee_id", "department_id", first_manager="manager_id")
    if not len(facts.appointments):
        line = line.join(departments, on="guarantee_id", how="left")
        return line.select(
            "client_id",
            "from_on",
            "guarantee_id",
            pl.col("department_id").fill_null(NOBODY),
            manager_id=pl.col("first_manager").fill_null(NOBODY),
        ).sort("client_id", "from_on")
    line = pl.concat([line, _manager_changes(facts, line)]).join(departments, on="guarantee_id", how="left")
    line = line.with_columns(pl.col("department_id").fill_null(NOBODY)).drop("first_manager")
    line = latest(
        line,
        managers(facts) if appointed is None else appointed,
        by="guarantee_id",
        at="from_on",
        on="from_on",
        take={"manager_id": NOBODY},
    )
    return line.sort("client_id", "from_on")


def _speaking_guarantee(guarantees: pl.DataFrame) -> pl.DataFrame:
    """(client_id, from_on, guarantee_id): clients with one guarantee need no choosing."""
    items = guarantees.select("client_id", "rank", item_id="guarantee_id", from_on="issued_on", until_on="released_on")
    count = items.group_by("client_id").agg(n=pl.len())
    items = items.join(count, on="client_id", how="left")
    single = items.filter(pl.col("n") == 1)
    begins = single.select("client_id", "from_on", guarantee_id="item_id")
    ends = single.filter(pl.col("until_on") < NEVER).select(
        "client_id", from_on="until_on", guarantee_id=pl.lit(NOBODY, pl.Int64)
    )
    several = leading(items.filter(pl.col("n") > 1), by="client_id").select(
        "client_id", "from_on", guarantee_id="item_id"
    )
    return pl.concat([begins, ends, several])


def _manager_changes(facts: Facts, line: pl.DataFrame) -> pl.DataFrame:
    """Rows for the days on which the manager of the guarantee that speaks changes."""
    changes = facts.appointments.join(
        facts.guarantees.select("guarantee_id", "client_id"), on="guarantee_id", how="inner"
    ).select("client_id", from_on="effective_on", changed_id="guarantee_id")
    changes = latest(changes, line, by="client_id", at="from_on", on="from_on", take={"guarantee_id": NOBODY})
    changes = changes.filter(pl.col("changed_id") == pl.col("guarantee_id"))
    return changes.select("client_id", "from_on", "guarantee_id")


def at(frame: pl.DataFrame, line: pl.DataFrame, *, day: str) -> pl.DataFrame:
    """What the line of speaking says on the day in a column: department_id, manager_id."""
    take = {"department_id": NOBODY, "manager_id": NOBODY}
    return latest(frame, line, by="client_id", at=day, on="from_on", take=take)
