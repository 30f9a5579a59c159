"""The pages of a quarter's grading: who may do what, two at once, many at once, and how it stays quick."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from baohou.core.period import Quarter
from baohou.guarantee.exports import list_papers
from baohou.guarantee.models import GradeChange, Guarantee, MeasureAction, Proposal
from baohou.guarantee.queries.sealed_visits import check_url
from baohou.kernel import kept
from baohou.kernel.approvals.models import Proposal as Asked
from baohou.kernel.papers.models import Seal
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Staff
from tests.cast import Portfolio
from tests.desk.conftest import TODAY, Enter
from tests.desk.reading import department_id
from tests.desk.reading import said as read

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.8")]
LAST = date(2026, 9, 30)


def _table() -> str:
    return f"/grading/2026Q3/{department_id('业务一部')}/"


def _say(browser: Client, client: Party, grade: int, because: str, seen: int = 0):  # type: ignore[no-untyped-def]
    sent = {"grade": grade, "because": because, "seen": seen}
    return browser.post(f"{_table()}rows/{client.pk}/", sent)


def _review(browser: Client, verb: str, because: str = ""):  # type: ignore[no-untyped-def]
    """As the page sends it: with the handing in that it shows."""
    step = browser.get(f"{_table()}review/").context["table"].handed_in
    return browser.post(f"{_table()}review/", {"verb": verb, "because": because, "step": step.pk})


def _firms(portfolio: Portfolio, manager: Staff, number: int) -> None:
    """So many clients more in 业务一部, of one project manager."""
    firms = Party.objects.bulk_create(
        Party(id_no=f"X:{n}", name=f"客户{n}", initials=f"kh{n:05d}") for n in range(number)
    )
    Guarantee.objects.bulk_create(
        Guarantee(
            project_no=f"Z-{client.pk}",
            client=client,
            department=portfolio.first.department,
            manager_a=manager,
            amount_fen=1,
            issued_on=date(2026, 8, 3),
        )
        for client in firms
    )


@pytest.mark.clause("PGM.7", "PGM.9", "PGM.10")
def test_from_the_first_grade_to_the_seal(evening: Portfolio, enter: Enter) -> None:
    """李乙 proposes watch, 钱丙 files the measure, signs and hands in, 孙戊 sends back, then accepts."""
    cast, steel = evening.cast, evening.steel
    answer = _say(enter(cast.b), steel, 3, "回款变慢")
    assert "去填报" in answer.json()["measure"]
    manager, risk = enter(cast.manager), enter(cast.supervisor)
    assert "去填报措施" in read(manager, _table())
    people = {"department_manager": cast.manager.pk, "manager_a": cast.b.pk, "manager_b": cast.a.pk}
    action = {"text-0": "每周核对回款", "responsible-0": cast.b.pk, "due_on-0": "2026-11-30"}
    measure = f"/clients/{steel.pk}/measure/2026Q3/"
    assert manager.post(measure, {"text": "压降敞口", **people, "filed_on": "2026-10-20", **action}).status_code == 302
    assert "签字并上报" in read(manager, _table())
    page = manager.get(f"{_table()}sign/")
    signed = {"digest": page.context["table"].digest}
    assert "请勾选，作为您的签字" in manager.post(f"{_table()}sign/", signed).content.decode()
    assert manager.post(f"{_table()}sign/", {**signed, "signed": "on"}).status_code == 302
    assert "等待接收" in read(manager, _table())
    assert _say(enter(cast.b), steel, 4, "停产").json()["refused"] == "guarantee.grading.handed_in"
    assert "请写明理由" in _review(risk, "return", " ").content.decode()
    _review(risk, "return", "理由不足")
    assert "理由不足" in read(manager, _table())
    assert manager.post(f"{_table()}sign/", {**signed, "signed": "on"}).status_code == 302
    assert "钱丙" in read(risk, f"{_table()}review/")
    assert _review(risk, "accept").status_code == 302
    assert GradeChange.objects.get().effective_on == LAST
    code = Seal.objects.get().code
    assert code in read(manager, _table())
    [paper] = list_papers(
        form="classification", department="业务一部", quarter=Quarter(2026, 3), printed_on=TODAY, kind="pdf"
    )
    assert f"扫码或打开 {check_url(code)} 核验" in paper.html()


def test_a_correction_after_acceptance_is_marked_on_the_table(evening: Portfolio, enter: Enter) -> None:
    """Accepted as normal; risk from 2026-10-15, approved by 赵己: the row says so, and stays normal."""
    manager, risk = enter(evening.cast.manager), enter(evening.cast.supervisor)
    manager.post(f"{_table()}rest/")
    digest = manager.get(f"{_table()}sign/").context["table"].digest
    manager.post(f"{_table()}sign/", {"digest": digest, "signed": "on"})
    _review(risk, "accept")
    assert "接收后变更" not in read(manager, _table())
    manager.post(f"/clients/{evening.steel.pk}/grade/", {"grade": "4", "effective_on": "2026-10-15", "because": "停产"})
    assert "接收后变更" not in read(manager, _table())
    waiting = reverse("approvals.one", args=[Asked.objects.get().pk])
    enter(evening.cast.risk_manager).post(waiting, {"answer": "approve"})
    assert "接收后变更：2026-10-15 起风险" in read(manager, _table())


def test_a_signature_for_other_words_is_refused(evening: Portfolio, enter: Enter) -> None:
    """李乙 writes another reason while 钱丙 reads: the page shows it anew and asks for the signature again."""
    first = _say(enter(evening.cast.b), evening.steel, 1, "现金流充足").json()
    manager = enter(evening.cast.manager)
    digest = manager.get(f"{_table()}sign/").context["table"].digest
    _say(enter(evening.cast.b), evening.steel, 1, "现金流充足，无逾期", first["seen"])
    answer = manager.post(f"{_table()}sign/", {"digest": digest, "signed": "on"})
    said = answer.content.decode()
    assert "签字对应的内容已失效" in said
    assert answer.context["table"].digest in said


def test_the_second_of_two_people_is_told(evening: Portfolio, enter: Enter) -> None:
    """Both had the page open; the second is told what the first set, and nothing is overwritten."""
    _say(enter(evening.cast.b), evening.steel, 3, "回款变慢")
    answer = _say(enter(evening.cast.a), evening.steel, 4, "停产")
    said = answer.json()
    assert said["refused"] == "guarantee.proposal.overtaken"
    assert "李乙刚把东方钢铁有限公司定为关注" in said["message"]
    assert (said["grade"], said["because"]) == (3, "回款变慢")
    assert "refused" not in _say(enter(evening.cast.a), evening.steel, 4, "停产", said["seen"]).json()
    assert Proposal.objects.get().grade == 4


def test_who_may_do_what(evening: Portfolio, enter: Enter) -> None:
    """A project manager proposes for own clients and does not sign; another department sees nothing; 孙戊 only reviews."""
    cast, steel = evening.cast, evening.steel
    assert _say(enter(cast.b), steel, 3, "").json()["refused"] == "guarantee.proposal.no_reason"
    assert enter(cast.b).get(f"{_table()}sign/").status_code == 403
    assert enter(cast.b).get(f"{_table()}review/").status_code == 403
    assert _say(enter(cast.a), evening.food, 2, "").status_code == 404
    for other in (cast.outsider, cast.other_manager):
        browser = enter(other)
        assert browser.get(_table()).status_code == 404
        assert _say(browser, steel, 2, "").status_code == 404
    assert enter(cast.supervisor).get(_table()).status_code == 200
    assert _say(enter(cast.supervisor), steel, 2, "").status_code == 403
    assert enter(cast.manager).get(f"{_table()}review/").status_code == 403
    assert enter(cast.manager).get(f"/grading/2026Q4/{department_id('业务一部')}/").status_code == 404


def test_a_project_manager_keeps_the_grades_of_own_clients_only(evening: Portfolio, enter: Enter) -> None:
    """Three clients are 吴外's, who was lent to 业务一部: 李乙's 其余维持 leaves them alone."""
    _firms(evening, evening.cast.outsider, 3)
    enter(evening.cast.b).post(f"{_table()}rest/")
    assert [one.client for one in Proposal.objects.all()] == [evening.steel]
    enter(evening.cast.manager).post(f"{_table()}rest/")
    assert Proposal.objects.count() == 4


def test_many_at_once(evening: Portfolio, enter: Enter) -> None:
    """钱丙 ticks three: good, without a reason nothing happens, with one all three are."""
    _firms(evening, evening.cast.a, 3)
    browser = enter(evening.cast.manager)
    ticked = [f"{pk}:0" for pk in Party.objects.filter(name__startswith="客户").values_list("pk", flat=True)]
    answer = browser.post(f"{_table()}several/?show=open", {"grade": 1, "because": "", "client": ticked})
    assert answer["Location"] == f"{_table()}?show=open"
    assert not Proposal.objects.exists()
    browser.post(f"{_table()}several/", {"grade": 1, "because": "现金流充足", "client": ticked})
    assert Proposal.objects.filter(grade=1, because="现金流充足").count() == 3


def test_the_grid_asks_as_much_of_the_database_for_many_clients(
    evening: Portfolio, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One client or five hundred: as many queries; two hundred rows a page, the next page begins behind the last."""
    monkeypatch.setattr(kept, "CHECKED", False)
    browser = enter(evening.cast.manager)
    browser.get(_table())
    with CaptureQueriesContext(connection) as few:
        browser.get(_table())
    _firms(evening, evening.cast.a, 500)
    kept.forget()
    browser.get(_table())
    with CaptureQueriesContext(connection) as many:
        page = browser.get(_table())
    assert len(many) <= len(few) + 2
    assert len(many) <= 45
    seen = [row.line.client_id for row in page.context["page"].rows]
    after = page.context["page"].after
    assert len(seen) == 200
    following = browser.get(f"{_table()}?after={after}").context["page"].rows
    assert not {row.line.client_id for row in following} & set(seen)


