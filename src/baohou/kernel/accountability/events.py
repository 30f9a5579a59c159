"""What partners can be told of the ledger: penalties, reversals, waivers, appeals and how they ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from baohou.kernel.accountability.models import Appeal, AppealDecision, Entry, EntryKind, Verdict
from baohou.kernel.hooks.emitting import emit, emit_all, list_wanting
from baohou.kernel.hooks.events import AT_ONCE, Event, EventPart, Reason, StaffName, register


class BookedEntry(EventPart):
    """A line of the ledger: fen, negative when it takes something back. ``duty`` is a 64-bit number."""

    duty: int
    turn: int
    amount_fen: int
    dated: date
    clause: str
    client: int | None
    department: int | None
    staff_no: StaffName = ""


class LedgerEvent(Event):
    """Lines of one kind that a business day wrote into the ledger, at most 200 in one event, each once."""

    on: date
    entries: list[BookedEntry]


@register
class PenaltyBooked(LedgerEvent):
    """Penalties were booked by a business day, at most 200 in one event, each once."""

    type = "penalty.booked"
    title = _("记入了处罚")


@register
class PenaltyReversed(LedgerEvent):
    """Penalties turned out not to be owed and were taken back, at most 200 in one event, each once."""

    type = "penalty.reversed"
    title = _("冲回了处罚")


@register
class PenaltyWaived(Event):
    """All or part of a penalty was waived."""

    type = "penalty.waived"
    title = _("减免了处罚")

    entry: BookedEntry
    because: Reason = ""


@register
class AppealFiled(Event):
    """Somebody appealed against a penalty. ``duty`` is a 64-bit number."""

    type = "appeal.filed"
    title = _("提出了申诉")

    appeal: int
    duty: int
    filed_on: date
    staff_no: StaffName = ""


@register
class AppealDecided(Event):
    """An appeal ended: upheld, reduced, cancelled, withdrawn or closed."""

    type = "appeal.decided"
    title = _("裁定了申诉")

    appeal: int
    duty: int
    verdict: str
    amount_fen: int
    decided_on: date
    staff_no: StaffName = ""
    because: Reason = ""


_COLUMNS: Final = (
    "duty_key",
    "seq",
    "amount_fen",
    "dated",
    "clause",
    "party_id",
    "department_id",
    "staff__staff_no",
)


def tell_entries(fresh: QuerySet[Entry], *, on: date) -> None:
    """Tell of penalties and reversals that were booked; reads none when nobody asks."""
    of_kinds: tuple[tuple[type[LedgerEvent], EntryKind], ...] = (
        (PenaltyBooked, EntryKind.PENALTY),
        (PenaltyReversed, EntryKind.REVERSAL),
    )
    hooks = list_wanting(PenaltyBooked, PenaltyReversed)
    for event, kind in of_kinds:
        wanting = [hook for hook in hooks if event.type in hook.events]
        if wanting:
            emit_all(_told(event, fresh.filter(kind=kind), on), hooks=wanting)


def _told(event: type[LedgerEvent], entries: QuerySet[Entry], on: date) -> Iterator[LedgerEvent]:
    rows = entries.order_by("pk").values_list(*_COLUMNS).iterator()
    while piece := list(islice(rows, AT_ONCE)):
        yield event(on=on, entries=[_booked(*row) for row in piece])


def tell_waiver(entry: Entry) -> None:
    """Tell of a waiver."""
    row = (entry.duty_key, entry.seq, entry.amount_fen, entry.dated, entry.clause)
    booked = _booked(*row, entry.party_id, entry.department_id, entry.staff.staff_no)
    emit(PenaltyWaived(entry=booked, because=entry.because))


def tell_reversal(entry: Entry) -> None:
    """Tell of a penalty that was taken back by hand."""
    row = (entry.duty_key, entry.seq, entry.amount_fen, entry.dated, entry.clause)
    booked = _booked(*row, entry.party_id, entry.department_id, entry.staff.staff_no)
    emit(PenaltyReversed(on=entry.dated, entries=[booked]))


def tell_filed(appeal: Appeal) -> None:
    """Tell of an appeal."""
    filed_on, staff_no = appeal.filed_on, appeal.staff.staff_no
    emit(AppealFiled(appeal=appeal.pk, duty=appeal.duty_key, filed_on=filed_on, staff_no=staff_no))


def tell_decided(decision: AppealDecision) -> None:
    """Tell how an appeal ended."""
    appeal = decision.appeal
    emit(
        AppealDecided(
            appeal=appeal.pk,
            duty=appeal.duty_key,
            verdict=Verdict(decision.verdict).name.lower(),
            amount_fen=decision.amount_fen or 0,
            decided_on=decision.on,
            staff_no=appeal.staff.staff_no,
            because=decision.because,
        )
    )


def _booked(
    duty: int,
    turn: int,
    amount_fen: int,
    dated: date,
    clause: str,
    client: int | None,
    department: int | None,
    staff_no: str,
) -> BookedEntry:
    return BookedEntry(
        duty=duty,
        turn=turn,
        amount_fen=amount_fen,
        dated=dated,
        clause=clause,
        client=client,
        department=department,
        staff_no=staff_no,
    )
