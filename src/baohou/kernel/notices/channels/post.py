"""From the outbox to a person: the address is looked up when a message is sent, and nobody who has left gets one."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.utils import timezone

from baohou.core.sayings import from_kept, say
from baohou.kernel.notices.channels.letter import Letter
from baohou.kernel.notices.models import Address, Habits
from baohou.kernel.notices.sealing import Lost, unseal
from baohou.kernel.outbox.channels import NotSent, Outgoing
from baohou.kernel.people.models import Post
from baohou.kernel.people.queries import get_posting
from baohou.kernel.saying import in_words, spoken


def posting(code: str, send: Callable[[str, Letter], None], *, to_a_group: bool) -> Callable[[Outgoing], None]:
    """A channel of the outbox that sends to the person whom a message's payload names, in that person's language.

    What a group reads is said in the language of the installation.
    """

    def deliver(message: Outgoing) -> None:
        wanted = Address.objects.select_related("staff").filter(channel=code, staff=message.payload["staff"])
        address = wanted.first()
        if address is None:
            raise NotSent(say("收件人已删除这个渠道的地址。"), hopeless=True)
        held = get_posting(staff=address.staff, on=timezone.localdate())
        if held is None or held.post == Post.LEFT:
            raise NotSent(say("收件人已离职，没有发送。"), hopeless=True)
        try:
            where = unseal(address.sealed)
        except Lost:
            raise NotSent(say("系统密钥换过，原来登记的地址已无法读出，请收件人重新登记。"), hopeless=True) from None
        path = message.payload.get("url", "")
        with spoken("" if to_a_group else language_of(address.staff_id)):
            letter = Letter(
                key=message.key,
                name=address.staff.name,
                title=in_words(message.title),
                text=in_words(from_kept(message.payload.get("text", ""))),
                link=f"{settings.PUBLIC_URL}{path}" if path else "",
                code=message.payload.get("kind", ""),
            )
            send(where, letter)

    return deliver


def language_of(staff_id: int) -> str:
    """The language that a person has chosen; empty for none."""
    return Habits.objects.filter(staff=staff_id).values_list("language", flat=True).first() or ""
