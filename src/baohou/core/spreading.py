"""Spreading appointments over days: each within its own window, no day fuller than need be, earliest due first."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Item(Generic[Key]):
    """Something to be put on one day from ``first`` to ``last``; of equally urgent ones those of a ``group`` follow
    one another."""

    key: Key
    first: date
    last: date
    group: str = ""


def spread(
    items: Sequence[Item[Key]], *, days: Sequence[date], taken: Mapping[date, int] | None = None
) -> tuple[dict[Key, date], list[Key]]:
    """A day for each item, and the keys of those in whose window none of the days lies.

    ``days`` are sorted and distinct; ``taken`` says how many fixed appointments a day holds already. The fullest day
    holds as few as possible, and so does the next; days that stay empty lie evenly between the others.
    """
    windows = [(bisect_left(days, item.first), bisect_right(days, item.last)) for item in items]
    left_over = [item.key for item, (low, high) in zip(items, windows, strict=True) if low >= high]
    fitting = [(item, low, high) for item, (low, high) in zip(items, windows, strict=True) if low < high]
    fitting.sort(key=lambda one: (one[2], one[0].group, one[1]))
    fixed = [(taken or {}).get(day, 0) for day in days]
    seats = _seats([(low, high) for _, low, high in fitting], fixed)
    return {item.key: days[at] for item, at in _seated(fitting, seats)}, left_over


def _seats(windows: Sequence[tuple[int, int]], fixed: Sequence[int]) -> list[int]:
    """How many items each day takes so that the loads are as even as the windows allow.

    Items are placed one by one; each goes to the least loaded day that it can reach by moving earlier ones along
    (an optimal semi-matching, Harvey, Ladner, Lovász and Tamir 2003). Of equally loaded days the one nearest to the
    item's even share of the days wins.
    """
    on_day: list[list[int]] = [[] for _ in fixed]
    for item, (low, high) in enumerate(windows):
        ideal = _ideal(item, windows)
        came_by: dict[int, tuple[int, int] | None] = dict.fromkeys(range(low, high))
        queue = list(came_by)
        for day in queue:
            for other in on_day[day]:
                for next_day in range(*windows[other]):
                    if next_day not in came_by:
                        came_by[next_day] = (day, other)
                        queue.append(next_day)
        best = min(came_by, key=lambda day: (fixed[day] + len(on_day[day]), abs(day - ideal), day))
        step = came_by[best]
        while step is not None:
            before, moved = step
            on_day[before].remove(moved)
            on_day[best].append(moved)
            best, step = before, came_by[before]
        on_day[best].append(item)
    return [len(those) for those in on_day]


def _ideal(item: int, windows: Sequence[tuple[int, int]]) -> float:
    """Where an item would stand if those of its window stood evenly in it."""
    low, high = windows[item]
    alike = [place for place, window in enumerate(windows) if window == (low, high)]
    return low + (alike.index(item) + 0.5) * (high - low) / len(alike) - 0.5


def _seated(fitting: Sequence[tuple[Item[Key], int, int]], seats: Sequence[int]) -> list[tuple[Item[Key], int]]:
    """Who sits where: day by day the most urgent of those that may; seats that suffice for all then do so."""
    by_first = sorted(range(len(fitting)), key=lambda place: fitting[place][1])
    waiting: list[tuple[int, str, int]] = []
    seated, come = [], 0
    for day, free in enumerate(seats):
        while come < len(by_first) and fitting[by_first[come]][1] <= day:
            item, _, high = fitting[by_first[come]]
            heappush(waiting, (high, item.group, by_first[come]))
            come += 1
        for _ in range(free):
            seated.append((fitting[heappop(waiting)[2]][0], day))
    return seated
