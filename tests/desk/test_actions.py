"""What a measure has people do by when: on their work, in the calendar, with the reason (PGM.10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from baohou.day import engine
from baohou.guarantee.models import Guarantee, Measure, MeasureAction
from baohou.guarantee.queries.digest import get_owed, list_newly_late
from baohou.guarantee.queries.moves import Choice, list_holdings, managers_or_departments_left
from baohou.guarantee.queries.pages.filters import WorkFilters
from baohou.guarantee.queries.pages.worklist import list_worklist, owed_duties
from baohou.guarantee.rules.words import DutyKind
from baohou.guarantee.services import measures, moves
from baohou.guarantee.services.measures import Action
from baohou.kernel.people.bonds import Change
from baohou.kernel.people.models import Post, Staff
from baohou.kernel.people.standing import list_people
from tests.cast import Portfolio
from tests.desk.conftest import TODAY, Enter
from tests.desk.reading import said

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.10")]
FileMeasure = Callable[..., Measure]


@pytest.fixture
def filed(evening: Portfolio) -> Measure:
    """东方钢铁, 2026Q3, filed 10-08: 李乙 10-12 (late), 李乙 10-20, 张甲 10-25, 李乙 11-30."""
    cast = evening.cast
    return measures.file(
        seen=0,
        client=evening.steel,
        quarter=date(2026, 9, 30),
        text="压降敞口",
        department_manager=cast.manager,
        manager_a=cast.a,
        manager_b=cast.b,
        filed_on=date(2026, 10, 8),
        actions=[
            Action("催收九月利息", cast.b, date(2026, 10, 12)),
            Action("核对回款", cast.b, TODAY),
            Action("追加抵押", cast.a, date(2026, 10, 25)),
            Action("走访上游", cast.b, date(2026, 11, 30)),
        ],
        actor="M01",
        door="page",
    )


def shown(staff: Staff, *, whose: str = "mine", on: date = TODAY, **narrowed: object) -> dict[str, list[str]]:
    """The actions on somebody's work, by part."""
    (person,) = list_people([staff.pk], on=on)
    found = list_worklist(person, on=on, whose=whose, filters=WorkFilters(**narrowed))  # type: ignore[arg-type]
    return {group.code: [row.text for row in group.rows if row.is_action] for group in found.groups}


def test_actions_stand_beside_duties_in_their_part(evening: Portfolio, filed: Measure) -> None:
    """李乙 has one late, one due today, one later; 张甲 one this week; 吴外 none; 钱丙 and 赵己 see all of them."""
    cast = evening.cast
    assert shown(cast.b) == {"overdue": ["催收九月利息"], "today": ["核对回款"], "week": [], "later": ["走访上游"]}
    assert shown(cast.a) == {"overdue": [], "today": [], "week": ["追加抵押"], "later": []}
    assert not any(shown(cast.outsider).values())
    assert not any(shown(cast.other_manager, whose="department").values())
    for staff, whose in ((cast.manager, "department"), (cast.risk_manager, "all")):
        assert sum(map(len, shown(staff, whose=whose).values())) == 4
        assert not any(shown(staff, whose="unowned").values())


def test_what_is_done_leaves_the_list(evening: Portfolio, filed: Measure) -> None:
    action = MeasureAction.objects.get(text="催收九月利息")
    measures.finish(action=action, on=TODAY, by=evening.cast.b, actor="B01", door="page")
    assert shown(evening.cast.b)["overdue"] == []


def test_filters_narrow_actions_too(evening: Portfolio, filed: Measure) -> None:
    """By client, responsible person, day and grade; a kind of duty shows duties only."""
    boss, all_ = evening.cast.risk_manager, {"whose": "all"}
    assert not any(shown(boss, **all_, words="湖滨").values())
    assert shown(boss, **all_, words="dfgt")["today"] == ["核对回款"]
    assert shown(boss, **all_, owner_id=evening.cast.a.pk)["week"] == ["追加抵押"]
    assert sum(map(len, shown(boss, **all_, due_on=TODAY).values())) == 1
    assert not any(shown(boss, **all_, kind=DutyKind.ROUTINE_VISIT).values())


