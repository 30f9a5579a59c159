"""A change of a person's post waits for a second pair of eyes; so does engaging someone who could check."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date
from typing import Any, Final

from django.db.models import F
from django.urls import reverse

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.approvals.kinds import Kind, Order, Payload
from baohou.kernel.approvals.queries import Pending, pending_on
from baohou.kernel.approvals.services import Asked, Draft, ask
from baohou.kernel.people import postings
from baohou.kernel.people.access import RIGHTS, Person, Right
from baohou.kernel.people.models import Department, Post, Posting, Staff
from baohou.kernel.people.queries import get_posting

_WEIGHTY: Final = frozenset(
    {
        Right.CHECK_PENALTY,
        Right.CHECK_GRADE,
        Right.CHECK_RULES,
        Right.CHECK_IMPORT,
        Right.CHECK_POST,
        Right.CHECK_ARCHIVE,
        Right.ADMINISTER,
    }
)
"""Whoever is engaged with one of these could check others' acts, or name who does."""


def ask_post(
    *,
    staff: Staff,
    department: Department | None,
    post: Post,
    effective_on: date,
    because: str,
    by: Person,
    on: date,
    door: str,
) -> Asked:
    """Ask for a person's post and department to be changed from a day on; 离职 ends the service."""
    if post is Post.LEFT:
        department = None
    held = get_posting(staff=staff, on=effective_on)
    was = (say(Post(held.post).label), held.department.name if held.department else "—") if held else ("", "")
    now = (say(post.label), department.name if department else "—")
    return ask(
        Draft(
            kind=CHANGE.code,
            subject=subject_of(staff),
            title=say(
                "%(was)s → %(now)s，自 %(on)s 起", was=was[0] or say("无任职"), now=now[0], on=effective_on.isoformat()
            ),
            payload={
                "staff": staff.pk,
                "department": department.pk if department else None,
                "post": post.value,
                "effective_on": effective_on,
            },
            rows=[
                (say("岗位"), was[0], now[0]),
                (say("部门"), was[1], now[1]),
                (say("生效日"), "", str(effective_on)),
            ],
            because=because,
            about=staff,
        ),
        by=by,
        on=on,
        door=door,
    )


def ask_take_back(*, posting: Posting, by: Person, on: date, door: str) -> Asked:
    """Ask for a posting that has not begun yet to be taken back."""
    said, day = say(Post(posting.post).label), posting.effective_on.isoformat()
    return ask(
        Draft(
            kind=CHANGE.code,
            subject=subject_of(posting.staff),
            title=say("撤回自 %(on)s 起任%(post)s", on=day, post=said),
            payload={"staff": posting.staff_id, "take_back": posting.effective_on},
            rows=[(say("岗位"), said, ""), (say("生效日"), day, "")],
            about=posting.staff,
        ),
        by=by,
        on=on,
        door=door,
    )


def ask_person(
    *,
    staff_no: str,
    name: str,
    department: Department | None,
    post: Post,
    effective_on: date,
    by: Person,
    on: date,
    door: str,
) -> Asked:
    """Engage someone; a second pair of eyes is asked for where the post could check others' acts or administers."""
    told: dict[str, Any] = {"staff_no": staff_no, "name": name, "post": post, "effective_on": effective_on}
    if post not in RIGHTS or not RIGHTS[post] & _WEIGHTY:
        return Asked(None, postings.add_person(**told, department=department, actor=by.actor, door=door))
    rows = [
        (say("工号"), "", staff_no),
        (say("姓名"), "", name),
        (say("岗位"), "", say(post.label)),
        (say("部门"), "", department.name if department else "—"),
        (say("生效日"), "", str(effective_on)),
    ]
    return ask(
        Draft(
            kind=ENGAGE.code,
            subject="".join(staff_no.split()).lower(),
            title=say("登记%(name)s（%(no)s）为%(post)s", name=name, no=staff_no, post=say(post.label)),
            payload={**told, "post": post.value, "department": department.pk if department else None},
            rows=rows,
        ),
        by=by,
        on=on,
        door=door,
    )


def pending_posts(people: Collection[int]) -> dict[int, tuple[Pending, ...]]:
    """What waits on the post of each of some people. One query."""
    waiting = pending_on((CHANGE.code,), map(str, people))
    return {int(subject): those for subject, those in waiting.items()}


def subject_of(staff: Staff) -> str:
    """How proposals name a person."""
    return str(staff.pk)


def _department(payload: Payload) -> Department | None:
    return Department.objects.get(pk=payload["department"]) if payload["department"] is not None else None


def _change(order: Order) -> Posting | None:
    payload = order.payload
    staff = Staff.objects.get(pk=payload["staff"])
    if "take_back" in payload:
        planned = Posting.objects.select_related("staff", "department")
        found = planned.filter(staff=staff, effective_on=payload["take_back"]).first()
        if found is None:
            raise Refused("approvals.posting_gone", "这次任职变更已不在了，请退回。")
        postings.take_back(posting=found, actor=order.actor, door=order.door)
        return None
    return postings.change_post(
        staff=staff,
        department=_department(payload),
        post=Post(payload["post"]),
        effective_on=date.fromisoformat(payload["effective_on"]),
        because=order.because,
        actor=order.actor,
        door=order.door,
    )


def _engage(order: Order) -> Staff:
    payload = order.payload
    return postings.add_person(
        staff_no=payload["staff_no"],
        name=payload["name"],
        department=_department(payload),
        post=Post(payload["post"]),
        effective_on=date.fromisoformat(payload["effective_on"]),
        actor=order.actor,
        door=order.door,
    )


def _stamp(payload: Payload) -> str:
    held = Posting.objects.filter(staff=payload["staff"]).order_by("effective_on")
    said = ";".join(map(str, held.values_list("effective_on", "post", F("department"))))
    return hashlib.sha256(said.encode()).hexdigest()


def _taken(payload: Payload) -> str:
    return str(Staff.objects.filter(staff_no__iexact="".join(payload["staff_no"].split())).exists())


CHANGE = Kind(
    code="people.post",
    title="岗位变动",
    right=Right.CHECK_POST,
    carry_out=_change,
    stamp=_stamp,
    place=lambda payload: reverse("people.one", args=[payload["staff"]]),
)
ENGAGE = Kind(
    code="people.engage",
    title="登记有复核或管理权的人员",
    right=Right.CHECK_POST,
    carry_out=_engage,
    stamp=_taken,
    place=lambda _: reverse("people"),
)
