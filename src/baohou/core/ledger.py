"""Netting: which entries bring an append-only ledger to what the facts as now known say."""

from __future__ import annotations

import narwhals as nw

from baohou.core.columns import Frame

_SUMS = ("fen", "net_fen", "waived_fen")


def entries_due(expected: Frame, booked: Frame) -> Frame:
    """Entries that make each net what it ought to be: (duty_key, staff_id, fen), fen negative for a reversal.

    ``expected``: (duty_key, staff_id, fen), what a duty costs a person now. ``booked``: (duty_key, staff_id, net_fen,
    waived_fen), what the ledger says so far, waived_fen as a positive sum; rows of one duty and person add up. A waiver
    stays granted: the net to reach is what is expected less what was waived, and never below zero. Nothing is returned
    where a net is right already.
    """
    keys = ["duty_key", "staff_id"]
    nothing = nw.lit(0, nw.Int64)
    sides = [
        expected.select(*keys, "fen", net_fen=nothing, waived_fen=nothing),
        booked.select(*keys, nothing.alias("fen"), "net_fen", "waived_fen"),
    ]
    nets = _added_up(nw.concat(sides).sort(*keys), keys)
    target = nw.max_horizontal(nw.col("fen") - nw.col("waived_fen"), nothing)
    nets = nets.select(*keys, fen=target - nw.col("net_fen"))
    return nets.filter(nw.col("fen") != 0).sort("duty_key", "fen", "staff_id")


def _added_up(rows: Frame, keys: list[str]) -> Frame:
    """The sums per key of rows sorted by it: the running sum at a key's end less that at the end of the key before."""
    last = nw.any_horizontal(
        *((nw.col(key).shift(-1) != nw.col(key)).fill_null(True) for key in keys), ignore_nulls=False
    )
    ends = rows.select(*keys, *(nw.col(name).cum_sum() for name in _SUMS), last=last).filter(nw.col("last"))
    return ends.select(*keys, *(nw.col(name) - nw.col(name).shift(1).fill_null(0) for name in _SUMS))
