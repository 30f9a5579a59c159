"""What people do on the pages: visits, grades, orders, reports, waivers."""

from __future__ import annotations

import re
from datetime import date

import pytest
from bench import answers

from baohou.guarantee.models import Filing, GradeChange, Measure, SpecialOrder, Visit
from baohou.guarantee.queries import measures
from baohou.guarantee.rules.matters import asked_of
from baohou.guarantee.rules.words import VisitKind
from baohou.kernel.accountability.models import Entry, EntryKind
from baohou.kernel.duties.models import Duty
from tests.cast import STEEL, Portfolio, TakeIn
from tests.desk.conftest import Enter
from tests.desk.reading import department_id
from tests.desk.reading import said as read

pytestmark = pytest.mark.django_db


@pytest.mark.clause("PGM.6")
def test_a_visit_recorded_on_the_page_meets_its_duty(evening: Portfolio, enter: Enter) -> None:
    """张甲 visits 东方钢铁 on 2026-10-19 and says by which method: this quarter's regular visit is done."""
    owed = Duty.objects.filter(party=evening.steel, kind=2, opens_on=date(2026, 10, 1))
    assert owed.get().done_on is None
    answer = enter(evening.cast.a).post(
        f"/clients/{evening.steel.pk}/visit/",
        {
            **answers.typed(VisitKind.REGULAR),
            "guarantee": "",
            "on": "2026-10-19",
            "by": evening.cast.a.pk,
            "method-site": "on",
            "found-site": "库存与账面相符",
            "regular-business": "订单饱满",
        },
    )
    assert answer.status_code == 302
    visit = Visit.objects.get(client=evening.steel)
    assert visit.findings == {
        **answers.matters(VisitKind.REGULAR, business="订单饱满"),
        "methods": {"site": "库存与账面相符", "talk": "订单饱满"},
        "not_signed": "老板出差",
    }
    assert visit.methods == "实地查看、座谈"
    assert owed.get().done_on == date(2026, 10, 19)


@pytest.mark.clause("PGM.6")
def test_it_rejects_a_visit_without_a_method(evening: Portfolio, enter: Enter) -> None:
    """Nobody says how the visit was made: the form says so and keeps what was typed."""
    answer = enter(evening.cast.a).post(
        f"/clients/{evening.steel.pk}/visit/",
        {"kind": "regular", "on": "2026-10-19", "by": evening.cast.a.pk, "summary": "经营正常，无异常"},
    )
    said = answer.content.decode()
    assert "请至少勾选一种回访方法" in said
    assert "经营正常，无异常" in said
    assert not Visit.objects.filter(client=evening.steel).exists()


@pytest.mark.clause("PGM.3a", "PGM.5a", "PGM.6")
@pytest.mark.parametrize("kind", VisitKind)
def test_it_rejects_a_visit_that_leaves_open_what_its_form_asks(
    evening: Portfolio, enter: Enter, kind: VisitKind
) -> None:
    """Each open matter, what the method found and the conclusion are asked for in their places; nothing is stored."""
    told = {**answers.typed(kind), "guarantee": evening.first.pk, "on": "2026-10-19", "by": evening.cast.a.pk}
    open_ = {f"{kind.code}-{matter.code}" for matter in asked_of(kind)} | {"found-talk", "summary"}
    address = f"/clients/{evening.steel.pk}/visit/"
    answer = enter(evening.cast.a).post(address, {**told, **dict.fromkeys(open_, "  ")})
    assert set(answer.context["form"].errors) == open_
    assert "请填写；没有了解到的，写明没有了解到。" in answer.content.decode()
    assert "请写明由此了解到的情况。" in answer.content.decode()
    assert not Visit.objects.filter(client=evening.steel).exists()
    assert enter(evening.cast.a).post(address, told).status_code == 302


@pytest.mark.clause("PGM.3")
def test_it_rejects_a_routine_visit_without_its_guarantee(evening: Portfolio, enter: Enter) -> None:
    """A routine visit has to name which guarantee it is about."""
    answer = enter(evening.cast.a).post(
        f"/clients/{evening.steel.pk}/visit/",
        {"kind": "routine", "on": "2026-10-19", "by": evening.cast.a.pk, "method-talk": "on"},
    )
    assert "例行回访请选择担保项目" in answer.content.decode()