def test_pages_follow_one_another_whatever_a_row_is(evening: Portfolio, filed: Measure) -> None:
    """120 actions around the last day of the quarter, when visits are due: each row of the department comes once."""
    one = MeasureAction.objects.first()
    assert one is not None
    days = [date(2026, 12, 31) + timedelta(days=n // 40 - 1) for n in range(120)]
    MeasureAction.objects.bulk_create(
        MeasureAction(measure=filed, text=f"事{n}", responsible=evening.cast.b, due_on=day, act=one.act)
        for n, day in enumerate(days)
    )
    (person,) = list_people([evening.cast.manager.pk], on=TODAY)
    rows, after, pages = [], "", 0
    while pages == 0 or after:
        found = list_worklist(person, on=TODAY, whose="department", part="later", after=after).group("later")
        rows, after, pages = [*rows, *found.rows], found.after, pages + 1
    assert pages == 3
    seen = [(row.due_on, not row.is_action, row.pk if row.is_action else row.key) for row in rows]
    assert seen == sorted(set(seen))
    assert sum(row.is_action for row in rows) == 121
    assert (
        len(rows)
        == 121 + owed_duties(person, on=TODAY, whose="department").filter(due_on__gt=date(2026, 10, 25)).count()
    )


def test_home_says_client_act_deadline_and_why(evening: Portfolio, filed: Measure, enter: Enter) -> None:
    """李乙 reads what is late and for which client; the reason names the clause, the measure and who conferred."""
    browser = enter(evening.cast.b)
    page = said(browser, "/")
    assert "催收九月利息" in page and f"/clients/{evening.steel.pk}/measure/2026Q3/" in page and "逾期 8 天" in page
    assert "走访上游" in page
    late = MeasureAction.objects.get(text="催收九月利息")
    why = said(browser, f"/measures/actions/{late.pk}/why/")
    assert all(word in why for word in ("PGM.10", "压降敞口", "钱丙、张甲、李乙", "2026-10-12"))
    assert enter(evening.cast.outsider).get(f"/measures/actions/{late.pk}/why/").status_code == 404


def test_the_calendar_shows_what_measures_have_people_do(evening: Portfolio, filed: Measure, enter: Enter) -> None:
    """李乙's October counts the 12th and the 20th; the risk manager's the same for everyone."""
    for staff in (evening.cast.b, evening.cast.risk_manager):
        before = enter(staff).get("/calendar/?month=2026-10").context["month"]
        days = {day.on: [row for row in day.rows if row.is_action] for week in before.weeks for day in week}
        assert [row.text for row in days[date(2026, 10, 12)]] == ["催收九月利息"]
        counted = {day.on: day.count for week in before.weeks for day in week}
        assert counted[TODAY] >= 1


def test_a_thousand_actions_take_as_many_queries_as_one(
    evening: Portfolio,
    filed: Measure,
    enter: Enter,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    """Of very many a page shows the first; counting stops at a thousand."""
    engine.run(on=TODAY)
    cast, one = evening.cast, MeasureAction.objects.first()
    assert one is not None
    MeasureAction.objects.bulk_create(
        MeasureAction(measure=filed, text=f"事{n}", responsible=cast.b, due_on=TODAY + timedelta(days=60), act=one.act)
        for n in range(1100)
    )
    for staff in (cast.b, cast.manager, cast.risk_manager):
        browser = enter(staff)
        with django_assert_max_num_queries(33):
            later = browser.get("/").context["worklist"].group("later")
        assert later.count == 1000 and later.after


def test_the_digest_and_the_late_notice_name_actions(evening: Portfolio, filed: Measure) -> None:
    """On the 20th: 李乙 has one late and one due; what was due on the 12th became late on the 13th."""
    owed = get_owed({evening.cast.b.pk}, on=TODAY)[evening.cast.b.pk]
    assert owed.counts["overdue"] >= 1
    assert any("核对回款" in said and "处置措施" in said for said in owed.named["today"])
    (late,) = [one for one in list_newly_late(after=date(2026, 10, 12), on=date(2026, 10, 13)) if "催收" in one.text]
    assert late.person == evening.cast.b
    assert not any("催收" in one.text for one in list_newly_late(after=date(2026, 10, 13), on=TODAY))


def test_open_actions_go_to_the_successor_with_the_signed_list(evening: Portfolio, filed: Measure) -> None:
    """李乙's work goes to 张甲 on the 21st: nobody may leave before; from that day the three actions are 张甲's."""
    cast, tomorrow = evening.cast, date(2026, 10, 21)
    change = Change(staff=cast.b, on=tomorrow, post=Post.CLERK, department=None)
    choices: dict[int, Choice] = {
        one.guarantee.pk: (cast.a.pk if one.as_a else None, None) for one in list_holdings(cast.b, on=tomorrow)
    }
    move = moves.move_work(
        staff=cast.b, effective_on=tomorrow, choices=choices, because="离职", today=TODAY, actor="M01", door="page"
    )
    assert [(row.text, row.owner, row.to) for row in move.actions.order_by("due_on")] == [
        (text, cast.b, cast.a) for text in ("催收九月利息", "核对回款", "走访上游")
    ]
    assert len(moves.tell(move.pk)["actions"]) == 3  # type: ignore[index]
    assert shown(cast.b)["overdue"] == ["催收九月利息"]
    assert not any(shown(cast.b, on=tomorrow).values())
    assert shown(cast.a, on=tomorrow)["overdue"] == ["催收九月利息", "核对回款"]
    assert managers_or_departments_left(change) == []
    owed = get_owed({cast.a.pk, cast.b.pk}, on=tomorrow)
    for staff in (cast.a, cast.b):
        (person,) = list_people([staff.pk], on=tomorrow)
        overdue = list_worklist(person, on=tomorrow, whose="mine").group("overdue")
        assert owed[staff.pk].counts["overdue"] == overdue.count


def test_nobody_leaves_the_managing_posts_with_open_actions(evening: Portfolio, filed: Measure) -> None:
    """李乙 manages nothing any more, but has to call on the client: first it passes to somebody."""
    cast = evening.cast
    Guarantee.objects.update(manager_a=cast.a, manager_b=None)
    change = Change(staff=cast.b, on=date(2026, 10, 21), post=Post.CLERK, department=None)
    (said,) = managers_or_departments_left(change)
    assert "3 件处置措施" in said
