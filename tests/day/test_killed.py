"""The day killed anywhere and run again ends as if it had never been killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from django.db import connection, transaction

from baohou.day import engine
from tests.day.fate import Fate, Killed
from tests.day.playing import compare
from tests.oracle.database import Database, thrown_away
from tests.oracle.model import Facts
from tests.oracle.script import recorded
from tests.oracle.worlds import make_crowd, merged

pytestmark = pytest.mark.clause("PGM.12")
ROOT = Path(__file__).resolve().parents[2]
TRIES = 12


def on_the_eve(seed: int) -> tuple[list[Facts], object]:
    """A few worlds run up to a day in the middle, then all later acts recorded: a long last run is to come."""
    worlds = make_crowd(Random(seed), 4, runs=5)
    whole = merged(worlds)
    database = Database(whole.start, whole.facts_ever())
    middle = whole.runs[len(whole.runs) // 2]
    for act in whole.acts:
        if act.on <= middle:
            database.record(act)
    engine.run(on=middle)
    for act in whole.acts:
        if act.on > middle:
            database.record(act)
    return [recorded(world.start, world.acts) for world in worlds], whole.end


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("rebuild", [False, True])
def test_struck_at_a_moment_and_run_again(seed: int, rebuild: bool) -> None:
    """At statements, between rows, before and after commits: the strike ends the run, the next run does the rest."""
    with thrown_away():
        facts, end = on_the_eve(seed)
        whole = Fate(0)
        with thrown_away(), whole.hangs_over():
            engine.run(on=end, rebuild=rebuild)
            compare(facts, end)
        struck = 0
        stride = max(1, whole.passed // TRIES)
        for moment in range(1 + seed % stride, whole.passed + 1, stride):
            with thrown_away():
                fate = Fate(moment)
                try:
                    with transaction.atomic(), fate.hangs_over():
                        engine.run(on=end, rebuild=rebuild)
                except Killed:
                    struck += 1
                engine.run(on=end)
                compare(facts, end)
        assert struck >= TRIES // 2


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(2))
def test_struck_between_the_steps(seed: int) -> None:
    """The first step is done and stays done; the run that follows does the second and changes no duty any more."""
    with thrown_away():
        facts, end = on_the_eve(seed)
        second = engine.steps()[1]
        with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
            patch.setattr(engine, "_one_step", _until(second.name, engine._one_step))
            engine.run(on=end)
        report = engine.run(on=end)
        assert report.steps[0].counts.new == report.steps[0].counts.changed == report.steps[0].counts.removed == 0
        compare(facts, end)


def _until(name: str, step: object) -> object:
    def stop(one: object, *arguments: object, **named: object) -> object:
        if one.name == name:
            raise Killed
        return step(one, *arguments, **named)

    return stop


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [1])
def test_a_process_killed_dead_and_run_again(seed: int, tmp_path: Path) -> None:
    """kill -9 in the middle of a run, in a process of its own on a database of its own; then a new process runs the day."""
    environment = {
        **os.environ,
        "BAOHOU_VAR": str(tmp_path),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
        "DJANGO_SETTINGS_MODULE": "baohou.config.settings",
        "POLARS_MAX_THREADS": "1",
    }
    if connection.vendor == "sqlite":
        environment["DATABASE_URL"] = f"sqlite:///{tmp_path / 'base.sqlite3'}"
    done = subprocess.run(
        [sys.executable, "-m", "tests.day.victim", str(seed), "8"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["killed"] >= 6
    assert told["wrong"] == []