def test_a_refusal_stands_beside_its_field(evening: Portfolio, enter: Enter) -> None:
    """A visit dated before the first issue (2026-03-02) is refused with the date's field marked."""
    answer = enter(evening.cast.a).post(
        f"/clients/{evening.steel.pk}/visit/",
        {
            **answers.typed(VisitKind.REGULAR),
            "on": "2026-02-01",
            "by": evening.cast.a.pk,
        },
    )
    assert "早于东方钢铁有限公司首笔担保的起始日" in answer.content.decode()
    assert "on" in answer.context["form"].errors


@pytest.mark.clause("PGM.7")
def test_a_grade_changed_on_the_page_plans_anew(evening: Portfolio, enter: Enter) -> None:
    """钱丙 grades 东方钢铁 watch from 2026-10-01: October's monthly visit takes the place of the quarter's."""
    answer = enter(evening.cast.manager).post(
        f"/clients/{evening.steel.pk}/grade/",
        {"grade": "3", "effective_on": "2026-10-01", "because": "存货积压，回款变慢"},
    )
    assert answer.status_code == 302
    assert GradeChange.objects.get(client=evening.steel).because == "存货积压，回款变慢"
    assert Duty.objects.get(party=evening.steel, kind=2, opens_on=date(2026, 10, 1)).due_on == date(2026, 10, 31)


@pytest.mark.clause("PGM.7")
def test_it_requires_a_reason_for_a_grade(evening: Portfolio, enter: Enter) -> None:
    """No reason, no change."""
    answer = enter(evening.cast.manager).post(
        f"/clients/{evening.steel.pk}/grade/", {"grade": "3", "effective_on": "2026-10-01", "because": " "}
    )
    assert "请写明理由" in answer.content.decode()
    assert not GradeChange.objects.exists()


@pytest.mark.clause("PGM.5")
def test_a_special_visit_is_ordered_with_its_urgency(evening: Portfolio, enter: Enter) -> None:
    """赵己 orders an urgent visit to 东方钢铁 on 2026-10-20: due the next day, by 李乙, who manages the later guarantee."""
    browser = enter(evening.cast.risk_manager)
    assert "紧急：1 天内完成" in read(browser, f"/clients/{evening.steel.pk}/special/")
    answer = browser.post(
        f"/clients/{evening.steel.pk}/special/",
        {"urgency": "1", "ordered_on": "2026-10-20", "because": "厂区停产传闻"},
    )
    assert answer.status_code == 302
    assert SpecialOrder.objects.get().by == evening.cast.risk_manager
    duty = Duty.objects.get(party=evening.steel, kind=3)
    assert (duty.due_on, duty.owner) == (date(2026, 10, 21), evening.cast.b)


@pytest.mark.clause("PGM.10")
def test_the_table_waits_for_the_disposal_measures(evening: Portfolio, enter: Enter) -> None:
    """东方钢铁 is watch at the end of 2026Q3: no table until 钱丙, 张甲 and 李乙 have filed a measure."""
    browser, department = enter(evening.cast.manager), department_id("业务一部")
    browser.post(
        f"/clients/{evening.steel.pk}/grade/", {"grade": "3", "effective_on": "2026-09-01", "because": "回款变慢"}
    )
    table = f"/reports/2026Q3/{department}/classification_report/file/"
    refused = browser.post(table).content.decode()
    assert "分类表不能上报：东方钢铁有限公司" in refused
    measure = f"/clients/{evening.steel.pk}/measure/2026Q3/"
    people = {
        "department_manager": evening.cast.manager.pk,
        "manager_a": evening.cast.b.pk,
        "manager_b": evening.cast.a.pk,
    }
    said = {"text": "回款变慢，压降敞口", **people, "filed_on": "2026-10-20"}
    assert "请至少写明一件要办的事" in browser.post(measure, said).content.decode()
    action = {"text-0": "压降一百万", "responsible-0": evening.cast.b.pk, "due_on-0": "2026-11-30"}
    browser.post(measure, {**said, **action})
    assert Measure.objects.get().manager_b == evening.cast.a
    assert browser.post(table).status_code == 302
    assert Filing.objects.get().department_id == department
    assert "逾期办结" in read(browser, f"/reports/2026Q3/{department}/")


