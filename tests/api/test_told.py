"""What pages show beside their lists, by API: the story of a penalty, what was moved, loads, returns, a file's columns."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from baohou.day import engine
from baohou.guarantee.models import Guarantee, Measure
from baohou.guarantee.queries.moves import list_holdings
from baohou.guarantee.rules.words import FilingKind
from baohou.guarantee.services import moves, reports
from baohou.kernel import kept
from baohou.kernel.accountability.models import Entry
from baohou.kernel.duties.models import Duty
from tests.api.conftest import TODAY, CallAs
from tests.cast import Portfolio

pytestmark = pytest.mark.django_db


@pytest.mark.clause("PGM.12")
def test_a_story_tells_what_happened_in_order_and_its_clauses(evening: Portfolio, call_as: CallAs) -> None:
    """张甲 appeals with a letter; 赵己 takes 20 of the 50 yuan off: six things happened, and PGM.12 says why."""
    a, risk = call_as(evening.cast.a), call_as(evening.cast.risk_manager)
    entry = Entry.objects.filter(staff=evening.cast.a, clause="PGM.12").order_by("pk")[0]
    path = f"/penalties/{entry.duty_key}/{entry.staff_id}"
    letter = SimpleUploadedFile("说明.pdf", b"%PDF-1.4\n%%EOF\n")
    appeal = a.upload(f"{path}/appeals", {"text": "当日停电", "files": letter})
    assert appeal.status_code == 201, appeal.json()
    decision = {"verdict": "reduced", "amount_fen": 2000, "because": "停电属实"}
    assert risk.send(f"/appeals/{appeal.json()['id']}/decision", decision).status_code == 201
    told = a.get(path).json()
    kinds = [event["kind"] for event in told["events"]]
    assert kinds == ["opened", "due", "penalty", "appeal", "decision", "waiver"]
    opened, due, penalty, appealed, decided, waiver = told["events"]
    assert (opened["by"], due["on"]) == ("张甲", str(entry.due_on))
    assert (penalty["amount_fen"], penalty["net_fen"], penalty["clause"]) == (5000, 5000, "PGM.12")
    assert penalty["version"]
    assert (appealed["because"], [file["name"] for file in appealed["files"]]) == ("当日停电", ["说明.pdf"])
    assert (decided["verdict"], decided["because"], decided["by"]) == ("reduced", "停电属实", "赵己")
    assert (waiver["amount_fen"], waiver["net_fen"], waiver["decided"], waiver["by"]) == (-2000, 3000, True, "R01")
    [clause] = told["clauses"]
    assert clause["code"] == "PGM.12" and clause["text"] and clause["version"]["name"] == penalty["version"]
    assert told["duty_stands"] is True
    Duty.objects.filter(key=entry.duty_key).delete()
    assert a.get(path).json()["duty_stands"] is False


def test_a_hand_over_tells_what_passed(evening: Portfolio, call_as: CallAs) -> None:
    """张甲's work passes to 李乙: each guarantee, each duty, the action of the measure, one at a time."""
    cast, caller, of = evening.cast, call_as(evening.cast.manager), evening.first.department_id
    grade = {"grade": "watch", "because": "欠息", "seen": 0}
    caller.put(f"/gradings/2026Q3/{of}/clients/{evening.steel.pk}", grade)
    action = {"text": "核对库存", "responsible": cast.a.pk, "due_on": "2026-11-30"}
    body = {"text": "压降", "department_manager": cast.manager.pk, "manager_a": cast.b.pk, "filed_on": "2026-10-08"}
    sent = caller.put(f"/clients/{evening.steel.pk}/measures/2026Q3", {**body, "actions": [action], "seen": 0})
    assert sent.status_code == 200
    on, to = TODAY + timedelta(days=1), cast.b.pk
    choices = {held.guarantee.pk: (to if held.as_a else None, None) for held in list_holdings(cast.a, on=on)}
    choices |= {evening.released.pk: (to, None)}
    told: dict[str, Any] = {"today": TODAY, "actor": "M01", "door": "page"}
    move = moves.move_work(staff=cast.a, effective_on=on, because="调岗", choices=choices, **told)

    def every(what: str) -> list[dict[str, Any]]:
        found, cursor = [], ""
        while cursor is not None:
            page = caller.get(f"/moves/{move.pk}/{what}", limit=1, cursor=cursor).json()
            found += page["items"]
            cursor = page["next"]
        return found

    whole = caller.get(f"/moves/{move.pk}").json()
    guarantees, duties = every("guarantees"), every("duties")
    assert sorted(one["guarantee"]["name"] for one in guarantees) == [one["name"] for one in whole["guarantees"]]
    [first] = [one for one in guarantees if one["guarantee"]["id"] == evening.first.pk]
    assert (first["client"]["name"], first["was_a"]["name"], first["now_a"]["name"]) == (
        *("东方钢铁有限公司", "张甲"),
        "李乙",
    )
    assert len(duties) == whole["duties"] > 1
    assert {one["key"] for one in duties} == set(move.duties.values_list("duty_key", flat=True))
    assert {(one["owner"]["name"], one["to"]["name"]) for one in duties} == {("张甲", "李乙")}
    [acted] = every("actions")
    assert (acted["what"], acted["text"], acted["to"]["name"]) == ("东方钢铁有限公司", "核对库存", "李乙")
    assert call_as(cast.outsider).get(f"/moves/{move.pk}/duties").status_code == 404


