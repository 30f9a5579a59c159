"""Work done in pieces ends as work done whole: worlds played with every threshold set so low that it is passed."""

from __future__ import annotations

from random import Random

import pytest

from baohou.guarantee.rules import reports
from baohou.guarantee.steps import duties, penalties
from baohou.kernel.accountability import booking
from baohou.kernel.columns import reading, writing
from tests.day.playing import play
from tests.oracle.database import thrown_away
from tests.oracle.worlds import make_crowd

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[0, 1_000_000], ids=["reads-all-entries", "asks-piece-by-piece"])
def low(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    for module, name, value in (
        (booking, "_KEYS_AT_ONCE", 2),
        (booking, "_PIECES_WORTH_ASKING", request.param),
        (penalties, "_KEYS_AT_ONCE", 2),
        (duties, "CLIENTS_AT_ONCE", 2),
        (reading, "_BLOCKS_AT_ONCE", 1),
        (writing, "_ROWS_AT_ONCE", 3),
        (writing, "_FEW", 1),
        (reports, "_SAMPLE", 3),
    ):
        monkeypatch.setattr(module, name, value)


@pytest.mark.usefixtures("low")
@pytest.mark.clause("PGM.12")
@pytest.mark.parametrize("seed", range(3))
def test_worlds_in_pieces_end_where_the_oracle_ends(seed: int) -> None:
    """Ten firms side by side, each with its own managers, versions and corrections of the past."""
    rng = Random(f"pieces {seed}")
    with thrown_away():
        play(make_crowd(rng, 10), rng)
