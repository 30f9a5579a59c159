"""However a call fails, it is told as {code, message, where}; what nobody knows is refused and not passed over."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from baohou.kernel.api import once
from baohou.kernel.audit.models import Act
from baohou.kernel.parties.models import Party
from tests.api.conftest import CallAs, Caller
from tests.cast import Portfolio

GRADE = {"grade": "watch", "effective_on": "2026-10-19", "because": "欠息"}


@pytest.fixture
def manager(evening: Portfolio, call_as: CallAs) -> Caller:
    return call_as(evening.cast.manager)


def said(answer: Any) -> dict[str, Any]:
    told: dict[str, Any] = answer.json()
    assert set(told) == {"code", "message", "where"}
    return told


def test_an_unknown_parameter_is_refused(manager: Caller) -> None:
    """deparment is a slip for department: without a word, everyone's clients would be shown."""
    answer = manager.get("/clients", deparment=1)
    assert answer.status_code == 422
    assert said(answer)["where"] == "deparment"
    assert manager.get("/duties/1/why", nonsense=1).status_code == 422


def test_an_unknown_field_is_refused(manager: Caller, evening: Portfolio) -> None:
    answer = manager.send(f"/clients/{evening.steel.pk}/grades", {**GRADE, "grad": "risk"})
    assert answer.status_code == 422
    assert said(answer)["where"] == "grad"


def test_every_status_has_the_shape(manager: Caller, evening: Portfolio, settings: Any) -> None:
    """404 of an address that is none, 405, 413, and a body that is no JSON."""
    path = f"/api/v1/clients/{evening.steel.pk}/grades"
    headers = {"Authorization": f"Bearer {manager.token}", "Idempotency-Key": "1"}
    assert said(manager.get("/nothing/here"))["code"] == "api.not_found"
    assert said(manager.send("/clients"))["code"] == "api.method_not_allowed"
    answer = Client().post(path, data="{", content_type="application/json", headers=headers)
    assert answer.status_code == 400 and said(answer)["code"] == "api.bad_request"
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = Client().post(path, data="x" * 200, content_type="application/json", headers=headers)
    assert answer.status_code == 413 and said(answer)["code"] == "api.too_large"


def test_a_fault_of_the_program_is_told_in_the_shape(manager: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("baohou.guarantee.api.clients.list_clients", break_down)
    client = Client(raise_request_exception=False)
    answer = client.get("/api/v1/clients", headers={"Authorization": f"Bearer {manager.token}"})
    assert answer.status_code == 500
    assert said(answer)["code"] == "api.internal"
    assert "secret" not in answer.content.decode()


def test_a_death_between_the_act_and_its_answer_leaves_neither(
    manager: Caller, evening: Portfolio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The act and its stored answer are one transaction: asked again under the same key, it is done, once."""
    path, key = f"/clients/{evening.steel.pk}/grades", "grade-1"
    keep = once._keep

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(once, "_keep", die)
    with pytest.raises(KeyboardInterrupt):
        manager.send(path, GRADE, key=key)
    assert not Act.objects.filter(verb="grades.change").exists()
    monkeypatch.setattr(once, "_keep", keep)
    first, second = manager.send(path, GRADE, key=key), manager.send(path, GRADE, key=key)
    assert (first.status_code, second.headers["Idempotent-Replayed"]) == (201, "true")
    assert first.content == second.content
    assert Act.objects.filter(verb="grades.change").count() == 1


def test_rows_that_come_and_go_move_no_page(manager: Caller, evening: Portfolio) -> None:
    """While 钱丙 turns pages of one row, a client comes before the place and one behind it."""
    first = manager.get("/clients", limit=1).json()
    whole = [row["id"] for row in manager.get("/clients").json()["items"]]
    held = Party.objects.get(pk=first["items"][0]["id"])
    Party.objects.create(name="阿" + held.name, id_no="91310000MA1FL00000", initials="a")
    seen, cursor = [first["items"][0]["id"]], first["next"]
    while cursor:
        page = manager.get("/clients", limit=1, cursor=cursor).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next"]
    assert seen == whole
