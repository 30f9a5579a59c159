"""The evening of 2026-10-20, on which everybody of the cast has a log-in, and a penalty of 张甲's."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from baohou.kernel.accountability.models import Entry
from baohou.kernel.people.access import Person, find_person
from baohou.kernel.people.models import Staff
from tests.cast import Portfolio
from tests.desk.conftest import TODAY, Enter, enter, jobs_in_place

__all__ = ["Enter", "enter", "jobs_in_place"]


@pytest.fixture
def manned(evening: Portfolio) -> Portfolio:
    """Everybody of the cast can log in."""
    for staff in Staff.objects.all():
        staff.user = User.objects.create(username=staff.staff_no)
        staff.save(update_fields=["user"])
    return evening


@pytest.fixture
def penalty(evening: Portfolio) -> Entry:
    """The 50 yuan for the visit that 张甲 did not make and that was booked first."""
    return Entry.objects.filter(staff=evening.cast.a, clause="PGM.12").order_by("pk")[0]


def person(staff: Staff) -> Person:
    """Who a member of staff is today."""
    staff.refresh_from_db()
    assert staff.user is not None
    found = find_person(staff.user, on=TODAY)
    assert found is not None
    return found


def told(staff: Staff) -> dict[str, Any]:
    """By whom, when and through which door."""
    return {"by": person(staff), "on": TODAY, "door": "page"}
