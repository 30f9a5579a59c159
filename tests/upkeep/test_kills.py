"""While people work processes are killed, and writes fail: nothing is lost, doubled or left locked."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
KILLS = 10
WRITES = 40


@pytest.mark.clause("PGM.12")
def test_killed_while_people_work() -> None:
    """A few kills of what `script/bench faults` does a thousand times; docs/faults.md tells what is proven and how."""
    said = faults(f"--kills={KILLS}", "--seed=3")
    assert f"kills               {KILLS} in" in said
    assert count("writes taken", said) >= KILLS


@pytest.mark.clause("PGM.12")
def test_a_write_fails_while_people_work() -> None:
    """The first writes of what eight people ask for fail, as `script/bench faults --writes` fails all of them."""
    said = faults(f"--writes={WRITES}", "--seed=3")
    assert count("writes failed", said) >= WRITES
    assert count("writes taken", said) >= WRITES


def faults(*told: str) -> str:
    """What a run says in which everything held."""
    engine = ["--sqlite"] if connection.vendor == "sqlite" else []
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "BAOHOU_"))}
    command = [sys.executable, "-m", "bench.faults", *told, "--clients=16", *engine]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def count(what: str, said: str) -> int:
    """A figure of a run."""
    found = re.search(rf"{what} +([\d,]+)", said)
    assert found is not None, said
    return int(found.group(1).replace(",", ""))
