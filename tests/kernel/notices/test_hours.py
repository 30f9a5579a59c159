"""Quiet hours over midnight, in Asia/Shanghai."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from baohou.kernel.notices.hours import Hours

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = Hours(time(8), time(21), time(7, 30))


@pytest.mark.parametrize(
    ("at", "loud"),
    [
        ("2026-10-20T20:59", "2026-10-20T20:59"),
        ("2026-10-20T21:00", "2026-10-21T07:30"),
        ("2026-10-20T23:59", "2026-10-21T07:30"),
        ("2026-10-21T00:10", "2026-10-21T07:30"),
        ("2026-10-21T07:29", "2026-10-21T07:30"),
        ("2026-10-21T07:30", "2026-10-21T07:30"),
        ("2026-12-31T22:00", "2027-01-01T07:30"),
    ],
)
def test_quiet_hours_end_in_the_morning(at: str, loud: str) -> None:
    """21:00 to 07:30 the next day."""
    moment = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
    assert NIGHT.loud_from(moment) == datetime.fromisoformat(loud).replace(tzinfo=SHANGHAI)


def test_they_are_hours_of_the_place_and_not_of_greenwich() -> None:
    """14:00 in Greenwich is 22:00 in Shanghai, and quiet."""
    moment = datetime(2026, 10, 20, 14, tzinfo=UTC).astimezone(SHANGHAI)
    assert NIGHT.loud_from(moment).astimezone(UTC) == datetime(2026, 10, 20, 23, 30, tzinfo=UTC)


def test_the_same_time_twice_is_no_quiet_hours() -> None:
    assert not any(Hours(time(8), time(9), time(9)).is_quiet(time(hour)) for hour in range(24))


def test_quiet_hours_within_a_day() -> None:
    """A nap from 12 to 14."""
    nap = Hours(time(8), time(12), time(14))
    assert [hour for hour in range(24) if nap.is_quiet(time(hour))] == [12, 13]


def test_the_digest_comes_on_its_day_at_its_hour() -> None:
    assert NIGHT.digest_of(date(2026, 10, 20), SHANGHAI) == datetime(2026, 10, 20, 8, tzinfo=SHANGHAI)
