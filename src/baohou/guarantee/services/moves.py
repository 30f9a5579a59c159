"""Handing a person's work over: all guarantees and open duties at once, with a list that those concerned sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.sayings import listed, say
from baohou.day.lock import hold_off_steps
from baohou.day.queries import get_business_day, get_today
from baohou.guarantee.models import MeasureAction, MoveSigner, WorkMove
from baohou.guarantee.queries.actions import list_open_actions
from baohou.guarantee.queries.drafts import list_drafts
from baohou.guarantee.queries.moves import (
    DEPARTMENTAL,
    Choice,
    Holding,
    list_holdings,
    list_open_duties,
    list_receivers,
    managers_of_clients,
)
from baohou.guarantee.rules.words import DutyKind
from baohou.guarantee.services import events, verbs
from baohou.guarantee.services.moving import Passing, Plan, write_down
from baohou.guarantee.services.moving_drafts import share_drafts, tell_drafts
from baohou.guarantee.services.replan import replan_at_once
from baohou.guarantee.services.touch import touch
from baohou.kernel.audit.services import record_act
from baohou.kernel.duties.models import Duty
from baohou.kernel.papers import records
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Post, Staff
from baohou.kernel.people.queries import get_posting, list_holders
from baohou.kernel.rulebook.queries import get_rule_book

PAPER: Final = "work_move"
_NAMED: Final = 10


def plan_move(*, staff: Staff, effective_on: date, choices: Mapping[int, Choice], today: date) -> Plan:
    """What handing over to these would mean; refused as the hand-over itself would be.

    ``choices`` are the numbers of staff who become A and B of each guarantee (its number). Refused: a day before the
    business day, nothing to hand over, a guarantee or duty left without an owner, someone who hands over to oneself or
    to a person who holds no managing post on that day or is known to leave.
    """
    if effective_on < today:
        said = say(
            "移交日 %(effective_on)s 早于业务日 %(today)s：过去由谁负责不因移交改变；更正过去的经理请导入“经理变更”。",
            effective_on=effective_on,
            today=today,
        )
        raise Refused("guarantee.move.past", said, where="移交日")
    owed = list_open_duties(staff, on=today)
    to_do = list_open_actions(staff, on=today)
    owing = {duty.party_id for duty in owed if duty.party_id}
    holdings = list_holdings(staff, on=effective_on, owing=owing)
    begun = list_drafts(staff, on=effective_on)
    if not holdings and not owed and not to_do and not begun:
        raise Refused(
            "guarantee.move.nothing",
            "%(staff)s自 %(effective_on)s 起没有在管项目、未办事项和回访草稿，无需移交。",
            staff=staff,
            effective_on=effective_on,
        )
    people = {one.staff_id: one.staff for one in list_receivers(on=effective_on, leaver=staff)}
    passing = _passing(staff, holdings, choices, people, effective_on)
    duties = _duties(staff, owed, passing, people, effective_on)
    actions = _actions(staff, to_do, passing, people, effective_on)
    drafts = share_drafts(staff, begun, passing, people, on=effective_on)
    new = {one.pk: one for row in passing for one in _newcomers(row)}
    new |= {to.pk: to for _, to in (*duties, *actions, *drafts)}
    receivers = sorted(new.values(), key=lambda one: one.staff_no)
    return Plan(staff, effective_on, passing, duties, actions, drafts, receivers, _supervisor(staff, effective_on))


@transaction.atomic
def move_work(
    *,
    staff: Staff,
    effective_on: date,
    choices: Mapping[int, Choice],
    because: str,
    today: date,
    actor: str,
    door: str,
) -> WorkMove:
    """Hand over all of a person's guarantees, duties and drafts from a day on, in one act; refused as plan_move says.

    What was due before the day keeps its owner, and so does its penalty (PGM.12). The list is signed afterwards by who
    hands over, those who take over and the department's manager; the hand-over holds with this act.
    """
    because = verbs.require_text(because, what="移交原因")
    hold_off_steps()
    Staff.objects.select_for_update().get(pk=staff.pk)
    plan = plan_move(staff=staff, effective_on=effective_on, choices=choices, today=today)
    clients = sorted({row.holding.guarantee.client_id for row in plan.passing})
    list(Party.objects.select_for_update().filter(pk__in=clients).order_by("pk").values_list("pk"))
    facts = {
        "staff_no": staff.staff_no,
        "effective_on": str(effective_on),
        "guarantees": len(plan.passing),
        "duties": len(plan.duties),
        "actions": len(plan.actions),
        "drafts": len(plan.drafts),
    }
    act = record_act(verb="moves.move_work", door=door, by=actor, because=because, facts=facts)
    move = WorkMove.objects.create(
        staff=staff,
        supervisor=plan.supervisor,
        effective_on=effective_on,
        decided_on=today,
        because=because,
        act=act,
    )
    write_down(move, plan, act)
    events.tell_move(move)
    touch((row.holding.guarantee.client_id, row.holding.start) for row in plan.passing)
    day = get_business_day()
    if day is not None and clients:
        replan_at_once(clients, book=get_rule_book(), on=day)
    return move


@transaction.atomic
def sign(*, move: WorkMove, signer: MoveSigner, by: Staff, actor: str, door: str) -> MoveSigner:
    """Sign the list in a role. The last of all signatures closes it: from then on any change of it shows.

    For somebody who has left the one who watches over the hand-over signs, and the list says so. Refused for anyone
    but these, and a second time.
    """
    signer = MoveSigner.objects.select_for_update().select_related("staff").get(pk=signer.pk, move=move)
    instead = signer.staff_id != by.pk
    if instead and not signs_instead(move, signer, by=by):
        raise Refused(
            "guarantee.move.not_signer", "“%(role)s”须由%(staff)s本人签。", role=signer.role, staff=signer.staff
        )
    if signer.signed_on is not None:
        raise Refused(
            "guarantee.move.signed", "“%(role)s”已于 %(signed_on)s 签过。", role=signer.role, signed_on=signer.signed_on
        )
    facts = {"staff_no": move.staff.staff_no, "effective_on": str(move.effective_on), "role": signer.role}
    facts |= {"instead_of": signer.staff.staff_no} if instead else {}
    act = record_act(verb="moves.sign", door=door, by=actor, facts=facts)
    name = f"{by.name}（代已离职的{signer.staff.name}）" if instead else by.name
    records.sign(kind=PAPER, subject_id=move.pk, role=signer.role, name=name, staff_no=by.staff_no, act=act)
    signer.signed_on = timezone.localdate()
    signer.save(update_fields=["signed_on"])
    if not MoveSigner.objects.filter(move=move, signed_on__isnull=True).exists():
        records.seal(kind=PAPER, subject_id=move.pk, act=act)
    return signer


def signs_instead(move: WorkMove, signer: MoveSigner, *, by: Staff) -> bool:
    """Whether somebody signs in another's place: the other has left, and it is the supervisor or an administrator.

    Without it the list of somebody gone could never be closed.
    """
    on = get_today()
    held, mine = get_posting(staff=signer.staff, on=on), get_posting(staff=by, on=on)
    if held is None or held.post != Post.LEFT or mine is None or mine.post == Post.LEFT:
        return False
    return move.supervisor_id == by.pk or mine.post == Post.ADMIN


def tell(move_id: int) -> dict[str, Any] | None:
    """What the list of a hand-over says, read from its tables."""
    move = WorkMove.objects.select_related("staff", "supervisor", "act").filter(pk=move_id).first()
    if move is None:
        return None
    people = ("was_a", "was_b", "now_a", "now_b")
    guarantees = move.guarantees.select_related("guarantee__client", *people).order_by("guarantee__project_no")
    actions = move.actions.select_related("owner", "to").order_by("due_on", "action")
    told_actions = [
        {
            "what": row.what,
            "text": row.text,
            "due_on": row.due_on.isoformat(),
            "owner": str(row.owner),
            "to": str(row.to),
        }
        for row in actions
    ]
    return {
        "staff": str(move.staff),
        "supervisor": str(move.supervisor or ""),
        "effective_on": move.effective_on.isoformat(),
        "decided_on": move.decided_on.isoformat(),
        "because": move.because,
        "by": move.act.by,
        "guarantees": [
            {
                "project_no": row.guarantee.project_no,
                "client": row.guarantee.client.name,
                **{name: str(getattr(row, name) or "") for name in people},
            }
            for row in guarantees
        ],
        "duties": [
            {
                "kind": DutyKind(row.kind).code,
                "what": row.what,
                "due_on": row.due_on.isoformat(),
                "owner": str(row.owner),
                "to": str(row.to),
            }
            for row in move.duties.select_related("owner", "to").order_by("due_on", "duty_key")
        ],
        **({"actions": told_actions} if told_actions else {}),
        **tell_drafts(move),
    }


def _passing(
    staff: Staff, holdings: Sequence[Holding], choices: Mapping[int, Choice], people: Mapping[int, Staff], on: date
) -> list[Passing]:
    rows: list[Passing] = []
    left: list[str] = []
    wrong: dict[int, str] = {}
    for holding in holdings:
        to_a, to_b = choices.get(holding.guarantee.pk, (None, None))
        chosen = {pk for pk, asked in ((to_a, holding.as_a), (to_b, holding.as_b)) if asked and pk is not None}
        wrong |= {pk: holding.guarantee.project_no for pk in chosen if pk not in people}
        if (holding.as_a and to_a is None) or holding.guarantee.pk not in choices:
            left.append(holding.guarantee.project_no)
        elif not wrong:
            a = people[to_a] if holding.as_a and to_a is not None else holding.a
            b = (people[to_b] if to_b is not None else None) if holding.as_b else holding.b
            rows.append(Passing(holding, a, None if b is not None and b.pk == a.pk else b))
    if staff.pk in wrong:
        raise Refused(
            "guarantee.move.self",
            "%(wrong)s 的接收人还是移交人本人，请另选一人。",
            where="接收人",
            wrong=wrong[staff.pk],
        )
    if wrong:
        named = listed(str(one) for one in Staff.objects.filter(pk__in=wrong)) or say("所选的人")
        said = say(
            "%(named)s在 %(on)s 不在项目经理或部门经理岗位上（或已定离职），不能接收，请另选一人。", named=named, on=on
        )
        raise Refused("guarantee.move.not_in_post", said, where="接收人")
    if left:
        named = listed(left[:_NAMED])
        if len(left) > _NAMED:
            named = say("%(named)s 等 %(n)s 笔", named=named, n=len(left))
        raise Refused("guarantee.move.left", "还没有接收人：%(left)s。请逐笔选定。", left=named)
    return rows


def _duties(
    staff: Staff, owed: Sequence[Duty], passing: Sequence[Passing], people: Mapping[int, Staff], on: date
) -> list[tuple[Duty, Staff]]:
    """Who is to do each open duty: the new A manager, the client's other manager, the department's other head."""
    of_guarantee = {row.holding.guarantee.pk: row.a for row in passing}
    of_client: dict[int, Staff] = {}
    for row in sorted(passing, key=lambda one: (one.holding.guarantee.issued_on, one.holding.guarantee.project_no)):
        of_client[row.holding.guarantee.client_id] = row.a
    heads = _heads(owed, on)
    gone = {duty.party_id for duty in owed if duty.party_id and duty.party_id not in of_client}
    others_of_guarantee, others_of_client = managers_of_clients(gone, on=on)
    of_guarantee, of_client = others_of_guarantee | of_guarantee, others_of_client | of_client
    told, left = [], []
    for duty in owed:
        if duty.kind in DEPARTMENTAL:
            head = heads.get(duty.department_id or 0)
            if head is not None and head.pk != staff.pk:
                told.append((duty, head))
            continue
        to = of_guarantee.get(duty.subject_id or 0) if duty.kind == DutyKind.ROUTINE_VISIT else None
        to = to or of_client.get(duty.party_id or 0)
        if to is None or to.pk not in people:
            client, kind = duty.party.name if duty.party else "", say(DutyKind(duty.kind).zh)
            left.append(say("%(client)s %(on)s 到期的%(kind)s", client=client, on=duty.due_on, kind=kind))
        else:
            told.append((duty, to))
    if left:
        raise Refused("guarantee.move.duty_left", "以下未办事项没有接收人：%(left)s。", left=listed(left[:_NAMED]))
    return told


def _actions(
    staff: Staff, to_do: Sequence[MeasureAction], passing: Sequence[Passing], people: Mapping[int, Staff], on: date
) -> list[tuple[MeasureAction, Staff]]:
    """Who is to do what measures have the person do: a department's other head for its head, else the client's A."""
    held = get_posting(staff=staff, on=on) or get_posting(staff=staff, on=timezone.localdate())
    heads: list[Staff] = []
    if held is not None and held.post == Post.DEPARTMENT_MANAGER and held.department is not None:
        heads = list_holders(post=Post.DEPARTMENT_MANAGER, on=on, department=held.department)
    head = next((one for one in heads if one.pk != staff.pk and one.pk in people), None)
    of_client = managers_of_clients({one.measure.client_id for one in to_do}, on=on)[1]
    of_client |= {row.holding.guarantee.client_id: row.a for row in passing}
    told, left = [], []
    for one in to_do:
        to = head or of_client.get(one.measure.client_id)
        if to is None or to.pk not in people:
            left.append(f"{one.measure.client.name} {one.due_on} {one.text[:20]}")
        else:
            told.append((one, to))
    if left:
        raise Refused("guarantee.move.action_left", "以下处置措施没有接收人：%(left)s。", left=listed(left[:_NAMED]))
    return told


def _heads(owed: Sequence[Duty], on: date) -> dict[int, Staff]:
    departments = {duty.department_id: duty.department for duty in owed if duty.kind in DEPARTMENTAL}
    heads = {}
    for pk, department in departments.items():
        holders = list_holders(post=Post.DEPARTMENT_MANAGER, on=on, department=department) if department else []
        if pk and holders:
            heads[pk] = holders[0]
    return heads


def _newcomers(row: Passing) -> list[Staff]:
    """Those of a row's managers who were not one before."""
    before = {one.pk for one in (row.holding.a, row.holding.b) if one is not None}
    took_a = [row.a] if row.a.pk != row.holding.a.pk else []
    return took_a + [one for one in (row.b,) if one is not None and one.pk not in before]


def _supervisor(staff: Staff, on: date) -> Staff | None:
    """The manager of the person's department on the day; of a department manager's own work the general manager."""
    posting = get_posting(staff=staff, on=on)
    posting = posting or staff.postings.select_related("department").order_by("effective_on").first()
    if posting is not None and posting.department is not None:
        heads = list_holders(post=Post.DEPARTMENT_MANAGER, on=on, department=posting.department)
        if heads and heads[0].pk != staff.pk:
            return heads[0]
    above = [*list_holders(post=Post.GENERAL_MANAGER, on=on), *list_holders(post=Post.RISK_MANAGER, on=on)]
    return next((one for one in above if one.pk != staff.pk), None)
