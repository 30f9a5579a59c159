"""Naming deputies for absence: who stands in for whom, from when to when."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.audit.services import record_act, record_changes
from baohou.kernel.people import standing_in
from baohou.kernel.people.access import Person, Right, may_stand_for
from baohou.kernel.people.models import Deputy, Post, Posting, Staff


def may_name_deputy(person: Person, staff: Staff, department_id: int | None) -> bool:
    """One's own, those of one's department for who may hand over work, everybody's for who administers."""
    if person.reads_only:
        return False
    if person.staff_id == staff.pk or person.may(Right.ADMINISTER):
        return True
    return person.may(Right.MOVE_WORK) and person.sees_department(department_id)


@transaction.atomic
def name_deputy(
    *, staff: Staff, deputy: Staff, first_on: date, last_on: date, because: str, actor: str, door: str
) -> Deputy:
    """Have someone stand in for a person from one day to another, both included.

    The deputy sees the person's clients and duties and does what the person may; the owner, and whom a penalty falls
    on, stay the person (PGM.12). Several deputies may share one absence; the same one is not named twice for a day.
    Refused: oneself, an end before the beginning, a deputy who has left or lacks a right of the absent one's post.
    """
    because = because.strip()
    if not because:
        raise Refused("people.deputy.no_reason", "请写明原因，如年假、出差。", where="理由")
    if staff.pk == deputy.pk:
        raise Refused("people.deputy.self", "代办人不能是本人，请另选一人。", where="代办人")
    if last_on < first_on:
        raise Refused(
            "people.deputy.ends_early",
            "结束日 %(last_on)s 早于开始日 %(first_on)s，请核对。",
            where="结束日",
            last_on=last_on,
            first_on=first_on,
        )
    _require_able(staff, deputy, first_on)
    same = Deputy.objects.filter(staff=staff, deputy=deputy, first_on__lte=last_on, last_on__gte=first_on).first()
    if same is not None:
        said = say(
            "%(deputy)s已在 %(first_on)s 至 %(last_on)s 代%(staff)s办理，请改日期。",
            deputy=deputy,
            first_on=same.first_on,
            last_on=same.last_on,
            staff=staff.name,
        )
        raise Refused("people.deputy.twice", said, where="开始日")
    facts = {
        "staff_no": staff.staff_no,
        "deputy": deputy.staff_no,
        "first_on": str(first_on),
        "last_on": str(last_on),
    }
    act = record_act(verb="people.name_deputy", door=door, by=actor, because=because, facts=facts)
    named = Deputy.objects.create(
        staff=staff, deputy=deputy, first_on=first_on, last_on=last_on, because=because, act=act
    )
    standing_in.tell_all(named)
    return named


def _require_able(staff: Staff, deputy: Staff, first_on: date) -> None:
    """Both are in service on the first day, and the deputy may do all that the absent one may."""
    absent, standing = _post_on(staff, first_on), _post_on(deputy, first_on)
    for who, post in ((staff, absent), (deputy, standing)):
        if post is None or post is Post.LEFT:
            raise Refused(
                "people.deputy.no_post",
                "%(who)s在 %(first_on)s 没有任职，不能安排代办。",
                where="代办人",
                who=who,
                first_on=first_on,
            )
    assert absent is not None and standing is not None, "both are in service"
    if not may_stand_for(absent, standing):
        said = say(
            "%(deputy)s是%(standing)s，没有%(absent)s的全部权限，不能代办；请选同岗位或权限更大的人。",
            deputy=deputy,
            standing=say(standing.label),
            absent=say(absent.label),
        )
        raise Refused("people.deputy.lacks_right", said, where="代办人")


@transaction.atomic
def end_deputy(*, deputy: Deputy, on: date, actor: str, door: str) -> None:
    """The absent one is back on ``on``: the day before is the deputy's last; one that has not begun is taken away.

    Refused when it has ended already.
    """
    if deputy.last_on < on:
        raise Refused("people.deputy.ended", "这次代办已于 %(last_on)s 结束。", last_on=deputy.last_on)
    key = f"{deputy.staff.staff_no} {deputy.deputy.staff_no} {deputy.first_on}"
    act = record_act(verb="people.end_deputy", door=door, by=actor, facts={"deputy": key, "on": str(on)})
    last_on = on - timedelta(days=1)
    begun = deputy.first_on <= last_on
    after = {"last_on": str(last_on)} if begun else None
    record_changes(act=act, table="people_deputy", rows=[(key, {"last_on": str(deputy.last_on)}, after)])
    if begun:
        deputy.last_on = last_on
        deputy.save(update_fields=["last_on"])
    else:
        deputy.delete()


def _post_on(staff: Staff, on: date) -> Post | None:
    posting = Posting.objects.filter(staff=staff, effective_on__lte=on).order_by("-effective_on").first()
    return Post(posting.post) if posting else None
