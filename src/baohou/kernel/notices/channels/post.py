"""From the outbox to a person: the address is looked up when a message is sent, and nobody who has left gets one."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.utils import timezone

from baohou.kernel.notices.channels.letter import Letter
from baohou.kernel.notices.models import Address
from baohou.kernel.notices.sealing import Lost, unseal
from baohou.kernel.outbox.channels import NotSent, Outgoing
from baohou.kernel.people.models import Post
from baohou.kernel.people.queries import get_posting


def posting(code: str, send: Callable[[str, Letter], None]) -> Callable[[Outgoing], None]:
    """A channel of the outbox that sends to the person whom a message's payload names."""

    def deliver(message: Outgoing) -> None:
        wanted = Address.objects.select_related("staff").filter(channel=code, staff=message.payload["staff"])
        address = wanted.first()
        if address is None:
            raise NotSent("收件人已删除这个渠道的地址。", hopeless=True)
        held = get_posting(staff=address.staff, on=timezone.localdate())
        if held is None or held.post == Post.LEFT:
            raise NotSent("收件人已离职，没有发送。", hopeless=True)
        try:
            where = unseal(address.sealed)
        except Lost:
            raise NotSent("系统密钥换过，原来登记的地址已无法读出，请收件人重新登记。", hopeless=True) from None
        path = message.payload.get("url", "")
        letter = Letter(
            key=message.key,
            name=address.staff.name,
            title=message.title,
            text=message.payload.get("text", ""),
            link=f"{settings.PUBLIC_URL}{path}" if path else "",
            code=message.payload.get("kind", ""),
        )
        send(where, letter)

    return deliver
