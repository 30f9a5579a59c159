"""Recording visits (PGM.3 to PGM.6)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.guarantee.models import Guarantee, Visit
from baohou.guarantee.queries.late_records import RECORDED_ON
from baohou.guarantee.rules.words import VisitKind
from baohou.guarantee.services import events, verbs
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Staff


@transaction.atomic
def record(
    *,
    client: Party,
    guarantee: Guarantee | None,
    on: date,
    kind: VisitKind,
    by: Staff,
    methods: str,
    summary: str,
    findings: dict[str, Any],
    actor: str,
    door: str,
) -> Visit:
    """Record a visit made, and let it meet the duties it meets at once.

    A visit of a day gone by may be recorded; the act says on which day that was, and queries.late_records tells it.
    Refused: a date to come or before the client's first issue, a routine visit without its project, a project of
    another client, a visit of that kind and day recorded already.
    """
    verbs.require_not_future(on, what="回访日期", where="回访日期")
    verbs.require_client_since(client, on, what="回访日期", where="回访日期")
    if kind is VisitKind.ROUTINE and guarantee is None:
        raise Refused("guarantee.visit.no_project", "例行回访须选定所回访的项目。", where="项目编号")
    if guarantee is not None and guarantee.client_id != client.pk:
        message = say(
            "项目 %(project_no)s 不属于%(client)s，请核对。", project_no=guarantee.project_no, client=client.name
        )
        raise Refused("guarantee.visit.other_client", message, where="项目编号")
    if Visit.objects.filter(client=client, guarantee=guarantee, visited_on=on, kind=kind).exists():
        message = say(
            "%(client)s %(on)s 的%(kind)s回访已有记录，不能重复登记；需要补充请修改回访日期或类别。",
            client=client.name,
            on=on,
            kind=say(kind.zh),
        )
        raise Refused("guarantee.visit.twice", message, where="回访日期")
    facts = {
        "on": str(on),
        "kind": kind.code,
        "project_no": guarantee.project_no if guarantee else None,
        RECORDED_ON: str(timezone.localdate()),
    }
    act = verbs.act_on(verb="visits.record", client=client, actor=actor, door=door, facts=facts)
    visit = Visit.objects.create(
        client=client,
        guarantee=guarantee,
        visited_on=on,
        kind=kind,
        by=by,
        methods=methods,
        summary=summary.strip(),
        findings=findings,
        act=act,
    )
    verbs.settle(client=client, since=on)
    events.tell_visit(visit)
    return visit
