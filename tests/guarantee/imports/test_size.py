"""A file of 100,000 rows."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from baohou.guarantee.imports import take
from baohou.guarantee.models import Guarantee
from baohou.kernel.parties.models import Party
from tests.cast import HEADINGS, Cast

ROWS = 100_000
QUERIES = 1000


@pytest.mark.django_db
def test_a_hundred_thousand_guarantees_are_taken_without_a_query_a_row(tmp_path: Path, cast: Cast) -> None:
    path = tmp_path / "portfolio.csv"
    first = date(2024, 1, 1)
    with path.open("w") as file:
        print(",".join(HEADINGS["portfolio"]), file=file)
        for n in range(ROWS):
            day = first + timedelta(days=n % 900)
            print(f"P{n},客户{n},X:{n},业务一部,A01,B01,{n}.50,{day},{day + timedelta(days=365)},", file=file)
    with CaptureQueriesContext(connection) as queries:
        assert take(kind="portfolio", path=path, today=date(2026, 11, 23)).taken
    assert Guarantee.objects.count() == ROWS
    assert len(queries) < QUERIES
    if connection.vendor == "postgresql":
        _assert_known(Party, Guarantee)


def _assert_known(*models: type[Model]) -> None:
    """The database plans the checks of foreign keys, at the end of the file, for tables of this size."""
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
            assert cursor.fetchone()[0] > ROWS / 2, model
