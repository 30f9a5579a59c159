"""Who acts in the demonstration, and on which days of the quarter that is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final

from baohou.core.period import Quarter, ended_quarter
from baohou.guarantee.models import Guarantee
from baohou.kernel.calendar import get_work_calendar
from baohou.kernel.people.models import Department, Post, Staff
from baohou.kernel.people.queries import list_holders

DOOR: Final = "command"
_FILED_AFTER, _ANSWERED_AFTER = 8, 9
"""Days after the quarter's last on which departments hand in and the risk department answers."""


@dataclass(frozen=True)
class Company:
    """The made-up company on a day. ``ended`` is the last quarter that has ended by then; its reports are under way."""

    on: date

    @cached_property
    def ended(self) -> Quarter:
        return ended_quarter(self.on)

    @cached_property
    def filed_on(self) -> date:
        """When departments hand in: the last working day within reach of both today and the rule's tenth."""
        return self._working(_FILED_AFTER)

    @cached_property
    def answered_on(self) -> date:
        return self._working(_ANSWERED_AFTER)

    @cached_property
    def departments(self) -> list[Department]:
        """The business departments that have project managers, in the order of these people's staff numbers."""
        held = Department.objects.filter(pk__in=Guarantee.objects.values("department"))
        staffed = [(managers[0].staff_no, one) for one in held if (managers := self.managers(one))]
        return [one for _, one in sorted(staffed, key=lambda pair: pair[0])]

    @cached_property
    def supervisor(self) -> Staff:
        """Who answers for the risk department."""
        return self.holder(Post.RISK_SUPERVISOR)

    @cached_property
    def risk_manager(self) -> Staff:
        return self.holder(Post.RISK_MANAGER)

    def head(self, department: Department) -> Staff:
        return list_holders(post=Post.DEPARTMENT_MANAGER, on=self.on, department=department)[0]

    def managers(self, department: Department) -> list[Staff]:
        """The project managers of a department by staff number."""
        held = list_holders(post=Post.PROJECT_MANAGER, on=self.on, department=department)
        return sorted(held, key=lambda staff: staff.staff_no)

    def holder(self, post: Post) -> Staff:
        """Who holds a post of the whole company, by the lowest staff number."""
        return min(list_holders(post=post, on=self.on), key=lambda staff: staff.staff_no)

    def _working(self, days: int) -> date:
        day, calendar = min(self.on, self.ended.last + timedelta(days=days)), get_work_calendar()
        while day > self.ended.last and not calendar.is_working(day):
            day -= timedelta(days=1)
        return day


def said_by(staff: Staff) -> dict[str, Any]:
    """Who acts; the command that makes the demonstration is the door."""
    return {"by": staff, "actor": staff.staff_no, "door": DOOR}
