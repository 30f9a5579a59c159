"""Asking for a second pair of eyes, and answering: approving carries the act out in the same transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.sayings import as_kept, say
from baohou.kernel.approvals import heard, kinds
from baohou.kernel.approvals.kinds import Kind, Order, Payload, Row
from baohou.kernel.approvals.models import CheckSetting, Proposal, State
from baohou.kernel.approvals.queries import is_on, list_checkers, why_not
from baohou.kernel.audit import pairs
from baohou.kernel.audit.services import record_act
from baohou.kernel.parties.models import Party
from baohou.kernel.people.access import Person
from baohou.kernel.people.models import Staff


@dataclass(frozen=True)
class Draft:
    """An act as its maker asks for it; the fields are those of Proposal. Title and rows are made by ``say``."""

    kind: str
    subject: str
    title: str
    payload: Payload
    rows: Sequence[Row] = ()
    because: str = ""
    party: Party | None = None
    about: Staff | None = None


@dataclass(frozen=True)
class Asked:
    """What came of asking: the proposal (None when none is needed), and what the verb returned when it was done."""

    proposal: Proposal | None
    result: Any = field(default=None)

    @property
    def waits(self) -> bool:
        return self.proposal is not None and self.proposal.state == State.PENDING


@transaction.atomic
def ask(draft: Draft, *, by: Person, on: date, door: str) -> Asked:
    """Ask for an act: it waits for a second pair of eyes, or is carried out at once where none is asked for.

    While nobody else in service with a log-in could check it, it is carried out and marked so (ALONE), for all to see.
    Refused while another proposal about the same record waits, and for whatever the verb itself refuses. Who may ask
    is the door's guard to say.
    """
    kind = kinds.get(draft.kind)
    order = Order(_plain(draft.payload), by.staff, by.actor, draft.because.strip(), on, door)
    if not is_on(kind.code):
        return Asked(None, kind.carry_out(order))
    _require_none_pending(draft)
    behind = _behind(by)
    aside = [by.staff_id, draft.about.pk if draft.about else None, *(one.pk for one in behind.values())]
    checkers = list_checkers(kind.code, on=on, but=aside)
    if checkers and kind.rehearsed:
        _rehearse(kind, order)
    proposal = _write(draft, kind, order, behind, alone=not checkers)
    if not checkers:
        return Asked(proposal, _carry_out(kind, proposal, replace(order, proposal=proposal.pk)))
    heard.tell_all(proposal, checkers)
    return Asked(proposal)


@transaction.atomic
def approve(*, proposal: Proposal, by: Person, on: date, door: str) -> Proposal:
    """Approve a pending proposal and carry it out, as its maker's act that names the checker.

    When the record has changed since, nothing is carried out: the proposal lapses, its maker is told, and the answer
    has the state LAPSED. Refused to whom why_not says, and for whatever the verb refuses (the proposal waits on).
    """
    found = _held(proposal, by)
    kind = kinds.get(found.kind)
    if found.digest != _digest(found.kind, found.subject, found.payload, found.stamp):
        raise Refused("approvals.altered", "提请的内容与提请时的摘要不符，不能批准；请退回并告诉系统管理员。")
    if kind.stamp(found.payload) != found.stamp:
        return _lapse(found, by=by, because=say("提请之后这一记录已有变动，请按现在的情况重新提请。"), on=on, door=door)
    _close(found, "approve", State.APPROVED, by=by, on=on, door=door)
    order = Order(
        found.payload, found.maker, found.made_by, found.because, on, door, proposal=found.pk, checked_by=by.actor
    )
    _carry_out(kind, found, order)
    heard.tell_all(found)
    return found


@transaction.atomic
def refuse(*, proposal: Proposal, by: Person, because: str, on: date, door: str) -> Proposal:
    """Refuse a pending proposal; the record stays as it is. Refused without a reason, and to whom why_not says."""
    because = because.strip()
    if not because:
        raise Refused("approvals.no_reason", "退回须写明理由，提请人会看到。", where="退回理由")
    found = _held(proposal, by)
    _close(found, "refuse", State.REFUSED, by=by, on=on, door=door, reason=because)
    heard.tell_all(found)
    return found


@transaction.atomic
def withdraw(*, proposal: Proposal, by: Person, on: date, door: str) -> Proposal:
    """Take one's own pending proposal back."""
    found = _locked(proposal)
    if found.made_by != by.actor:
        raise Refused("approvals.not_yours", "只有提请人本人可以撤回。")
    if found.state != State.PENDING:
        raise Refused("approvals.answered", "这一件%(label)s，不能撤回。", label=say(State(found.state).label))
    _close(found, "withdraw", State.WITHDRAWN, by=by, on=on, door=door)
    return found


@transaction.atomic
def lapse(*, number: int, because: str) -> None:
    """An approved act could not be carried out after all: its work in the background found something changed."""
    found = Proposal.objects.select_for_update(of=("self",)).filter(pk=number, state=State.APPROVED).first()
    if found is None:
        return
    record_act(verb="approvals.lapse", door="day", because=because, facts=_facts(found))
    found.state, found.reason = State.LAPSED, because
    found.save(update_fields=["state", "reason"])
    heard.tell_all(found)


