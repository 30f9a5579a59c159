"""A quarter with visits to hand over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from baohou.core.period import Quarter
from baohou.guarantee.models import HandOver, Visit
from baohou.guarantee.rules.words import VisitKind
from baohou.guarantee.services import hand_overs, visits
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Staff
from tests.cast import Portfolio

THIRD = Quarter(2026, 3)
Visited = Callable[[Party, date, Staff], Visit]


@pytest.fixture
def visited() -> Visited:
    """Records a regular visit through the real verb."""

    def visited(client: Party, on: date, by: Staff) -> Visit:
        found = {"methods": "实地查看", "summary": "正常", "findings": {}}
        who = {"by": by, "actor": by.staff_no, "door": "page"}
        return visits.record(client=client, guarantee=None, on=on, kind=VisitKind.REGULAR, **found, **who)

    return visited


@pytest.fixture
def quarter_visits(portfolio: Portfolio, visited: Visited) -> list[Visit]:
    """2026Q3 of 业务一部: 李乙 at 东方钢铁 on 08-10, 张甲 at 南山纸业 on 08-12, 张甲 at 东方钢铁 on 09-15; 湖滨食品 is 业务二部's."""
    cast = portfolio.cast
    visited(portfolio.food, date(2026, 8, 11), cast.outsider)
    return [
        visited(portfolio.steel, date(2026, 8, 10), cast.b),
        visited(portfolio.paper, date(2026, 8, 12), cast.a),
        visited(portfolio.steel, date(2026, 9, 15), cast.a),
    ]


@pytest.fixture
def hand_over(portfolio: Portfolio, quarter_visits: list[Visit]) -> HandOver:
    """The list of 业务一部 for 2026Q3, begun on 2026-10-01."""
    department = portfolio.first.department
    return hand_overs.begin(department=department, quarter=THIRD, on=date(2026, 10, 1), actor="M01", door="page")
