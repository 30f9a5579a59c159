"""What the settings promise of the database."""

from __future__ import annotations

import pytest
from django.db import connection


@pytest.mark.django_db
def test_what_was_answered_survives_a_power_cut() -> None:
    """Under WAL only synchronous=FULL (2) has a commit on the disk before it is answered."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL waits for its log unless it is told otherwise")
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)
