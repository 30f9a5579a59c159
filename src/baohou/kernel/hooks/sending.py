"""Sending one delivery, signed, and keeping what came of it; a hook that fails too often is paused and told of."""

from __future__ import annotations

import time
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baohou.core.errors import Refused
from baohou.core.sayings import Said, say
from baohou.kernel.hooks import emitting, places, services
from baohou.kernel.hooks.events import Ping
from baohou.kernel.hooks.models import Delivery, Hook, Standing
from baohou.kernel.hooks.posting import Answer, post
from baohou.kernel.hooks.signing import headers_of
from baohou.kernel.notices.kinds import NoticeKind
from baohou.kernel.notices.sealing import Lost, unseal
from baohou.kernel.notices.services import tell_everyone
from baohou.kernel.outbox.channels import Channel, NotSent, Outgoing
from baohou.kernel.people.access import RIGHTS, Right
from baohou.kernel.people.directory import list_in_service

PAUSED: Final = NoticeKind("hook.paused", "对外推送多次失败，已暂停")
_ADMINISTRATORS: Final = frozenset(post for post, rights in RIGHTS.items() if Right.ADMINISTER in rights)
_GONE: Final = 410
_SHOWN: Final = 500
_LONGEST_WAIT: Final = 3600.0
"""Seconds at most that the other side may ask us to wait."""


def send(message: Outgoing) -> None:
    """Send a delivery; NotSent when the other side did not take it."""
    found = Delivery.objects.select_related("hook__standing").filter(hook=message.payload["hook"])
    delivery = found.filter(event=message.key.rpartition(":")[2]).first()
    if delivery is None:
        raise NotSent(say("这条推送已删除。"), hopeless=True)
    hook = delivery.hook
    if hook.paused_at is not None and delivery.type != Ping.type:
        raise NotSent(services.HELD, hopeless=True)
    answer = _post(delivery, hook)
    with transaction.atomic():
        _note(delivery, answer)
        if answer.is_taken:
            Standing.objects.filter(hook=hook, failures__gt=0).update(failures=0)
            return
        _count_failure(hook, answer)
    said = say("对方回答 HTTP %(code)s。", code=answer.status) if answer.status else answer.text
    raise NotSent(said, after_seconds=min(answer.retry_after, _LONGEST_WAIT))


def _post(delivery: Delivery, hook: Hook) -> Answer:
    body, timestamp = delivery.body.encode(), int(time.time())
    try:
        place = places.read(hook.url)
        valid = _secrets(hook.standing)
    except Refused as refusal:
        return Answer(0, refusal.message, 0)
    except Lost:
        return Answer(0, say("系统密钥换过，签名用的密钥已无法读出，请为这个推送换一个新密钥。"), 0)
    signed = headers_of(valid, number=delivery.event, timestamp=timestamp, body=body)
    return post(
        place,
        body=body,
        headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": "Baohou-Hooks/1", **signed},
    )


def _secrets(standing: Standing) -> list[str]:
    """The secret, and the one before it while it counts."""
    valid = [unseal(standing.sealed, purpose=services.PURPOSE)]
    if standing.before_until is not None and standing.before_until > timezone.now():
        valid.append(unseal(standing.sealed_before, purpose=services.PURPOSE))
    return valid


def _note(delivery: Delivery, answer: Answer) -> None:
    now = timezone.now()
    shown = answer.text
    if not isinstance(shown, Said):
        shown = "".join(char if char.isprintable() else " " for char in shown)[:_SHOWN]
    arrived = {"arrived_at": now} if answer.is_taken else {}
    Delivery.objects.filter(pk=delivery.pk).update(
        attempts=F("attempts") + 1,
        tried_at=now,
        status=answer.status,
        answer=shown,
        took_ms=answer.took_ms,
        **arrived,
    )


def _count_failure(hook: Hook, answer: Answer) -> None:
    """Count one more; pause the hook at the limit, or at once when the other side says that it is gone for good."""
    Standing.objects.filter(hook=hook).update(failures=F("failures") + 1)
    failures = Standing.objects.get(hook=hook).failures
    if answer.status != _GONE and failures < settings.HOOKS_FAILURES:
        return
    held = Hook.objects.select_for_update().get(pk=hook.pk)
    if held.paused_at is not None:
        return
    said = f"HTTP {answer.status}" if answer.status else answer.text
    because = say("连续失败 %(n)s 次，最后一次：%(said)s", n=failures, said=said)
    if answer.status == _GONE:
        because = say("对方说这个地址不再使用（HTTP 410）")
    services.pause_hook(hook=held, because=because, actor="", door="command")
    today = timezone.localdate()
    tell_everyone(
        [posting.staff for posting in list_in_service(on=today, posts=_ADMINISTRATORS)],
        kind=PAUSED.code,
        key=f"hook:{hook.pk}:{timezone.now().isoformat()}",
        title=say("给“%(name)s”的推送已暂停", name=hook.name),
        text=say("%(because)s。期间的事件都留着；对方修好后请点“恢复”，会补发。", because=because),
        url=reverse("hooks.one", args=[hook.pk]),
        on=today,
    )


WAY: Final = Channel(emitting.CHANNEL, _("推送"), send, slow=True)
