"""A classification table by API tells what its page tells: what happened to each client in the quarter, what waits."""

from __future__ import annotations

from typing import Any

import pytest

from baohou.guarantee.models import Proposal
from baohou.kernel.approvals.models import Proposal as Asked
from baohou.kernel.people.models import Staff
from tests.api.conftest import CallAs, Caller
from tests.cast import Portfolio, TakeIn

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.8")]


def lines(caller: Caller, department: int, **asked: Any) -> dict[str, Any]:
    found = caller.get(f"/gradings/2026Q3/{department}/clients", **asked).json()
    return {one["client"]["name"]: one for one in found["items"]}


def visit(take_in: TakeIn, portfolio: Portfolio) -> None:
    take_in("visits", [(portfolio.steel.id_no, "", "2026-09-08", "定期", "张甲")])


@pytest.mark.clause("PGM.10")
def test_a_line_tells_what_happened_to_the_client(evening: Portfolio, call_as: CallAs, take_in: TakeIn) -> None:
    """东方钢铁: visited on 2026-09-08, two visits late, 李乙 manages the later guarantee; then watch with a measure."""
    of, manager, steel = evening.first.department_id, call_as(evening.cast.manager), evening.steel.pk
    visit(take_in, evening)
    line = lines(manager, of)["东方钢铁有限公司"]
    assert (line["manager"], line["amounts_fen"]) == ("李乙", {"CNY": 700_000_000})
    assert (line["visits"], line["last_visit"], line["standing"], line["since"]) == (1, "2026-09-08", "normal", None)
    assert line["late"] > 0
    assert (line["proposed_by"], line["measure"], line["later"], line["pending"]) == (None, None, None, [])
    sent = {"grade": "watch", "because": "欠息两期", "seen": 0}
    written = call_as(evening.cast.b).put(f"/gradings/2026Q3/{of}/clients/{steel}", sent).json()
    assert written["proposed_by"]["by"]["name"] == "李乙"
    assert written["proposed_by"]["at"][:19] == Proposal.objects.get().act.at.isoformat()[:19]
    measure = {"text": "走访", "department_manager": evening.cast.manager.pk, "manager_a": evening.cast.b.pk}
    action = {"text": "核对", "responsible": evening.cast.b.pk, "due_on": "2026-11-30"}
    manager.put(
        f"/clients/{steel}/measures/2026Q3", {**measure, "filed_on": "2026-10-20", "seen": 0, "actions": [action] * 2}
    )
    told = lines(manager, of)["东方钢铁有限公司"]["measure"]
    assert (told["filed_on"], told["actions"]) == ("2026-10-20", 2)


def test_a_change_that_waits_and_one_made_later_stand_on_the_line(evening: Portfolio, call_as: CallAs) -> None:
    """The table is accepted; 钱丙 asks for risk from 2026-10-15, which waits for 赵己 and then holds."""
    of, manager, risk = evening.first.department_id, call_as(evening.cast.manager), call_as(evening.cast.risk_manager)
    path = f"/gradings/2026Q3/{of}"
    manager.send(f"{path}/keep-rest")
    signed = manager.send(f"{path}/hand-in", {"digest": manager.get(path).json()["digest"]})
    assert (
        risk.send(f"{path}/review", {"verdict": "accept", "step": signed.json()["steps"][-1]["id"]}).status_code == 200
    )
    grade = {"grade": "risk", "effective_on": "2026-10-15", "because": "停产"}
    assert manager.send(f"/clients/{evening.steel.pk}/grades", grade).status_code == 202
    [waits] = lines(manager, of)["东方钢铁有限公司"]["pending"]
    asked = Asked.objects.get()
    assert (waits["id"], waits["kind"], waits["maker"], waits["made_on"]) == (
        *(asked.pk, "grade.risk"),
        *("钱丙", "2026-10-20"),
    )
    assert risk.send(f"/approvals/{asked.pk}/approve").json()["state"] == "approved"
    line = lines(manager, of)["东方钢铁有限公司"]
    assert line["pending"] == []
    assert (line["later"]["grade"], line["later"]["because"], line["later"]["by"]["name"]) == ("risk", "停产", "钱丙")


def test_the_table_is_filtered_as_on_its_page(evening: Portfolio, call_as: CallAs) -> None:
    """Nobody is graded; then steel is watch; 钱丙 manages nobody herself; page by page each is met once."""
    of, manager, steel = evening.first.department_id, call_as(evening.cast.manager), evening.steel.pk
    whole = lines(manager, of)
    assert lines(manager, of, show="open").keys() == whole.keys()
    manager.put(f"/gradings/2026Q3/{of}/clients/{steel}", {"grade": "watch", "because": "欠息", "seen": 0})
    for show in ("changed", "watched"):
        assert list(lines(manager, of, show=show)) == ["东方钢铁有限公司"]
    assert steel not in {one["client"]["id"] for one in lines(manager, of, show="open").values()}
    assert lines(manager, of, show="mine") == {}
    assert manager.get(f"/gradings/2026Q3/{of}/clients", show="all").status_code == 422
    assert list(lines(call_as(evening.cast.a), of, show="mine")) == ["东方钢铁有限公司"]


def test_a_table_tells_its_deadline_and_its_last_step(evening: Portfolio, call_as: CallAs) -> None:
    of, manager = evening.first.department_id, call_as(evening.cast.manager)
    assert manager.get(f"/gradings/2026Q3/{of}").json()["due_on"] == "2026-10-10"
    manager.send(f"/gradings/2026Q3/{of}/keep-rest")
    manager.send(f"/gradings/2026Q3/{of}/hand-in", {"digest": manager.get(f"/gradings/2026Q3/{of}").json()["digest"]})
    [state] = [one for one in manager.get("/gradings/2026Q3").json() if one["department"]["id"] == of]
    assert (state["due_on"], state["step"]["verb"], state["step"]["by"]["name"]) == ("2026-10-10", "handed_in", "钱丙")


@pytest.mark.parametrize("many", [3, 30])
def test_lines_ask_the_database_so_many_times(
    evening: Portfolio, call_as: CallAs, django_assert_max_num_queries: Any, many: int
) -> None:
    """However many clients the table has: the token, the person, the table, what happened."""
    from tests.desk.test_grading import _firms

    manager, of = evening.cast.manager, evening.first.department_id
    _firms(evening, Staff.objects.get(staff_no="A01"), many)
    caller = call_as(manager)
    assert len(lines(caller, of, limit=200)) > many
    with django_assert_max_num_queries(30):
        caller.get(f"/gradings/2026Q3/{of}/clients", limit=200)
