"""The pages of penalties, appeals and statements: who sees and does what, what they say, with how many queries."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from baohou.kernel.accountability.models import Appeal, Entry, Verdict
from tests.cast import Portfolio
from tests.desk.conftest import TODAY
from tests.desk.reading import said
from tests.kernel.accountability.acts import appeal, decide, net, reverse
from tests.kernel.accountability.conftest import Enter

pytestmark = pytest.mark.django_db
MONTH = "/penalties/statement/2026-10/"


def _story(penalty: Entry) -> str:
    return f"/penalties/{penalty.duty_key}/{penalty.staff_id}/"


def _decide(browser: Client, on_appeal: Appeal, **typed: str) -> str:
    return browser.post(f"/appeals/{on_appeal.pk}/decide/", typed, follow=True).content.decode()


@pytest.mark.clause("PGM.12")
def test_an_appeal_is_filed_on_the_page_with_its_file(evening: Portfolio, penalty: Entry, enter: Enter) -> None:
    """张甲 appeals with a PDF; 赵己 reads it, decides, and the story tells all of it."""
    mine, theirs = enter(evening.cast.a), enter(evening.cast.risk_manager)
    file = SimpleUploadedFile("停电通知.pdf", b"%PDF-1.7 x %%EOF")
    answer = mine.post(f"{_story(penalty)}appeal/", {"text": "客户停电", "attached": [file]})
    assert answer.status_code == 302
    filed = Appeal.objects.get()
    story = said(mine, _story(penalty))
    assert "撤回申诉" in story
    assert "停电通知.pdf" in story
    assert "1 件申诉等您裁定" in said(theirs, "/appeals/").replace("<b>", "").replace("</b>", "")
    link = story.split("/files/")[1].split("/")[0]
    got = theirs.get(f"/appeals/{filed.pk}/files/{link}/")
    assert b"".join(got.streaming_content) == b"%PDF-1.7 x %%EOF"  # type: ignore[attr-defined]
    assert theirs.get(f"/appeals/{filed.pk}/files/0/").status_code == 404
    told = _decide(theirs, filed, verdict="reduced", amount="20", because="停电属实")
    for words in ("裁定：部分减免", "停电属实", "30.00 元", "献爱心若干元"):
        assert words in told, words
    assert "您裁定过 <b>1</b> 件申诉" in said(theirs, "/appeals/?part=decided")


def test_bad_input_loses_nothing(evening: Portfolio, penalty: Entry, enter: Enter) -> None:
    """No words, a file that is none, no verdict, an amount too large: each is said beside its field."""
    mine, theirs = enter(evening.cast.a), enter(evening.cast.risk_manager)
    assert "请写明申诉的理由" in mine.post(f"{_story(penalty)}appeal/", {"text": " "}).content.decode()
    wrong = SimpleUploadedFile("证明.exe", b"MZ")
    refused = mine.post(f"{_story(penalty)}appeal/", {"text": "客户停电了", "attached": [wrong]}).content.decode()
    assert "不是照片" in refused
    assert "客户停电了" in refused
    filed = appeal(penalty, evening.cast.a)
    assert "请选择裁定" in _decide(theirs, filed, because="停电")
    assert "请填写金额" in _decide(theirs, filed, verdict="reduced", because="停电")
    assert "不是金额" in _decide(theirs, filed, verdict="reduced", amount="两元", because="停电")
    refused = _decide(theirs, filed, verdict="reduced", amount="50", because="停电属实也")
    assert "小于现余额" in refused
    assert "停电属实也" in refused
    assert net(penalty) == 5000


def test_others_neither_appeal_nor_decide_nor_read(evening: Portfolio, penalty: Entry, enter: Enter) -> None:
    """钱丙 sees 张甲's penalty but cannot appeal, withdraw, close or decide; 吴外 does not find it at all."""
    filed = appeal(penalty, evening.cast.a)
    manager, outsider = enter(evening.cast.manager), enter(evening.cast.outsider)
    assert "申诉还没有裁定" in said(manager, _story(penalty))
    assert manager.get(f"{_story(penalty)}appeal/").status_code == 403
    assert manager.get(f"/appeals/{filed.pk}/decide/").status_code == 403
    assert manager.post(f"/appeals/{filed.pk}/close/").status_code == 403
    manager.post(f"/appeals/{filed.pk}/withdraw/")
    filed.refresh_from_db()
    assert filed.closed_on is None
    for page in (f"{_story(penalty)}appeal/", f"/appeals/{filed.pk}/files/1/"):
        assert outsider.get(page).status_code == 404
    for page in ("withdraw", "close"):
        assert outsider.post(f"/appeals/{filed.pk}/{page}/").status_code == 404
        assert manager.get(f"/appeals/{filed.pk}/{page}/").status_code == 405
    assert "本部门有 <b>1</b> 件申诉" in said(manager, "/appeals/")
    assert "您提出过 <b>0</b> 件申诉" in said(outsider, "/appeals/?part=waiting")


