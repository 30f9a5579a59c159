"""The work of a quarter by the API alone: visits with files, plans, gradings, measures, hand-overs, penalties."""

from __future__ import annotations

import hashlib
import io
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from bench import answers
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from baohou.guarantee.models import Filing, GradeChange, Visit
from baohou.guarantee.rules.words import DutyKind, VisitKind
from baohou.kernel.accountability.models import Entry
from baohou.kernel.api.tokens import add_system, make_system_token
from baohou.kernel.duties.models import Duty
from baohou.kernel.papers.records import find_seal
from baohou.kernel.people.models import Post
from tests.api.conftest import TODAY, CallAs, Caller
from tests.cast import Portfolio
from tests.clock import set_today

pytestmark = pytest.mark.django_db


def drawn() -> bytes:
    """A signature."""
    out, picture = io.BytesIO(), Image.new("RGB", (60, 20), "white")
    ImageDraw.Draw(picture).line((2, 2, 50, 15), fill="black", width=2)
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.mark.clause("PGM.12")
def test_a_visit_recorded_late_says_so(evening: Portfolio, call_as: CallAs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Recorded on 2026-10-20 for 09-29, after 09-30 had passed; the story of the penalty tells the day as well."""
    set_today(monkeypatch, TODAY)
    caller, steel = call_as(evening.cast.a), evening.steel.pk
    duty = Duty.objects.get(party=steel, kind=DutyKind.REGULAR_VISIT, due_on=date(2026, 9, 30))
    entry = Entry.objects.get(duty_key=duty.key)
    told = answers.body(VisitKind.REGULAR)
    made = caller.send(f"/clients/{steel}/visits", {**told, "key": str(uuid4()), "visited_on": "2026-09-29"}).json()
    assert (made["recorded_on"], made["recorded_late"]) == ("2026-10-20", True)
    made = caller.send(f"/clients/{steel}/visits", {**told, "key": str(uuid4()), "visited_on": "2026-10-19"}).json()
    assert (made["recorded_on"], made["recorded_late"]) == ("2026-10-20", False)
    listed = caller.get("/visits", client=steel).json()["items"]
    assert [one["recorded_late"] for one in listed] == [False, True]
    story = call_as(evening.cast.manager).get(f"/penalties/{entry.duty_key}/{entry.staff_id}").json()
    assert story["recorded_late_on"] == "2026-10-20"


@pytest.mark.clause("PGM.6")
def test_a_visit_with_a_photo_and_a_signature_is_sealed(evening: Portfolio, call_as: CallAs) -> None:
    """张甲's program sends the signature first, then the visit of 2026-10-19: the regular visit is done, and sealed."""
    caller, key, picture = call_as(evening.cast.a), str(uuid4()), drawn()
    path = f"/clients/{evening.steel.pk}"
    told = {"key": key, "is_signature": "true"}
    kept = caller.upload(f"{path}/visit-files", {**told, "file": SimpleUploadedFile("签名.png", picture)})
    assert kept.status_code == 201
    assert kept.json()["sha256"] == hashlib.sha256(picture).hexdigest()
    visit = {
        "key": key,
        "kind": "regular",
        "visited_on": "2026-10-19",
        "methods": {"site": "库存与账面相符"},
        "matters": answers.matters(VisitKind.REGULAR, business="订单饱满"),
        "summary": "正常",
        "signer": "王总",
        "signature": kept.json()["sha256"],
        "appointment": {"arranged_on": "2026-10-16", "contact": "林总", "channel": "phone"},
    }
    missing = caller.send(f"{path}/visits", {**visit, "files": [{"sha256": "0" * 64, "name": "照片.jpg"}]})
    assert (missing.status_code, missing.json()["code"]) == (422, "guarantee.visit.files_missing")
    answer = caller.send(f"{path}/visits", visit)
    assert answer.status_code == 201
    assert answer.json()["seal"]["intact"] is True
    assert answer.json()["appointment"] == visit["appointment"]
    assert Duty.objects.get(party=evening.steel, kind=2, opens_on=date(2026, 10, 1)).done_on == date(2026, 10, 19)
    number = answer.json()["id"]
    assert b"".join(caller.get(f"/visits/{number}/signature").streaming_content) == picture
    assert (
        caller.send(f"/visits/{number}/addenda", {"text": "补充：库存含在途"}).json()["addenda"][0]["staff_no"] == "A01"
    )
    assert call_as(evening.cast.outsider).get(f"/visits/{number}").status_code == 404


@pytest.mark.clause("PGM.8")
@pytest.mark.clause("PGM.9")
def test_a_plan_is_spread_handed_in_returned_and_accepted(evening: Portfolio, call_as: CallAs) -> None:
    """钱丙 spreads 2026Q4's visits and hands in; 赵己 returns, then accepts what was seen and nothing else."""
    manager, risk = call_as(evening.cast.manager), call_as(evening.cast.risk_manager)
    path = f"/plans/2026Q4/{evening.first.department_id}"
    early = manager.send(f"{path}/hand-in")
    assert (early.status_code, early.json()["code"]) == (422, "guarantee.plan.undated")
    spread = manager.send(f"{path}/spread", {"first": "2026-10-20", "last": "2026-12-31"}).json()
    assert spread["placed"] > 0
    assert spread["left"] == []
    [row, *_] = manager.get(f"{path}/visits").json()["items"]
    stale = manager.put(f"{path}/visits/{row['key']}", {"planned_on": "2026-11-03", "seen": None})
    assert (stale.status_code, stale.json()["code"]) == (409, "guarantee.plan.changed")
    stale = {"visits": [{"key": row["key"], "seen": "2026-10-01"}]}
    for verb, more in (("set", {"planned_on": "2026-11-03"}), ("shift", {"working_days": 1}), ("clear", {})):
        told = manager.send(f"{path}/{verb}", {**stale, **more}).json()
        assert told == {"changed": 0, "overtaken": [row["key"]]}
    told = manager.send(f"{path}/spread", {**stale, "first": "2026-10-20", "last": "2026-12-31"}).json()
    assert told == {"placed": 0, "left": [], "overtaken": [row["key"]]}
    handed = manager.send(f"{path}/hand-in").json()
    assert handed["state"] == "handed_in"
    assert manager.send(f"{path}/review", {"verdict": "accept"}).status_code == 403
    back = {"verdict": "return", "because": "请错开月底", "step": handed["steps"][-1]["id"]}
    assert risk.send(f"{path}/review", back).json()["state"] == "returned"
    handed = manager.send(f"{path}/hand-in").json()
    unseen = risk.send(f"{path}/review", back)
    assert (unseen.status_code, unseen.json()["code"]) == (409, "guarantee.filing.overtaken")
    unseen = risk.send(f"{path}/review", {"verdict": "accept", "seen": "else"})
    assert (unseen.status_code, unseen.json()["code"]) == (409, "guarantee.plan.changed")
    accepted = risk.send(f"{path}/review", {"verdict": "accept", "seen": handed["fingerprint"]}).json()
    assert [step["verb"] for step in accepted["steps"]] == ["handed_in", "returned", "handed_in", "accepted"]


@pytest.mark.clause("PGM.8")
@pytest.mark.clause("PGM.10")
def test_a_table_is_graded_measured_signed_and_accepted(evening: Portfolio, call_as: CallAs) -> None:
    """张甲 proposes watch for 东方钢铁 at 2026Q3's end, with its measure; 钱丙 signs, 赵己 accepts: the grade holds."""
    a, manager, risk = (call_as(who) for who in (evening.cast.a, evening.cast.manager, evening.cast.risk_manager))
    path, client = f"/gradings/2026Q3/{evening.first.department_id}", evening.steel.pk
    proposal = {"grade": "watch", "because": "欠息两期", "seen": 0}
    written = a.put(f"{path}/clients/{client}", proposal)
    assert written.json()["to_sign"] is True
    overtaken = manager.put(f"{path}/clients/{client}", {**proposal, "grade": "risk"})
    assert (overtaken.status_code, overtaken.json()["code"]) == (409, "guarantee.proposal.overtaken")
    measure = {
        "text": "按月走访",
        "department_manager": evening.cast.manager.pk,
        "manager_a": evening.cast.a.pk,
        "filed_on": "2026-10-08",
        "seen": 0,
        "actions": [{"text": "核对还款来源", "responsible": evening.cast.a.pk, "due_on": "2026-10-31"}],
    }
    foreign = {**measure, "manager_a": evening.cast.outsider.pk}
    assert a.put(f"/clients/{client}/measures/2026Q3", foreign).json()["where"] == "manager_a"
    filed = a.put(f"/clients/{client}/measures/2026Q3", measure).json()
    assert a.send(f"/measure-actions/{filed['actions'][0]['id']}/done").json()["done_on"] == "2026-10-20"
    assert manager.send(f"{path}/keep-rest").status_code == 200
    table = manager.get(path).json()
    signed = manager.send(f"{path}/hand-in", {"digest": table["digest"]})
    assert signed.json()["state"] == "handed_in", signed.json()
    verdict = {"verdict": "accept", "step": signed.json()["steps"][-1]["id"]}
    unseen = risk.send(f"{path}/review", {**verdict, "step": verdict["step"] + 1})
    assert (unseen.status_code, unseen.json()["code"]) == (409, "guarantee.filing.overtaken")
    assert risk.send(f"{path}/review", verdict).json()["state"] == "accepted"
    assert GradeChange.objects.get(client=client).effective_on == date(2026, 9, 30)
    assert Filing.objects.get().by == evening.cast.manager


@pytest.mark.clause("PGM.9")
def test_a_table_is_handed_in_on_the_business_day(evening: Portfolio, call_as: CallAs) -> None:
    """No other day can be named: 钱丙 hands 业务一部's table in on 2026-10-20, by either operation."""
    of, manager = evening.first.department_id, call_as(evening.cast.manager)
    digest = manager.get(f"/gradings/2026Q3/{of}").json()["digest"]
    named = manager.send(f"/gradings/2026Q3/{of}/hand-in", {"digest": digest, "filed_on": "2026-10-09"})
    assert named.status_code == 422
    assert not Filing.objects.exists()
    filed = manager.send(f"/reports/2026Q3/{of}/classification_report")
    assert filed.json()["filed_on"] == "2026-10-20", filed.json()
    assert Filing.objects.get().filed_on == TODAY


def test_a_system_reads_and_signs_for_nobody(evening: Portfolio) -> None:
    """The finance system reads what an auditor reads; one with a risk manager's rights still records no visit."""
    made = []
    for code, post in (("finance", Post.AUDITOR), ("oa", Post.RISK_MANAGER)):
        system = add_system(code=code, name=code, post=post, department=None, actor="X01", door="page")
        scopes = [] if post is Post.AUDITOR else ["change_grade"]
        token = make_system_token(system=system, name="取数", scopes=scopes, days=30, actor="X01", door="page")
        made.append(Caller(token.text))
    finance, oa = made
    assert len(finance.get("/clients").json()["items"]) == 2
    grade = {"grade": "watch", "effective_on": "2026-10-19", "because": "欠息"}
    assert finance.send(f"/clients/{evening.steel.pk}/grades", grade).json()["code"] == "api.forbidden"
    answer = oa.send(f"/clients/{evening.steel.pk}/grades", grade)
    assert (answer.status_code, answer.json()["code"]) == (403, "api.needs_person")


def test_a_password_is_told_once(evening: Portfolio, call_as: CallAs) -> None:
    """The administrator resets 张甲's password; the second answer under the same key does not repeat it."""
    admin, path = call_as(evening.cast.admin), f"/staff/{evening.cast.a.pk}/login"
    first = admin.send(path, key="reset")
    again = admin.send(path, key="reset")
    assert len(first.json()["password"]) == 14
    assert (again.status_code, again.json()["code"]) == (409, "api.idempotency.told_once")


def test_turning_pages_shows_every_row_once(evening: Portfolio, call_as: CallAs) -> None:
    """Duties two at a time are those of one page; a cursor of other filters opens nothing."""
    caller = call_as(evening.cast.risk_manager)
    whole = [one["key"] for one in caller.get("/duties", limit=200).json()["items"]]
    keys, cursor = [], ""
    while cursor is not None:
        page = caller.get("/duties", limit=2, cursor=cursor).json()
        keys += [one["key"] for one in page["items"]]
        cursor = page["next"]
    assert keys == whole
    assert len(keys) > 4
    first = caller.get("/duties", limit=2).json()["next"]
    assert caller.get("/duties", limit=2, cursor=first, kind="visits").json()["code"] == "api.cursor"


@pytest.mark.parametrize(("path", "most"), [("/clients", 22), ("/duties", 16), ("/visits", 12), ("/penalties", 16)])
def test_a_list_asks_the_database_so_many_times(
    evening: Portfolio, call_as: CallAs, django_assert_max_num_queries: Any, path: str, most: int
) -> None:
    """However many rows there are: the token, the person, the page."""
    caller = call_as(evening.cast.manager)
    caller.get(path)
    with django_assert_max_num_queries(most):
        assert caller.get(path).status_code == 200


def test_a_file_is_checked_and_taken_by_jobs(evening: Portfolio, call_as: CallAs) -> None:
    """The administrator sends a visit's row, looks at the check, takes it."""
    admin = call_as(evening.cast.admin)
    rows = f"证件号码,项目编号,回访日,回访类别,回访人\n{evening.steel.id_no},,2026-10-12,定期,张甲\n"
    sent = admin.upload("/imports", {"kind": "visits", "file": SimpleUploadedFile("visits.csv", rows.encode())})
    assert sent.status_code == 201, sent.json()
    assert sent.json()["job"]["result"]["acceptable"] is True
    assert not Visit.objects.exists()
    taken = admin.send(f"/imports/{sent.json()['token']}/take", {"how": "whole"})
    assert taken.json()["job"]["result"]["taken"] is True
    assert Visit.objects.get().act.door == "api"  # type: ignore[union-attr]
    assert find_seal(kind="visit", subject_id=Visit.objects.get().pk) is None
