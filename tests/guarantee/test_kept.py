"""What is derived of a department's clients is kept, and derived again of those whose facts a verb touched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl
import pytest
from django.db import transaction

from baohou.core.period import Quarter
from baohou.day import engine
from baohou.guarantee.models import Touched
from baohou.guarantee.queries import kept as frames
from baohou.guarantee.queries.kept import keep
from baohou.guarantee.queries.pages.plan_table import get_plan_table
from baohou.guarantee.queries.standing import spoken_for
from baohou.guarantee.rules.words import Grade, Urgency, VisitKind
from baohou.guarantee.services import grades, orders, visits
from baohou.kernel import kept
from baohou.kernel.audit.services import record_act
from baohou.kernel.people.access import Person
from baohou.kernel.people.models import Post
from tests.cast import FOOD, STEEL, Portfolio, TakeIn

pytestmark = pytest.mark.django_db
TODAY, END = date(2026, 10, 20), date(2026, 9, 30)
EVERYONE = Person(None, Post.RISK_MANAGER, None, "")


class Asked:
    """A derivation that remembers of whom it was asked: None of all."""

    def __init__(self) -> None:
        self.times: list[list[int] | None] = []

    def __call__(self, clients: Sequence[int] | None) -> pl.DataFrame:
        self.times.append(None if clients is None else list(clients))
        return pl.DataFrame({"client_id": [1, 2, 3] if clients is None else list(clients)})


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    monkeypatch.setattr(kept, "CHECKED", False)
    return Asked()


def _touch(client: int) -> None:
    Touched.objects.create(client_id=client, since=TODAY)


def test_only_what_was_touched_is_derived_again(asked: Asked) -> None:
    assert sorted(keep(("x",), asked)["client_id"]) == [1, 2, 3]
    keep(("x",), asked)
    _touch(2)
    assert sorted(keep(("x",), asked)["client_id"]) == [1, 2, 3]
    _touch(3)
    _touch(9)
    assert sorted(keep(("x",), asked)["client_id"]) == [1, 2, 3, 9]
    assert asked.times == [None, [2], [3, 9]]


def test_a_mark_written_by_one_who_was_slower_is_seen(asked: Asked) -> None:
    """Its number is lower than that of a mark which was there when the frame was derived."""
    _touch(1)
    Touched.objects.filter(client_id=1).update(id=1000)
    keep(("x",), asked)
    Touched.objects.create(id=990, client_id=2, since=TODAY)
    keep(("x",), asked)
    assert asked.times == [None, [2]]


@pytest.mark.parametrize("verb", ["rulebook.load", "import.portfolio", "people.change_post", "anything.new"])
def test_acts_that_may_change_more_make_all_of_it_old(asked: Asked, verb: str) -> None:
    keep(("x",), asked)
    record_act(verb="plans.set_date", door="page", by="M01", facts={})
    keep(("x",), asked)
    record_act(verb=verb, door="page", by="M01", facts={})
    keep(("x",), asked)
    assert asked.times == [None, None]


def test_more_marks_than_are_looked_at_make_all_of_it_old(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "_MOST_TOUCHED", 3)
    keep(("x",), asked)
    for client in (1, 2, 3):
        _touch(client)
    keep(("x",), asked)
    assert asked.times == [None, None]


def test_within_a_transaction_nothing_is_kept(asked: Asked) -> None:
    """What it saw may be undone, and is seen by nobody else."""
    for _ in range(2):
        with transaction.atomic():
            _touch(2)
            keep(("x",), asked)
            transaction.set_rollback(True)
    keep(("x",), asked)
    assert asked.times == [None, None, None]


def test_so_many_are_kept(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "_kept", kept.Shelf(2))
    for name in ("x", "y", "x", "z", "x", "y"):
        keep((name,), asked)
    assert len(asked.times) == 4


@pytest.mark.clause("PGM.7", "PGM.8", "PGM.10")
def test_after_each_verb_the_plan_and_the_table_are_what_they_would_be_anew(
    portfolio: Portfolio, take_in: TakeIn
) -> None:
    """A visit, a grade, a special visit, an import, a day: ``CHECKED`` compares what is kept each time."""
    cast, by = portfolio.cast, {"actor": "M01", "door": "page"}
    engine.run(on=TODAY)
    departments = (portfolio.first.department, portfolio.elsewhere.department)

    def look() -> tuple[list[int], dict[str, int]]:
        plans = [
            get_plan_table(EVERYONE, department=of, quarter=Quarter(2026, 4), today=TODAY).rows for of in departments
        ]
        spoken = [spoken_for(department=of.pk, on=END) for of in departments]
        graded = pl.concat(spoken).select("id_no", "grade").iter_rows()
        return [len(rows) for rows in plans], dict(graded)

    before, grade_of = look()
    assert grade_of == {STEEL: Grade.NORMAL, FOOD: Grade.NORMAL}
    visits.record(
        client=portfolio.steel,
        guarantee=None,
        on=date(2026, 10, 19),
        kind=VisitKind.REGULAR,
        by=cast.a,
        methods="",
        summary="正常",
        findings={},
        **by,
    )
    look()
    grades.change(
        client=portfolio.food, grade=Grade.GOOD, effective_on=date(2026, 9, 1), because="经营好", by=cast.a, **by
    )
    assert look()[1] == {STEEL: Grade.NORMAL, FOOD: Grade.GOOD}
    orders.order_special(
        client=portfolio.steel,
        ordered_on=TODAY,
        urgency=next(iter(Urgency)),
        because="欠息",
        by=cast.supervisor,
        **by,
    )
    assert (before[1], look()[0]) == (1, [before[0] + 1, 0])  # a good client is visited every half year
    take_in("grades", [(STEEL, "风险", "2026-08-01", "停产", "R01")])
    assert look()[1] == {STEEL: Grade.RISK, FOOD: Grade.GOOD}
    engine.run(on=date(2026, 10, 21))
    look()
