"""Grades given between quarters wait for a second pair of eyes when they lead to or from risk (PGM.7)."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from baohou.core.sayings import say
from baohou.guarantee.models import GradeChange
from baohou.guarantee.queries.pending import TO_RISK, TO_WATCH, subject_of
from baohou.guarantee.rules.words import Grade
from baohou.guarantee.services import grades, verbs
from baohou.kernel.approvals.kinds import Kind, Order, Payload
from baohou.kernel.approvals.services import Asked, Draft, ask
from baohou.kernel.parties.models import Party
from baohou.kernel.people.access import Person, Right
from baohou.kernel.people.models import Staff


def ask_grade(
    *,
    client: Party,
    grade: Grade,
    effective_on: date,
    because: str,
    by: Person,
    staff: Staff,
    on: date,
    door: str,
    seen: int | None = None,
) -> Asked:
    """Ask for a grade from a day on; one that leads neither to nor from risk or watch is given at once.

    ``seen`` as ``grades.change``; what waits is approved against the record as it stood.
    The quarter's table is another matter: its department signs it and the risk department accepts it.
    """
    held = grades.held_on(client, effective_on)
    if seen is not None:
        grades.require_seen(held, effective_on=effective_on, by=staff, seen=seen)
    before = Grade(held.grade) if held else None
    kind = next((kind for of, kind in ((Grade.RISK, RISK), (Grade.WATCH, WATCH)) if of in (before, grade)), None)
    if kind is None or before is grade:
        given = {"client": client, "grade": grade, "effective_on": effective_on, "because": because}
        return Asked(None, grades.change(**given, by=staff, actor=by.actor, door=door, seen=seen))  # type: ignore[arg-type]
    was, now = say(before.zh if before else "尚未评定"), say(grade.zh)
    because = verbs.require_text(because, what="理由")
    return ask(
        Draft(
            kind=kind.code,
            subject=subject_of(client.pk),
            title=say("%(was)s → %(now)s，自 %(on)s 起", was=was, now=now, on=effective_on.isoformat()),
            payload={"client": client.pk, "grade": grade.value, "effective_on": effective_on, "by": staff.pk},
            rows=[
                (say("风险分类"), was, now),
                (say("生效日"), str(held.effective_on) if held else "", str(effective_on)),
            ],
            because=because,
            party=client,
        ),
        by=by,
        on=on,
        door=door,
    )


def _carry_out(order: Order) -> GradeChange:
    said = order.payload
    return grades.change(
        client=Party.objects.get(pk=said["client"]),
        grade=Grade(said["grade"]),
        effective_on=date.fromisoformat(said["effective_on"]),
        because=order.because,
        by=Staff.objects.get(pk=said["by"]),
        actor=order.actor,
        door=order.door,
    )


def _stamp(payload: Payload) -> str:
    latest = GradeChange.objects.filter(client=payload["client"]).order_by("-effective_on")
    given = latest.values_list("effective_on", "grade", "act_id").first()
    return " ".join(map(str, given)) if given else ""


def _place(payload: Payload) -> str:
    return reverse("clients.one", args=[payload["client"]])


RISK = Kind(TO_RISK, "调入或调出风险类", Right.CHECK_GRADE, _carry_out, _stamp, _place)
WATCH = Kind(TO_WATCH, "调入或调出关注类", Right.CHECK_GRADE, _carry_out, _stamp, _place, default_on=False)
