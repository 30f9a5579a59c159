"""Hooks: signed, sent at least once from the outbox, paused when they fail, and kept from what they may not see."""

from __future__ import annotations

import json
import socket
import threading
import time
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.guarantee.services.events import GradeChanged, VisitRecorded
from baohou.kernel.audit.models import Act, Change
from baohou.kernel.hooks import places, posting, queries, services
from baohou.kernel.hooks.emitting import emit
from baohou.kernel.hooks.models import Delivery, Hook, Standing
from baohou.kernel.hooks.services import Made
from baohou.kernel.hooks.signing import sign
from baohou.kernel.notices.models import Notice
from baohou.kernel.outbox.models import Message, State
from baohou.kernel.outbox.services import Draft, put
from baohou.kernel.outbox.worker import lease, send_waiting
from tests.cast import Cast
from tests.kernel.hooks.conftest import Partner

AS_X: dict[str, Any] = {"actor": "X01", "door": "page"}


def visit(number: int = 7) -> VisitRecorded:
    return VisitRecorded(
        visit=number,
        client=3,
        client_name="东方钢铁",
        kind="regular",
        visited_on=date(2026, 10, 19),
        by="A01",
    )


@transaction.atomic
def tell(*numbers: int) -> None:
    emit(*(visit(number) for number in numbers))


def test_an_event_arrives_signed(made: Made, partner: Partner) -> None:
    """id.timestamp.body under the secret that was told once, as Standard Webhooks has it."""
    tell(7)
    assert send_waiting().sent == 1
    ((headers, body),) = partner.got
    stamp = headers["webhook-timestamp"]
    assert headers["webhook-signature"] == sign(
        made.secret, number=headers["webhook-id"], timestamp=int(stamp), body=body
    )
    assert abs(int(stamp) - time.time()) < 60
    assert headers["content-type"].startswith("application/json")
    said = json.loads(body)
    assert said["id"] == headers["webhook-id"] and said["type"] == "visit.recorded"
    assert said["data"] == {"visit": 7, "client": 3, "kind": "regular", "visited_on": "2026-10-19"}
    row = queries.list_deliveries(made.hook).rows[0]
    assert (row.state, row.delivery.status, row.delivery.answer) == ("arrived", 200, "thank you")


def test_a_known_signature() -> None:
    """The example of the Standard Webhooks specification."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    said = sign(secret, number="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=body)
    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_is_undone_is_told_to_nobody(made: Made) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        emit(visit())
        raise RuntimeError
    assert not Delivery.objects.exists() and not Message.objects.exists()


def test_a_hook_is_told_only_what_it_asked_for_and_may_see(made: Made, partner: Partner) -> None:
    """财务系统 has visits without names; 信贷系统 grades, with the client's name and the reason."""
    other = services.add_hook(
        name="信贷系统", url=partner.url, kinds=["grade.changed"], scopes=["clients", "reasons"], **AS_X
    )
    with transaction.atomic():
        facts: dict[str, Any] = {"client": 3, "grade": "watch", "effective_on": date(2026, 10, 1)}
        emit(visit(), GradeChanged(client_name="东方钢铁", because="欠息", by="A01", **facts))
    assert Delivery.objects.get(hook=made.hook).type == "visit.recorded"
    said = json.loads(Delivery.objects.get(hook=other.hook).body)["data"]
    assert said == {
        "client": 3,
        "grade": "watch",
        "effective_on": "2026-10-01",
        "client_name": "东方钢铁",
        "because": "欠息",
    }


def test_it_is_tried_again_until_it_is_taken_under_the_same_number(made: Made, partner: Partner) -> None:
    partner.answers = [(500, {}), (302, {"Location": "http://127.0.0.1:1/"}), (200, {})]
    tell(7)
    for _ in range(3):
        Message.objects.update(due_at=timezone.now())
        send_waiting()
    assert len({headers["webhook-id"] for headers, _ in partner.got}) == 1
    assert len({body for _, body in partner.got}) == 1
    delivery = Delivery.objects.get()
    assert (delivery.attempts, delivery.status) == (3, 200)
    assert Standing.objects.get().failures == 0


def test_no_redirect_is_followed(made: Made, partner: Partner, settings: Any) -> None:
    settings.OUTBOX_FIRST_PAUSE = 30
    partner.answers = [(307, {"Location": partner.url})]
    tell(7)
    assert send_waiting().failed == 1
    assert len(partner.got) == 1


def test_a_hook_that_fails_too_often_is_paused_and_the_administrator_told(
    made: Made, partner: Partner, cast: Cast, settings: Any
) -> None:
    """Three failures in a row; nothing is lost: what waits goes out when 系统管理员 resumes it."""
    settings.HOOKS_FAILURES = 3
    partner.answers = [(503, {})] * 3
    tell(1, 2, 3, 4)
    send_waiting()
    hook = Hook.objects.get()
    assert hook.paused_at is not None and "HTTP 503" in hook.paused_because
    assert Act.objects.filter(verb="hooks.pause").count() == 1
    assert Notice.objects.filter(kind="hook.paused").exists()
    tell(5)
    Message.objects.update(due_at=timezone.now())
    send_waiting()
    assert len(partner.got) == 3
    assert {row.state for row in queries.list_deliveries(hook).rows} <= {"held", "ended"}
    assert services.resume_hook(hook=hook, **AS_X) == 5
    assert send_waiting().sent == 5
    assert [json.loads(body)["data"]["visit"] for _, body in partner.got[3:]] == [1, 2, 3, 4, 5]


