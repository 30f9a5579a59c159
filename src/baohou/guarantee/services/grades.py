"""Grading clients (PGM.7, PGM.8)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.guarantee.models import GradeChange
from baohou.guarantee.rules.words import Grade
from baohou.guarantee.services import events, telling, verbs
from baohou.kernel.audit.services import record_changes
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Staff


@transaction.atomic
def change(
    *,
    client: Party,
    grade: Grade,
    effective_on: date,
    because: str,
    by: Staff,
    actor: str,
    door: str,
    seen: int | None = None,
) -> GradeChange:
    """Give a client a grade from a day on; the visits that follow from it are planned anew at once.

    A grade of that very day is replaced, and stays in the history. ``seen`` is the act of the grade last seen, 0 for
    none; without it what is replaced has been looked at otherwise. Refused: no reason, a day to come or before the
    client's first issue, the grade the client has already, and replacing what somebody else has given unseen.
    """
    because = verbs.require_text(because, what="理由")
    verbs.require_not_future(effective_on, what="生效日", where="生效日")
    verbs.require_client_since(client, effective_on, what="生效日", where="生效日")
    verbs.wait_for_turn([client.pk])
    before = held_on(client, effective_on)
    if seen is not None:
        require_seen(before, effective_on=effective_on, by=by, seen=seen)
    if before is not None and before.grade == grade:
        message = say(
            "%(client)s自 %(effective_on)s 起已是%(grade)s，无需变更。",
            client=client.name,
            effective_on=before.effective_on,
            grade=say(grade.zh),
        )
        raise Refused("guarantee.grade.same", message, where="风险分类")
    facts = {"grade": grade.code, "effective_on": str(effective_on)}
    act = verbs.act_on(verb="grades.change", client=client, actor=actor, door=door, because=because, facts=facts)
    if before is not None and before.effective_on == effective_on:
        old = {"grade": Grade(before.grade).code, "because": before.because, "by": before.by.staff_no}
        new = {"grade": grade.code, "because": because, "by": by.staff_no}
        record_changes(act=act, table="guarantee_gradechange", rows=[(f"{client.id_no} {effective_on}", old, new)])
        before.grade, before.because, before.by, before.act = grade, because, by, act
        before.save(update_fields=["grade", "because", "by", "act"])
        changed = before
    else:
        changed = GradeChange.objects.create(
            client=client, grade=grade, effective_on=effective_on, because=because, by=by, act=act
        )
    verbs.settle(client=client, since=effective_on)
    events.tell_grade(changed)
    telling.tell_grade(changed)
    return changed


def held_on(client: Party, on: date) -> GradeChange | None:
    """The latest grade given to a client on or before a day."""
    given = GradeChange.objects.filter(client=client, effective_on__lte=on).select_related("by", "client")
    return given.order_by("-effective_on").first()


def require_seen(held: GradeChange | None, *, effective_on: date, by: Staff, seen: int) -> None:
    """Refuse to replace a grade of that day that somebody else has given, unless it was the one last seen."""
    if held is None or held.effective_on != effective_on or held.by_id == by.pk or (held.act_id or 0) == seen:
        return
    message = say(
        "%(who)s已把%(client)s %(on)s 的分类定为%(grade)s，理由：%(because)s。您填的还没有保存，请看过再改。",
        who=held.by.name,
        client=held.client.name,
        on=effective_on,
        grade=say(Grade(held.grade).zh),
        because=held.because,
    )
    raise Refused("guarantee.grade.overtaken", message, where="风险分类")
