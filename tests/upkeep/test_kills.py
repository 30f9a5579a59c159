"""Web server, worker, night and database are killed while people work: nothing is lost, doubled or left locked."""

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


@pytest.mark.clause("PGM.12")
def test_killed_while_people_work() -> None:
    """A few kills of what `script/bench faults` does a thousand times; docs/faults.md tells what is proven and how."""
    told = [f"--kills={KILLS}", "--seed=3", "--clients=16"]
    if connection.vendor == "sqlite":
        told.append("--sqlite")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "BAOHOU_"))}
    command = [sys.executable, "-m", "bench.faults", *told]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    taken = re.search(r"writes taken +([\d,]+)", done.stdout)
    assert f"kills               {KILLS} in" in done.stdout
    assert taken is not None and int(taken.group(1).replace(",", "")) >= KILLS