@pytest.mark.clause("PGM.12")
def test_a_penalty_tells_its_story_and_can_be_waived(evening: Portfolio, enter: Enter) -> None:
    """张甲 sees the 50 yuan of the missed routine visit; 赵己 waives 20, with a reason; 30 are left."""
    entry = Entry.objects.filter(staff=evening.cast.a, clause="PGM.12").order_by("pk")[0]
    story = f"/penalties/{entry.duty_key}/{entry.staff_id}/"
    assert "50.00 元" in read(enter(evening.cast.a), story)
    assert enter(evening.cast.a).get(f"{story}waive/").status_code == 403
    browser = enter(evening.cast.risk_manager)
    assert "请写明理由" in browser.post(f"{story}waive/", {"amount": "20", "because": ""}).content.decode()
    assert "不超过现余额" in browser.post(f"{story}waive/", {"amount": "51", "because": "误"}).content.decode()
    assert browser.post(f"{story}waive/", {"amount": "20", "because": "当日客户停电"}).status_code == 302
    assert "30.00 元" in read(browser, story)
    assert enter(evening.cast.outsider).get(story).status_code == 404


@pytest.mark.clause("PGM.12")
def test_a_waiver_sent_again_is_not_waived_again(evening: Portfolio, enter: Enter) -> None:
    """The answer got lost and the form is sent once more, saying what was left when it was opened."""
    entry = Entry.objects.earliest("pk")
    browser = enter(evening.cast.risk_manager)
    address = f"/penalties/{entry.duty_key}/{entry.staff_id}/waive/"
    seen = re.search(r'name="seen" value="(\d+)"', browser.get(address).content.decode())
    assert seen is not None
    for _ in range(2):
        answer = browser.post(address, {"amount": "20", "because": "停电", "seen": seen.group(1)})
    assert "现余额已" in answer.content.decode()
    assert Entry.objects.filter(kind=EntryKind.WAIVER).count() == 1
    fresh = re.search(r'name="seen" value="(\d+)"', answer.content.decode())
    assert fresh is not None
    assert browser.post(address, {"amount": "10", "because": "另一件", "seen": fresh.group(1)}).status_code == 302


@pytest.mark.clause("PGM.10")
def test_watched_clients_come_a_page_at_a_time(
    evening: Portfolio, enter: Enter, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """东方钢铁 is risk, 北湾物流 watch at the end of 2026Q3, 北湾仓储 was watch until August: two are listed, risk first."""
    monkeypatch.setattr(measures, "PAGE", 1)
    others = (("北湾物流有限公司", "91320594088140947F"), ("北湾仓储有限公司", "91420100MA4KXJ5B03"))
    held = [
        (f"BH-2026-10{n}", *one, "业务一部", "张甲", "", "9", "2026-06-01", "2027-05-31", "")
        for n, one in enumerate(others)
    ]
    take_in("portfolio", held)
    given = [(STEEL, "风险"), (others[0][1], "关注"), (others[1][1], "关注")]
    take_in("grades", [(id_no, grade, "2026-07-01", "例", "钱丙") for id_no, grade in given])
    take_in("grades", [(others[1][1], "正常", "2026-08-03", "好转", "钱丙")])
    browser, page = enter(evening.cast.manager), f"/reports/2026Q3/{department_id('业务一部')}/"
    first, second = read(browser, page), read(browser, f"{page}?after=1")
    assert "2 户还没有措施" in first
    assert ("东方钢铁" in first, "北湾物流" in first, "北湾物流" in second) == (True, False, True)
    assert "北湾仓储" not in first + second
    assert "下一页" in first and "下一页" not in second
    assert "东方钢铁" in read(browser, f"{page}?after=x")
