"""Filing the disposal measure for a client graded watch or risk (PGM.10)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from baohou.core.period import quarter_of
from baohou.guarantee.models import Measure
from baohou.guarantee.services import verbs
from baohou.kernel.audit.services import record_changes
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Staff


@transaction.atomic
def file(
    *,
    client: Party,
    quarter: date,
    text: str,
    department_manager: Staff,
    manager_a: Staff,
    manager_b: Staff | None,
    filed_on: date,
    actor: str,
    door: str,
) -> Measure:
    """File, or write anew, a client's measure for the quarter that ends on ``quarter``, with those who conferred."""
    text = verbs.require_text(text, what="处置措施")
    verbs.require_not_future(filed_on, what="填报日期", where="填报日期")
    last = quarter_of(quarter).last
    act = verbs.act_on(
        verb="measures.file", client=client, actor=actor, door=door, facts={"quarter": str(quarter_of(quarter))}
    )
    values = {
        "text": text,
        "department_manager": department_manager,
        "manager_a": manager_a,
        "manager_b": manager_b,
        "filed_on": filed_on,
        "act": act,
    }
    before = Measure.objects.filter(client=client, quarter=last).first()
    if before is not None:
        old, new = {"text": before.text, "filed_on": str(before.filed_on)}, {"text": text, "filed_on": str(filed_on)}
        record_changes(act=act, table="guarantee_measure", rows=[(f"{client.id_no} {last}", old, new)])
    measure, _ = Measure.objects.update_or_create(client=client, quarter=last, defaults=values)
    return measure
