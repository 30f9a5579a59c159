"""What of reports waits, came back, was sent back: on the home page of each whom it concerns, and never cut short."""

from __future__ import annotations

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from baohou.core.period import Quarter
from baohou.guarantee.models import HandOver, Visit
from baohou.guarantee.queries.digest import list_digests
from baohou.guarantee.queries.pages import waiting
from baohou.guarantee.rules.words import FilingKind, VisitKind
from baohou.guarantee.services import hand_overs, reports, visits
from baohou.kernel.notices.models import Notice
from baohou.kernel.people.models import Department, Post, Staff
from tests.cast import Portfolio, TakeIn
from tests.desk.conftest import TODAY, Enter
from tests.desk.reading import said
from tests.guarantee.handing import give_all, items, receive_all, sign_for, sign_over, told_by

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.11")]


def _visit(portfolio: Portfolio, on: date, by: Staff) -> Visit:
    found = {"methods": "实地查看", "summary": "正常", "findings": {}}
    who = {"by": by, "actor": by.staff_no, "door": "page"}
    return visits.record(client=portfolio.steel, guarantee=None, on=on, kind=VisitKind.REGULAR, **found, **who)


@pytest.fixture
def hand_over(evening: Portfolio) -> HandOver:
    """业务一部's list of 2026Q3: a visit of 李乙 and one of 张甲."""
    _visit(evening, date(2026, 8, 10), evening.cast.b)
    _visit(evening, date(2026, 9, 15), evening.cast.a)
    of = evening.first.department
    return hand_overs.begin(department=of, quarter=Quarter(2026, 3), on=TODAY, actor="M01", door="page")


def test_a_second_receipt_waits_for_the_risk_department_and_is_told(
    evening: Portfolio, hand_over: HandOver, enter: Enter
) -> None:
    """A report written down after the first volume is signed for by 钱丙: 孙戊 finds the receipt and is told of it;
    the first receipt was one line, by its filing. Returned, 钱丙 has it back; signed for, nobody has it."""
    cast = evening.cast
    give_all(hand_over, cast, on=TODAY)
    sign_over(hand_over, cast, on=TODAY)
    assert said(enter(cast.supervisor), "/").count("业务一部 2026Q3 客户回访报告移交") == 1
    receive_all(hand_over, cast, on=TODAY)
    sign_for(hand_over, cast, on=TODAY)
    _visit(evening, date(2026, 9, 28), cast.b)
    hand_overs.refresh(hand_over=hand_over, actor="M01", door="page")
    give_all(hand_over, cast, on=TODAY)
    Notice.objects.all().delete()
    sign_over(hand_over, cast, on=TODAY)
    page = said(enter(cast.supervisor), "/")
    assert "业务一部 2026Q3 补移交的回访报告" in page and "钱丙签字移交，待签收" in page
    assert f'href="/handover/2026Q3/{hand_over.department_id}/"' in page
    titles = dict(Notice.objects.values_list("staff__staff_no", "title"))
    assert titles["S01"] == titles["R01"] == "业务一部 2026Q3 补移交的回访报告已签字移交，请签收"
    assert "补移交" not in said(enter(cast.manager), "/")
    receive_all(hand_over, cast, on=TODAY)
    sign_for(hand_over, cast, on=TODAY)
    assert "补移交" not in said(enter(cast.supervisor), "/")


def test_a_second_receipt_returned_whole_comes_back_to_the_head(
    evening: Portfolio, hand_over: HandOver, enter: Enter
) -> None:
    """孙戊 returns it: 钱丙 reads why until it is signed anew, 孙戊 that it was sent back."""
    cast = evening.cast
    for _ in range(2):
        give_all(hand_over, cast, on=TODAY)
        sign_over(hand_over, cast, on=TODAY)
        receive_all(hand_over, cast, on=TODAY)
        if hand_over.receipts.count() == 2:
            break
        sign_for(hand_over, cast, on=TODAY)
        _visit(evening, date(2026, 9, 28), cast.b)
        hand_overs.refresh(hand_over=hand_over, actor="M01", door="page")
    hand_overs.send_back(hand_over=hand_over, items=[], because="缺签章", on=TODAY, **told_by(cast.supervisor))
    page = said(enter(cast.manager), "/")
    assert "退回给我的" in page and "补移交的回访报告" in page and "缺签章" in page
    sign_over(hand_over, cast, on=TODAY)
    assert "缺签章" not in said(enter(cast.manager), "/")


def test_a_report_sent_back_is_known_to_the_head_to_who_sent_it_and_in_the_risk_view(
    evening: Portfolio, hand_over: HandOver, enter: Enter
) -> None:
    """李乙's report comes back: 李乙 and 钱丙 have it, with 孙戊's name; 孙戊 has it as sent back; 张甲 has nothing."""
    cast = evening.cast
    give_all(hand_over, cast, on=TODAY)
    [item, _] = items(hand_over)
    hand_overs.send_back(hand_over=hand_over, items=[item], because="缺客户签章", on=TODAY, **told_by(cast.supervisor))
    for staff in (cast.b, cast.manager):
        page = said(enter(staff), "/")
        assert "东方钢铁有限公司 2026-08-10 的回访报告" in page and "缺客户签章" in page and "孙戊退回" in page
    assert "李乙回访" in said(enter(cast.manager), "/")
    page = said(enter(cast.supervisor), "/")
    assert "我退回的" in page and "东方钢铁有限公司 2026-08-10 的回访报告" in page
    assert "缺客户签章" not in said(enter(cast.a), "/") + said(enter(cast.other_manager), "/")
    page = said(enter(cast.risk_manager), "/risk/")
    assert "缺客户签章" in page and "2026-08-10" in page
    [digest] = list_digests([cast.b.pk], on=TODAY)
    assert "2026-08-10 的回访报告" in digest.text
    give_all(hand_over, cast, on=TODAY)
    for staff in (cast.b, cast.manager, cast.supervisor):
        assert "缺客户签章" not in said(enter(staff), "/")


def test_a_report_sent_back_to_who_is_gone_stays_with_the_head(
    evening: Portfolio, hand_over: HandOver, enter: Enter
) -> None:
    """李乙 has left the house when the report comes back: 钱丙 has it."""
    cast = evening.cast
    give_all(hand_over, cast, on=TODAY)
    hand_overs.send_back(
        hand_over=hand_over, items=items(hand_over)[:1], because="缺页", on=TODAY, **told_by(cast.supervisor)
    )
    cast.b.postings.update(post=Post.LEFT)  # as an import of staff says it
    assert "缺页" in said(enter(cast.manager), "/")


def test_more_than_a_source_shows_is_counted_on_a_last_line(
    evening: Portfolio,
    enter: Enter,
    take_in: TakeIn,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    """Five departments hand in, two lines are shown: a third says that three more wait, and leads to all of them."""
    take_in("staff", [(f"H{n}", f"处长{n}", f"业务{n}处", "department_manager") for n in range(5)])
    for head in Staff.objects.filter(staff_no__startswith="H"):
        department = Department.objects.get(posting__staff=head)
        reports.file(
            department=department,
            quarter=date(2026, 9, 30),
            kind=FilingKind.VISIT_PLAN,
            filed_on=TODAY,
            by=head,
            actor=head.staff_no,
            door="page",
        )
    monkeypatch.setattr(waiting, "MOST", 2)
    browser = enter(evening.cast.supervisor)
    page = said(browser, "/")
    assert page.count("上报，待接收") == 2
    assert "还有 3 件，打开全部" in page
    with django_assert_max_num_queries(36):
        browser.get("/")