@pytest.mark.clause("PGM.9")
def test_what_was_returned_in_any_quarter(evening: Portfolio, call_as: CallAs) -> None:
    """Two reports of 业务一部 come back; the newest stands first, page by page; the department's list has the step."""
    cast, of = evening.cast, evening.first.department
    for last in (date(2026, 6, 30), date(2026, 9, 30)):
        kind = FilingKind.VISIT_PLAN
        by: dict[str, Any] = {"actor": "M01", "door": "page"}
        filing = reports.file(department=of, quarter=last, kind=kind, filed_on=TODAY, by=cast.manager, **by)
        reports.return_(filing=filing, because=f"缺{kind.zh}", on=TODAY, by=cast.supervisor, actor="S01", door="page")
    risk = call_as(cast.risk_manager)
    first = risk.get("/returned-reports", limit=1).json()
    second = risk.get("/returned-reports", limit=1, cursor=first["next"]).json()
    assert [(one["quarter"], one["kind"], one["by"]) for one in first["items"] + second["items"]] == [
        ("2026Q3", "visit_plan", "孙戊"),
        ("2026Q2", "visit_plan", "孙戊"),
    ]
    assert second["next"] is None
    assert call_as(cast.manager).get("/returned-reports").status_code == 403
    [row] = [one for one in risk.get("/reports/2026Q3").json() if one["department"]["id"] == of.pk]
    assert {one["kind"]: one["step"] for one in row["reports"]} == {
        "classification_report": None,
        "visit_plan": "returned",
        "hand_over": None,
    }


@pytest.mark.clause("PGM.10")
def test_the_watched_clients_of_a_department(evening: Portfolio, call_as: CallAs) -> None:
    """东方钢铁 is proposed for watch: without a measure, then with one; its number is masked."""
    caller, of = call_as(evening.cast.manager), evening.first.department_id
    path = f"/watched-clients/2026Q3/{of}"
    assert caller.get(path).json()["items"] == []
    caller.put(f"/gradings/2026Q3/{of}/clients/{evening.steel.pk}", {"grade": "watch", "because": "欠息", "seen": 0})
    [row] = caller.get(path).json()["items"]
    assert (row["client"]["id"], row["grade"], row["measure"]) == (evening.steel.pk, "watch", None)
    assert evening.steel.id_no not in str(row)
    action = {"text": "核对", "responsible": evening.cast.b.pk, "due_on": "2026-11-30"}
    people = {"department_manager": evening.cast.manager.pk, "manager_a": evening.cast.b.pk}
    body = {"text": "压降", "filed_on": "2026-10-08", "actions": [action, action], "seen": 0, **people}
    filed = caller.put(f"/clients/{evening.steel.pk}/measures/2026Q3", body).json()
    assert caller.get(path).json()["items"][0]["measure"] == filed
    assert [one["responsible"]["name"] for one in filed["actions"]] == ["李乙", "李乙"]
    assert Measure.objects.get().pk == filed["id"]


