"""My work by API: the same lines as on the home page and its calendar, whose they are, page by page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from baohou.day import engine
from baohou.guarantee.models import PlannedDate
from baohou.guarantee.queries.moves import list_holdings
from baohou.guarantee.rules.words import DutyKind, FilingKind
from baohou.guarantee.services import moves, reports
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.deputies import name_deputy
from tests.api.conftest import TODAY, CallAs, Caller
from tests.cast import Portfolio
from tests.desk.conftest import Enter, enter

__all__ = ["enter"]
pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.2")]


def keys(caller: Caller, **asked: Any) -> list[int]:
    """The keys of the duties of a list, page by page; of actions the number, negative."""
    found: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = caller.get("/worklist", **asked, cursor=cursor).json()
        found += [one["duty"]["key"] if one["duty"] else -one["action"]["id"] for one in page["items"]]
        cursor = page["next"]
    return found


def on_page(enter: Enter, staff: Any, query: str = "") -> list[int]:
    worklist = enter(staff).get(f"/?{query}").context["worklist"]
    return [-row.pk if row.is_action else row.key for group in worklist.groups for row in group.rows]


def measure(evening: Portfolio, call_as: CallAs, due_on: date) -> None:
    """张甲 has to do something for 东方钢铁 until a day."""
    people = {"department_manager": evening.cast.manager.pk, "manager_a": evening.cast.b.pk}
    action = {"text": "核对库存", "responsible": evening.cast.a.pk, "due_on": str(due_on)}
    body = {"text": "压降敞口", **people, "filed_on": "2026-10-08", "seen": 0, "actions": [action]}
    grade = {"grade": "watch", "because": "欠息", "seen": 0}
    of, steel = evening.first.department_id, evening.steel.pk
    assert call_as(evening.cast.b).put(f"/gradings/2026Q3/{of}/clients/{steel}", grade).status_code == 200
    sent = call_as(evening.cast.manager).put(f"/clients/{steel}/measures/2026Q3", body)
    assert sent.status_code == 200, sent.json()


def test_the_list_is_that_of_the_page(evening: Portfolio, call_as: CallAs, enter: Enter) -> None:
    """Of everyone, with every filter, two at a time; an action goes first on its day, 2026-12-31."""
    cast = evening.cast
    measure(evening, call_as, date(2026, 12, 31))
    for staff in (cast.a, cast.b, cast.manager, cast.risk_manager):
        caller = call_as(staff)
        whole = keys(caller)
        assert whole == on_page(enter, staff) == keys(caller, limit=2), staff.name
    assert [one for one in keys(call_as(cast.risk_manager)) if one < 0]
    risk, asked = call_as(cast.risk_manager), {"q": "湖滨", "kind": "regular_visit", "grade": "normal"}
    assert keys(risk, **asked) == on_page(enter, cast.risk_manager, "q=湖滨&kind=regular_visit&grade=normal") != []
    assert keys(risk, owner=cast.a.pk) == on_page(enter, cast.risk_manager, f"owner={cast.a.pk}") != []


def test_parts_and_days_narrow_it(evening: Portfolio, call_as: CallAs) -> None:
    caller = call_as(evening.cast.risk_manager)
    whole = {one.key: one.due_on for one in Duty.objects.filter(done_on=None, lapsed_on=None)}
    overdue = keys(caller, part="overdue")
    assert overdue == [key for key in keys(caller) if whole[key] < TODAY] != []
    assert keys(caller, part="later", until="2026-12-30") == []
    days = {"since": "2026-09-30", "until": "2026-10-10"}
    within = [key for key in keys(caller) if date(2026, 9, 30) <= whole[key] <= date(2026, 10, 10)]
    assert keys(caller, **days) == within != []
    assert {one["key"] for one in caller.get("/duties", state="overdue", **days).json()["items"]} == set(within)
    counts = {one["part"]: one["count"] for one in caller.get("/worklist/parts").json()}
    assert counts["overdue"] == len(overdue)
    assert sum(counts.values()) == len(keys(caller))


def test_what_came_by_a_hand_over_is_ones_own(evening: Portfolio, call_as: CallAs) -> None:
    """张甲 hands everything over to 李乙 from 2026-10-21: the overdue stay 张甲's and are 李乙's to do."""
    cast = evening.cast
    owed = keys(call_as(cast.a), part="overdue")
    on, to = TODAY + timedelta(days=1), cast.b.pk
    choices = {held.guarantee.pk: (to if held.as_a else None, None) for held in list_holdings(cast.a, on=on)}
    choices |= {evening.released.pk: (to, None)}
    told: dict[str, Any] = {"today": TODAY, "actor": "M01", "door": "page"}
    moves.move_work(staff=cast.a, effective_on=on, because="调岗", choices=choices, **told)
    engine.run(on=on)
    caller = call_as(cast.b)
    items = caller.get("/worklist").json()["items"]
    assert {one["duty"]["key"] for one in items if one["taken_over"]} == set(owed)
    assert {one["duty"]["owner"]["name"] for one in items if one["taken_over"]} == {"张甲"}
    assert keys(call_as(cast.a)) == []


def test_whose_work_it_is(evening: Portfolio, call_as: CallAs) -> None:
    """李乙 stands in for 吴外; nobody owns a duty of 湖滨食品; 张甲 may ask for neither."""
    cast = evening.cast
    told: dict[str, Any] = {"actor": "M02", "door": "page"}
    name_deputy(staff=cast.outsider, deputy=cast.b, first_on=TODAY, last_on=TODAY, because="年假", **told)
    assert keys(call_as(cast.b), whose="deputy") == keys(call_as(cast.outsider)) != []
    duty = Duty.objects.filter(party=evening.food, done_on=None, lapsed_on=None).latest("key")
    Duty.objects.filter(pk=duty.pk).update(owner=None)
    assert keys(call_as(cast.risk_manager), whose="unowned") == [duty.key]
    for whose in ("deputy", "all", "department", "unowned"):
        assert call_as(cast.a).get("/worklist", whose=whose).status_code == 403
    assert call_as(cast.a).get("/worklist", whose="us").status_code == 422


def test_what_else_waits(evening: Portfolio, call_as: CallAs) -> None:
    """业务一部 hands in its plan: it waits for 孙戊; returned, it came back to 钱丙 with the reason."""
    cast, of = evening.cast, evening.first.department
    told: dict[str, Any] = {"by": cast.manager, "actor": "M01", "door": "page"}
    filing = reports.file(department=of, quarter=date(2026, 9, 30), kind=FilingKind.VISIT_PLAN, filed_on=TODAY, **told)

    def waits(staff: Any, part: str) -> list[dict[str, Any]]:
        return [one for one in call_as(staff).get("/waiting").json() if one["part"] == part]

    [line] = [one for one in waits(cast.supervisor, "waiting") if "quarter" in one["named"]]
    assert (line["who"], line["since"], line["because"]) == ("钱丙上报，待接收", "2026-10-20", "")
    assert line["named"] == {"quarter": "2026Q3", "department": str(of.pk)}
    assert line["page"] == f"/reports/2026Q3/{of.pk}/"
    assert waits(cast.manager, "came_back") == []
    reports.return_(filing=filing, because="缺两户", on=TODAY, by=cast.supervisor, actor="S01", door="page")
    assert [one["because"] for one in waits(cast.manager, "came_back")] == ["缺两户"]
    assert [one["because"] for one in waits(cast.supervisor, "sent_back")] == ["缺两户"]
    assert waits(cast.other_manager, "came_back") == []


@pytest.mark.clause("PGM.8")
def test_the_calendar_and_the_planned_visits(evening: Portfolio, call_as: CallAs) -> None:
    """钱丙 spreads 2026Q4's visits: each day tells how many; together they are all, also by week and page by page."""
    manager, of = call_as(evening.cast.manager), evening.first.department_id
    spread = {"first": "2026-10-21", "last": "2026-12-31"}
    assert manager.send(f"/plans/2026Q4/{of}/spread", spread).json()["placed"] > 0
    days = {"since": "2026-10-01", "until": "2026-12-31"}
    dates = dict(PlannedDate.objects.values_list("duty_key", "planned_on"))
    every = manager.get("/planned-visits", **days).json()["items"]
    assert {one["key"]: one["planned_on"] for one in every} == {key: str(on) for key, on in dates.items()}
    one = every[0]["planned_on"]
    month = manager.get("/calendar", month=one[:7]).json()
    told = {day["on"]: day for day in month["days"]}
    assert (month["month"], len(month["days"]) % 7, told["2026-11-07"]["kind"]) == ("2026-11", 0, "weekend")
    assert told[one]["planned"] == sum(each["planned_on"] == one for each in every)
    assert told[one]["first_planned"][0] == every[0]
    week = manager.get("/calendar", week="2026-12-31").json()["days"]
    assert [week[0]["on"], week[6]["on"]] == ["2026-12-28", "2027-01-03"]
    due = manager.get("/worklist", since="2026-12-31", until="2026-12-31").json()["items"]
    assert (week[3]["due"], week[3]["first_due"]) == (len(due), due[:3])
    assert call_as(evening.cast.outsider).get("/planned-visits", **days).json()["items"] == []
    call_as(evening.cast.other_manager).send(f"/plans/2026Q4/{evening.elsewhere.department_id}/spread", spread)
    risk = call_as(evening.cast.risk_manager)
    first = risk.get("/planned-visits", **days, limit=1).json()
    rest = risk.get("/planned-visits", **days, cursor=first["next"]).json()
    both = [(one["planned_on"], one["key"]) for one in [*first["items"], *rest["items"]]]
    assert both == sorted((str(on), key) for key, on in PlannedDate.objects.values_list("duty_key", "planned_on"))
    assert len(both) > len(every)


@pytest.mark.parametrize(
    ("path", "most"), [("/worklist", 18), ("/waiting", 26), ("/calendar", 20), ("/planned-visits", 14)]
)
def test_it_asks_the_database_so_many_times(
    evening: Portfolio, call_as: CallAs, django_assert_max_num_queries: Any, path: str, most: int
) -> None:
    asked = {"since": "2026-10-01", "until": "2026-12-31"} if path == "/planned-visits" else {}
    for staff in (evening.cast.a, evening.cast.manager, evening.cast.risk_manager):
        caller = call_as(staff)
        with django_assert_max_num_queries(most):
            assert caller.get(path, **asked).status_code == 200
    assert Duty.objects.filter(kind=DutyKind.REGULAR_VISIT).exists()
