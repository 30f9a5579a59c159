"""Lending volumes and taking them back: a volume is with one borrower at a time."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.audit.services import record_act
from baohou.kernel.papers.archive.reading import find_loan, require_there
from baohou.kernel.papers.models import Loan, Volume


@transaction.atomic
def lend(
    *,
    volume: Volume,
    borrower_no: str,
    borrower_name: str,
    purpose: str,
    borrowed_on: date,
    due_on: date,
    actor: str,
    door: str,
) -> Loan:
    """Lend a volume until a day.

    Refused: no purpose, a day to come or before it was opened or came back, a return before the loan, out, destroyed.
    """
    purpose = purpose.strip()
    if not purpose:
        raise Refused("papers.loan.no_purpose", "请写明借阅用途。", where="借阅用途")
    volume = Volume.objects.select_for_update().get(pk=volume.pk)
    require_there(volume)
    out = find_loan(volume)
    if out is not None:
        message = say(
            "%(volume)s 已由%(borrower_name)s借出，应于 %(due_on)s 归还；收回后才能再借。",
            volume=volume.number,
            borrower_name=out.borrower_name,
            due_on=out.due_on,
        )
        raise Refused("papers.loan.out", message)
    _require_come(borrowed_on, "借出日")
    last = volume.loans.order_by("-returned_on").values_list("returned_on", flat=True).first()
    earliest = max(volume.opened_on, last or volume.opened_on)
    if borrowed_on < earliest:
        why = say("上次归还" if last == earliest else "立卷")
        message = say(
            "借出日 %(borrowed_on)s 早于%(why)s日 %(earliest)s，请核对。",
            borrowed_on=borrowed_on,
            why=why,
            earliest=earliest,
        )
        raise Refused("papers.loan.too_early", message, where="借出日")
    if due_on < borrowed_on:
        raise Refused(
            "papers.loan.ends_before",
            "应还日 %(due_on)s 早于借出日 %(borrowed_on)s，请核对。",
            where="应还日",
            due_on=due_on,
            borrowed_on=borrowed_on,
        )
    facts = {"volume": volume.number, "borrower": borrower_no, "due_on": str(due_on)}
    act = record_act(verb="archive.lend", door=door, by=actor, because=purpose, facts=facts)
    return Loan.objects.create(
        volume=volume,
        borrower_no=borrower_no,
        borrower_name=borrower_name,
        purpose=purpose,
        borrowed_on=borrowed_on,
        due_on=due_on,
        act=act,
    )


@transaction.atomic
def take_back(*, volume: Volume, returned_on: date, actor: str, door: str) -> Loan:
    """Take a volume back. Refused when it is not out, for a day to come and for one before it was lent."""
    Volume.objects.select_for_update().get(pk=volume.pk)
    loan = find_loan(volume)
    if loan is None:
        raise Refused("papers.loan.not_out", "%(volume)s 没有借出，请刷新后再看。", volume=volume.number)
    _require_come(returned_on, "归还日")
    if returned_on < loan.borrowed_on:
        message = say(
            "归还日 %(returned_on)s 早于借出日 %(borrowed_on)s，请核对。",
            returned_on=returned_on,
            borrowed_on=loan.borrowed_on,
        )
        raise Refused("papers.loan.back_before", message, where="归还日")
    facts = {"volume": volume.number, "borrower": loan.borrower_no}
    loan.return_act = record_act(verb="archive.take_back", door=door, by=actor, facts=facts)
    loan.returned_on = returned_on
    loan.save(update_fields=["returned_on", "return_act"])
    return loan


def _require_come(on: date, what: str) -> None:
    today = timezone.localdate()
    if on > today:
        raise Refused(
            "papers.loan.in_future",
            "%(what)s %(on)s 晚于今天（%(today)s），请核对。",
            where=what,
            what=what,
            on=on,
            today=today,
        )
