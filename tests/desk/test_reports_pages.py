"""The page of a quarter's reports: what waits for the risk department, what came back, what is accepted."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.http import HttpResponse

from baohou.core.errors import Refused
from baohou.day import engine
from baohou.guarantee.models import Filing, FilingStep
from baohou.guarantee.rules.words import DutyKind, FilingKind
from baohou.guarantee.services import reports
from baohou.kernel.accountability.models import Entry
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.deputies import name_deputy
from baohou.kernel.people.models import Department, Post, Posting, Staff
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


def _stand_in(evening: Portfolio) -> Staff:
    """周丁 of 业务二部 stands in for 钱丙 of 业务一部."""
    name_deputy(
        staff=evening.cast.manager,
        deputy=evening.cast.other_manager,
        first_on=date(2026, 10, 12),
        last_on=date(2026, 10, 30),
        because="年假",
        actor="X01",
        door="page",
    )
    return evening.cast.other_manager


def test_a_stand_in_is_told_who_signs_and_offered_nothing_to_sign(evening: Portfolio, enter: Enter) -> None:
    """周丁 sees all of 业务一部, and no button to hand in; each page says that 钱丙 signs. 钱丙 has the buttons."""
    of = department_id("业务一部")
    stand_in, manager = enter(_stand_in(evening)), enter(evening.cast.manager)
    report, plan = f"/reports/2026Q3/{of}/", f"/plan/2026Q4/{of}/"
    hand_in, pages = f"/reports/2026Q3/{of}/visit_plan/file/", (report, plan, f"/grading/2026Q3/{of}/")
    for page in (*pages, f"/grading/2026Q3/{of}/sign/"):
        assert "由部门经理钱丙本人签字，代办人不能代签" in read(stand_in, page), page
        assert "代办人不能代签" not in read(manager, page), page
    assert hand_in in manager.get(report).content.decode()
    assert hand_in not in stand_in.get(report).content.decode()
    assert "去报送" in read(manager, "/reports/2026Q3/")
    assert read(stand_in, "/reports/2026Q3/").count("去报送") == 1
    offered = _links(stand_in.get("/"), "去报送")
    assert offered and all(link.endswith(f'/{department_id("业务二部")}/"') for link in offered)


def test_a_stand_in_hands_in_by_no_door(evening: Portfolio) -> None:
    """What the pages refuse the verb refuses, too, with a signature or without, on the business day's posts."""
    stand_in = _stand_in(evening)
    told = {"by": stand_in, "actor": "M02", "door": "api", "filed_on": TODAY, "quarter": date(2026, 9, 30)}
    with pytest.raises(Refused, match="不是业务一部的部门经理"):
        reports.file(department=evening.first.department, kind=FilingKind.CLASSIFICATION_REPORT, **told)


def test_who_signs_is_asked_of_the_business_day(evening: Portfolio, enter: Enter) -> None:
    """By the calendar 钱丙 leads 业务二部 since 2026-11-01; on the business day, 2026-10-20, it is still 业务一部."""
    second = Department.objects.get(name="业务二部")
    Posting.objects.create(
        staff=evening.cast.manager, post=Post.DEPARTMENT_MANAGER, department=second, effective_on=date(2026, 11, 1)
    )
    browser, of = enter(evening.cast.manager), department_id("业务一部")
    sign = f"/grading/2026Q3/{of}/sign/"
    digest = browser.get(sign).context["table"].digest
    assert browser.post(sign, {"digest": digest, "signed": "on"}).status_code == 302
    assert Filing.objects.get().by == evening.cast.manager


def _links(answer: HttpResponse, said: str) -> list[str]:
    """The addresses of the links that say so."""
    return re.findall(rf'(href="[^"]+")[^>]*>{said}<', answer.content.decode())
