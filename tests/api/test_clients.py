"""A client by API tells what its page tells: what happened in order, the orders and measures; a paper its check."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from bench import answers
from django.core.files.uploadedfile import SimpleUploadedFile

from baohou.guarantee.models import VisitUpload
from baohou.guarantee.rules.words import VisitKind
from baohou.kernel.papers.models import Attachment, Seal
from tests.api.conftest import CallAs, Caller
from tests.api.test_work import drawn
from tests.cast import Portfolio

pytestmark = pytest.mark.django_db


def every(caller: Caller, path: str) -> list[dict[str, Any]]:
    """All rows of a list, two at a time."""
    found, cursor = [], ""
    while cursor is not None:
        page = caller.get(path, limit=2, cursor=cursor).json()
        found += page["items"]
        cursor = page["next"]
    return found


def test_the_time_line_of_a_client(evening: Portfolio, call_as: CallAs) -> None:
    """东方钢铁: two guarantees, visits missed; then watch, a measure, and a special visit ordered, the latest first."""
    manager, steel = call_as(evening.cast.manager), evening.steel.pk
    path = f"/clients/{steel}"
    before = every(manager, f"{path}/time-line")
    assert {one["kind"] for one in before} == {"issued", "missed"}
    assert sum(one["amount_fen"] for one in before if one["kind"] == "issued") == 700_000_000
    assert {one["what"] for one in before if one["kind"] == "missed"} == {"routine_visit", "regular_visit"}
    grade = {"grade": "watch", "effective_on": "2026-10-19", "because": "欠息"}
    assert manager.send(f"{path}/grades", grade).status_code == 201
    order = {"urgency": "high", "ordered_on": "2026-10-20", "because": "回款慢"}
    assert manager.send(f"{path}/special-orders", order).status_code == 201
    people = {"department_manager": evening.cast.manager.pk, "manager_a": evening.cast.b.pk}
    manager.put(f"/gradings/2026Q3/{evening.first.department_id}/clients/{steel}", {**grade_of("watch"), "seen": 0})
    body = {"text": "压降", **people, "filed_on": "2026-10-08", "actions": [], "seen": 0}
    action = {"text": "核对", "responsible": evening.cast.b.pk, "due_on": "2026-11-30"}
    filed = manager.put(f"{path}/measures/2026Q3", {**body, "actions": [action]})
    assert filed.status_code == 200, filed.json()
    told = every(manager, f"{path}/time-line")
    assert told == sorted(told, key=lambda one: one["on"], reverse=True)
    by_kind = {one["kind"]: one for one in told}
    assert (by_kind["order"]["urgency"], by_kind["order"]["said"], by_kind["order"]["by"]) == ("high", "回款慢", "钱丙")
    assert (by_kind["grade"]["grade"], by_kind["grade"]["said"]) == ("watch", "欠息")
    assert by_kind["measure"]["number"] == filed.json()["id"]
    assert len(told) == len(before) + 3 == len({str(one) for one in told})
    [ordered] = every(manager, f"{path}/special-orders")
    assert (ordered["urgency"], ordered["because"], ordered["by"]["name"]) == ("high", "回款慢", "钱丙")
    assert every(manager, f"{path}/measures") == [filed.json()]
    for what in ("time-line", "special-orders", "measures"):
        assert call_as(evening.cast.outsider).get(f"{path}/{what}").status_code == 404


def grade_of(code: str) -> dict[str, str]:
    return {"grade": code, "because": "欠息"}


@pytest.mark.clause("PGM.6")
def test_the_place_of_a_photo_and_the_check_of_the_paper(evening: Portfolio, call_as: CallAs) -> None:
    """张甲's program sends where the photo was taken; the sealed report is found whole by its code, then not."""
    caller, key, path = call_as(evening.cast.a), str(uuid4()), f"/clients/{evening.steel.pk}"
    told = {"key": key, "latitude": "30.274085", "longitude": "120.155070", "accuracy_m": "12"}
    kept = caller.upload(f"{path}/visit-files", {**told, "file": SimpleUploadedFile("库存.png", drawn())})
    assert kept.status_code == 201, kept.json()
    where = VisitUpload.objects.get()
    assert (str(where.latitude), str(where.longitude)) == ("30.274085", "120.155070")
    far = caller.upload(f"{path}/visit-files", {**told, "latitude": "91", "file": SimpleUploadedFile("a.png", drawn())})
    assert (far.status_code, far.json()["where"]) == (422, "latitude")
    files = [{"sha256": kept.json()["sha256"], "name": "库存.png"}]
    visit = {**answers.body(VisitKind.REGULAR), "key": key, "visited_on": "2026-10-19", "files": files}
    assert caller.send(f"{path}/visits", visit).status_code == 201
    assert str(Attachment.objects.get().latitude) == "30.274085"
    seal = Seal.objects.get(kind="visit_report")
    outsider = call_as(evening.cast.outsider)
    checked = outsider.get(f"/seals/{seal.code.lower()}").json()
    assert (checked["intact"], checked["sha256"], checked["faults"]) == (True, seal.sha256, [])
    assert "东方钢铁" not in str(checked)
    Seal.objects.filter(pk=seal.pk).update(content={**seal.content, "summary": "改"})
    changed = outsider.get(f"/seals/{seal.code}").json()
    assert changed["intact"] is False and changed["faults"]
    assert outsider.get("/seals/AAAAA-AAAAA-AAAAA").status_code == 404
    _check_without_token(seal.code)


def _check_without_token(code: str) -> None:
    """Whoever holds the paper checks it, as on the page; a token that is brought has to be good."""
    nobody = Caller("")
    answer = nobody.get(f"/seals/{code}")
    assert (answer.status_code, answer.json()["intact"]) == (200, False)
    assert answer.headers["Cache-Control"] == "no-store"
    assert nobody.get("/seals/AAAAA-AAAAA-AAAAA").status_code == 404
    assert nobody.get(f"/seals/{code}", whose="1").json()["code"] == "api.unknown_parameter"
    assert nobody.get("/clients").status_code == nobody.send(f"/seals/{code}").status_code == 401
    assert Caller("bh_0_x").get(f"/seals/{code}").status_code == 401


def test_who_checks_papers_without_a_token_may_not_do_so_without_end(evening: Portfolio, settings: Any) -> None:
    """An address has as many tries in a minute as a token has; then it is told how long to wait."""
    settings.API_CALLS_PER_MINUTE = 3
    nobody, path = Caller(""), "/seals/AAAAA-AAAAA-AAAAA"
    assert [nobody.get(path).status_code for _ in range(3)] == [404] * 3
    answer = nobody.get(path)
    assert (answer.status_code, answer.json()["code"]) == (429, "api.too_many_requests")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
