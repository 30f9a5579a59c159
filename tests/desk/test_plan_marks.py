"""The pages of the visit plan: what is marked after acceptance, and what a deputy is not offered."""

from __future__ import annotations

import pytest

from baohou.guarantee.models import Guarantee
from baohou.guarantee.queries.plans import get_plan
from baohou.kernel import kept
from baohou.kernel.people.deputies import name_deputy
from baohou.kernel.people.models import Department
from tests.cast import Portfolio
from tests.desk.conftest import TODAY, Enter
from tests.desk.reading import said
from tests.desk.test_plan_pages import Q4, clients_of, page_of, send

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.8", "PGM.9")]


def test_the_row_of_a_new_client_keeps_its_mark(evening: Portfolio, enter: Enter) -> None:
    """A client came after acceptance: its row still says so when its day has been set, and so does a new A manager."""
    head, risk = enter(evening.cast.manager), enter(evening.cast.supervisor)
    head.post(f"{page_of()}several/", {"deed": "spread", "first": "10-20", "last": "12-31"})
    head.post(f"{page_of()}hand-in/")
    plan = get_plan(department=Department.objects.get(name="业务一部"), quarter=Q4, today=TODAY)
    risk.post(f"{page_of()}review/", {"verdict": "accept", "seen": plan.fingerprint})
    Guarantee.objects.filter(client=evening.steel).update(manager_a=evening.cast.a)
    clients_of(evening, 1, evening.cast.a)
    kept.forget()
    plan = get_plan(department=Department.objects.get(name="业务一部"), quarter=Q4, today=TODAY)
    row = next(row for row in plan.rows if row.visit.client_id != evening.steel.pk)
    text = said(head, page_of())
    assert "接收后新增" in text and "接收后换 A 角（原 李乙）" in text
    assert "接收后新增" in send(head, f"{page_of()}{row.key}/", planned_on="11-09", seen="")
    assert said(head, f"{page_of()}?state=marked").count('id="visit-') == 2


def test_a_deputy_is_not_offered_days_that_would_be_refused(evening: Portfolio, enter: Enter) -> None:
    """钱丙 stands in for the head of 业务二部: the plan is there to read, without a field, a box or a deed."""
    who = {"staff": evening.cast.other_manager, "deputy": evening.cast.manager}
    name_deputy(**who, first_on=TODAY, last_on=TODAY, because="出差", actor="X01", door="page")
    text = said(enter(evening.cast.manager), page_of("业务二部"))
    assert 'id="visit-' in text
    for offered in ("data-plan-date", "data-tick", 'id="plan-several"'):
        assert offered not in text
    assert "data-plan-date" in said(enter(evening.cast.manager), page_of())
