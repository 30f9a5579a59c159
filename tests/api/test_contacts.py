"""Whom to call and which accounts repay, by the API: masked, kept by the managers, whole for a reason."""

from __future__ import annotations

from typing import Any

import pytest

from baohou.kernel.audit.models import Act
from tests.api.conftest import CallAs, Caller
from tests.cast import Portfolio

pytestmark = pytest.mark.django_db
PHONE, ACCOUNT = "13857112233", "6222021001116245702"


def _kept(caller: Caller, path: str, **other: Any) -> Any:
    told = {
        "contacts": [{"role": "legal", "name": "陈大海", "phone": "138 5711 2233"}],
        "accounts": [{"bank": "工商银行", "account_no": "6222 0210 0111 6245 702"}],
        "seen": caller.get(path).json()["seen"],
    }
    return caller.put(path, {**told, **other})


def test_what_is_kept_is_read_masked_and_shown_whole_for_a_reason(evening: Portfolio, call_as: CallAs) -> None:
    """张甲's program keeps the boss and the account, reads them masked, and asks for the number to dial."""
    caller, path = call_as(evening.cast.a), f"/clients/{evening.steel.pk}/contacts"
    answer = _kept(caller, path)
    assert answer.status_code == 200
    for told in (answer.json(), caller.get(path).json()):
        assert told["contacts"] == [{"role": "legal", "name": "陈大海", "phone": "138****2233"}]
        [account] = told["accounts"]
        assert (account["account_no"], account["holder"]) == ("6222***********5702", "东方钢铁有限公司")
    shown = caller.send(f"{path}/whole", {"what": "phones", "because": "打电话"}).json()
    assert ([one["phone"] for one in shown["contacts"]], shown["accounts"]) == ([PHONE], [])
    shown = caller.send(f"{path}/whole", {"what": "accounts", "because": "核对"}).json()
    assert ([one["account_no"] for one in shown["accounts"]], shown["contacts"]) == ([ACCOUNT], [])
    acts = Act.objects.filter(verb="parties.reveal_contacts").order_by("pk")
    assert [(act.by, act.door, act.because) for act in acts] == [("A01", "api", "打电话"), ("A01", "api", "核对")]
    assert PHONE not in str([act.facts for act in acts])


def test_a_stored_number_stays_when_none_is_sent(evening: Portfolio, call_as: CallAs) -> None:
    caller, path = call_as(evening.cast.a), f"/clients/{evening.steel.pk}/contacts"
    [account] = _kept(caller, path).json()["accounts"]
    told = _kept(
        caller,
        path,
        contacts=[{"role": "legal", "name": "陈大海"}],
        accounts=[{"id": account["id"], "bank": "农业银行"}],
    )
    assert told.json()["contacts"][0]["phone"] == "138****2233"
    assert [(one["bank"], one["account_no"]) for one in told.json()["accounts"]] == [
        ("农业银行", "6222***********5702")
    ]


@pytest.mark.parametrize(
    ("wrong", "code", "where"),
    [
        ({"contacts": [{"role": "legal", "name": "陈大海", "phone": "12345"}]}, "parties.phone.wrong", "phone"),
        ({"contacts": [{"role": "boss", "name": "陈大海"}]}, "api.invalid", None),
        ({"accounts": [{"bank": "工商银行", "account_no": "1"}]}, "parties.account.wrong", "account_no"),
        ({"seen": "old"}, "parties.contacts.changed", ""),
    ],
)
def test_what_is_wrong_is_said_with_its_code(
    evening: Portfolio, call_as: CallAs, wrong: dict[str, Any], code: str, where: str | None
) -> None:
    caller, path = call_as(evening.cast.a), f"/clients/{evening.steel.pk}/contacts"
    answer = _kept(caller, path, **wrong)
    status = 409 if code.endswith(".changed") else 422
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert where in (None, answer.json()["where"])
    assert caller.get(path).json()["contacts"] == []


def test_the_scope_and_the_reach_are_asked_for(evening: Portfolio, call_as: CallAs) -> None:
    """A token without the scope, the risk department and another department's manager; the first two read masked."""
    _kept(call_as(evening.cast.a), path := f"/clients/{evening.steel.pk}/contacts")
    narrow = call_as(evening.cast.a, scopes=["record_visit"])
    for caller in (narrow, call_as(evening.cast.supervisor)):
        assert caller.get(path).json()["contacts"][0]["phone"] == "138****2233"
        assert _kept(caller, path).status_code == 403
        assert caller.send(f"{path}/whole", {"what": "phones", "because": "看"}).status_code == 403
    stranger = call_as(evening.cast.other_manager)
    assert stranger.get(path).status_code == 404
    assert stranger.send(f"{path}/whole", {"what": "phones", "because": "看"}).status_code == 404
    assert not Act.objects.filter(verb="parties.reveal_contacts").exists()
