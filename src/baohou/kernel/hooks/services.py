"""What an administrator decides about hooks: making, changing, pausing, a new secret, trying, sending again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.sayings import Said, listed, say
from baohou.kernel.audit.services import record_act
from baohou.kernel.hooks import emitting, events, places
from baohou.kernel.hooks.models import Delivery, Hook, Standing, key_of
from baohou.kernel.hooks.signing import make_secret
from baohou.kernel.notices.sealing import seal
from baohou.kernel.outbox.models import PENDING, Message, State

HELD: Final = say("推送已暂停，恢复后再发。")
PURPOSE: Final = "hooks.secrets"


@dataclass(frozen=True)
class Made:
    """A hook with its new secret, which is told once."""

    hook: Hook
    secret: str


@transaction.atomic
def add_hook(*, name: str, url: str, kinds: Collection[str], scopes: Collection[str], actor: str, door: str) -> Made:
    """Have a partner told of some events. Refused: see ``_checked``; a name that is taken."""
    said = _checked(name, url, kinds, scopes)
    if Hook.objects.filter(name=said["name"]).exists():
        raise Refused("hooks.name.taken", "已有名为“%(name)s”的推送，请另取一个。", where="name", name=said["name"])
    act = record_act(verb="hooks.add", door=door, by=actor, facts=said)
    hook, secret = Hook.objects.create(**said, act=act), make_secret()
    Standing.objects.create(hook=hook, sealed=seal(secret, purpose=PURPOSE))
    return Made(hook, secret)


@transaction.atomic
def change_hook(
    *, hook: Hook, name: str, url: str, kinds: Collection[str], scopes: Collection[str], actor: str, door: str
) -> Hook:
    """Change where a hook leads and what it is told; what waits goes to the new address as it was written."""
    said = _checked(name, url, kinds, scopes)
    hook = _held(hook)
    if Hook.objects.filter(name=said["name"]).exclude(pk=hook.pk).exists():
        raise Refused("hooks.name.taken", "已有名为“%(name)s”的推送，请另取一个。", where="name", name=said["name"])
    record_act(verb="hooks.change", door=door, by=actor, facts=said)
    hook.name, hook.url, hook.events, hook.scopes = said["name"], said["url"], said["events"], said["scopes"]
    hook.save(update_fields=["name", "url", "events", "scopes"])
    return hook


@transaction.atomic
def pause_hook(*, hook: Hook, because: str, actor: str, door: str) -> Hook:
    """Send nothing for now; what happens meanwhile, and what waits, is kept and sent when it goes on."""
    hook = _held(hook)
    if hook.paused_at is not None:
        raise Refused("hooks.paused", "这个推送已经暂停了。")
    record_act(verb="hooks.pause", door=door, by=actor, because=because, facts={"name": hook.name})
    hook.paused_at, hook.paused_because = (
        timezone.now(),
        because if isinstance(because, Said) else because.strip()[:255],
    )
    hook.save(update_fields=["paused_at", "paused_because"])
    _messages(hook).filter(state__in=PENDING).exclude(title=events.Ping.type).delete()
    return hook


@transaction.atomic
def resume_hook(*, hook: Hook, actor: str, door: str) -> int:
    """Go on, and send what was kept, the oldest first; how many those are."""
    hook = _held(hook)
    if hook.paused_at is None:
        raise Refused("hooks.not_paused", "这个推送没有暂停。")
    record_act(verb="hooks.resume", door=door, by=actor, facts={"name": hook.name})
    hook.paused_at, hook.paused_because = None, ""
    hook.save(update_fields=["paused_at", "paused_because"])
    Standing.objects.filter(hook=hook).update(failures=0)
    _messages(hook).filter(state=State.GIVEN_UP, error=HELD).delete()
    queued = set(_messages(hook).values_list("key", flat=True))
    kept = Delivery.objects.filter(hook=hook, arrived_at__isnull=True).order_by("pk")
    sent = 0
    for start in range(0, kept.count(), _AT_ONCE):
        waiting = [one for one in kept[start : start + _AT_ONCE] if one.key not in queued]
        emitting.queue([(hook, one) for one in waiting])
        sent += len(waiting)
    return sent


_AT_ONCE: Final = 1000


@transaction.atomic
def rotate_secret(*, hook: Hook, hours: int, actor: str, door: str) -> Made:
    """Give a hook a new secret; both sign for some hours (0 to 168), so that the partner can change over in peace."""
    if not 0 <= hours <= 168:
        raise Refused("hooks.hours", "旧密钥最多再用 168 小时（7 天）；已泄露的填 0。", where="hours")
    hook = _held(hook)
    record_act(verb="hooks.rotate", door=door, by=actor, facts={"name": hook.name, "hours": hours})
    secret, standing = make_secret(), Standing.objects.select_for_update().get(hook=hook)
    standing.sealed_before = standing.sealed if hours else ""
    standing.before_until = timezone.now() + timedelta(hours=hours) if hours else None
    standing.sealed = seal(secret, purpose=PURPOSE)
    standing.save()
    return Made(hook, secret)


@transaction.atomic
def remove_hook(*, hook: Hook, actor: str, door: str) -> None:
    """Forget a hook with its deliveries; nothing is sent to it any more."""
    hook = _held(hook)
    record_act(verb="hooks.remove", door=door, by=actor, facts={"name": hook.name, "url": hook.url})
    _messages(hook).exclude(state=State.SENDING).delete()
    hook.delete()


@transaction.atomic
def ping_hook(*, hook: Hook, actor: str, door: str) -> Delivery:
    """Send a trial event, also while the hook is paused."""
    hook = _held(hook)
    record_act(verb="hooks.ping", door=door, by=actor, facts={"name": hook.name})
    emitting.emit_all([events.Ping(hook=hook.pk)], hooks=[hook])
    return Delivery.objects.filter(hook=hook).latest("pk")


@transaction.atomic
def resend(*, delivery: Delivery, actor: str, door: str) -> Delivery:
    """Send a delivery again as it was, under its own number; refused while it waits for its turn anyway."""
    hook = _held(delivery.hook)
    message = Message.objects.select_for_update().filter(key=delivery.key).first()
    if message is not None and message.state in (State.WAITING, State.SENDING):
        raise Refused("hooks.on_its_way", "这一条正在发送，请稍后再看。")
    if hook.paused_at is not None:
        raise Refused("hooks.is_paused", "推送已暂停，恢复后才能重发。")
    facts = {"name": hook.name, "event": delivery.event, "type": delivery.type}
    record_act(verb="hooks.resend", door=door, by=actor, facts=facts)
    if message is not None:
        message.delete()
    emitting.queue([(hook, delivery)])
    return delivery


def _messages(hook: Hook) -> Any:
    return Message.objects.filter(key__startswith=key_of(hook.pk, ""))


def _held(hook: Hook) -> Hook:
    return Hook.objects.select_for_update().get(pk=hook.pk)


def _checked(name: str, url: str, kinds: Collection[str], scopes: Collection[str]) -> dict[str, Any]:
    """What is kept of a hook; refused without a name, an allowed address, an event, or with one that is unknown."""
    name = name.strip()
    if not name or len(name) > 64:
        raise Refused("hooks.name", "请给这个推送取一个名字，最多 64 个字，如 财务系统。", where="name")
    places.read(url)
    if not kinds:
        raise Refused("hooks.no_event", "请至少选一种要推送的事件。", where="events")
    if foreign := [one for one in kinds if events.find(one) is None]:
        raise Refused("hooks.event", "没有这种事件：%(foreign)s。", where="events", foreign=listed(sorted(foreign)))
    if foreign := [one for one in scopes if one not in events.SCOPES]:
        raise Refused("hooks.scope", "没有这种范围：%(foreign)s。", where="scopes", foreign=listed(sorted(foreign)))
    return {"name": name, "url": url.strip(), "events": sorted(set(kinds)), "scopes": sorted(set(scopes))}


@transaction.atomic
def delete_old() -> int:
    """Delete deliveries that have been kept long enough, and their messages, some at a time; how many."""
    before = timezone.now() - timedelta(days=settings.HOOKS_KEEP_DAYS)
    old = Delivery.objects.filter(written_at__lt=before).order_by("written_at")[:_AT_ONCE]
    gone = list(old)
    Message.objects.filter(key__in=[one.key for one in gone]).delete()
    Delivery.objects.filter(pk__in=[one.pk for one in gone]).delete()
    return len(gone)
