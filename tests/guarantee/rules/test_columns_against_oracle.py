"""The columnar rules and the slow, plain oracle say the same of random worlds, on random days."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.guarantee.rules import columns
from tests.oracle import oracle
from tests.oracle.worlds import make_days, make_facts

pytestmark = [
    pytest.mark.clause(code)
    for code in ("PGM.3", "PGM.4", "PGM.5", "PGM.7", "PGM.9", "PGM.11", "PGM.12", "PGM.13", "PGM.14")
]


@given(rng=st.randoms(use_true_random=False))
def test_duties_and_nets_are_the_oracles(rng: Random) -> None:
    """Any few clients with any guarantees, grades, visits, orders, filings, managers and versions, seen on any day."""
    facts = make_facts(rng)
    for on in make_days(rng, facts, 4):
        assert columns.duties(facts, on) == oracle.duties(facts, on)
        assert columns.nets(facts, on) == oracle.nets(facts, on)


@pytest.mark.parametrize("seed", range(150))
def test_duties_and_nets_are_the_oracles_in_the_same_worlds_every_time(seed: int) -> None:
    rng = Random(seed)
    facts = make_facts(rng)
    for on in make_days(rng, facts, 3):
        assert columns.duties(facts, on) == oracle.duties(facts, on)
        assert columns.nets(facts, on) == oracle.nets(facts, on)
