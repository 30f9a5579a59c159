"""Waivers, reversals by hand, and another go-live day wait for a second pair of eyes."""

from __future__ import annotations

from datetime import date

from django.db.models import Max, Sum
from django.urls import reverse as address

from baohou.core.errors import Refused
from baohou.core.money import format_yuan
from baohou.core.sayings import say
from baohou.kernel.accountability.ledger import Story
from baohou.kernel.accountability.models import Entry, GoLive
from baohou.kernel.accountability.pending import REVERSE, WAIVE, subject_of
from baohou.kernel.accountability.queries import get_go_live
from baohou.kernel.accountability.services import require_another, reverse, set_go_live, waive
from baohou.kernel.approvals.kinds import Kind, Order, Payload
from baohou.kernel.approvals.services import Asked, Draft, ask
from baohou.kernel.people.access import Person, Right
from baohou.kernel.people.models import Staff


def ask_waiver(
    *, story: Story, amount_fen: int, because: str, by: Person, on: date, door: str, seen_fen: int | None = None
) -> Asked:
    """Ask for all or part of a penalty to be waived (PGM.12); it is dated the day of the approval.

    ``seen_fen`` is what was left when the form was opened; refused when another amount is left by now.
    """
    title = say(
        "减免 %(yuan)s 元（%(duty)s，%(on)s 到期）",
        yuan=format_yuan(amount_fen),
        duty=say(story.duty_word),
        on=str(story.first.due_on),
    )
    seen = story.net_fen if seen_fen is None else seen_fen
    return _ask(WAIVER, story, title, amount_fen, seen, because=because, by=by, on=on, door=door)


def ask_reversal(*, story: Story, because: str, by: Person, on: date, door: str) -> Asked:
    """Ask for all that is left of a penalty to be taken back, because it ought not to have been booked."""
    title = say(
        "冲回 %(yuan)s 元（%(duty)s，%(on)s 到期）",
        yuan=format_yuan(story.net_fen),
        duty=say(story.duty_word),
        on=str(story.first.due_on),
    )
    return _ask(REVERSAL, story, title, story.net_fen, story.net_fen, because=because, by=by, on=on, door=door)


def ask_go_live(*, to: date | None, because: str, by: Person, on: date, door: str) -> Asked:
    """Ask for another go-live day: it takes back, or books, all penalties due between the two.

    Before anything is booked it is done at once. Refused without a reason afterwards.
    """
    if not Entry.objects.exists():
        return Asked(None, set_go_live(on=to, because=because.strip(), actor=by.actor, door=door))
    if not because.strip():
        raise Refused("accountability.go_live.no_reason", "已经记过处罚，改上线日请写明理由。", where="because")
    was, now = (str(day) if day else say("不设") for day in (get_go_live(), to))
    return ask(
        Draft(
            kind=GO_LIVE.code,
            subject="go-live",
            title=say("上线日：%(was)s → %(now)s", was=was, now=now),
            payload={"to": to},
            rows=[(say("上线日"), was, now)],
            because=because,
        ),
        by=by,
        on=on,
        door=door,
    )


def _ask(
    kind: Kind,
    story: Story,
    title: str,
    amount_fen: int,
    seen_fen: int,
    *,
    because: str,
    by: Person,
    on: date,
    door: str,
) -> Asked:
    staff = story.first.staff
    require_another(staff, by.actor)
    left = story.net_fen
    return ask(
        Draft(
            kind=kind.code,
            subject=subject_of(story.first.duty_key, staff.pk),
            title=title,
            payload={"duty_key": story.first.duty_key, "staff": staff.pk, "amount_fen": amount_fen, "seen": seen_fen},
            rows=[(say("处罚净额"), _yuan(left), _yuan(left - amount_fen))],
            because=because,
            party=story.first.party,
            about=staff,
        ),
        by=by,
        on=on,
        door=door,
    )


def _yuan(fen: int) -> str:
    return say("%(yuan)s 元", yuan=format_yuan(fen))


def _waive(order: Order) -> Entry:
    said = order.payload
    return waive(
        duty_key=said["duty_key"],
        staff=Staff.objects.get(pk=said["staff"]),
        amount_fen=said["amount_fen"],
        seen_fen=said["seen"],
        because=order.because,
        on=order.on,
        actor=order.actor,
        door=order.door,
    )


def _reverse(order: Order) -> Entry:
    said = order.payload
    staff = Staff.objects.get(pk=said["staff"])
    return reverse(
        duty_key=said["duty_key"],
        staff=staff,
        because=order.because,
        on=order.on,
        actor=order.actor,
        door=order.door,
    )


def _go_live(order: Order) -> GoLive:
    to = order.payload["to"]
    day = date.fromisoformat(to) if to else None
    return set_go_live(on=day, because=order.because, actor=order.actor, door=order.door)


def _last_go_live(_: Payload) -> str:
    last = GoLive.objects.order_by("-pk").first()
    return str(last.pk if last else "")


def _stamp(payload: Payload) -> str:
    entries = Entry.objects.filter(duty_key=payload["duty_key"], staff=payload["staff"])
    sums = entries.aggregate(last=Max("seq"), left=Sum("amount_fen"))
    return f"{sums['last']} {sums['left']}"


def _place(payload: Payload) -> str:
    return address("penalties.story", args=[payload["duty_key"], payload["staff"]])


WAIVER = Kind(WAIVE, "减免处罚", Right.CHECK_PENALTY, _waive, _stamp, _place)
GO_LIVE = Kind(
    "settings.go_live",
    "改动上线日",
    Right.CHECK_PENALTY,
    _go_live,
    _last_go_live,
    lambda _: address("start"),
)
REVERSAL = Kind(REVERSE, "冲回处罚", Right.CHECK_PENALTY, _reverse, _stamp, _place)