@transaction.atomic
def set_check(*, kind: str, on: bool, because: str, actor: str, door: str) -> CheckSetting:
    """Decide whether a second pair of eyes is asked for a kind of act. Refused for kinds that can't do without."""
    if not kinds.get(kind).may_be_off:
        raise Refused("approvals.always", "这一类事总要复核，不能关闭。", where="事项")
    act = record_act(verb="approvals.set_check", door=door, by=actor, because=because, facts={"kind": kind, "on": on})
    return CheckSetting.objects.create(kind=kind, on=on, act=act)


class _Undone(Exception):
    """Raised to take a rehearsal back."""


def _rehearse(kind: Kind, order: Order) -> None:
    """Carry an act out and take it back, so that what its verb refuses is refused now."""
    try:
        with transaction.atomic():
            kind.carry_out(order)
            raise _Undone
    except _Undone:
        pass


def _require_none_pending(draft: Draft) -> None:
    waiting = Proposal.objects.filter(kind=draft.kind, subject=draft.subject, state=State.PENDING)
    first = waiting.select_related("maker").first()
    if first is not None:
        who = first.maker.name if first.maker else first.made_by
        raise Refused(
            "approvals.pending",
            "%(who)s于 %(made_on)s 提请的“%(first)s”还没有复核，不能重复提请。",
            who=who,
            made_on=first.made_on,
            first=first.title,
        )


def _behind(by: Person) -> dict[str, Staff]:
    """Who answers for what a system asks: who registered it, and who made its token."""
    said = {"owner": by.owner, "holder": by.holder}
    found = {staff.staff_no: staff for staff in Staff.objects.filter(staff_no__in=said.values())} if by.system else {}
    return {what: found[no] for what, no in said.items() if no in found}


def _write(draft: Draft, kind: Kind, order: Order, behind: dict[str, Staff], *, alone: bool) -> Proposal:
    stamp = kind.stamp(order.payload)
    payload = order.payload
    digest = _digest(kind.code, draft.subject, payload, stamp)
    facts = {"kind": kind.code, "subject": draft.subject, "title": draft.title, "sha256": digest, "alone": alone}
    act = record_act(verb="approvals.ask", door=order.door, by=order.actor, because=order.because, facts=facts)
    return Proposal.objects.create(
        kind=kind.code,
        subject=draft.subject,
        title=draft.title,
        rows=[[as_kept(said) for said in row] for row in draft.rows],
        payload=payload,
        stamp=stamp,
        digest=digest,
        party=draft.party,
        about=draft.about,
        maker=order.maker,
        **behind,
        made_by=order.actor,
        made_on=order.on,
        because=order.because,
        state=State.ALONE if alone else State.PENDING,
        decided_on=order.on if alone else None,
        decided_at=timezone.now() if alone else None,
        act=act,
    )


def _carry_out(kind: Kind, proposal: Proposal, order: Order) -> Any:
    with pairs.checked(by=order.checked_by, proposal=proposal.pk):
        return kind.carry_out(order)


def _locked(proposal: Proposal) -> Proposal:
    """The proposal as it stands, held until the end of the transaction: of two who answer, one comes later."""
    held = Proposal.objects.select_for_update(of=("self",)).select_related("maker", "about", "party", "owner", "holder")
    return held.get(pk=proposal.pk)


def _held(proposal: Proposal, by: Person) -> Proposal:
    """The proposal, held for a person who may check it."""
    found = _locked(proposal)
    if said := why_not(by, found):
        raise Refused("approvals.not_by_you" if found.state == State.PENDING else "approvals.answered", said)
    return found


def _lapse(found: Proposal, *, by: Person, because: str, on: date, door: str) -> Proposal:
    _close(found, "lapse", State.LAPSED, by=by, on=on, door=door, reason=because)
    heard.tell_all(found)
    return found


def _close(found: Proposal, verb: str, state: State, *, by: Person, on: date, door: str, reason: str = "") -> None:
    record_act(verb=f"approvals.{verb}", door=door, by=by.actor, because=reason, facts=_facts(found))
    found.state, found.reason, found.decided_on, found.decided_at = state, reason, on, timezone.now()
    found.checker = None if state is State.WITHDRAWN else by.staff
    found.save(update_fields=["state", "reason", "decided_on", "decided_at", "checker"])


def _facts(found: Proposal) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "subject": found.subject,
        "title": found.title,
        "made_by": found.made_by,
        "proposal": found.pk,
        "sha256": found.digest,
    }


def _plain(payload: Payload) -> Any:
    """A payload as it comes back from the database."""
    return json.loads(json.dumps(dict(payload), cls=DjangoJSONEncoder))


def _digest(kind: str, subject: str, payload: Payload, stamp: str) -> str:
    said = json.dumps([kind, subject, payload, stamp], sort_keys=True, ensure_ascii=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(said.encode()).hexdigest()
