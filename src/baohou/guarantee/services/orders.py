"""Ordering special visits (PGM.5)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.guarantee.models import GradeChange, SpecialOrder
from baohou.guarantee.rules.words import Grade, Urgency
from baohou.guarantee.services import events, telling, verbs
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Staff


@transaction.atomic
def order_special(
    *, client: Party, ordered_on: date, urgency: Urgency, by: Staff, because: str, actor: str, door: str
) -> SpecialOrder:
    """Order a special visit; it is due within the days that its urgency gives (PGM.5).

    Refused: a day to come or before the first issue, a second order of one day, a client graded neither watch nor risk
    without a reason.
    """
    verbs.require_not_future(ordered_on, what="下达日期", where="下达日期")
    verbs.require_client_since(client, ordered_on, what="下达日期", where="下达日期")
    last = GradeChange.objects.filter(client=client, effective_on__lte=ordered_on).order_by("-effective_on").first()
    if not because.strip() and (last is None or last.grade not in (Grade.WATCH, Grade.RISK)):
        message = say("%(client)s不是关注类或风险类客户，安排特别回访须写明理由。", client=client.name)
        raise Refused("guarantee.order.no_reason", message, where="理由")
    if SpecialOrder.objects.filter(client=client, ordered_on=ordered_on).exists():
        message = say("%(client)s %(ordered_on)s 已安排过特别回访。", client=client.name, ordered_on=ordered_on)
        raise Refused("guarantee.order.twice", message, where="下达日期")
    facts = {"on": str(ordered_on), "urgency": urgency.code}
    act = verbs.act_on(verb="orders.order_special", client=client, actor=actor, door=door, because=because, facts=facts)
    order = SpecialOrder.objects.create(
        client=client, ordered_on=ordered_on, urgency=urgency, by=by, because=because.strip(), act=act
    )
    verbs.settle(client=client, since=ordered_on)
    events.tell_order(order)
    telling.tell_order(order)
    return order
