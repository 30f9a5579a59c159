"""The machine's clock is set back: what is leased comes free, who is let in stays so, who is not stays out."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from baohou.guarantee.models import GradeChange
from baohou.kernel.api import once
from baohou.kernel.api.models import Call, Token
from baohou.kernel.api.tokens import make_own_token, revoke, scopes_of
from baohou.kernel.outbox import worker
from baohou.kernel.outbox.models import Message, State
from baohou.kernel.people.models import Post
from tests.cast import Portfolio
from tests.desk.conftest import Enter, enter
from tests.kernel.outbox.test_worker import Wire, come_due, wire, write

__all__ = ["enter", "wire"]
pytestmark = pytest.mark.django_db
BACK = timedelta(days=3)


def set_back(patch: pytest.MonkeyPatch) -> None:
    """From now on it is three days earlier."""
    now = timezone.now

    def earlier() -> datetime:
        return now() - BACK

    patch.setattr(timezone, "now", earlier)


@pytest.mark.parametrize("channel", ["wire", "dear"])
def test_a_message_whose_worker_died_before_is_not_held_for_days(
    channel: str, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease ends in three days by the new clock; it is taken as over. One that may not repeat is given up."""
    write("a", channel=channel)
    worker.lease()
    set_back(monkeypatch)
    come_due()
    worker.send_waiting()
    come_due()
    worker.send_waiting()
    assert Message.objects.get().state == (State.SENT if channel == "wire" else State.GIVEN_UP)


def test_a_key_whose_worker_died_before_is_not_held_for_days(
    evening: Portfolio, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim is left over; by the new clock its lease would last three days. The retry is carried out, once."""
    head = evening.cast.manager
    enter(head)
    made = make_own_token(
        staff=head,
        post=Post.DEPARTMENT_MANAGER,
        name="x",
        scopes=scopes_of(Post.DEPARTMENT_MANAGER),
        days=9,
        actor="M01",
        door="page",
    )
    browser = enter(head)

    def send() -> Any:
        return browser.post(
            f"/api/v1/clients/{evening.steel.pk}/grades",
            json.dumps({"grade": "watch", "effective_on": "2026-10-19", "because": "欠息"}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {made.text}", "Idempotency-Key": "one"},
        )

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(once, "_run", _die)
        send()
    assert Call.objects.get().ended_at is None
    assert send().status_code == 409
    set_back(monkeypatch)
    assert send().status_code == 201
    assert send().headers["Idempotent-Replayed"] == "true"
    assert GradeChange.objects.filter(because="欠息").count() == 1
    assert browser.get("/").status_code == 200  # the session goes on
    revoke(token=Token.objects.get(), actor="M01", door="page")
    assert send().status_code == 401


def _die(*_: Any, **__: Any) -> None:
    raise SystemExit
