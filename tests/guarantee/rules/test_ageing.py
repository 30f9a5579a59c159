"""How long what is overdue has been so: on 2026-10-20."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from baohou.guarantee.rules.ageing import BANDS, band_of

TODAY = date(2026, 10, 20)


@pytest.mark.parametrize(
    ("due_on", "band"),
    [
        (date(2026, 10, 19), 0),
        (date(2026, 10, 13), 0),
        (date(2026, 10, 12), 1),
        (date(2026, 9, 20), 1),
        (date(2026, 9, 19), 2),
        (date(2026, 7, 22), 2),
        (date(2026, 7, 21), 3),
        (date(2019, 1, 1), 3),
    ],
)
def test_each_day_is_in_its_band(due_on: date, band: int) -> None:
    assert band_of(due_on, on=TODAY) == band


def test_the_days_of_a_band_are_those_it_is_asked_for_by() -> None:
    """Every day of the last two years is in the one band whose first and last due day it lies between."""
    for back in range(1, 731):
        due_on = TODAY - timedelta(days=back)
        within = [
            place for place, band in enumerate(BANDS) if (band.since(TODAY) or date.min) <= due_on <= band.until(TODAY)
        ]
        assert within == [band_of(due_on, on=TODAY)]


def test_what_is_due_today_is_not_overdue() -> None:
    with pytest.raises(AssertionError):
        band_of(TODAY, on=TODAY)
