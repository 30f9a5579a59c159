"""Worlds that come in through the importers, then change through them: updates, removals, and the same files again."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from baohou.day import engine
from baohou.guarantee.imports import take
from tests.day.playing import compare, everything
from tests.oracle.database import Database, thrown_away
from tests.oracle.files import gone, importable, write
from tests.oracle.script import World, recorded
from tests.oracle.worlds import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.12"), pytest.mark.clause("PGM.4")]


def taken(files: list[tuple[str, Path]], world: World, **wish: object) -> None:
    """Take the files as of a day after all facts; none may be refused."""
    for kind, path in files:
        outcome = take(kind=kind, path=path, today=max(world.end, *(a.on for a in world.acts)), **wish)
        assert not outcome.faults, (kind, outcome.faults)


@pytest.mark.parametrize("seed", range(16))
def test_imported_in_two_goes_it_ends_where_the_oracle_ends(seed: int, tmp_path: Path) -> None:
    """Half of the acts by then are files, the day is run; the rest comes as removals and updates, twice; run again."""
    world = make_world(Random(f"imported {seed}"))
    half = world.acts[: len(world.acts) // 2]
    begin, end = importable(recorded(world.start, half)), importable(world.final())
    if not begin.guarantees:
        begin = end
    with thrown_away():
        Database(world.start, [*begin.filings, *end.filings])
        postings = [p for p in everything(end) if type(p).__name__ == "Posting"]
        staff = [p for p in postings if p not in begin.postings]
        begin = begin.but(postings=(*begin.postings, *staff))
        end = end.but(postings=begin.postings)
        taken(write(tmp_path, "begin", everything(begin)), world, update=True)
        middle = max(a.on for a in half) if half else world.end
        middle = min(middle, world.end)
        engine.run(on=middle)
        compare([begin], middle)
        removed = write(tmp_path, "gone", gone(everything(begin), everything(end)))
        taken(removed[::-1], world, remove=True, because="登记有误")
        for _ in range(2):
            taken(write(tmp_path, "end", everything(end)), world, update=True)
        engine.run(on=world.end)
        compare([end], world.end)
        assert engine.verify().differences == 0
