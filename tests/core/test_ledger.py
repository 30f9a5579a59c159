"""Which entries bring the ledger to what the facts say."""

from __future__ import annotations

import polars as pl
import pytest

from baohou.core.ledger import entries_due

pytestmark = pytest.mark.clause("PGM.12")


def due(expected: list[tuple[int, int, int]], booked: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int]]:
    """Entries (duty, person, fen) from what is expected and (duty, person, net, waived)."""
    names = ("duty_key", "staff_id", "fen"), ("duty_key", "staff_id", "net_fen", "waived_fen")
    frames = [
        pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.Int64), orient="row")
        for rows, columns in zip((expected, booked), names, strict=True)
    ]
    return list(entries_due(*frames).select("duty_key", "staff_id", "fen").iter_rows())


@pytest.mark.parametrize(
    ("expected", "booked", "entries"),
    [
        ([], [], []),
        ([(1, 7, 5000)], [], [(1, 7, 5000)]),
        ([(1, 7, 5000)], [(1, 7, 5000, 0)], []),
        ([], [(1, 7, 5000, 0)], [(1, 7, -5000)]),
        ([], [(1, 7, 3000, 2000)], [(1, 7, -3000)]),
        ([], [(1, 7, 0, 5000)], []),
        ([(1, 7, 5000)], [(1, 7, 3000, 2000)], []),
        ([(1, 7, 5000)], [(1, 7, 0, 2000)], [(1, 7, 3000)]),
        ([(1, 7, 5000)], [(1, 7, 0, 5000)], []),
        ([(1, 7, 7000)], [(1, 7, 0, 5000)], [(1, 7, 2000)]),
        ([(1, 7, 3000)], [(1, 7, 0, 5000)], []),
        ([(1, 8, 5000)], [(1, 7, 5000, 0)], [(1, 7, -5000), (1, 8, 5000)]),
        ([(1, 7, 5000), (2, 7, 100)], [(2, 7, 300, 0)], [(1, 7, 5000), (2, 7, -200)]),
        ([(1, 7, 5000)], [(1, 7, -2000, 2000), (2, 7, 900, 0), (1, 7, 5000, 0)], [(2, 7, -900)]),
        ([(2, 7, 5000)], [(1, 8, 10, 0), (1, 7, 20, 0), (2, 7, 30, 0)], [(1, 7, -20), (1, 8, -10), (2, 7, 4970)]),
    ],
)
def test_entries_bring_each_net_to_what_it_ought_to_be(expected, booked, entries) -> None:
    """Sums in fen; person 7 is Li, 8 is Wang; a waiver stays granted and no net falls below zero."""
    assert due(expected, booked) == entries