@pytest.mark.parametrize("show", ["", "open", "changed", "watched", "mine", "nonsense"])
def test_every_filter_has_an_answer(evening: Portfolio, enter: Enter, show: str) -> None:
    """Also those that find nobody."""
    assert enter(evening.cast.manager).get(f"{_table()}?show={show}").status_code == 200


@pytest.mark.clause("PGM.10")
def test_an_action_is_done_by_whom_it_was_given_to(evening: Portfolio, enter: Enter) -> None:
    """李乙 is to call each week: 张甲 cannot tick it, 李乙 can, once."""
    cast = evening.cast
    people = {"department_manager": cast.manager.pk, "manager_a": cast.b.pk, "manager_b": cast.a.pk}
    action = {"text-0": "每周核对回款", "responsible-0": cast.b.pk, "due_on-0": "2026-11-30"}
    measure = f"/clients/{evening.steel.pk}/measure/2026Q3/"
    enter(cast.a).post(measure, {"text": "压降敞口", **people, "filed_on": "2026-10-20", **action})
    done = f"/measures/actions/{MeasureAction.objects.get().pk}/done/"
    said = enter(cast.a).post(done, follow=True).content.decode()
    assert "只有本人或部门经理可以办结" in said
    enter(cast.b).post(done)
    assert MeasureAction.objects.get().done_on == date(2026, 10, 20)
    assert enter(cast.outsider).post(done).status_code == 404
    half = {"text": "压降敞口", **people, "filed_on": "2026-10-20", "text-0": "清点存货"}
    answer = enter(cast.a).post(measure, half).content.decode()
    assert "请写全：办什么、谁来办、什么时候办完" in answer
    assert "清点存货" in answer


def test_the_risk_department_sees_who_waits(evening: Portfolio, enter: Enter) -> None:
    """Both departments owe a table for 2026Q3; 业务一部's waits after it was handed in."""
    manager, risk = enter(evening.cast.manager), enter(evening.cast.supervisor)
    assert "没有等待接收的分类表" in risk.get("/grading/", follow=True).content.decode()
    manager.post(f"{_table()}rest/")
    digest = manager.get(f"{_table()}sign/").context["table"].digest
    manager.post(f"{_table()}sign/", {"digest": digest, "signed": "on"})
    said = risk.get("/grading/", follow=True).content.decode()
    assert "有 <b>1</b> 张分类表等待接收" in said
    assert "业务二部" in said
