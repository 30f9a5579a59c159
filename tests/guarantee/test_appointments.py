"""A planned visit is arranged with the client beforehand (GPM.5)."""

from __future__ import annotations

from datetime import date

import pytest

from baohou.core.errors import Refused
from baohou.guarantee.queries.plans import find_appointment
from baohou.guarantee.rules.appointments import Appointment, Channel
from baohou.guarantee.services.appointments import arrange
from baohou.kernel.audit.models import Act
from tests.cast import Portfolio
from tests.guarantee.test_plans import NINTH, only, plan, planner, put

pytestmark = [pytest.mark.django_db, pytest.mark.clause("GPM.5")]


def test_a_planned_visit_is_arranged_with_the_client(portfolio: Portfolio) -> None:
    """李乙 telephones 林总 on the 9th for Monday 12 October; moved to the 13th, it has to be arranged anew (GPM.5)."""
    who, made = planner(portfolio, portfolio.cast.b), Appointment(NINTH, "林总", Channel.PHONE)
    row = only(plan(portfolio))
    with pytest.raises(Refused) as caught:
        arrange(planner=who, key=row.key, seen=None, appointment=made)
    assert caught.value.code == "guarantee.plan.not_planned"
    put(who, row, date(2026, 10, 12))
    arrange(planner=who, key=row.key, seen=date(2026, 10, 12), appointment=made)
    row = only(plan(portfolio))
    assert row.appointment == made
    assert find_appointment(keys=[row.key]) == made
    act = Act.objects.latest("pk")
    assert (act.verb, act.facts["contact"]) == ("plans.arrange", "林总")
    put(who, row, date(2026, 10, 12), note="带上流水")
    assert only(plan(portfolio)).appointment == made
    put(who, row, date(2026, 10, 13))
    assert only(plan(portfolio)).appointment is None
    with pytest.raises(Refused) as caught:
        arrange(planner=who, key=row.key, seen=date(2026, 10, 12), appointment=made)
    assert caught.value.code == "guarantee.plan.moved"


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (Appointment(date(2026, 10, 13), "林总", Channel.PHONE), "guarantee.visit.arranged_late"),
        (Appointment(NINTH, " ", Channel.LETTER), "guarantee.visit.no_contact"),
    ],
)
def test_an_appointment_for_a_planned_day_that_cannot_be_is_refused(
    portfolio: Portfolio, made: Appointment, code: str
) -> None:
    who = planner(portfolio, portfolio.cast.b)
    put(who, only(plan(portfolio)), date(2026, 10, 12))
    with pytest.raises(Refused) as caught:
        arrange(planner=who, key=only(plan(portfolio)).key, seen=date(2026, 10, 12), appointment=made)
    assert caught.value.code == code


def test_who_may_not_plan_a_visit_may_not_arrange_it(portfolio: Portfolio) -> None:
    """吴外 of another department."""
    put(planner(portfolio, portfolio.cast.b), only(plan(portfolio)), date(2026, 10, 12))
    who, key = planner(portfolio, portfolio.cast.outsider), only(plan(portfolio)).key
    with pytest.raises(Refused) as caught:
        arrange(planner=who, key=key, seen=date(2026, 10, 12), appointment=Appointment(NINTH, "林总", Channel.PHONE))
    assert caught.value.code == "guarantee.plan.not_yours"
