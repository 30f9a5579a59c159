"""The visits planned, as the calendar shows them by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from baohou.day import engine
from baohou.guarantee.models import PlannedDate
from baohou.guarantee.queries.pages.calendar import get_month
from baohou.guarantee.queries.pages.filters import WorkFilters
from baohou.guarantee.services import plans
from baohou.kernel.people.access import Person
from baohou.kernel.people.models import Department, Post
from tests.cast import Portfolio
from tests.guarantee.test_plans import NINTH, Q4, only, plan, planner, put, visit

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.8", "PGM.9")]


def test_planned_days_stand_in_the_calendar_until_the_visit_is_made(portfolio: Portfolio) -> None:
    """Planned for 12 October: in the calendar of 李乙 and of the department until it is made; not in 吴外's."""
    engine.run(on=NINTH)
    put(planner(portfolio, portfolio.cast.b), only(plan(portfolio)), date(2026, 10, 12))
    department = portfolio.first.department
    mine = Person(portfolio.cast.b, Post.PROJECT_MANAGER, department.pk, department.name)
    head = replace(mine, staff=portfolio.cast.manager, post=Post.DEPARTMENT_MANAGER)
    other = replace(mine, staff=portfolio.cast.outsider)

    def planned(person: Person, whose: str, **filters: str) -> list[tuple[date, int, str]]:
        month = get_month(person, on=NINTH, whose=whose, filters=WorkFilters(**filters))  # type: ignore[arg-type]
        days = [day for week in month.weeks for day in week if day.planned]
        return [(day.on, day.planned, one.client) for day in days for one in day.entries]

    twelfth = [(date(2026, 10, 12), 1, "东方钢铁有限公司")]
    assert planned(mine, "mine") == planned(head, "department") == planned(head, "department", words="东方") == twelfth
    assert planned(head, "department", words="南山") == planned(other, "mine") == []
    visit(portfolio, date(2026, 10, 9))
    assert planned(mine, "mine") == []


def test_visits_planned_for_the_next_quarter_stand_in_the_calendar_before_it_begins(portfolio: Portfolio) -> None:
    """业务二部 plans the last quarter in September: its October days are in 吴外's calendar of October by then."""
    plans.spread(
        planner=planner(portfolio, portfolio.cast.other_manager, department="业务二部"), first=Q4.first, last=Q4.last
    )
    department = Department.objects.get(name="业务二部")
    one = Person(portfolio.cast.outsider, Post.PROJECT_MANAGER, department.pk, department.name)
    day = PlannedDate.objects.get(client=portfolio.food).planned_on
    september = date(2026, 9, 20)
    month = get_month(one, on=september, whose="mine", month=day.replace(day=1))
    assert [at.on for week in month.weeks for at in week if at.planned] == [day]
    narrowed = get_month(one, on=september, whose="mine", month=day.replace(day=1), filters=WorkFilters(words="湖滨"))
    assert not any(at.planned for week in narrowed.weeks for at in week)
