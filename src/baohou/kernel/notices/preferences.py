"""What people decide about being told: addresses, channels for each kind, hours; and the company's hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from uuid import uuid4

from django.db import transaction

from baohou.core.errors import Refused
from baohou.core.sayings import as_kept, say
from baohou.kernel.audit.capture import add_rows
from baohou.kernel.audit.services import record_act
from baohou.kernel.notices import channels, kinds
from baohou.kernel.notices.models import Address, Choice, CompanyHours, Habits
from baohou.kernel.notices.sealing import seal
from baohou.kernel.outbox.services import Draft, put
from baohou.kernel.people.models import Staff
from baohou.kernel.saying import languages


@transaction.atomic
def set_address(*, staff: Staff, channel: str, said: str, secret: str, actor: str, door: str) -> Address:
    """Keep where a person is reached on a channel, encrypted; the history says what a page may show of it."""
    way = channels.find(channel)
    if way is None or not way.is_set_up():
        raise Refused("notices.channel", "系统还没有开通这个渠道，请联系管理员。")
    kept = way.read(said, secret)
    facts = {"staff_no": staff.staff_no, "channel": channel, "shown": way.mask(kept)}
    record_act(verb="notices.set_address", door=door, by=actor, facts=facts)
    address, _ = Address.objects.update_or_create(
        staff=staff, channel=channel, defaults={"sealed": seal(kept), "shown": way.mask(kept), "trial_key": ""}
    )
    return address


@transaction.atomic
def remove_address(*, address: Address, actor: str, door: str) -> None:
    """Forget an address; messages that wait for it are given up when their turn comes."""
    facts = {"staff_no": address.staff.staff_no, "channel": address.channel, "shown": address.shown}
    record_act(verb="notices.remove_address", door=door, by=actor, facts=facts)
    address.delete()


@transaction.atomic
def try_address(*, address: Address, actor: str, door: str) -> None:
    """Send a message to an address for trial, at once, also in quiet hours."""
    facts = {"staff_no": address.staff.staff_no, "channel": address.channel}
    record_act(verb="notices.try_address", door=door, by=actor, facts=facts)
    address.trial_key = f"trial:{uuid4().hex}"
    address.save(update_fields=["trial_key"])
    text = as_kept(say("收到这条消息，说明这个渠道可以用了。"))
    payload = {"staff": address.staff_id, "text": text, "url": "/me/notices/"}
    draft = Draft(address.channel, address.trial_key, str(address.staff), say("试发：保后通知"), payload)
    put([draft])


@transaction.atomic
def set_habits(
    *,
    staff: Staff,
    chosen: Mapping[str, list[str]],
    digest_at: time | None,
    quiet_from: time | None,
    quiet_to: time | None,
    actor: str,
    door: str,
    language: str = "",
) -> None:
    """Keep what a person wants: the channels of each kind, the hours (None: the company's), the language (as it is)."""
    if (quiet_from is None) != (quiet_to is None):
        raise Refused("notices.quiet.one_end", "免打扰时段请填开始和结束，或都留空。", where="免打扰")
    known = {kind.code for kind in kinds.every()}
    ways = [way.code for way in channels.WAYS]
    kept = {kind: [code for code in ways if code in those] for kind, those in chosen.items() if kind in known}
    hours = {"digest_at": digest_at, "quiet_from": quiet_from, "quiet_to": quiet_to}
    told = {name: value.isoformat("minutes") if value else "" for name, value in hours.items()}
    facts = {"staff_no": staff.staff_no, "channels": kept, **told}
    record_act(verb="notices.set_habits", door=door, by=actor, facts=facts)
    Habits.objects.update_or_create(staff=staff, defaults=hours)
    if language:
        set_language(staff=staff, language=language, actor=actor, door=door)
    add_rows(
        Choice,
        [Choice(staff=staff, kind=kind, channels=those) for kind, those in kept.items()],
        update_conflicts=True,
        unique_fields=["staff", "kind"],
        update_fields=["channels"],
    )


@transaction.atomic
def set_language(*, staff: Staff, language: str, actor: str, door: str) -> None:
    """Keep the language in which a person reads letters, and pages on a device that knows of none yet."""
    if language not in languages():
        raise Refused("notices.language", "没有这种语言，请选 zh-hans 或 en。", where="语言")
    if Habits.objects.filter(staff=staff, language=language).exists():
        return
    record_act(verb="notices.set_language", door=door, by=actor, facts={"staff_no": staff.staff_no, "to": language})
    Habits.objects.update_or_create(staff=staff, defaults={"language": language})


@transaction.atomic
def set_company_hours(*, digest_at: time, quiet_from: time, quiet_to: time, actor: str, door: str) -> CompanyHours:
    """Decide the hours of everyone who has chosen none."""
    hours = {"digest_at": digest_at, "quiet_from": quiet_from, "quiet_to": quiet_to}
    facts = {name: value.isoformat("minutes") for name, value in hours.items()}
    act = record_act(verb="notices.set_company_hours", door=door, by=actor, facts=facts)
    return CompanyHours.objects.create(**hours, act=act)