@pytest.mark.clause("PGM.8")
def test_a_plan_tells_loads_and_is_filtered(evening: Portfolio, call_as: CallAs) -> None:
    """钱丙's plan of 2026Q4: undated, then on 2026-11-09; the load of that day is the visit; lapsed, it is gone."""
    caller, path = call_as(evening.cast.manager), f"/plans/2026Q4/{evening.first.department_id}"
    [visit] = caller.get(f"{path}/visits", state="undated").json()["items"]
    assert caller.get(f"{path}/visits", state="dated").json()["items"] == []
    caller.put(f"{path}/visits/{visit['key']}", {"planned_on": "2026-11-09", "seen": None})
    assert [one["key"] for one in caller.get(f"{path}/visits", day="2026-11-09").json()["items"]] == [visit["key"]]
    who = visit["manager_a"]["id"]
    assert [one["key"] for one in caller.get(f"{path}/visits", person=who, grade="normal").json()["items"]]
    assert caller.get(f"{path}/visits", grade="risk").json()["items"] == []
    months = caller.get(f"{path}/load").json()
    assert [one["month"] for one in months] == ["2026-10-01", "2026-11-01", "2026-12-01"]
    assert "2026-10-01" in months[0]["days_off"] and "2026-10-10" not in months[0]["days_off"]
    [person] = [one for one in months[1]["people"] if one["person"]["id"] == who]
    assert (person["total"], person["days"]) == (1, [{"on": "2026-11-09", "count": 1, "too_many": False}])
    assert caller.get(f"{path}/gone").json() == []
    Guarantee.objects.filter(client=evening.steel).update(released_on=date(2026, 10, 21))
    kept.forget()
    engine.run(on=date(2026, 10, 21))
    [gone] = caller.get(f"{path}/gone").json()
    assert (gone["key"], gone["because"], gone["planned_on"]) == (visit["key"], "lapsed", "2026-11-09")


def test_the_columns_of_a_file_are_told_before_it_is_mapped(evening: Portfolio, call_as: CallAs) -> None:
    """风险类别 is no header of ours: the first rows and a proposal are told; as it is sent back, the file is read."""
    admin = call_as(evening.cast.admin)
    rows = f"证件号码,风险类别,生效日,理由,评定人\n{evening.steel.id_no},关注,2026-10-12,欠息,钱丙\n"
    sent = admin.upload("/imports", {"kind": "grades", "file": SimpleUploadedFile("评级.csv", rows.encode())}).json()
    told = admin.get(f"/imports/{sent['token']}/columns").json()
    assert told["headers"] == ["证件号码", "风险类别", "生效日", "理由", "评定人"]
    assert told["first_rows"] == [[evening.steel.id_no, "关注", "2026-10-12", "欠息", "钱丙"]]
    found = {one["code"]: one["found_in"] for one in told["columns"]}
    assert (told["complete"], found["grade"], found["because"]) == (False, None, "理由")
    assert "风险类别" in told["content"]
    mapped = admin.put(f"/imports/{sent['token']}/mapping", {"content": told["content"]}).json()
    assert mapped["job"]["result"]["acceptable"] is True
    assert admin.get(f"/imports/{sent['token']}/columns").json()["content"] == told["content"]
