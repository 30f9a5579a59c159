"""The ways outside on which a person can be told: e-mail, group robots, SMS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from baohou.kernel.notices.channels import mail, robots, sms
from baohou.kernel.notices.channels.letter import Letter
from baohou.kernel.notices.channels.post import posting
from baohou.kernel.outbox import channels as outbox


@dataclass(frozen=True)
class Way:
    """``read`` turns what a person filled in into what is kept, or refuses; ``mask`` is what a page may show of it.

    ``to_a_group``: others than the person read it, too.
    """

    code: str
    title: str | Promise
    asks: str | Promise
    read: Callable[[str, str], str]
    mask: Callable[[str], str]
    send: Callable[[str, Letter], None]
    takes_secret: bool = False
    costs: bool = False
    repeatable: bool = True
    to_a_group: bool = False
    is_set_up: Callable[[], bool] = field(default=lambda: True)


WAYS = (
    Way("mail", _("邮件"), _("邮箱"), mail.read, mail.mask, mail.send, is_set_up=mail.is_set_up),
    Way(
        "wecom",
        _("企业微信"),
        _("群机器人 Webhook 地址"),
        robots.WECOM.read,
        robots.mask,
        robots.WECOM.send,
        to_a_group=True,
    ),
    Way(
        "dingtalk",
        _("钉钉"),
        _("群机器人 Webhook 地址"),
        robots.DINGTALK.read,
        robots.mask,
        robots.DINGTALK.send,
        takes_secret=True,
        to_a_group=True,
    ),
    Way(
        "feishu",
        _("飞书"),
        _("群机器人 Webhook 地址"),
        robots.FEISHU.read,
        robots.mask,
        robots.FEISHU.send,
        takes_secret=True,
        to_a_group=True,
    ),
    Way(
        "sms",
        _("短信"),
        _("手机号"),
        sms.read,
        sms.mask,
        sms.send,
        costs=True,
        repeatable=False,
        is_set_up=sms.is_set_up,
    ),
)
_BY_CODE = {way.code: way for way in WAYS}


def find(code: str) -> Way | None:
    """The way of a code."""
    return _BY_CODE.get(code)


def ready() -> list[Way]:
    """The ways that this installation can use."""
    return [way for way in WAYS if way.is_set_up()]


def register() -> None:
    """Make the ways known to the outbox."""
    for way in WAYS:
        send = posting(way.code, way.send, to_a_group=way.to_a_group)
        outbox.register(outbox.Channel(way.code, way.title, send, way.repeatable, way.is_set_up))
