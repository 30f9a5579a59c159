"""A system that calls on its own account gets its post when a second pair of eyes has agreed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from baohou.core.sayings import say
from baohou.kernel.api.models import System
from baohou.kernel.api.tokens import add_system, plain_code
from baohou.kernel.approvals.kinds import Kind, Order, Payload
from baohou.kernel.approvals.services import Asked, Draft, ask
from baohou.kernel.people.access import Person, Right
from baohou.kernel.people.models import Department, Post


def ask_system(
    *, code: str, name: str, post: Post, department: Department | None, because: str, by: Person, on: date, door: str
) -> Asked:
    """Ask for a system to be made known with the reach and the rights of a post; refused as ``add_system`` says."""
    code, name = plain_code(code), name.strip()
    rows = [
        (say("系统代号"), "", code),
        (say("系统名称"), "", name),
        (say("权限相当于"), "", say(post.label)),
        (say("部门"), "", department.name if department else "—"),
    ]
    payload: dict[str, Any] = {"code": code, "name": name, "post": post.value}
    return ask(
        Draft(
            kind=SYSTEM.code,
            subject=code,
            title=say("登记系统%(name)s（%(code)s），权限相当于%(post)s", name=name, code=code, post=say(post.label)),
            payload={**payload, "department": department.pk if department else None},
            rows=rows,
            because=because,
        ),
        by=by,
        on=on,
        door=door,
    )


def _carry_out(order: Order) -> System:
    said = order.payload
    department = Department.objects.get(pk=said["department"]) if said["department"] is not None else None
    return add_system(
        code=said["code"],
        name=said["name"],
        post=Post(said["post"]),
        department=department,
        because=order.because,
        actor=order.actor,
        door=order.door,
    )


def _taken(payload: Payload) -> str:
    return str(System.objects.filter(code=payload["code"]).exists())


SYSTEM = Kind(
    code="api.system",
    title="登记调用接口的系统",
    right=Right.CHECK_POST,
    carry_out=_carry_out,
    stamp=_taken,
    place=lambda _: reverse("systems"),
)
