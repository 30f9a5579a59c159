"""Whether a kind of act is checked is itself never decided by one person alone."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.approvals import kinds
from baohou.kernel.approvals.kinds import Kind, Order, Payload
from baohou.kernel.approvals.models import CheckSetting
from baohou.kernel.approvals.queries import is_on
from baohou.kernel.approvals.services import Asked, Draft, ask, set_check
from baohou.kernel.people.access import Person, Right

_SAID = {True: say("须复核"), False: say("不须复核")}


def ask_setting(*, kind: str, checked: bool, because: str, by: Person, on: date, door: str) -> Asked:
    """Ask for a kind to be checked from now on, or not. Refused without a reason, and where it is so already."""
    if not because.strip():
        raise Refused("approvals.setting.no_reason", "请写明理由。", where="理由")
    if is_on(kind) == checked:
        raise Refused(
            "approvals.setting.same",
            "“%(title)s”现在就是%(said)s，无需改动。",
            title=say(kinds.get(kind).title),
            said=_SAID[checked],
        )
    title = say(kinds.get(kind).title)
    return ask(
        Draft(
            kind=SETTING.code,
            subject=kind,
            title=say("%(title)s：%(was)s → %(now)s", title=title, was=_SAID[not checked], now=_SAID[checked]),
            payload={"kind": kind, "on": checked},
            rows=[(title, _SAID[not checked], _SAID[checked])],
            because=because,
        ),
        by=by,
        on=on,
        door=door,
    )


def _carry_out(order: Order) -> CheckSetting:
    said = order.payload
    return set_check(kind=said["kind"], on=said["on"], because=order.because, actor=order.actor, door=order.door)


def _stamp(payload: Payload) -> str:
    return str(is_on(payload["kind"]))


SETTING = Kind(
    code="approvals.setting",
    title="改动复核范围",
    right=Right.CHECK_RULES,
    carry_out=_carry_out,
    stamp=_stamp,
    place=lambda _: reverse("approvals.settings"),
    may_be_off=False,
)
