"""What the day needs of the pages to tell people of them: two addresses, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from baohou.day import engine
from baohou.kernel.notices.models import Notice
from tests.cast import Portfolio

pytestmark = pytest.mark.django_db


def test_the_day_loads_no_pages_to_tell_of_them(evening: Portfolio, monkeypatch: pytest.MonkeyPatch) -> None:
    """It writes the addresses of two pages, which are where it says; looking them up would load every page."""

    def looked_up(*_: object) -> None:
        raise AssertionError("the day looks addresses up")

    Notice.objects.all().delete()
    with monkeypatch.context() as without:
        without.setattr("django.urls.base.get_resolver", looked_up)
        for day in (date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 12)):
            engine.run(on=day)
    told = set(Notice.objects.values_list("kind", "url"))
    assert told == {("duty.late", reverse("home")), ("penalty.posted", reverse("penalties"))}
