"""Two runs at once: one works, the other says so and stops."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import django; django.setup()
from baohou.day.lock import only_run
with only_run():
    print("holding", flush=True)
    input()
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of processes that share one database of their own (SQLite) or the server's (PostgreSQL)."""
    found = {**os.environ, "BAOHOU_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "baohou.config.settings"}
    if connection.vendor == "sqlite":
        found["DATABASE_URL"] = f"sqlite:///{tmp_path / 'day.sqlite3'}"
        subprocess.run(
            [sys.executable, "-m", "django", "migrate", "-v0"], env=found, cwd=ROOT / "src", check=True, timeout=900
        )
    return found


@pytest.mark.django_db(transaction=True)
def test_the_second_run_says_that_another_is_at_work(environment: dict[str, str]) -> None:
    """While one process holds the day, `baohou day` exits with 3 and changes nothing; once it is gone, even killed, not."""
    day = [sys.executable, "-c", "from baohou.config.command import main; main()", "day", "--on", "2026-07-20"]
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT / "src",
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holding\n"
        second = subprocess.run(day, env=environment, capture_output=True, text=True, cwd=ROOT / "src", timeout=900)
        assert second.returncode == 3
        assert "另一次日终正在运行" in second.stderr
    finally:
        holder.kill()
        holder.wait()
    for _ in range(20):
        third = subprocess.run(day, env=environment, capture_output=True, text=True, cwd=ROOT / "src", timeout=900)
        if third.returncode != 3:
            break
        time.sleep(0.2)
    assert third.returncode != 3
