"""What a hand-over of work comes to, and writing it down: the appointments, the list, who signs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from baohou.guarantee.models import (
    ManagerAppointment,
    MeasureAction,
    MovedAction,
    MovedDraft,
    MovedDuty,
    MovedGuarantee,
    MoveSigner,
    WorkMove,
)
from baohou.guarantee.queries.drafts import HeldDraft
from baohou.guarantee.queries.moves import Holding
from baohou.guarantee.services import telling
from baohou.kernel.audit.capture import add_rows, set_rows
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.services import record_changes
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.models import Staff

HANDS_OVER: Final = "移交人"
TAKES_OVER: Final = "接收人"
WATCHES: Final = "监交人"


@dataclass(frozen=True)
class Passing:
    """A guarantee with its managers from its start on."""

    holding: Holding
    a: Staff
    b: Staff | None


@dataclass(frozen=True)
class Plan:
    """What a hand-over would do: nothing is left out, everyone who takes over is in service."""

    staff: Staff
    effective_on: date
    passing: list[Passing]
    duties: list[tuple[Duty, Staff]]
    actions: list[tuple[MeasureAction, Staff]]
    drafts: list[tuple[HeldDraft, Staff]]
    receivers: list[Staff]
    supervisor: Staff | None


def write_down(move: WorkMove, plan: Plan, act: Act) -> None:
    """Write down what a plan changes, and the list of it that is to be signed."""
    _appoint(plan, act)
    _list(move, plan)


def _appoint(plan: Plan, act: Act) -> None:
    """Write the appointments of the day, and take the person out of those that were planned for later."""
    starts = {row.holding.guarantee.pk: row for row in plan.passing}
    known = {
        one.guarantee_id: one
        for one in ManagerAppointment.objects.filter(guarantee__in=list(starts))
        if one.effective_on == starts[one.guarantee_id].holding.start
    }
    new: list[ManagerAppointment] = []
    changed: list[ManagerAppointment] = []
    told: list[tuple[str, Any, Any]] = []
    for row in plan.passing:
        guarantee, start = row.holding.guarantee, row.holding.start
        unchanged = (row.a, row.b) == (row.holding.a, row.holding.b)
        if guarantee.pk in known:
            if not unchanged:
                _replace(known[guarantee.pk], row.a, row.b, guarantee.project_no, changed, told)
        elif not unchanged:
            new.append(
                ManagerAppointment(guarantee=guarantee, manager_a=row.a, manager_b=row.b, effective_on=start, act=act)
            )
        for later in row.holding.later:
            a = row.a if later.manager_a_id == plan.staff.pk else later.manager_a
            b = row.b if later.manager_b_id == plan.staff.pk else later.manager_b
            _replace(later, a, None if b is not None and b.pk == a.pk else b, guarantee.project_no, changed, told)
    add_rows(ManagerAppointment, new, batch_size=500)
    record_changes(act=act, table="guarantee_managerappointment", rows=told)
    set_rows(ManagerAppointment, changed, ["manager_a", "manager_b"])


def _replace(
    one: ManagerAppointment,
    a: Staff,
    b: Staff | None,
    project_no: str,
    changed: list[ManagerAppointment],
    told: list[tuple[str, Any, Any]],
) -> None:
    before = {"manager_a": one.manager_a.staff_no, "manager_b": one.manager_b.staff_no if one.manager_b else None}
    after = {"manager_a": a.staff_no, "manager_b": b.staff_no if b else None}
    told.append((f"{project_no} {one.effective_on}", before, after))
    one.manager_a, one.manager_b = a, b
    changed.append(one)


def _list(move: WorkMove, plan: Plan) -> None:
    """Write down what the signed list says, and who signs it."""
    add_rows(
        MovedGuarantee,
        [
            MovedGuarantee(
                move=move,
                guarantee=row.holding.guarantee,
                was_a=row.holding.a,
                was_b=row.holding.b,
                now_a=row.a,
                now_b=row.b,
            )
            for row in plan.passing
        ],
        batch_size=200,
    )
    add_rows(
        MovedDuty,
        [
            MovedDuty(
                move=move,
                duty_key=duty.key,
                kind=duty.kind,
                what=_what(duty),
                due_on=duty.due_on,
                owner_id=duty.owner_id or plan.staff.pk,
                to=to,
            )
            for duty, to in plan.duties
        ],
        batch_size=200,
    )
    add_rows(
        MovedAction,
        [
            MovedAction(
                move=move,
                action=one.pk,
                what=one.measure.client.name[:255],
                text=one.text,
                due_on=one.due_on,
                owner=one.responsible,
                to=to,
            )
            for one, to in plan.actions
        ],
        batch_size=200,
    )
    _list_drafts(move, plan)
    _ask_to_sign(move, plan)


def _list_drafts(move: WorkMove, plan: Plan) -> None:
    add_rows(
        MovedDraft,
        [
            MovedDraft(
                move=move,
                key=one.draft.key,
                what=one.draft.client.name[:255],
                kind=one.draft.kind,
                begun_at=one.draft.begun_at,
                changed_at=one.draft.changed_at,
                version=one.draft.version,
                files=len(one.arrived),
                lacking=len(one.lacking),
                owner=plan.staff,
                to=to,
            )
            for one, to in plan.drafts
        ],
        batch_size=200,
    )


def _ask_to_sign(move: WorkMove, plan: Plan) -> None:
    signers = [(HANDS_OVER, plan.staff)]
    several = len(plan.receivers) > 1
    for place, one in enumerate(plan.receivers, 1):
        signers.append((f"{TAKES_OVER} {place}" if several else TAKES_OVER, one))
    if plan.supervisor is not None:
        signers.append((WATCHES, plan.supervisor))
    add_rows(MoveSigner, [MoveSigner(move=move, role=role, staff=one) for role, one in signers])
    telling.tell_signers(move, [one for _, one in signers])


def _what(duty: Duty) -> str:
    if duty.party is not None:
        return duty.party.name[:255]
    return duty.department.name if duty.department else ""
