"""The visit plan of the walk: spread over its quarter, handed in, and what is named and sent of it."""

from __future__ import annotations

from typing import Any

from baohou.core.period import Quarter
from baohou.guarantee.queries.plans import get_plan
from baohou.guarantee.services import plans
from tests.desk.conftest import TODAY
from tests.desk.walking import World

Q4 = Quarter(2026, 4)


def planner(world: World) -> plans.Planner:
    return plans.Planner(world.department, Q4, TODAY, world.cast.manager, "M01", "page")


def spread(world: World) -> None:
    plans.spread(planner=planner(world), first=TODAY, last=Q4.last)


def hand_in_plan(world: World) -> None:
    spread(world)
    plans.hand_in(planner=planner(world))


def plan_row(world: World) -> Any:
    rows = get_plan(department=world.department, quarter=Q4, today=TODAY).rows
    return next(row for row in rows if row.is_owed and row.planned_on is None)


def dated_row(world: World) -> Any:
    """The first visit that has a day, as ``spread`` gives it."""
    rows = get_plan(department=world.department, quarter=Q4, today=TODAY).rows
    return next(row for row in rows if row.is_owed and row.planned_on)


def dated(world: World) -> dict[str, Any]:
    return {**world.plan, "key": dated_row(world).key}


def seen_plan(world: World) -> dict[str, Any]:
    found = get_plan(department=world.department, quarter=Q4, today=TODAY)
    return {"verdict": "accept", "seen": found.fingerprint}


def arranged(world: World) -> dict[str, Any]:
    """An appointment as its page sends it."""
    told = {"arranged_by": "phone", "arranged_on": str(TODAY), "arranged_with": "林总"}
    return {"seen": str(dated_row(world).planned_on), **told}
