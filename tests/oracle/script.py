"""How a world comes to be known: acts that add, change or remove a fact, recorded between the runs of the day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.oracle.model import Appointment, Facts, Filing, GradeChange, Guarantee, Order, Posting, Version, Visit

TABLES: dict[type, str] = {
    Guarantee: "guarantees",
    Appointment: "appointments",
    GradeChange: "grades",
    Visit: "visits",
    Order: "orders",
    Filing: "filings",
    Posting: "postings",
    Version: "versions",
}


@dataclass(frozen=True)
class Act:
    """A fact recorded before the run of ``on``: ``before`` gives way to ``after``; None where there is none."""

    on: date
    before: Any | None
    after: Any | None

    @property
    def table(self) -> str:
        return TABLES[type(self.before if self.before is not None else self.after)]


@dataclass(frozen=True)
class World:
    """What was known at the start, the acts in order, and the days on which the day was run; the last run sees all."""

    start: Facts
    acts: tuple[Act, ...]
    runs: tuple[date, ...]

    @property
    def end(self) -> date:
        return self.runs[-1]

    def final(self) -> Facts:
        return recorded(self.start, self.acts)

    def facts_ever(self) -> list[Any]:
        """All facts that are ever recorded."""
        return [fact for act in self.acts for fact in (act.before, act.after) if fact is not None]

    def between_runs(self) -> Iterable[tuple[date, tuple[Act, ...]]]:
        """Each run with the acts recorded since the run before."""
        waiting = list(self.acts)
        for number, run in enumerate(self.runs, start=1):
            last = number == len(self.runs)
            yield run, tuple(act for act in waiting if last or act.on <= run)
            waiting = [act for act in waiting if act.on > run]


def recorded(facts: Facts, acts: Iterable[Act]) -> Facts:
    """The facts after some acts."""
    for act in acts:
        rows = list(getattr(facts, act.table))
        if act.before is not None:
            rows.remove(act.before)
        if act.after is not None:
            rows.append(act.after)
        facts = facts.but(**{act.table: tuple(rows)})
    return facts


def key(fact: Any) -> tuple[Any, ...]:
    """What makes a fact the same fact when it is recorded again."""
    match fact:
        case Guarantee():
            return (fact.project_no,)
        case Appointment():
            return (fact.project_no, fact.effective_on)
        case GradeChange():
            return (fact.client, fact.effective_on)
        case Visit():
            return (fact.client, fact.project_no, fact.visited_on, fact.kind)
        case Order():
            return (fact.client, fact.ordered_on)
        case Filing():
            return (fact.department, fact.quarter, fact.kind)
        case Posting():
            return (fact.staff, fact.effective_on)
        case Version():
            return (fact.effective_on,)
    raise TypeError(fact)
