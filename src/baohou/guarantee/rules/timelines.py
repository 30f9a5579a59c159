"""Lines of time that the rules stand on: when a client is in force, its grade, which guarantee speaks, who manages.

A line is a frame with one row per change: from ``from_on`` on, until the next row of the same subject.
"""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw

from baohou.core.columns import DAY_BITS, NEVER, NOBODY, Engine, Frame
from baohou.guarantee.rules.facts import Facts

_RANK_BITS = 40


@dataclass(frozen=True)
class Lines:
    """What the guarantees, their managers and the grades say, day by day: see the functions of these names."""

    in_force: Frame
    grades: Frame
    managers: Frame
    speaking: Frame


def lines(facts: Facts) -> Lines:
    """The lines of facts known on a day; visits and orders do not matter for them."""
    appointed = managers(facts)
    return Lines(
        in_force=in_force(facts.guarantees),
        grades=grades(facts),
        managers=appointed,
        speaking=speaking(facts, appointed),
    )


def in_force(guarantees: Frame) -> Frame:
    """Spans (client_id, from_on, until_on) in which the client has a guarantee in force; until_on is the first day not.

    In force on D: issued_on <= D < released_on. Spans that touch are one.
    """
    packed = nw.col("client_id") * (1 << DAY_BITS)
    line = guarantees.select("client_id", "issued_on", "released_on").sort("client_id", "issued_on")
    reach = (packed + nw.col("released_on")).cum_max().shift(1).fill_null(-1)
    line = line.with_columns(begins=(packed + nw.col("issued_on")) > reach)
    line = line.with_columns(span=nw.col("begins").cast(nw.Int64).cum_sum())
    spans = line.group_by("span").agg(
        nw.col("client_id").min(), from_on=nw.col("issued_on").min(), until_on=nw.col("released_on").max()
    )
    return spans.sort("span").drop("span")


def grades(facts: Facts) -> Frame:
    """Spans (client_id, grade, from_on, until_on); grade 0, not graded yet, before a client's first grade (PGM.7)."""
    unknown = facts.guarantees.select("client_id").unique()
    unknown = unknown.with_columns(grade=nw.lit(0, nw.Int16), from_on=nw.lit(0, nw.Int32), turn=nw.lit(0, nw.Int16))
    known = facts.grades.select("client_id", "grade", from_on="effective_on").with_columns(turn=nw.lit(1, nw.Int16))
    return spans(nw.concat([unknown, known]).sort("client_id", "from_on", "turn").drop("turn"), "client_id")


def spans(line: Frame, subject: str) -> Frame:
    """A sorted line with the day on which each row ends."""
    same = nw.col(subject).shift(-1).fill_null(NOBODY) == nw.col(subject)
    until = nw.when(same).then(nw.col("from_on").shift(-1)).otherwise(nw.lit(NEVER)).cast(nw.Int32)
    return line.with_columns(until_on=until).filter(nw.col("from_on") < nw.col("until_on"))


def leading(items: Frame, *, by: str) -> Frame:
    """Which of several items of a subject leads when: (by, from_on, item_id), item_id NOBODY where none holds.

    Of the items (by, item_id, from_on, until_on, rank) that hold on a day, the one with the latest from_on leads,
    then the greatest rank.
    """
    pick = nw.col("from_on").cast(nw.Int64) * (1 << _RANK_BITS) + nw.col("rank")
    held = items.select(by, "item_id", "until_on", begins="from_on", pick=pick)
    events = nw.concat(
        [items.select(by, "from_on"), items.filter(nw.col("until_on") < NEVER).select(by, from_on="until_on")]
    ).unique()
    on_event = (nw.col("begins") <= nw.col("from_on")) & (nw.col("from_on") < nw.col("until_on"))
    best = events.join(held, on=by, how="inner").filter(on_event).group_by(by, "from_on").agg(nw.col("pick").max())
    line = events.join(best, on=[by, "from_on"], how="left")
    line = line.join(held.select(by, "pick", "item_id"), on=[by, "pick"], how="left")
    return line.with_columns(nw.col("item_id").fill_null(NOBODY)).drop("pick").sort(by, "from_on")


def managers(facts: Facts) -> Frame:
    """A managers of guarantees: (guarantee_id, from_on, manager_id).

    The portfolio's manager holds from issue; an appointment of that very day goes before it.
    """
    issued = facts.guarantees.select("guarantee_id", "issued_on", "manager_id")
    first = issued.select("guarantee_id", "manager_id", from_on="issued_on").with_columns(turn=nw.lit(0, nw.Int16))
    later = facts.appointments.join(issued.drop("manager_id"), on="guarantee_id", how="inner")
    later = later.filter(nw.col("effective_on") >= nw.col("issued_on"))
    later = later.select("guarantee_id", "manager_id", from_on="effective_on").with_columns(turn=nw.lit(1, nw.Int16))
    return nw.concat([first, later]).sort("guarantee_id", "from_on", "turn").drop("turn")


def speaking(facts: Facts, appointed: Frame | None = None) -> Frame:
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
            nw.col("department_id").fill_null(NOBODY),
            manager_id=nw.col("first_manager").fill_null(NOBODY),
        ).sort("client_id", "from_on")
    line = nw.concat([line, _manager_changes(facts, line)]).join(departments, on="guarantee_id", how="left")
    line = line.with_columns(nw.col("department_id").fill_null(NOBODY)).drop("first_manager")
    line = facts.engine.latest(
        line,
        managers(facts) if appointed is None else appointed,
        by="guarantee_id",
        at="from_on",
        on="from_on",
        take={"manager_id": NOBODY},
    )
    return line.sort("client_id", "from_on")


def _speaking_guarantee(guarantees: Frame) -> Frame:
    """(client_id, from_on, guarantee_id): clients with one guarantee need no choosing."""
    items = guarantees.select("client_id", "rank", item_id="guarantee_id", from_on="issued_on", until_on="released_on")
    count = items.group_by("client_id").agg(n=nw.len())
    items = items.join(count, on="client_id", how="left")
    single = items.filter(nw.col("n") == 1)
    begins = single.select("client_id", "from_on", guarantee_id="item_id")
    ends = single.filter(nw.col("until_on") < NEVER).select(
        "client_id", from_on="until_on", guarantee_id=nw.lit(NOBODY, nw.Int64)
    )
    several = leading(items.filter(nw.col("n") > 1), by="client_id").select(
        "client_id", "from_on", guarantee_id="item_id"
    )
    return nw.concat([begins, ends, several])


def _manager_changes(facts: Facts, line: Frame) -> Frame:
    """Rows for the days on which the manager of the guarantee that speaks changes."""
    changes = facts.appointments.join(
        facts.guarantees.select("guarantee_id", "client_id"), on="guarantee_id", how="inner"
    ).select("client_id", from_on="effective_on", changed_id="guarantee_id")
    changes = facts.engine.latest(
        changes, line, by="client_id", at="from_on", on="from_on", take={"guarantee_id": NOBODY}
    )
    changes = changes.filter(nw.col("changed_id") == nw.col("guarantee_id"))
    return changes.select("client_id", "from_on", "guarantee_id")


def at(frame: Frame, line: Frame, *, day: str, engine: Engine) -> Frame:
    """What the line of speaking says on the day in a column: department_id, manager_id."""
    take = {"department_id": NOBODY, "manager_id": NOBODY}
    return engine.latest(frame, line, by="client_id", at=day, on="from_on", take=take)
