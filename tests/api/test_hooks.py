"""Hooks by the API: made, changed, tried, paused, resumed, given a new secret, removed; by administrators only."""

from __future__ import annotations

from typing import Any

import pytest

from baohou.kernel.hooks.models import Delivery, Hook
from baohou.kernel.outbox.models import Message
from baohou.kernel.outbox.services import give_up
from tests.api.conftest import CallAs, Caller
from tests.cast import Portfolio

pytestmark = pytest.mark.django_db
FINANCE = {
    "name": "财务系统",
    "url": "https://finance.example.com/in",
    "events": ["visit.recorded", "duty.late"],
    "scopes": ["clients"],
}


@pytest.fixture
def admin(evening: Portfolio, call_as: CallAs) -> Caller:
    return call_as(evening.cast.admin)


@pytest.fixture
def made(admin: Caller) -> dict[str, Any]:
    answer = admin.send("/hooks", FINANCE)
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json()
    return found


def test_a_hook_is_made_with_a_secret_that_is_told_once(admin: Caller, made: dict[str, Any]) -> None:
    assert made["secret"].startswith("whsec_")
    assert made["events"] == ["duty.late", "visit.recorded"]
    listed = admin.get("/hooks").json()["items"]
    assert [one["name"] for one in listed] == ["财务系统"]
    assert "secret" not in listed[0]
    assert "secret" not in admin.get(f"/hooks/{made['id']}").json()


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"name": " "}, "name"),
        ({"url": "http://finance.example.com/in"}, "url"),
        ({"events": ["visit.unknown"]}, "events"),
        ({"scopes": ["everything"]}, "scopes"),
    ],
)
def test_what_cannot_be_is_refused_and_says_where(admin: Caller, wrong: dict[str, Any], where: str) -> None:
    answer = admin.send("/hooks", {**FINANCE, **wrong})
    assert answer.status_code == 422
    assert where in answer.json()["where"]
    assert not Hook.objects.exists()


def test_a_name_is_given_once(admin: Caller, made: dict[str, Any]) -> None:
    assert admin.send("/hooks", FINANCE).json()["code"] == "hooks.name.taken"


def test_a_hook_is_changed(admin: Caller, made: dict[str, Any]) -> None:
    said = {**FINANCE, "url": "https://finance.example.com/new", "events": ["duty.late"], "scopes": []}
    assert admin.put(f"/hooks/{made['id']}", said).json()["url"] == said["url"]
    hook = Hook.objects.get()
    assert (hook.url, hook.events, hook.scopes) == (said["url"], ["duty.late"], [])


def test_a_trial_is_listed_shown_and_sent_again(admin: Caller, made: dict[str, Any]) -> None:
    """It waits for its turn; the other side never takes it; sent again it keeps its number and its content."""
    tried = admin.send(f"/hooks/{made['id']}/ping", {}).json()
    assert (tried["type"], tried["state"]) == ("ping", "waiting")
    where = f"/hooks/{made['id']}/deliveries"
    assert [one["id"] for one in admin.get(where).json()["items"]] == [tried["id"]]
    assert admin.get(where, state="arrived").json()["items"] == []
    assert admin.get(f"{where}/{tried['id']}").json()["body"]["type"] == "ping"
    assert admin.send(f"{where}/{tried['id']}/again", {}).json()["code"] == "hooks.on_its_way"
    give_up(message=Message.objects.get(), actor="X01", door="page")
    again = admin.send(f"{where}/{tried['id']}/again", {}).json()
    assert (again["event"], again["state"]) == (tried["event"], "waiting")
    assert Delivery.objects.count() == 1


def test_a_hook_is_paused_and_goes_on(admin: Caller, made: dict[str, Any]) -> None:
    at = f"/hooks/{made['id']}"
    assert admin.send(f"{at}/pause", {"because": "对方升级"}).json()["paused_because"] == "对方升级"
    assert admin.send(f"{at}/pause", {"because": "对方升级"}).json()["code"] == "hooks.paused"
    gone_on = admin.send(f"{at}/resume", {}).json()
    assert (gone_on["paused_at"], gone_on["queued"]) == (None, 0)
    assert admin.send(f"{at}/resume", {}).json()["code"] == "hooks.not_paused"


def test_a_new_secret_is_another_one(admin: Caller, made: dict[str, Any]) -> None:
    fresh = admin.send(f"/hooks/{made['id']}/secret", {"hours": 24}).json()["secret"]
    assert fresh.startswith("whsec_")
    assert fresh != made["secret"]
    assert admin.send(f"/hooks/{made['id']}/secret", {"hours": 169}).status_code == 422


def test_a_removed_hook_is_gone(admin: Caller, made: dict[str, Any]) -> None:
    assert admin.send(f"/hooks/{made['id']}", method="delete").status_code == 204
    assert admin.get(f"/hooks/{made['id']}").status_code == 404
    assert not Hook.objects.exists()


def test_nobody_else_sees_or_makes_one(evening: Portfolio, made: dict[str, Any], call_as: CallAs) -> None:
    """赵己, the risk manager, reads all of the business and no hook."""
    caller = call_as(evening.cast.risk_manager)
    assert caller.get("/hooks").status_code == 403
    assert caller.get(f"/hooks/{made['id']}/deliveries").status_code == 403
    assert caller.send("/hooks", FINANCE).status_code == 403
    assert caller.send(f"/hooks/{made['id']}", method="delete").status_code == 403
