"""Acts upon the ledger: waiving a penalty, taking one back by hand, deciding the day of going live."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Max

from baohou.core.errors import Refused
from baohou.core.money import format_yuan
from baohou.core.sayings import say
from baohou.kernel.accountability import events
from baohou.kernel.accountability.models import Appeal, Entry, EntryKind, GoLive
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.services import record_act
from baohou.kernel.people.models import Staff


@transaction.atomic
def waive(
    *,
    duty_key: int,
    staff: Staff,
    amount_fen: int,
    because: str,
    on: date,
    actor: str,
    door: str,
    seen_fen: int | None = None,
) -> Entry:
    """Waive all or part of what a duty costs a person (PGM.12), dated ``on``; who may is the door's guard to say.

    Refused without a reason, for no amount, for more than is left (a net is never below zero), to oneself, and while an
    appeal is open: that is answered by its decision. ``seen_fen`` is what was left when somebody looked; when another
    amount is left by now it is refused: the same form may have been sent before.
    """
    require_another(staff, actor)
    because = because.strip()
    if not because:
        raise Refused("accountability.waiver.no_reason", "减免处罚须写明理由。", where="理由")
    last, left = hold(duty_key=duty_key, staff=staff)
    if last is None or left <= 0:
        raise Refused("accountability.waiver.nothing_left", "%(staff)s在这一事项上没有可减免的处罚。", staff=staff)
    if seen_fen is not None and seen_fen != left:
        message = say(
            "现余额已从 %(seen)s 元变为 %(left)s 元，这次减免可能刚才已经记下，没有再记。请看处罚始末；"
            "还要减免，请核对金额再提交。",
            seen=format_yuan(seen_fen),
            left=format_yuan(left),
        )
        raise Refused("accountability.waiver.changed", message)
    if not 0 < amount_fen <= left:
        message = say("减免金额须大于零，且不超过现余额 %(left)s 元。", left=format_yuan(left))
        raise Refused("accountability.waiver.too_much", message, where="减免金额")
    if Appeal.objects.filter(duty_key=duty_key, staff=staff, closed_on__isnull=True).exists():
        raise Refused(
            "accountability.waiver.appealed", "%(staff)s已就这一处罚申诉，请在申诉上裁定，不另行减免。", staff=staff
        )
    facts = {"duty_key": duty_key, "staff_no": staff.staff_no, "amount_fen": amount_fen}
    act = record_act(verb="accountability.waive", door=door, by=actor, because=because, facts=facts)
    entry = _append(last, EntryKind.WAIVER, amount_fen=-amount_fen, on=on, because=because, act=act)
    events.tell_waiver(entry)
    return entry


@transaction.atomic
def reverse(*, duty_key: int, staff: Staff, because: str, on: date, actor: str, door: str) -> Entry:
    """Take back by hand all that is left of what a duty costs a person, because it ought not to have been booked.

    The day leaves such a reversal alone, as it does a waiver: the facts as the system knows them would book the penalty
    again. Refused without a reason, when nothing is left, to oneself, and while an appeal is open.
    """
    require_another(staff, actor)
    because = because.strip()
    if not because:
        raise Refused("accountability.reversal.no_reason", "冲回处罚须写明理由。", where="理由")
    last, left = hold(duty_key=duty_key, staff=staff)
    if last is None or left <= 0:
        raise Refused("accountability.reversal.nothing_left", "%(staff)s在这一事项上没有可冲回的处罚。", staff=staff)
    if Appeal.objects.filter(duty_key=duty_key, staff=staff, closed_on__isnull=True).exists():
        raise Refused(
            "accountability.reversal.appealed", "%(staff)s已就这一处罚申诉，请在申诉上裁定，不另行冲回。", staff=staff
        )
    facts = {"duty_key": duty_key, "staff_no": staff.staff_no, "amount_fen": left}
    act = record_act(verb="accountability.reverse", door=door, by=actor, because=because, facts=facts)
    entry = _append(last, EntryKind.REVERSAL, amount_fen=-left, on=on, because=because, act=act)
    events.tell_reversal(entry)
    return entry


def _append(last: Entry, kind: EntryKind, *, amount_fen: int, on: date, because: str, act: Act) -> Entry:
    """One more entry behind the last one about a duty and a person, which says of the duty what that one said."""
    turn = Entry.objects.filter(duty_key=last.duty_key).aggregate(last=Max("seq"))["last"] + 1
    return Entry.objects.create(
        duty_key=last.duty_key,
        seq=turn,
        kind=kind,
        staff=last.staff,
        amount_fen=amount_fen,
        dated=on,
        because=because,
        act=act,
        **{name: getattr(last, name) for name in _REPEATED},
    )


def hold(*, duty_key: int, staff: Staff) -> tuple[Entry | None, int]:
    """The last entry about a duty and a person, and what is left in fen, held until the end of the transaction."""
    entries = list(Entry.objects.select_for_update().filter(duty_key=duty_key, staff=staff).order_by("seq"))
    return (entries[-1] if entries else None), sum(entry.amount_fen for entry in entries)


def require_another(staff: Staff, actor: str) -> None:
    """Refuse someone to decide about a penalty of one's own: two pairs of eyes."""
    if staff.staff_no == actor:
        raise Refused("accountability.own_penalty", "不能减免、冲回或裁定自己的处罚，请由另一位有权的人办理。")


_REPEATED = (
    "clause",
    "version_id",
    "duty_kind",
    "party_id",
    "subject_id",
    "department_id",
    "opens_on",
    "due_on",
)
"""What a waiver or a reversal repeats of the entry before it."""


@transaction.atomic
def set_go_live(*, on: date | None, actor: str, door: str, because: str = "") -> GoLive:
    """Decide the day this installation went live (None: no such day); the next run brings the ledger to it.

    Once penalties are booked it takes some of them back, or books others: doors ask by ``checks.ask_go_live``.
    """
    act = record_act(verb="settings.go_live", door=door, by=actor, because=because, facts={"on": str(on or "")})
    return GoLive.objects.create(on=on, act=act)
