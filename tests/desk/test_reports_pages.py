"""The page of a quarter's reports: what waits for the risk department, what came back, what is accepted."""

from __future__ import annotations

from datetime import date

import pytest

from baohou.day import engine
from baohou.guarantee.models import Filing, FilingStep
from baohou.guarantee.rules.words import DutyKind, FilingKind
from baohou.guarantee.services import reports
from baohou.kernel.accountability.models import Entry
from baohou.kernel.duties.models import Duty
from tests.cast import Portfolio
from tests.desk.conftest import TODAY, Enter
from tests.desk.reading import department_id
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


@pytest.mark.clause("PGM.13")
@pytest.mark.parametrize("signed", [False, True])
def test_a_table_handed_in_late_is_late_whatever_day_is_typed(
    evening: Portfolio, enter: Enter, *, signed: bool
) -> None:
    """业务一部's table was due on 2026-10-10. 钱丙 hands it in on 10-20 and sends 10-09 along: the penalty stays."""
    browser, of = enter(evening.cast.manager), department_id("业务一部")
    duty = Duty.objects.get(kind=DutyKind.CLASSIFICATION_REPORT, department=of, opens_on=date(2026, 9, 30))
    assert Entry.objects.filter(duty_key=duty.key).exists()
    typed = {"filed_on": "2026-10-09"}
    if signed:
        sign = f"/grading/2026Q3/{of}/sign/"
        digest = browser.get(sign).context["table"].digest
        assert browser.post(sign, {**typed, "digest": digest, "signed": "on"}).status_code == 302
    else:
        assert browser.post(f"/reports/2026Q3/{of}/classification_report/file/", typed).status_code == 302
    assert Filing.objects.get().filed_on == TODAY
    assert FilingStep.objects.get().on == TODAY
    engine.run(on=date(2026, 10, 21))
    assert sum(Entry.objects.filter(duty_key=duty.key).values_list("amount_fen", flat=True)) > 0


def test_a_returned_table_is_handed_in_again_today(evening: Portfolio, enter: Enter) -> None:
    """Returned on 2026-10-20, the table cannot be handed in again on a day before that."""
    browser, of = enter(evening.cast.manager), department_id("业务一部")
    sign = f"/grading/2026Q3/{of}/sign/"

    def hand_in() -> None:
        digest = browser.get(sign).context["table"].digest
        browser.post(sign, {"filed_on": "2026-10-01", "digest": digest, "signed": "on"})

    hand_in()
    risk = evening.cast.supervisor
    reports.return_(filing=Filing.objects.get(), because="缺理由", on=TODAY, by=risk, actor="S01", door="page")
    hand_in()
    assert list(FilingStep.objects.order_by("pk").values_list("on", flat=True)) == [TODAY] * 3
