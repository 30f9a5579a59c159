"""Random worlds through the day: run bit by bit, once, twice, or rebuilt, all end where the oracle ends."""

from __future__ import annotations

import os
from random import Random

import pytest

from baohou.day import engine
from baohou.guarantee.queries.duties import list_duties
from tests.day.playing import compare, everything, play
from tests.oracle import oracle
from tests.oracle.database import Database, thrown_away
from tests.oracle.script import World
from tests.oracle.worlds import make_crowd, make_days, make_world, merged

pytestmark = [
    pytest.mark.django_db,
    *(pytest.mark.clause(f"PGM.{n}") for n in (3, 4, 5, 7, 9, 11, 12, 13, 14)),
]

ALONE = int(os.environ.get("BAOHOU_WORLDS_ALONE", "24"))
CROWDS = int(os.environ.get("BAOHOU_WORLDS_CROWDS", "10"))
CROWD = 25
"""A run of the day costs the same for one world as for many: some are played alone, most side by side."""


def bit_by_bit(worlds: list[World], rng: Random) -> None:
    """Played with all their runs and checked after each; then nothing is left to do, to mend, or to derive anew."""
    with thrown_away():
        facts = play(worlds, rng)
        end = worlds[0].end
        if any(one.guarantees for one in facts):
            again = engine.run(on=end)
            assert again.differences == 0
            assert engine.verify().differences == 0
            assert engine.run(on=end, rebuild=True).differences == 0
            compare(facts, end)


@pytest.mark.parametrize("seed", range(ALONE))
def test_a_world_bit_by_bit_ends_where_the_oracle_ends(seed: int) -> None:
    """Facts recorded on their day, before it, long after it, corrected and removed; runs on some days, some twice."""
    rng = Random(seed)
    bit_by_bit([make_world(rng)], rng)


@pytest.mark.parametrize("seed", range(CROWDS))
def test_worlds_side_by_side_end_where_the_oracle_ends(seed: int) -> None:
    rng = Random(1_000_000 + seed)
    bit_by_bit(make_crowd(rng, CROWD), rng)


@pytest.mark.parametrize("seed", range(CROWDS))
def test_one_run_ends_where_the_oracle_ends(seed: int) -> None:
    """The same worlds, all facts known from the start, one run on the last day; and any day can be asked for."""
    rng = Random(1_000_000 + seed)
    worlds = make_crowd(rng, CROWD)
    facts, end = [world.final() for world in worlds], worlds[0].end
    whole = merged(worlds).final()
    with thrown_away():
        Database(whole, everything(whole)).record_all(whole)
        engine.run(on=end)
        compare(facts, end)
        for on in (end, *make_days(rng, whole, 2)):
            listed = list_duties(on=on)
            expected = [duty for one in facts for duty in oracle.duties(one, on)]
            assert sorted(listed, key=str) == sorted(expected, key=str)
            assert all(list(row) == oracle.KEYS for row in listed)
