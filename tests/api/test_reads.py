"""Personal data that programs read: one act a token, list and day, and more when it is very much."""

from __future__ import annotations

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baohou.kernel.api import reads
from baohou.kernel.audit.models import Act
from tests.api.conftest import CallAs
from tests.cast import Portfolio

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forgotten() -> None:
    caches["process"].clear()


def test_the_first_reading_of_a_list_is_an_act_and_the_next_is_none(evening: Portfolio, call_as: CallAs) -> None:
    """张甲's program reads the clients again and again: one act; the worklist is another; so is another token."""
    one, other = call_as(evening.cast.a), call_as(evening.cast.a)
    for _ in range(3):
        one.get("/clients")
    one.get("/worklist")
    acts = list(Act.objects.filter(verb=reads.VERB).order_by("pk"))
    assert [(act.by, act.door, act.facts["list"]) for act in acts] == [
        ("A01", "api", "clients_list_all"),
        ("A01", "api", "work_list_all"),
    ]
    assert acts[0].facts["rows"] == len(one.get("/clients").json()["items"])
    other.get("/clients")
    assert Act.objects.filter(verb=reads.VERB, facts__list="clients_list_all").count() == 2


def test_another_process_does_not_tell_it_again(evening: Portfolio, call_as: CallAs) -> None:
    caller = call_as(evening.cast.a)
    caller.get("/clients")
    caches["process"].clear()
    caller.get("/clients")
    assert Act.objects.filter(verb=reads.VERB).count() == 1


def test_reading_very_much_is_told_as_it_grows(
    evening: Portfolio, call_as: CallAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a thousand rows on, each time it has grown tenfold (here from four on)."""
    monkeypatch.setattr(reads, "_FROM", 4)
    caller = call_as(evening.cast.risk_manager)
    rows = len(caller.get("/clients").json()["items"])
    assert rows == 2
    for _ in range(30):
        caller.get("/clients")
    told = [act.facts["rows"] for act in Act.objects.filter(verb=reads.VERB).order_by("pk")]
    assert told == [2, 4, 40]


def test_one_client_counts_as_a_row_and_what_is_nobodys_is_not_counted(evening: Portfolio, call_as: CallAs) -> None:
    caller = call_as(evening.cast.admin)
    for path in ("/me", "/today", "/rule-versions", "/runs", "/outbox", "/departments"):
        assert caller.get(path).status_code == 200
    assert not Act.objects.filter(verb=reads.VERB).exists()
    caller.get(f"/clients/{evening.steel.pk}")
    assert Act.objects.get(verb=reads.VERB).facts["rows"] == 1
    assert caller.get("/clients/999999").status_code == 404


def test_a_list_read_before_asks_nothing_more(evening: Portfolio, call_as: CallAs) -> None:
    caller = call_as(evening.cast.a)
    caller.get("/clients")
    with CaptureQueriesContext(connection) as asked:
        caller.get("/clients")
    assert not [one["sql"] for one in asked if "audit_act" in one["sql"] and "INSERT" in one["sql"]]


def test_while_nothing_is_written_people_still_read(evening: Portfolio, call_as: CallAs, settings: object) -> None:
    caller = call_as(evening.cast.a)
    settings.READ_ONLY_BECAUSE = "恢复演练"  # type: ignore[attr-defined]
    assert caller.get("/clients").status_code == 200
    assert not Act.objects.filter(verb=reads.VERB).exists()
