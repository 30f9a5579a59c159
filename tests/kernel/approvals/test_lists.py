"""What waits for a second pair of eyes stands on its record wherever it is listed, on pages and by API."""

from __future__ import annotations

from typing import Any

import pytest

from baohou.kernel.accountability.models import Entry
from baohou.kernel.approvals.models import Proposal
from tests.api.conftest import CallAs, call_as
from tests.cast import Portfolio
from tests.desk.conftest import Enter
from tests.desk.reading import department_id

__all__ = ["call_as"]
pytestmark = pytest.mark.django_db
RISK = {"grade": "risk", "effective_on": "2026-10-19", "because": "停产"}


def waiting(answer: Any) -> list[tuple[int, str, str]]:
    return [(one["id"], one["kind"], one["maker"]) for one in answer["pending"]]


def on_page(enter: Enter, staff: Any, address: str) -> int:
    """How often a page says that something waits."""
    return str(enter(staff).get(address).content.decode()).count("待复核")


@pytest.mark.clause("PGM.7")
def test_a_grade_that_waits_stands_on_every_list_of_clients(manned: Portfolio, enter: Enter, call_as: CallAs) -> None:
    """钱丙 asks for risk for 东方钢铁: its row says so to 张甲, nothing else does; refused, nothing does."""
    a, table = manned.cast.a, f"/grading/2026Q3/{department_id('业务一部')}/"
    assert (on_page(enter, a, "/clients/"), on_page(enter, a, table)) == (0, 0)
    assert call_as(manned.cast.manager).send(f"/clients/{manned.steel.pk}/grades", RISK).status_code == 202
    assert (on_page(enter, a, "/clients/"), on_page(enter, a, table)) == (1, 1)
    proposal = Proposal.objects.get()
    listed = {one["id"]: waiting(one) for one in call_as(manned.cast.risk_manager).get("/clients").json()["items"]}
    assert listed == {manned.steel.pk: [(proposal.pk, "grade.risk", "钱丙")], manned.food.pk: []}
    assert waiting(call_as(a).get(f"/clients/{manned.steel.pk}").json()) == [(proposal.pk, "grade.risk", "钱丙")]
    call_as(manned.cast.risk_manager).send(f"/approvals/{proposal.pk}/refuse", {"because": "查无此事"})
    assert (on_page(enter, a, "/clients/"), on_page(enter, a, table)) == (0, 0)
    assert waiting(call_as(a).get(f"/clients/{manned.steel.pk}").json()) == []


@pytest.mark.clause("PGM.12")
def test_a_waiver_that_waits_stands_on_the_list_of_penalties(
    manned: Portfolio, enter: Enter, call_as: CallAs, penalty: Entry
) -> None:
    story = f"/penalties/{penalty.duty_key}/{penalty.staff_id}"
    sent = call_as(manned.cast.risk_manager).send(f"{story}/waivers", {"amount_fen": 2000, "because": "停电"})
    assert sent.status_code == 202
    assert on_page(enter, manned.cast.a, "/penalties/") == 1
    a, told = call_as(manned.cast.a), [(sent.json()["id"], "penalty.waive", "赵己")]
    listed = {one["duty"]: waiting(one) for one in a.get("/penalties").json()["items"]}
    assert listed.pop(penalty.duty_key) == told
    assert set(map(len, listed.values())) <= {0}
    assert waiting(a.get(story).json()) == told


def test_a_post_that_waits_stands_in_the_directory(manned: Portfolio, enter: Enter, call_as: CallAs) -> None:
    """张甲 is to become department manager, someone new risk manager: the directory tells both to who sees everyone."""
    admin, a = call_as(manned.cast.admin), manned.cast.a
    post = {"post": "department_manager", "department": manned.first.department_id, "effective_on": "2026-12-01"}
    asked = admin.send(f"/staff/{a.pk}/postings", {**post, "because": "晋升"})
    new = {"staff_no": "R02", "name": "新人", "post": "risk_manager", "effective_on": "2026-10-20"}
    engaged = admin.send("/staff", new)
    assert (asked.status_code, engaged.status_code) == (202, 202)
    said = enter(manned.cast.general_manager).get("/people/").content.decode()
    assert (said.count("待复核"), "登记新人（R02）为" in said) == (2, True)
    assert on_page(enter, manned.cast.manager, "/people/") == 1
    listed = {one["name"]: waiting(one) for one in admin.get("/staff").json()["items"]}
    told = [(asked.json()["id"], "people.post", "郑辛")]
    assert listed.pop("张甲") == told
    assert set(map(len, listed.values())) == {0}
    assert waiting(admin.get(f"/staff/{a.pk}").json()) == told
