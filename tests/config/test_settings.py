"""What the settings promise of the database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    print([cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")])
"""


def test_what_was_answered_survives_a_power_cut(tmp_path: Path) -> None:
    """Under WAL only synchronous=FULL (2) has a commit on the disk before it is answered. The tests' own may be lost."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    told = {**kept, "BAOHOU_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "baohou.config.settings"}
    said = subprocess.run([sys.executable, "-c", ASK], env=told, cwd=ROOT / "src", capture_output=True, text=True)
    assert said.stdout == "['wal', 2]\n", said.stderr


def test_no_setting_loosens_what_the_database_server_keeps() -> None:
    """PostgreSQL waits for its log unless it is told otherwise: we tell it nothing of the kind."""
    assert "synchronous_commit" not in str(connection.settings_dict["OPTIONS"])
