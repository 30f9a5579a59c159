"""A department's worklist, found way by way: the same duties in the same order as by looking at everyone's."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baohou.guarantee.queries.access import visible_duties
from baohou.guarantee.queries.pages import worklist as pages
from baohou.guarantee.queries.pages.filters import WorkFilters
from baohou.guarantee.queries.pages.waiting import measures_missing
from baohou.guarantee.queries.pages.worklist import list_worklist, owed_duties
from baohou.guarantee.rules.words import DutyKind, Grade
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.access import Person, find_person
from tests.cast import STEEL, Portfolio, TakeIn
from tests.desk.conftest import TODAY, Enter

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.2")]


def _manager(portfolio: Portfolio, enter: Enter) -> Person:
    enter(portfolio.cast.manager)
    portfolio.cast.manager.refresh_from_db()
    assert portfolio.cast.manager.user is not None
    person = find_person(portfolio.cast.manager.user, on=TODAY)
    assert person is not None
    return person


@pytest.mark.parametrize("many", [1, 2, 1000])
@pytest.mark.parametrize("whose", ["department", "unowned"])
@pytest.mark.parametrize(
    "filters",
    [WorkFilters(), WorkFilters(kind=DutyKind.ROUTINE_VISIT), WorkFilters(grade=Grade.NORMAL), WorkFilters(words="东")],
)
def test_the_same_duties_as_by_one_condition(
    evening: Portfolio, enter: Enter, monkeypatch: pytest.MonkeyPatch, many: int, whose: str, filters: WorkFilters
) -> None:
    """钱丙 sees what is owed by himself, by 业务一部, and for its clients by another department; few or many of them."""
    person = _manager(evening, enter)
    own = Duty.objects.filter(department=person.department_id, done_on=None, lapsed_on=None)
    foreign = own.filter(party=evening.steel)[0]
    other = evening.cast.other_manager
    Duty.objects.filter(pk=foreign.pk).update(department=None, owner=None if whose == "unowned" else other)
    monkeypatch.setattr(pages, "MANY", many)
    for day in (TODAY, date(2026, 12, 31), date(2027, 1, 4)):
        worklist = list_worklist(person, on=day, whose=whose, filters=filters)
        shown = [row.key for group in worklist.groups for row in group.rows]
        wanted = owed_duties(person, on=day, whose=whose, filters=filters).order_by("due_on", "key")
        assert shown == list(wanted.values_list("key", flat=True))
        assert all(group.count == min(len(group.rows), many) or group.count == many for group in worklist.groups)
        assert foreign.pk in shown or filters.any
    assert set(shown) <= set(visible_duties(person, on=day).values_list("key", flat=True))


@pytest.mark.clause("PGM.10")
def test_clients_without_a_measure_are_counted_up_to_so_many(
    take_in: TakeIn, evening: Portfolio, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """东方钢铁 is risk from 1 August and lacks a measure for 30 September: one client; where counting stops at one, 1+."""
    take_in("grades", [(STEEL, "风险", "2026-08-01", "停产", "R01")])
    person = _manager(evening, enter)
    (line,) = measures_missing(person, TODAY)
    assert "还有 1 户" in line.what
    monkeypatch.setattr("baohou.guarantee.queries.pages.waiting.MANY", 1)
    (line,) = measures_missing(person, TODAY)
    assert "还有 1+ 户" in line.what
    with CaptureQueriesContext(connection) as believed:
        (line,) = measures_missing(person, TODAY)
    assert "还有 1+ 户" in line.what
    caches["process"].clear()
    with CaptureQueriesContext(connection) as asked:
        list(measures_missing(person, TODAY))
    assert "LIMIT 1)" in asked.captured_queries[-1]["sql"]
    assert len(believed) == len(asked) - 1


def test_each_way_has_an_index_of_what_is_owed() -> None:
    """By owner, department and client, in the order of the list; and what nobody owns."""
    indexes = {index.name: list(index.fields) for index in Duty._meta.indexes if index.condition is not None}
    assert indexes["duty_worklist"][0] == "owner"
    assert indexes["duty_of_department_to_do"] == ["department", "due_on", "key"]
    assert indexes["duty_of_client_to_do"] == ["party", "due_on", "key"]
    assert indexes["duty_of_nobody_to_do"] == ["due_on", "key"]


def test_the_calendar_reads_the_first_few_of_each_day(evening: Portfolio, enter: Enter) -> None:
    """Of the duties due on a day the first three by number; they are not all numbered to find those."""
    address = "/calendar/?month=2026-12"
    browser = enter(evening.cast.risk_manager)
    with CaptureQueriesContext(connection) as asked:
        month = browser.get(address).context["month"]
    owed = Duty.objects.filter(done_on=None, lapsed_on=None, opens_on__lte=TODAY).order_by("key")
    days = {day.on: [row.key for row in day.rows] for week in month.weeks for day in week}
    assert days == {day: list(owed.filter(due_on=day).values_list("key", flat=True)[:3]) for day in days}
    assert any(days.values())
    numbered = [one["sql"] for one in asked.captured_queries if "ROW_NUMBER" in one["sql"]]
    assert not [sql for sql in numbered if '"duties_duty"."due_on"' in sql]
