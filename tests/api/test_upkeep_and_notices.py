"""What people were told, what waits to be sent, and the switch to read-only, by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection

from baohou.kernel.audit.models import Act
from baohou.kernel.notices.models import Notice
from baohou.kernel.notices.services import tell
from baohou.kernel.outbox.models import Message
from baohou.kernel.outbox.services import give_up
from baohou.kernel.watch.models import ReadOnly
from tests.api.conftest import TODAY, CallAs
from tests.cast import Portfolio
from tests.desk.walking import ROBOT

pytestmark = pytest.mark.django_db


def test_one_reads_ones_own_notices(evening: Portfolio, call_as: CallAs) -> None:
    """张甲 is told something; 李乙 does not see it, and cannot mark it read."""
    Notice.objects.all().delete()
    tell(person=evening.cast.a, kind="duty.late", title="一件事项逾期", on=TODAY, url="/duties/")
    mine, other = call_as(evening.cast.a), call_as(evening.cast.b)
    [told] = mine.get("/notices", unread=True).json()["items"]
    assert (told["title"], told["url"], told["read_at"]) == ("一件事项逾期", "/duties/", None)
    assert other.get("/notices").json()["items"] == []
    other.send("/notices/read", {"notices": [told["id"]]})
    assert mine.get("/notices", unread=True).json()["items"]
    assert mine.send("/notices/read", {}).json() == {"unread": 0}
    assert mine.get("/notices", unread=True).json()["items"] == []


def test_one_says_how_one_wants_to_be_told(evening: Portfolio, call_as: CallAs) -> None:
    """An address, a message for trial, hours of one's own; half a quiet time is refused and nothing changes."""
    mine = call_as(evening.cast.a)
    kept = mine.put("/me/notices/wecom", {"said": ROBOT}).json()
    shown = {one["code"]: one["shown"] for one in kept["channels"]}
    assert shown["wecom"]
    assert "2b8c1d3e4f50" not in str(kept)
    assert mine.send("/me/notices/wecom/try").status_code == 200
    assert Message.objects.get().title == "试发：保后通知"
    wanted = {"chosen": {"duty.late": ["wecom"]}, "digest_at": "07:15"}
    after = mine.put("/me/notices", wanted).json()
    assert (after["digest_at"], after["quiet_from"], after["chosen"]["duty.late"]) == ("07:15", None, ["wecom"])
    wrong = mine.put("/me/notices", {"quiet_from": "21:00"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "notices.quiet.one_end")
    assert mine.get("/me/notices").json() == after
    mine.send("/me/notices/wecom", method="delete")
    assert all(not one["shown"] for one in mine.get("/me/notices").json()["channels"])
    assert mine.put("/me/notices/pigeon", {"said": "x"}).status_code == 404


def test_the_administrator_sees_to_what_was_not_sent(evening: Portfolio, call_as: CallAs) -> None:
    """A message that was given up is sent again, then stopped; nobody else sees the outbox."""
    mine, admin = call_as(evening.cast.a), call_as(evening.cast.admin)
    mine.put("/me/notices/wecom", {"said": ROBOT})
    mine.send("/me/notices/wecom/try")
    give_up(message=Message.objects.get(), actor="X01", door="page")
    assert mine.get("/outbox").status_code == 403
    [message] = admin.get("/outbox", state="given_up").json()["items"]
    assert admin.send(f"/outbox/{message['id']}/again").json()["state"] == "waiting"
    assert admin.send(f"/outbox/{message['id']}/stop").json()["state"] == "given_up"
    again = admin.send(f"/outbox/{message['id']}/stop")
    assert (again.status_code, again.json()["code"]) == (409, "outbox.not_waiting")


def test_the_house_is_closed_and_opened(evening: Portfolio, call_as: CallAs) -> None:
    """While it is closed every other write is refused (503) and reading goes on; the reason is told."""
    admin, manager = call_as(evening.cast.admin), call_as(evening.cast.manager)
    codes = {line["code"] for line in admin.get("/system").json()}
    assert {"day.last"} <= codes
    assert manager.put("/system/read-only", {"because": "升级"}).status_code == 403
    assert admin.put("/system/read-only", {"because": "升级，到 20:00 止"}).json() == {"because": "升级，到 20:00 止"}
    grade = {"grade": "watch", "effective_on": "2026-10-19", "because": "欠息"}
    refused: Any = manager.send(f"/clients/{evening.steel.pk}/grades", grade)
    assert refused.status_code == 503
    assert "升级" in refused.json()["message"]
    assert manager.get("/clients").status_code == 200
    assert admin.send("/system/read-only", method="delete").json() == {"because": ""}
    assert manager.send(f"/clients/{evening.steel.pk}/grades", grade).status_code == 201
    told = Act.objects.filter(verb__startswith="upkeep.").order_by("pk").values_list("verb", "door", "by")
    assert list(told) == [("upkeep.close", "api", "X01"), ("upkeep.open", "api", "X01")]


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [("server closed the connection unexpectedly", 503, "api.unavailable"), ("database is locked", 409, "upkeep.busy")],
)
def test_closing_tells_a_lost_database_from_one_that_is_busy(
    evening: Portfolio, call_as: CallAs, words: str, status: int, code: str
) -> None:
    """Only who waited a minute for others is told so; what the database did not answer is asked again by its key."""
    admin = call_as(evening.cast.admin)
    admin.program.raise_request_exception = False

    def lost(execute: Any, sql: str, *others: Any) -> Any:
        if 'INSERT INTO "watch_readonly"' in sql:
            raise OperationalError(words)
        return execute(sql, *others)

    with connection.execute_wrapper(lost):
        answer = admin.put("/system/read-only", {"because": "升级"}, key="one")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not ReadOnly.objects.exists()
    if status == 503:
        assert admin.put("/system/read-only", {"because": "升级"}, key="one").status_code == 200
        assert admin.put("/system/read-only", {"because": "升级"}, key="one").headers["Idempotent-Replayed"] == "true"
