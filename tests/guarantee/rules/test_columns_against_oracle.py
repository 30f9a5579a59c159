"""The columnar rules and the slow, plain oracle say the same of random worlds, on random days."""

from __future__ import annotations

import os
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.guarantee.rules import columns
from tests.oracle import oracle
from tests.oracle.model import Facts
from tests.oracle.worlds import make_crowd, make_days, make_facts, merged

pytestmark = [pytest.mark.clause(f"PGM.{n}") for n in (3, 4, 5, 7, 9, 11, 12, 13, 14)]


CROWDS = int(os.environ.get("BAOHOU_CROWDS", "24"))


def agree(whole: Facts, parts: list[Facts], on: date) -> None:
    """The columns say of the whole what the oracle says of its parts, which have nothing to do with each other."""
    expected = [duty for part in parts for duty in oracle.derive(part, on)]
    found = columns.derive(whole, on)
    assert sorted(found, key=str) == sorted(expected, key=str)
    owed = {key: fen for part in parts for key, fen in oracle.nets(part, on).items()}
    assert columns.nets(whole, on) == owed


@given(rng=st.randoms(use_true_random=False))
def test_a_world_is_as_the_oracle_says(rng: Random) -> None:
    """Any few clients with any guarantees, grades, visits, orders, filings, managers and versions, seen on any day."""
    facts = make_facts(rng)
    [on] = make_days(rng, facts, 1)
    agree(facts, [facts], on)


@pytest.mark.parametrize("seed", range(CROWDS))
def test_worlds_side_by_side_are_as_the_oracle_says(seed: int) -> None:
    """Fifty worlds under the same rules, each seen on four days: a column holds them all."""
    rng = Random(seed)
    worlds = make_crowd(rng, 50)
    whole = merged(worlds).final()
    parts = [world.final() for world in worlds]
    for on in (worlds[0].end, *make_days(rng, whole, 3)):
        agree(whole, parts, on)
