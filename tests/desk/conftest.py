"""The portfolio on the evening of a business day, and everyone at the door."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from baohou.day.jobs import launching, services
from baohou.day.jobs.services import work
from baohou.kernel.people.models import Staff
from tests.cast import EVENING

TODAY = EVENING
Enter = Callable[[Staff], Client]


@pytest.fixture(autouse=True)
def jobs_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page starts is done at once, in this process: another one would not see the test's database."""
    monkeypatch.setattr(launching, "launch", lambda pk: work(pk=pk))
    monkeypatch.setattr(services, "when_committed", lambda launch: launch())


@pytest.fixture
def enter(db: None) -> Enter:
    """A browser in which a member of staff has logged in."""

    def enter(staff: Staff) -> Client:
        staff.refresh_from_db()
        if staff.user is None:
            staff.user = User.objects.create(username=staff.staff_no)
            staff.save(update_fields=["user"])
        browser = Client()
        browser.force_login(staff.user)
        return browser

    return enter
