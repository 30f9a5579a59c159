"""What the days of a week are called."""

from __future__ import annotations

from datetime import date
from typing import Final

from baohou.core.sayings import Said, say

_WEEKDAYS: Final = (say("周一"), say("周二"), say("周三"), say("周四"), say("周五"), say("周六"), say("周日"))


def weekday_of(day: date) -> Said:
    """周一 to 周日."""
    return _WEEKDAYS[day.weekday()]
