"""What the day does in this room: plan the visits and reports, book the penalties."""

from baohou.day import registry
from baohou.day.registry import Step
from baohou.guarantee.queries.facts import get_first_fact
from baohou.guarantee.steps import duties, penalties
from baohou.guarantee.steps.basis import of_book, of_penalties

DUTIES = Step(name=duties.NAME, title="应办事项", work=duties.work, basis=of_book)
PENALTIES = Step(name=penalties.NAME, title="处罚记账", work=penalties.work, basis=of_penalties)


def register() -> None:
    """Make the steps and the first fact known to the engine."""
    registry.register(DUTIES)
    registry.register(PENALTIES)
    registry.register_first_fact(get_first_fact)
