"""The page of a quarter's reports: what waits for the risk department, what came back, what is accepted."""

from __future__ import annotations

from datetime import date

import pytest

from baohou.guarantee.rules.words import FilingKind
from baohou.guarantee.services import reports
from tests.cast import Portfolio
from tests.desk.conftest import Enter
from tests.desk.reading import said as read

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.9")]


def test_it_tells_how_far_a_report_has_come(evening: Portfolio, enter: Enter) -> None:
    """钱丙's plan of 2026-10-09 waits, is returned, is handed in again and accepted: 孙戊 sees each on the overview."""
    cast, risk = evening.cast, enter(evening.cast.supervisor)
    by_risk = {"on": date(2026, 10, 12), "by": cast.supervisor, "actor": "S01", "door": "page"}
    by_head = {"by": cast.manager, "actor": "M01", "door": "page"}
    assert "等待接收" not in read(risk, "/reports/2026Q3/")
    filing = reports.file(
        department=evening.first.department,
        quarter=date(2026, 9, 30),
        kind=FilingKind.VISIT_PLAN,
        filed_on=date(2026, 10, 9),
        **by_head,
    )
    assert "等待接收" in read(risk, "/reports/2026Q3/")
    reports.return_(filing=filing, because="缺两户", **by_risk)
    said = read(risk, "/reports/2026Q3/")
    assert "已退回" in said
    assert "按时办结" in said
    reports.hand_in_again(filing=filing, on=date(2026, 10, 12), **by_head)
    reports.accept(filing=filing, **by_risk)
    said = read(risk, "/reports/2026Q3/")
    assert "已接收" in said
    assert "已退回" not in said
