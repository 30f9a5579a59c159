"""Between the department and the risk department: handed in, returned with a reason, handed in again, accepted."""

from __future__ import annotations

from datetime import date

import pytest

from baohou.core.errors import Refused
from baohou.guarantee.models import Filing
from baohou.guarantee.rules.words import FilingKind, FilingVerb
from baohou.guarantee.services import reports
from tests.cast import Portfolio

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.9")]
NINTH, TENTH = date(2026, 10, 9), date(2026, 10, 10)


@pytest.fixture
def filing(portfolio: Portfolio) -> Filing:
    """业务一部 hands in its plan after 2026Q3 on 2026-10-09."""
    manager = portfolio.cast.manager
    return reports.file(
        department=portfolio.first.department,
        quarter=date(2026, 9, 30),
        kind=FilingKind.VISIT_PLAN,
        filed_on=NINTH,
        by=manager,
        actor=manager.staff_no,
        door="page",
    )


def test_a_return_has_a_reason_and_the_day_of_handing_in_stays(filing: Filing, portfolio: Portfolio) -> None:
    risk, manager = portfolio.cast.supervisor, portfolio.cast.manager
    with pytest.raises(Refused):
        reports.return_(filing=filing, because="  ", on=TENTH, by=risk, actor="S01", door="page")
    reports.return_(filing=filing, because="缺两户", on=TENTH, by=risk, actor="S01", door="page")
    reports.hand_in_again(filing=filing, on=TENTH, by=manager, actor="M01", door="page")
    reports.accept(filing=filing, on=TENTH, by=risk, actor="S01", door="page")
    filing.refresh_from_db()
    assert filing.filed_on == NINTH
    assert [FilingVerb(step.verb).code for step in filing.steps.order_by("pk")] == [
        "handed_in",
        "returned",
        "handed_in",
        "accepted",
    ]


def test_nothing_is_decided_twice(filing: Filing, portfolio: Portfolio) -> None:
    """Two people decide at once: the second is told how it stands."""
    risk = portfolio.cast.supervisor
    reports.accept(filing=filing, on=TENTH, by=risk, actor="S01", door="page")
    with pytest.raises(Refused) as refused:
        reports.return_(filing=filing, because="缺两户", on=TENTH, by=risk, actor="S01", door="page")
    assert "已接收" in refused.value.message
