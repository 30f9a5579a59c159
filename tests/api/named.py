"""What the paths of operations name in the world of the walk, and what is sent to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from bench import answers

from baohou.day.models import Job, JobState
from baohou.guarantee.models import HandOverItem
from baohou.guarantee.queries.grading import get_table
from baohou.guarantee.queries.plans import get_plan
from baohou.guarantee.rules.words import VisitKind
from baohou.kernel.accountability.models import Appeal
from baohou.kernel.api.models import Call, System
from baohou.kernel.api.tokens import make_system_token
from baohou.kernel.duties.models import Duty
from baohou.kernel.papers.models import Attachment
from baohou.kernel.people.models import Deputy, Posting
from baohou.upkeep.closing import close
from tests.desk import drafted, opened, walking
from tests.desk import planned as planned_visits
from tests.desk.conftest import TODAY
from tests.desk.walking import LAST, World

Told = Callable[[World], dict[str, Any]]


def one(name: str, model: Any) -> Told:
    """The first row of a table that the world has one of, under the name that the path has for it."""
    return lambda world: {name: model.objects.order_by("pk").first().pk}


def said(**body: Any) -> Told:
    return lambda _: body


def client(world: World) -> dict[str, Any]:
    return {"client": world.portfolio.steel.pk}


def measured(world: World) -> dict[str, Any]:
    return client(world) | {"quarter": "2026Q3"}


def staff(world: World) -> dict[str, Any]:
    return {"staff": world.cast.a.pk}


def mover(world: World) -> dict[str, Any]:
    return {"staff": world.cast.b.pk}


def story(world: World) -> dict[str, Any]:
    found = world.penalty
    return {"duty": found.duty_key, "staff": found.staff_id}


def checked(world: World) -> dict[str, Any]:
    """A file whose check found rows that give nobody a post or a grade."""
    told = opened.upload(world)
    found = {"difference_count": 0, "parts": [{"kind": "visits", "new": 1}]}
    Job.objects.create(kind="check", by="X01", reference=told["token"], state=JobState.DONE, active=False, result=found)
    return told


def duty(world: World) -> dict[str, Any]:
    return {"key": Duty.objects.filter(party=world.portfolio.steel).latest("key").key}


def planned(world: World) -> dict[str, Any]:
    return {**world.plan, "key": planned_visits.plan_row(world).key}


def ticked(world: World) -> list[dict[str, Any]]:
    """The visits owed, and the day that stands at each."""
    rows = get_plan(department=world.department, quarter=planned_visits.Q4, today=TODAY).rows
    return [{"key": row.key, "seen": str(row.planned_on) if row.planned_on else None} for row in rows if row.is_owed]


def shift(world: World) -> dict[str, Any]:
    return {"visits": [one for one in ticked(world) if one["seen"]], "working_days": -1}


def items(world: World) -> list[int]:
    return list(HandOverItem.objects.filter(hand_over=world.list).values_list("pk", flat=True))


def contacts_body(world: World) -> dict[str, Any]:
    told = {"role": "legal", "name": "陈大海", "phone": "13857112233"}
    return {"contacts": [told], "accounts": [], "seen": opened.contacts(world)["seen"]}


def visit_body(world: World) -> dict[str, Any]:
    return {
        "key": str(uuid4()),
        **answers.body(VisitKind.REGULAR),
        "visited_on": "2026-10-16",
        "appointment": {"arranged_on": "2026-10-12", "contact": "林总", "channel": "phone"},
    }


def measure_body(world: World) -> dict[str, Any]:
    action = {"text": "核对", "responsible": world.cast.b.pk, "due_on": "2026-11-30"}
    return {"text": "压降", "filed_on": "2026-10-20", "seen": 0, "actions": [action], **world.people}


def table_digest(world: World) -> dict[str, Any]:
    table = get_table(department=world.department, quarter=LAST, clients=None)
    return {"digest": table.digest}


def table_verdict(_: World) -> dict[str, Any]:
    return {"verdict": "accept", "step": opened.last_step()}


def move_body(world: World) -> dict[str, Any]:
    choices = [
        {"guarantee": held.guarantee.pk, "a": world.cast.a.pk if held.as_a else None}
        for held in walking.list_holdings(world.cast.b, on=TODAY)
    ]
    return {"effective_on": "2026-10-21", "because": "离职", "choices": choices}


def mapping_body(_: World) -> dict[str, Any]:
    return {"kind": "grades", "name": "银行", "content": '[columns]\ngrade = "等级"\n'}


def new_person(_: World) -> dict[str, Any]:
    return {"staff_no": "N01", "name": "新人", "post": "general_manager", "effective_on": "2026-10-20"}


def new_post(world: World) -> dict[str, Any]:
    told = {"post": "department_manager", "department": world.department.pk}
    return {**told, "effective_on": "2026-12-01", "because": "晋升"}


def posting(world: World) -> dict[str, Any]:
    return {**staff(world), "posting": Posting.objects.filter(staff=world.cast.a).latest("effective_on").pk}


def deputy(world: World) -> dict[str, Any]:
    return {**staff(world), "deputy": Deputy.objects.get(staff=world.cast.a).pk}


def stand_in(world: World) -> dict[str, Any]:
    told = {"first_on": "2026-11-02", "last_on": "2026-11-03", "because": "年假"}
    return {**told, "deputy": world.cast.outsider.pk}


def shut(_: World) -> None:
    close(because="升级，到 20:00 止", actor="X01", door="command")
    Call.objects.all().delete()


def appeal_file(world: World) -> dict[str, Any]:
    appeal = Appeal.objects.get()
    return {"appeal": appeal.pk, "file": Attachment.objects.get(kind="appeal", subject_id=appeal.pk).pk}


def visited(world: World) -> dict[str, Any]:
    return {"visit": world.visit.pk}


def system_token(world: World) -> dict[str, Any]:
    system = System.objects.get(code="bank")
    made = make_system_token(system=system, name="取数", scopes=[], days=30, actor="X01", door="page")
    return {"system": system.pk, "credential": made.token.pk}


def delivery(world: World) -> dict[str, Any]:
    found = opened.hook_delivery(world)
    return {"hook": found["pk"], "delivery": found["delivery"]}


def a_draft(_: World) -> dict[str, Any]:
    return {"draft": drafted.KEY}