def test_one_decides_neither_about_oneself_nor_twice(evening: Portfolio, penalty: Entry, enter: Enter) -> None:
    """The page of a closed appeal leads back to the story; one's own penalty offers no decision."""
    browser = enter(evening.cast.risk_manager)
    filed = appeal(penalty, evening.cast.a)
    decide(filed, Verdict.UPHELD, evening.cast.general_manager)
    assert "这一申诉已结案" in _decide(browser, filed, verdict="cancelled", because="再看")
    Entry.objects.filter(pk=penalty.pk).update(staff=evening.cast.risk_manager)
    penalty.refresh_from_db()
    story = said(browser, _story(penalty))
    assert "/waive/" not in story
    assert "/appeal/" in story
    refused = browser.post(f"{_story(penalty)}waive/", {"amount": "1", "because": "自己"}).content.decode()
    assert "不能减免、冲回或裁定自己的处罚" in refused


def test_an_appeal_against_what_was_reversed_can_be_closed(evening: Portfolio, penalty: Entry, enter: Enter) -> None:
    """The list says 已冲回; 赵己 closes it there."""
    filed = appeal(penalty, evening.cast.a)
    reverse(penalty)
    browser = enter(evening.cast.risk_manager)
    assert "已冲回" in said(browser, "/appeals/")
    assert "可以结案" in said(enter(evening.cast.a), _story(penalty))
    answer = browser.post(f"/appeals/{filed.pk}/close/", follow=True).content.decode()
    assert "申诉结案：处罚已冲回" in answer


def test_an_appeal_is_withdrawn_on_the_page(evening: Portfolio, penalty: Entry, enter: Enter) -> None:
    filed = appeal(penalty, evening.cast.a)
    answer = enter(evening.cast.a).post(f"/appeals/{filed.pk}/withdraw/", follow=True).content.decode()
    assert "已撤回申诉" in answer
    assert "/appeal/" in answer


def test_the_ledger_is_narrowed_and_its_totals_with_it(evening: Portfolio, penalty: Entry, enter: Enter) -> None:
    """By oneself, department, kind, month, open appeal; a wide ledger adds up after the page has come."""
    browser, mine = enter(evening.cast.risk_manager), enter(evening.cast.a)
    assert "正在合计净额" in said(browser, "/penalties/")
    assert "处罚净额" in said(browser, "/penalties/totals/")
    assert "处罚净额" in said(mine, "/penalties/")
    assert "没有处罚记录" in said(browser, "/penalties/?whose=mine")
    assert "没有处罚记录" in said(browser, "/penalties/?kind=waiver")
    assert "没有处罚记录" in said(browser, "/penalties/?appealed=1")
    decide(appeal(penalty, evening.cast.a), Verdict.REDUCED, evening.cast.risk_manager, fen=2000)
    waived = browser.get("/penalties/?kind=waiver&month=2026-10").context["ledger"]
    assert [story.net_fen for story in waived.stories] == [3000]
    assert (waived.totals.waivers_fen, waived.totals.penalties) == (-2000, 0)
    appeal(penalty, evening.cast.a, text="还要申诉")
    appealed = browser.get("/penalties/?appealed=1").context["ledger"]
    assert [(story.first.duty_key, story.appealed) for story in appealed.stories] == [(penalty.duty_key, True)]
    food = Entry.objects.filter(staff=evening.cast.outsider)[0].department_id
    found = browser.get(f"/penalties/?department={food}").context["ledger"].stories
    assert {story.first.department_id for story in found} == {food}
    assert browser.get("/penalties/?department=x&month=99&kind=?&after=1.2").status_code == 200


