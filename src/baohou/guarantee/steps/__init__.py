"""What the day does in this room: plan the visits and reports, book the penalties.

What works over columns is loaded when a day is run: a command that runs none starts in a third of the time.
"""

from __future__ import annotations

from datetime import date

from baohou.day import registry
from baohou.day.registry import Counts, Step, Task
from baohou.guarantee.steps.basis import BOOKING, PLANNING, of_book, of_penalties


def _plan(task: Task) -> Counts:
    from baohou.guarantee.steps import duties

    return duties.work(task)


def _book(task: Task) -> Counts:
    from baohou.guarantee.steps import penalties

    return penalties.work(task)


def _tell(task: Task) -> Counts:
    from baohou.guarantee.steps import notices

    return notices.work(task)


def _sum_up(on: date) -> None:
    from baohou.guarantee.services.summaries import keep_all

    keep_all(on)


def _first_fact() -> date | None:
    from baohou.guarantee.queries.facts import get_first_fact

    return get_first_fact()


DUTIES = Step(name=PLANNING, title="应办事项", work=_plan, basis=of_book)
PENALTIES = Step(name=BOOKING, title="处罚记账", work=_book, basis=of_penalties)
NOTICES = Step(name="guarantee.notices", title="通知和晨报", work=_tell, decides_the_day=False)


def register() -> None:
    """Make the steps and the first fact known to the engine."""
    registry.register(DUTIES)
    registry.register(PENALTIES)
    registry.register(NOTICES)
    registry.register_ending(_sum_up)
    registry.register_first_fact(_first_fact)