def test_one_that_is_gone_for_good_is_paused_at_once(made: Made, partner: Partner) -> None:
    partner.answers = [(410, {})]
    tell(7)
    send_waiting()
    assert "410" in Hook.objects.get().paused_because


def test_both_secrets_sign_while_the_partner_changes_over(made: Made, partner: Partner) -> None:
    fresh = services.rotate_secret(hook=made.hook, hours=24, **AS_X)
    assert fresh.secret != made.secret
    tell(7)
    send_waiting()
    headers, body = partner.got[0]
    named: dict[str, Any] = {"number": headers["webhook-id"], "timestamp": int(headers["webhook-timestamp"])}
    wanted = [sign(one, body=body, **named) for one in (fresh.secret, made.secret)]
    assert headers["webhook-signature"].split(" ") == wanted
    Standing.objects.update(before_until=timezone.now() - timedelta(seconds=1))
    tell(8)
    send_waiting()
    assert " " not in partner.got[1][0]["webhook-signature"]


def test_a_secret_that_leaked_ends_at_once(made: Made, partner: Partner) -> None:
    services.rotate_secret(hook=made.hook, hours=0, **AS_X)
    tell(7)
    send_waiting()
    assert " " not in partner.got[0][0]["webhook-signature"]


def test_no_secret_is_kept_or_told_in_the_clear(made: Made) -> None:
    """Neither in the tables nor in the history."""
    services.rotate_secret(hook=made.hook, hours=1, **AS_X)
    for secret in (made.secret, made.secret.removeprefix("whsec_")):
        assert not any(secret in str(values) for values in Standing.objects.values_list())
        assert not any(secret in str(values) for values in Act.objects.values_list("facts", "because"))
        assert not any(secret in str(values) for values in Change.objects.values_list("before", "after"))


def test_a_ping_goes_out_also_while_paused(made: Made, partner: Partner) -> None:
    services.pause_hook(hook=made.hook, because="对方升级", **AS_X)
    services.ping_hook(hook=made.hook, **AS_X)
    send_waiting()
    assert json.loads(partner.got[0][1])["type"] == "ping"


def test_a_delivery_can_be_sent_again_under_its_number(made: Made, partner: Partner) -> None:
    tell(7)
    send_waiting()
    services.resend(delivery=Delivery.objects.get(), **AS_X)
    with pytest.raises(Refused) as refusal:
        services.resend(delivery=Delivery.objects.get(), **AS_X)
    assert refusal.value.code == "hooks.on_its_way"
    send_waiting()
    assert partner.got[0][1] == partner.got[1][1]
    assert partner.got[0][0]["webhook-id"] == partner.got[1][0]["webhook-id"]


def test_a_hook_removed_gets_nothing_more(made: Made, partner: Partner) -> None:
    tell(7)
    services.remove_hook(hook=made.hook, **AS_X)
    assert not Message.objects.exists() and not Delivery.objects.exists()
    send_waiting()
    assert partner.got == []


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"name": " "}, "name"),
        ({"url": "http://example.com"}, "url"),
        ({"kinds": []}, "events"),
        ({"kinds": ["visit.lost"]}, "events"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"name": "财务系统"}, "name"),
    ],
)
def test_it_refuses_what_is_no_hook(made: Made, wrong: dict[str, Any], where: str) -> None:
    right: dict[str, Any] = {"name": "信贷系统", "url": "https://example.com/", "kinds": ["ping"], "scopes": []}
    with pytest.raises(Refused) as refusal:
        services.add_hook(**{**right, **wrong}, **AS_X)
    assert refusal.value.where == where


def test_notices_do_not_wait_behind_hooks(made: Made) -> None:
    """A hundred events are due; a notice that came later is taken first."""
    tell(*range(100))
    with transaction.atomic():
        put([Draft("mail", "notice:1", "张甲", "您有 1 件事项逾期了")])
    first, second = lease(), lease()
    assert first is not None and second is not None
    assert (first.channel, second.channel) == ("mail", "hook")


def test_a_partner_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """It sends a byte now and then, each within the time for one piece; the whole is bounded."""
    settings.HOOKS_TO_LOOPBACK = True
    monkeypatch.setattr(posting, "ALTOGETHER", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            held, _ = server.accept()
            with held:
                try:
                    for _ in range(100):
                        held.sendall(b"H")
                        time.sleep(0.2)
                except OSError:
                    return

        threading.Thread(target=drip, daemon=True).start()
        place = places.read(f"http://127.0.0.1:{server.getsockname()[1]}/")
        begun = time.monotonic()
        answer = posting.post(place, body=b"{}", headers={})
    assert answer.status == 0
    assert time.monotonic() - begun < 15


def test_the_list_says_how_many_have_not_arrived(made: Made) -> None:
    tell(7)
    send_waiting()
    tell(8, 9)
    ((late, last),) = queries.count_of_late(queries.list_hooks()).values()
    assert late == 2 and last is not None


def test_old_deliveries_go(made: Made, settings: Any) -> None:
    tell(7)
    send_waiting()
    Delivery.objects.update(written_at=timezone.now() - timedelta(days=settings.HOOKS_KEEP_DAYS + 1))
    assert services.delete_old() == 1
    assert not Delivery.objects.exists() and not Message.objects.filter(state=State.SENT).exists()


def test_the_tables_fit(db: None) -> None:
    """No migration is missing."""
    call_command("makemigrations", "hooks", "outbox", check=True, dry_run=True, verbosity=0)
