"""Spreading visits over days: in their windows, as even as can be, the urgent first, neighbours together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from baohou.core.spreading import Item, spread

FIRST = date(2026, 10, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(24) if n % 7 < 5]
"""Four weeks of five days."""
_day = st.integers(0, 23).map(lambda n: FIRST + timedelta(days=n))
_item = st.tuples(_day, _day, st.sampled_from("AB")).map(lambda one: (min(one[:2]), max(one[:2]), one[2]))


def items_of(windows: Sequence[tuple[date, date, str]]) -> list[Item[int]]:
    return [Item(key, first, last, group) for key, (first, last, group) in enumerate(windows)]


def feasible(windows: list[tuple[int, int]], free: list[int]) -> bool:
    """Whether each window finds a place, by trying the earliest due first on each day (optimal, and plainly written)."""
    waiting = sorted(windows, key=lambda one: one[1])
    for day, places in enumerate(free):
        for _ in range(places):
            ready = next((one for one in waiting if one[0] <= day <= one[1]), None)
            if ready is None:
                break
            waiting.remove(ready)
    return not waiting


@given(
    windows=st.lists(_item, max_size=30),
    taken=st.dictionaries(st.sampled_from(DAYS), st.integers(0, 4), max_size=6),
)
def test_each_lies_in_its_window_on_a_day_given_and_the_fullest_day_is_as_low_as_can_be(
    windows: list[tuple[date, date, str]], taken: Mapping[date, int]
) -> None:
    items = items_of(windows)
    found, left = spread(items, days=DAYS, taken=taken)
    assert sorted([*found, *left]) == [item.key for item in items]
    for item in items:
        within = [day for day in DAYS if item.first <= day <= item.last]
        assert (item.key in left) == (not within)
        assert item.key in left or found[item.key] in within
    loads = Counter(found.values())
    most = max((loads[day] + taken.get(day, 0) for day in loads), default=0)
    reach = [
        (
            min(i for i, day in enumerate(DAYS) if day >= item.first),
            max(i for i, day in enumerate(DAYS) if day <= item.last),
        )
        for item in items
        if item.key in found
    ]
    if most > 1:
        assert not feasible(reach, [max(0, most - 1 - taken.get(day, 0)) for day in DAYS])


@given(count=st.integers(0, 70), places=st.integers(1, len(DAYS)))
def test_visits_of_one_window_are_shared_evenly(count: int, places: int) -> None:
    """However many on however many days: no day has two more than another."""
    days = DAYS[:places]
    found, left = spread([Item(key, FIRST, DAYS[-1]) for key in range(count)], days=days)
    loads = Counter(found.values())
    assert not left
    assert max(loads[day] for day in days) - min(loads[day] for day in days) <= 1


def test_few_visits_lie_evenly_in_the_quarter() -> None:
    """Five visits on twenty days: one every fourth day, not five on the first five."""
    days = [FIRST + timedelta(days=n) for n in range(20)]
    found, _ = spread([Item(key, FIRST, days[-1]) for key in range(5)], days=days)
    places = sorted(days.index(day) for day in found.values())
    assert {after - before for before, after in pairwise(places)} == {4}


def test_the_earliest_due_come_first() -> None:
    """Of six visits, those due in the first week are made before those due in the last."""
    urgent = [Item(key, FIRST, DAYS[4]) for key in range(3)]
    patient = [Item(key, FIRST, DAYS[-1]) for key in range(3, 6)]
    found, _ = spread([*patient, *urgent], days=DAYS)
    assert max(found[item.key] for item in urgent) <= DAYS[4]
    assert max(found[item.key] for item in urgent) <= min(found[item.key] for item in patient)


def test_those_of_one_district_follow_one_another() -> None:
    """Ten clients of two districts, one due day: the first days are one district's, the later ones the other's."""
    found, _ = spread([Item(key, FIRST, DAYS[-1], "AB"[key % 2]) for key in range(10)], days=DAYS)
    assert max(found[key] for key in range(0, 10, 2)) < min(found[key] for key in range(1, 10, 2))


def test_nothing_fits_where_no_day_is_given() -> None:
    """A visit owed and due within a week off."""
    assert spread([Item("特别回访", date(2026, 10, 3), date(2026, 10, 4))], days=[date(2026, 10, 8)]) == (
        {},
        ["特别回访"],
    )
