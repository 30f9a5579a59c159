"""The portfolio on the evening of 2026-10-20, and the penalty that 张甲 was given first."""

from __future__ import annotations

import pytest

from baohou.kernel.accountability.models import Entry
from tests.cast import Portfolio
from tests.desk.conftest import Enter, enter

__all__ = ["Enter", "enter"]


@pytest.fixture
def penalty(evening: Portfolio) -> Entry:
    """The 50 yuan for the visit that 张甲 did not make and that was booked first."""
    return Entry.objects.filter(staff=evening.cast.a, clause="PGM.12").order_by("pk")[0]
