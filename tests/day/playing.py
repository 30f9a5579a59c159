"""Playing worlds in the database: acts between runs, and after each run what the oracle says must stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any

from baohou.day import engine
from tests.oracle import oracle
from tests.oracle.database import Database, identity_of, stored_duties, stored_nets
from tests.oracle.model import Facts, Waiver
from tests.oracle.script import World, recorded
from tests.oracle.worlds import merged


def everything(facts: Facts) -> list[Any]:
    """All facts in one list."""
    names = ("guarantees", "appointments", "grades", "visits", "orders", "filings", "postings")
    return [fact for name in names for fact in getattr(facts, name)]


def play(worlds: Sequence[World], rng: Random, *, check: str = "every") -> list[Facts]:
    """Play worlds side by side with their runs and a waiver now and then; their facts at the end.

    What is stored is compared with the oracle after every run, or after the last.
    """
    whole = merged(list(worlds))
    database = Database(whole.start, whole.facts_ever())
    facts = [world.start for world in worlds]
    tellings = [list(world.between_runs()) for world in worlds]
    for number, (on, acts) in enumerate(whole.between_runs()):
        for act in acts:
            database.record(act)
        facts = [recorded(before, telling[number][1]) for before, telling in zip(facts, tellings, strict=True)]
        if not any(one.guarantees for one in facts):
            continue
        assert engine.run(on=on).on == on
        if check == "every" or number == len(whole.runs) - 1:
            compare(facts, on)
        facts = [waive_something(database, one, on, rng) for one in facts]
    return facts


def compare(facts: Sequence[Facts], on: date) -> None:
    """What is stored is what the oracle says of each world."""
    duties = [duty for one in facts for duty in oracle.derive(one, on)]
    assert stored_duties(on) == sorted(duties, key=lambda d: tuple(str(part) for part in identity_of(d)))
    assert stored_nets() == {key: fen for one in facts for key, fen in oracle.nets(one, on).items()}


def waive_something(database: Database, facts: Facts, on: date, rng: Random) -> Facts:
    """Now and then a part or the whole of a penalty is waived."""
    nets = sorted(oracle.nets(facts, on).items(), key=str)
    if not nets or rng.random() < 0.6:
        return facts
    (duty, staff), fen = rng.choice(nets)
    amount = rng.choice((fen, fen, max(1, fen // 3)))
    database.waive(duty, staff, amount, on)
    return facts.but(waivers=(*facts.waivers, Waiver(duty, staff, amount)))