def test_the_ledger_turns_pages_story_by_story(
    evening: Portfolio, penalty: Entry, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two at a time: each story once, the one with the latest entry first, also when it was waived later."""
    monkeypatch.setattr("baohou.kernel.accountability.ledger.PAGE", 2)
    decide(appeal(penalty, evening.cast.a), Verdict.REDUCED, evening.cast.risk_manager, fen=2000)
    browser, after, found = enter(evening.cast.risk_manager), "", []
    while True:
        ledger = browser.get(f"/penalties/?after={after}").context["ledger"]
        found += [(story.first.duty_key, story.first.staff_id) for story in ledger.stories]
        after = ledger.after
        if not after:
            break
    assert found[0] == (penalty.duty_key, penalty.staff_id)
    assert len(found) == len(set(found)) == Entry.objects.values("duty_key", "staff_id").distinct().count()


def test_the_statement_pages_keep_to_ones_reach(evening: Portfolio, enter: Enter) -> None:
    """张甲 is led to one's own statement and finds no other; 钱丙 finds the department's, not 吴外's."""
    mine, manager = enter(evening.cast.a), enter(evening.cast.manager)
    assert mine.get("/penalties/statement/")["Location"] == f"{MONTH}{evening.cast.a.pk}/"
    assert manager.get("/penalties/statement/?month=2026-09")["Location"] == "/penalties/statement/2026-09/"
    assert mine.get(f"{MONTH}{evening.cast.outsider.pk}/").status_code == 404
    assert mine.get(f"{MONTH}{evening.cast.outsider.pk}.pdf").status_code == 404
    assert manager.get(f"{MONTH}{evening.cast.outsider.pk}/").status_code == 404
    assert "钱丙" in said(manager, MONTH)
    assert "周丁" not in said(manager, MONTH)
    assert "周丁" in said(enter(evening.cast.risk_manager), MONTH)
    person = said(manager, f"{MONTH}{evening.cast.manager.pk}/")
    assert "移交客户回访报告" in person or "上报" in person
    assert manager.get(f"{MONTH[:-1]}.pdf").content.startswith(b"%PDF")
    assert manager.get(f"{MONTH}{evening.cast.manager.pk}.xlsx").content.startswith(b"PK")
    assert manager.get(f"{MONTH[:-1]}.doc").status_code == 404
    assert manager.get("/penalties/statement/2026-1/").status_code == 404
    assert manager.get("/penalties/statement/2026-01.pdf").status_code == 302
    assert "这个月没有记账" in said(manager, "/penalties/statement/2026-01/")


@pytest.mark.parametrize(
    ("page", "most"),
    [("/penalties/", 13), ("/penalties/?month=2026-10&appealed=1", 15), ("/appeals/", 11), (MONTH, 15)],
)
def test_a_list_takes_few_queries_however_long_it_is(
    evening: Portfolio,
    penalty: Entry,
    enter: Enter,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    page: str,
    most: int,
) -> None:
    """Every penalty of everyone is appealed against."""
    seen = set()
    for entry in Entry.objects.select_related("staff"):
        if (entry.duty_key, entry.staff_id) not in seen:
            seen.add((entry.duty_key, entry.staff_id))
            appeal(entry, entry.staff)
    browser = enter(evening.cast.risk_manager)
    browser.get(page)
    with django_assert_max_num_queries(most):
        assert browser.get(page).status_code == 200
    story = Entry.objects.filter(staff=evening.cast.a).first()
    assert story is not None
    with django_assert_max_num_queries(15):
        browser.get(_story(story))


def test_the_story_tells_duty_deadline_and_penalty_in_order(evening: Portfolio, enter: Enter) -> None:
    """The routine visit of BH-2026-001: issued on 2026-03-02, due 15 days later, 50 yuan the day after."""
    penalty = Entry.objects.get(staff=evening.cast.a, duty_kind=1, due_on=date(2026, 3, 17))
    events = enter(evening.cast.a).get(_story(penalty)).context["told"].events
    assert [(event.kind, event.on) for event in events] == [
        ("opened", date(2026, 3, 2)),
        ("due", date(2026, 3, 17)),
        ("penalty", date(2026, 3, 18)),
    ]
    assert events[-1].on < TODAY
