"""Arranging planned visits with the clients beforehand (GPM.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db import transaction

from baohou.core.errors import Refused
from baohou.guarantee.models import PlannedDate
from baohou.guarantee.rules.appointments import Appointment
from baohou.guarantee.services.plans import Planner, rows_to_plan
from baohou.guarantee.services.verbs import require_not_future
from baohou.kernel.audit.services import concern, record_act


@transaction.atomic
def arrange(*, planner: Planner, key: int, seen: date | None, appointment: Appointment | None) -> None:
    """Write down with whom a planned visit was arranged for its day, or (None) that it is arranged no more.

    ``seen`` is the day that stood there when the planner looked. An appointment goes with its day: once the visit is
    planned for another day, it has to be arranged anew. Refused: a visit without a day, another day by now, no name,
    an appointment made in the future or after the day it is for, and what planning the visit would be refused for.
    """
    [row] = rows_to_plan(planner, planner.plan([key]), [key])
    if row.planned_on is None:
        raise Refused("guarantee.plan.not_planned", "这次回访还没有计划日期，请先排日期，再登记约见。")
    if row.planned_on != seen:
        raise Refused(
            "guarantee.plan.moved",
            "%(who)s已把这次回访改到 %(on)s，请按新的日期与客户约。",
            who=row.by,
            on=row.planned_on,
        )
    if appointment is not None:
        appointment = _checked(appointment, row.planned_on)
    if appointment == row.appointment:
        return
    told = appointment.told() if appointment else {}
    facts = {"client": row.visit.id_no, "planned_on": str(row.planned_on), **told}
    act = record_act(verb="plans.arrange", door=planner.door, by=planner.actor, facts=facts)
    concern(act, client=row.visit.client_id)
    planned = PlannedDate.objects.get(duty_key=key)
    planned.appointment, planned.act = appointment, act
    planned.save()


def _checked(made: Appointment, planned_on: date) -> Appointment:
    """The appointment with its name tidied."""
    contact = made.contact.strip()
    if not contact:
        raise Refused("guarantee.visit.no_contact", "请填写与客户方的谁约好的。", where="arranged_with")
    require_not_future(made.arranged_on, what="约见日期", where="arranged_on")
    if made.arranged_on > planned_on:
        raise Refused(
            "guarantee.visit.arranged_late",
            "约见日期 %(arranged_on)s 晚于回访日期 %(on)s，请核对。",
            where="arranged_on",
            arranged_on=made.arranged_on,
            on=planned_on,
        )
    return replace(made, contact=contact)
